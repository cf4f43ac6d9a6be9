"""A secret is in no file, no log line and no error; the name of its variable may be."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from reportgen.collect import Request
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.engagement import Credential
from reportgen.model import CollectionMode
from reportgen.pruning import REDACTED
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, identity, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import BETA, cluster_id

TOKEN = "eyJ0eXAi"  # what every token of the sandbox begins with; three letters stand in a zip by chance


def everything(folder: Path) -> bytes:
    found = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(found) > 20
    return b"\n".join(found)


def test_no_file_of_a_snapshot_holds_a_secret(served: Sandbox, snapshot: Reader) -> None:
    content = everything(snapshot.folder)
    for secret in (served.client_secret, "hush-hush", TOKEN):
        assert secret.encode() not in content


def test_a_value_that_could_be_a_secret_is_blanked_and_said_to_be(snapshot: Reader) -> None:
    bodies = [body for page in snapshot.pages("arm.managed-clusters") for body in page.body["value"]]
    (weak,) = [body for body in bodies if body["id"] == cluster_id(BETA, "aks-weak")]
    assert weak["properties"]["servicePrincipalProfile"] == {"secret": REDACTED, "clientId": "msi"}


def test_no_log_line_holds_a_secret(
    mixed_estate: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), serve(mixed_estate, as_of=line.NOW) as sandbox:
        line.collected(sandbox, tmp_path)
        assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
        for secret in (sandbox.client_secret, TOKEN):
            assert secret not in caplog.text


def test_no_error_holds_a_secret(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", "s3cret-value")
    with caplog.at_level(logging.DEBUG), serve(mixed_estate, faults=Faults(refuse_token=True)) as sandbox:
        path = line.engagement_file(tmp_path / "engagement.yaml", sandbox)
        result = line.command("--debug", "collect", path, "--out", tmp_path / "out")
    assert result.code == 2
    assert "Traceback" in result.err
    assert "s3cret-value" not in result.err + result.out + caplog.text


def test_a_run_leaves_no_secret_behind(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without_pdf: None, unpaced: None
) -> None:
    with serve(mixed_estate, limits=None) as sandbox:
        monkeypatch.setenv("SANDBOX_SECRET", sandbox.client_secret)
        path = line.engagement_file(tmp_path / "engagement.yaml", sandbox)
        result = line.command("run", path, "--out", tmp_path / "out", "--log-format", "json")
        secret = sandbox.client_secret
    assert result.code == 3, result.err
    written = everything(tmp_path)
    for text in (secret, TOKEN, "hush-hush"):
        assert text.encode() not in written
        assert text not in result.out + result.err


def test_nothing_that_holds_a_secret_shows_it(served: Sandbox, tmp_path: Path) -> None:
    config = Credential(kind="client-secret", tenant_id=served.tenant_id, client_id=served.client_id)
    connection = Connection(ca_file=served.ca_file, address=served.address)
    request = Request(
        folder=tmp_path,
        mode=CollectionMode.ESTATE,
        connection=connection,
        clock=lambda: line.NOW,
        host="test",
        progress=lambda done, of, what: None,
        secret=served.client_secret,
    )
    made = credential(config, connection, served.client_secret)
    for held in (request, served, config, made, connection):
        assert served.client_secret not in f"{held!r} {held}"


def test_a_token_that_is_refused_midway_is_a_gap_by_its_code_alone(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def proves_itself(form: object) -> bool:
        asked.append(form)
        return len(asked) == 1

    monkeypatch.setattr(identity, "_proves_itself", proves_itself)
    fault = Fault(Kind.TOKEN_EXPIRED, "maintenanceConfigurations", times=1)
    with serve(mixed_estate, faults=Faults(calls=(fault,))) as sandbox:
        details = " ".join(gap.detail for gap in line.collected(sandbox, tmp_path).gaps)
    assert "no token from Entra ID (AADSTS7000215)" in details
    assert "Invalid client secret" not in details
