"""Starting, stopping, and answers that repeat byte for byte."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from reportgen import sandbox as package
from reportgen.errors import UsageError
from reportgen.sandbox import run_forever, serve
from tests.sandbox.conftest import ALPHA, HIDDEN, Client, cluster_id

AS_OF = datetime(2026, 11, 15, 6, 0, tzinfo=UTC)


def answers(estate: Path, as_of: datetime | None) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """What a collector would read, with all headers; the host is the one without a port."""
    with serve(estate, as_of=as_of) as sandbox:
        client = Client(sandbox)
        host = {"Host": sandbox.management_host}
        first = cluster_id(ALPHA, "alpha-00")
        found = [
            client.get("/subscriptions", headers=host),
            client.get(
                f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/managedClusters", headers=host
            ),
            client.get(f"{first}/agentPools", headers=host),
            client.get(f"{first}/upgradeProfiles/default", headers=host),
            client.get(f"/subscriptions/{HIDDEN}", headers=host),
            client.query("resources | project id | order by id asc", options={"$top": 5}),
            client.query("where where"),
        ]
        return [(one.status_code, one.content, sorted(one.headers.items())) for one in found]


def test_a_frozen_clock_gives_identical_answers(estate: Path) -> None:
    first = answers(estate, AS_OF)
    assert first == answers(estate, AS_OF)
    assert {dict(headers)["date"] for _, _, headers in first} == {"Sun, 15 Nov 2026 06:00:00 GMT"}
    ids = [dict(headers)["x-ms-request-id"] for _, _, headers in first]
    assert len(set(ids)) == len(ids)
    assert b"127.0.0.1" not in b"".join(content for _, content, _ in first)


def test_a_time_without_a_zone_is_utc(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert answers(estate, AS_OF.replace(tzinfo=None)) == answers(estate, AS_OF)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_a_running_clock_gives_new_ids(estate: Path) -> None:
    first, second = (dict(answers(estate, None)[0][2]) for _ in range(2))
    assert first["x-ms-request-id"] != second["x-ms-request-id"]


def test_many_queries_under_a_frozen_clock_are_not_throttled(estate: Path) -> None:
    with serve(estate, as_of=AS_OF) as sandbox:
        client = Client(sandbox)
        seen = {tuple(sorted(client.query("print 1").headers.items())) for _ in range(20)}
    assert len(seen) == 1


def test_the_certificate_is_checked_and_covers_the_names(estate: Path) -> None:
    with serve(estate) as sandbox:
        url = f"https://127.0.0.1:{sandbox.address[1]}/common/discovery/instance"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(url, timeout=10)
        assert requests.get(url.replace("127.0.0.1", "localhost"), verify=str(sandbox.ca_file), timeout=10).ok
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        for name in (sandbox.management_host, sandbox.login_host):
            with (
                socket.create_connection(sandbox.address) as plain,
                context.wrap_socket(plain, server_hostname=name) as secure,
            ):
                assert secure.version() == "TLSv1.3"


def test_under_a_frozen_clock_the_authority_is_always_the_same(estate: Path) -> None:
    """It stands in kubeconfigs, which have to repeat; otherwise nobody else may know its key."""

    def authority(as_of: datetime | None) -> bytes:
        with serve(estate, as_of=as_of) as sandbox:
            assert Client(sandbox).get("/subscriptions").ok
            return sandbox.ca_file.read_bytes()

    assert authority(AS_OF) == authority(AS_OF)
    assert len({authority(AS_OF), authority(None), authority(None)}) == 3


def test_it_stops_at_once_and_leaves_nothing(estate: Path) -> None:
    with serve(estate) as sandbox:
        client = Client(sandbox)
        assert client.get("/subscriptions").ok
        start = time.monotonic()
    assert time.monotonic() - start < 3
    assert not sandbox.ca_file.parent.exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(sandbox.address)


def test_it_stops_when_the_block_fails(estate: Path) -> None:
    with pytest.raises(ZeroDivisionError), serve(estate) as sandbox:
        assert sandbox.ca_file.exists()
        raise ZeroDivisionError
    assert not sandbox.ca_file.exists()


def test_it_does_not_show_secrets(estate: Path) -> None:
    with serve(estate) as sandbox:
        assert sandbox.client_secret not in repr(sandbox)


def test_a_wrong_estate_is_refused_before_anything_listens(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no estate folder"), serve(tmp_path):
        pass


def test_a_missing_extra_is_refused_with_the_install_line(
    estate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb_kql", None)
    for call in (serve, run_forever):
        with pytest.raises(UsageError, match=r"duckdb_kql.*pip install 'reportgen\[sandbox\]'"):
            call(estate)
    assert package.Faults() == package.Faults()


def test_a_taken_port_is_refused(estate: Path) -> None:
    with serve(estate) as sandbox, pytest.raises(UsageError, match=f"127.0.0.1:{sandbox.address[1]}"):
        run_forever(estate, sandbox.address[1])


def test_in_the_foreground_it_says_how_to_connect(estate: Path) -> None:
    start = f"run_forever(Path({str(estate)!r}), 0)"
    code = f"from pathlib import Path; from reportgen.sandbox import run_forever; {start}"
    environment = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        text = "".join(lines)
        exports = dict(re.findall(r"(\w+)=(\S+)", text))
        url, ca_file = exports["AZURE_AUTHORITY_HOST"], exports["SSL_CERT_FILE"]
        form = {
            "grant_type": "client_credentials",
            "client_id": exports["AZURE_CLIENT_ID"],
            "client_secret": exports["AZURE_CLIENT_SECRET"],
            "scope": "x",
        }
        token_url = f"{url}/{exports['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        assert requests.post(token_url, data=form, verify=ca_file, timeout=30).ok
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert "27 resources in 3 subscriptions (1 unreadable), 2 stored answers" in text
    assert "API servers" not in text
    assert not Path(ca_file).exists()
