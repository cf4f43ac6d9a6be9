"""Time-stamps by a local authority, `openssl ts` behind a small server: asked for, kept and checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from reportgen import authority, timestamp
from reportgen.collect.connection import Connection
from reportgen.errors import UsageError
from reportgen.pack.build import _write_manifests
from reportgen.snapshot import TIMESTAMP, Reader
from tests import line
from tests.render import factory
from tests.store import tiny

_CONFIG = """
[tsa]
default_tsa = own
[own]
dir = .
serial = $dir/serial
signer_cert = $dir/tsa.pem
certs = $dir/ca.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[v3]
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[req]
distinguished_name = name
[name]
"""


def openssl(folder: Path, *arguments: str) -> str:
    """What it prints; where it fails, the test does."""
    done = subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority: its address, and the certificate that vouches for it."""

    url: str
    ca: Path
    folder: Path


def _keys(folder: Path, name: str) -> None:
    (folder / "openssl.cnf").write_text(_CONFIG, encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    new = ("-newkey", "rsa:2048", "-nodes", "-config", "openssl.cnf")
    openssl(folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", f"/CN={name} root", "-extensions", "root")  # fmt: skip
    openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", f"/CN={name}")
    openssl(folder, "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-days", "30", "-out", "tsa.pem", "-extfile", "openssl.cnf", "-extensions", "v3")  # fmt: skip


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a time-stamp authority with")
    folder = tmp_path_factory.mktemp("tsa")
    _keys(folder, "Contoso time")

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path in ("/tsa", "/tsa/short")
            fine = self.headers["Content-Type"] == "application/timestamp-query" and known
            chain = "" if self.path.endswith("short") else "certs = $dir/ca.pem"
            (folder / "reply.cnf").write_text(_CONFIG.replace("certs = $dir/ca.pem", chain), encoding="utf-8")
            (folder / "query.tsq").write_bytes(query)
            openssl(folder, "ts", "-reply", "-config", "reply.cnf", "-queryfile", "query.tsq",
                    "-out", "reply.tsr")  # fmt: skip
            content = (folder / "reply.tsr").read_bytes()
            self.send_response(200 if fine else 400)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Authority(f"http://127.0.0.1:{server.server_port}/tsa", folder / "ca.pem", folder)
        server.shutdown()
        thread.join()


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    tiny.write(tmp_path / "20261115T060000Z")
    return tmp_path / "20261115T060000Z"


def pack_of(snapshot: Path, folder: Path) -> Path:
    """A pack that holds a snapshot and no more."""
    shutil.copytree(snapshot, folder / "evidence" / snapshot.name)
    _write_manifests(folder, factory.clean().facts)
    return folder


def test_a_snapshot_is_stamped_and_stays_intact(tsa: Authority, snapshot: Path, tmp_path: Path) -> None:
    roots = timestamp.trusted(tsa.ca, "here")
    told = authority.stamp(tsa.url, roots, snapshot, Connection())["timestamp"]
    assert (told["authority"], told["trusted"]) == ("Contoso time", True)
    assert Reader(snapshot).intact()
    pack = pack_of(snapshot, tmp_path / "pack")
    (trusting,) = timestamp.of_pack(pack, tsa.ca)
    assert (trusting.time, trusting.trusted, trusting.snapshot) == (told["time"], True, snapshot.name)
    (alone,) = timestamp.of_pack(pack)
    assert (alone.authority, alone.trusted) == ("Contoso time", False)


def test_an_authority_that_brings_its_own_certificate_only(tsa: Authority, snapshot: Path) -> None:
    for roots, trusted in (((), False), (timestamp.trusted(tsa.ca, "here"), True)):
        told = authority.stamp(f"{tsa.url}/short", roots, snapshot, Connection())["timestamp"]
        assert (told.get("error"), told.get("trusted")) == (None, trusted)


def test_openssl_takes_it_too(tsa: Authority, snapshot: Path) -> None:
    authority.stamp(tsa.url, (), snapshot, Connection())
    root = Reader(snapshot).header.root_sha256
    told = openssl(snapshot, "ts", "-verify", "-digest", root, "-in", TIMESTAMP, "-CAfile", str(tsa.ca))
    assert "Verification: OK" in told


def test_verify_prints_it(tsa: Authority, snapshot: Path, tmp_path: Path) -> None:
    authority.stamp(tsa.url, (), snapshot, Connection())
    pack = pack_of(snapshot, tmp_path / "pack")
    result = line.command("verify", pack)
    assert result.code == 0, result.err
    assert "by Contoso time (whom nobody vouched for: name certificates with --timestamp-ca)" in result.out
    trusting = line.command("verify", pack, "--timestamp-ca", tsa.ca, "--json")
    assert [stamp["trusted"] for stamp in json.loads(trusting.out)["timestamps"]] == [True]


def test_what_was_changed_afterwards_is_found(tsa: Authority, snapshot: Path, tmp_path: Path) -> None:
    authority.stamp(tsa.url, (), snapshot, Connection())
    header = json.loads((snapshot / "snapshot.json").read_text("utf-8"))
    (snapshot / "snapshot.json").write_text(json.dumps(header | {"root_sha256": "0" * 64}), encoding="utf-8")
    result = line.command("verify", pack_of(snapshot, tmp_path / "pack"))
    assert result.code == 1
    assert "the time-stamp of snapshot 20261115T060000Z is not right" in result.err


def test_a_damaged_one_is_found(tsa: Authority, snapshot: Path, tmp_path: Path) -> None:
    authority.stamp(tsa.url, (), snapshot, Connection())
    content = bytearray((snapshot / TIMESTAMP).read_bytes())
    content[-10] ^= 1  # in the signature
    (snapshot / TIMESTAMP).write_bytes(content)
    with pytest.raises(timestamp.BadTimestamp, match="is not right"):
        timestamp.of_pack(pack_of(snapshot, tmp_path / "pack"))


def test_an_authority_that_is_not_trusted_stamps_nothing(
    tsa: Authority, snapshot: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    _keys(other, "Somebody else")
    roots = timestamp.trusted(other / "ca.pem", "here")
    told = authority.stamp(tsa.url, roots, snapshot, Connection())["timestamp"]
    assert "is not right" in told["error"]
    assert not (snapshot / TIMESTAMP).exists()


def test_an_authority_that_does_not_answer_costs_no_snapshot(tsa: Authority, snapshot: Path) -> None:
    for url, problem in (("http://127.0.0.1:9/tsa", "no connection"), (tsa.url + "/no", "400")):
        told = authority.stamp(url, (), snapshot, Connection())["timestamp"]
        assert problem in told["error"], told
    assert Reader(snapshot).intact()


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    for name in ("ca.pem", "none.pem"):
        with pytest.raises(UsageError, match=rf"timestamp.ca_file: .*{name}: no certificates in PEM form"):
            timestamp.trusted(tmp_path / name, "timestamp.ca_file")
