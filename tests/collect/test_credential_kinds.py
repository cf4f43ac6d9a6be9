"""Certificates, device codes, secrets in files: each gets its token, each failure says what to check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from reportgen.collect.connection import Connection
from reportgen.collect.credentials import Chosen, credential
from reportgen.engagement.access import Credential
from reportgen.errors import CredentialError, UsageError
from reportgen.sandbox import Sandbox, serve
from tests import line
from tests.collect.entra import Authority, authority

pytestmark = pytest.mark.usefixtures("unpaced")

PASSWORD = "correct horse battery staple"
SCOPE = "https://management.azure.com/.default"
TENANT = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"
CLIENT = "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d002"
VARIABLES = (
    "AZURE_CLIENT_SECRET", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IMDS_ENDPOINT", "MSI_ENDPOINT",
    "AZURE_FEDERATED_TOKEN_FILE", "AZURE_POD_IDENTITY_AUTHORITY_HOST", "REQUESTS_CA_BUNDLE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_credential_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def azure(mixed_estate: Path) -> Iterator[Sandbox]:
    with serve(mixed_estate, limits=None) as sandbox:
        yield sandbox


def make(sandbox: Sandbox, folder: Path = Path(), **settings: Any) -> Chosen:
    """A credential against the sandbox; whoever waits does not."""
    config = Credential.model_validate(
        {"tenant_id": sandbox.tenant_id, "client_id": sandbox.client_id} | settings
    )
    way = Connection(
        f"https://{sandbox.management_host}",
        f"https://{sandbox.login_host}",
        sandbox.ca_file,
        sandbox.address,
        sleep=lambda seconds: None,
    )
    return credential(config, way, folder=folder)


def refused(sandbox: Sandbox, folder: Path = Path(), **settings: Any) -> str:
    with pytest.raises(CredentialError) as raised:
        make(sandbox, folder, **settings)
    return str(raised.value)


def assert_signed_in(result: line.Result, sandbox: Sandbox, kind: str) -> None:
    """By doctor: it signs in as a collection does, and makes fewer calls."""
    assert f"signed in by {kind}" in result.out, result.out + result.err
    assert f"object id       {sandbox.object_id}" in result.out


# --- secrets in files ---


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_secret_in_a_file_beside_the_engagement(azure: Sandbox, tmp_path: Path, ending: str) -> None:
    (tmp_path / "secret").write_bytes(b"\xef\xbb\xbf" + f"{azure.client_secret}{ending}".encode())
    path = line.engagement_file(tmp_path / "engagement.yaml", azure, credential={
        "kind": "client-secret", "tenant_id": TENANT, "client_id": CLIENT, "secret_file": "secret",
    })  # fmt: skip
    assert_signed_in(line.command("doctor", path, "--out", tmp_path / "out"), azure, "client-secret")


@pytest.mark.parametrize(("content", "problem"), [
    (None, "cannot be read (No such file or directory)"),
    (b"", "is empty"),
    (b"hush-hush\nhush-hush\n", "holds more than one line"),
    (b"hush\xff", "cannot be read (not UTF-8 text)"),
], ids=["none", "empty", "two lines", "binary"])  # fmt: skip
def test_a_secret_file_that_cannot_be_used_is_named(
    azure: Sandbox, tmp_path: Path, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    told = refused(azure, tmp_path, kind="client-secret", secret_file="secret")
    assert (
        told
        == f"credential.secret_file: {tmp_path / 'secret'}: {problem}; put the client secret there"
        + (", alone" if problem.startswith(("is", "holds")) else "")
    )
    assert "hush" not in told


def test_the_default_variable_is_named(azure: Sandbox) -> None:
    assert "the environment variable AZURE_CLIENT_SECRET is not set" in refused(azure, kind="client-secret")


def test_a_secret_with_a_line_end_behind_it(azure: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", f"{azure.client_secret}\n")
    assert make(azure, kind="client-secret").get_token(SCOPE).token


# --- certificates ---


@dataclass(frozen=True)
class Pair:
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self, password: str = "") -> bytes:
        return self.secret_part(password) + self.certificate.public_bytes(serialization.Encoding.PEM)

    def secret_part(self, password: str = "") -> bytes:
        hidden = (
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption()
        )
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)

    def pkcs12(self, password: str) -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"reportgen",
            self.key,
            self.certificate,
            None,
            serialization.BestAvailableEncryption(password.encode()),
        )


def pair(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Pair:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reportgen")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return Pair(key, builder.sign(key, hashes.SHA256()))


@pytest.fixture(scope="module")
def signed() -> Pair:
    return pair(rsa.generate_private_key(65537, 2048))


def test_a_certificate_without_a_password(azure: Sandbox, tmp_path: Path, signed: Pair) -> None:
    (tmp_path / "collector.pem").write_bytes(signed.pem())
    made = make(azure, tmp_path, kind="client-certificate", certificate_file="collector.pem")
    assert made.get_token(SCOPE).token.count(".") == 2


@pytest.mark.parametrize("form", ["pem", "pkcs12"])
@pytest.mark.parametrize("held", ["env", "file"])
def test_a_certificate_with_a_password(
    azure: Sandbox, tmp_path: Path, signed: Pair, monkeypatch: pytest.MonkeyPatch, form: str, held: str
) -> None:
    content = signed.pem(PASSWORD) if form == "pem" else signed.pkcs12(PASSWORD)
    (tmp_path / "collector").write_bytes(content)
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("CERTIFICATE_PASSWORD", PASSWORD)
    own = {"password_env": "CERTIFICATE_PASSWORD"} if held == "env" else {"password_file": "password"}
    made = make(azure, tmp_path, kind="client-certificate", certificate_file="collector", **own)
    assert made.get_token(SCOPE).token.count(".") == 2
    for text in (repr(made), repr(vars(made)), str(made)):
        assert PASSWORD not in text


def test_a_certificate_beside_the_engagement(azure: Sandbox, tmp_path: Path, signed: Pair) -> None:
    (tmp_path / "collector.pem").write_bytes(signed.pem())
    path = line.engagement_file(tmp_path / "engagement.yaml", azure, credential={
        "kind": "client-certificate", "tenant_id": TENANT, "client_id": CLIENT,
        "certificate_file": "collector.pem",
    })  # fmt: skip
    assert_signed_in(line.command("doctor", path, "--out", tmp_path / "out"), azure, "client-certificate")


def test_a_certificate_file_that_is_not_there(azure: Sandbox, tmp_path: Path) -> None:
    told = refused(azure, tmp_path, kind="client-certificate", certificate_file="collector.pem")
    expected = f"credential.certificate_file: {tmp_path / 'collector.pem'}: cannot be read (No such file"
    assert told.startswith(expected)


BAD_CERTIFICATES = {
    "garbage": lambda signed: b"nothing",
    "no key": lambda signed: signed.certificate.public_bytes(serialization.Encoding.PEM),
    "no certificate": lambda signed: signed.secret_part(),
    "a password that nobody named": lambda signed: signed.pem(PASSWORD),
    "PKCS #12 with a password that nobody named": lambda signed: signed.pkcs12(PASSWORD),
    "an elliptic key": lambda signed: pair(ec.generate_private_key(ec.SECP256R1())).pem(),
}


@pytest.mark.parametrize("content", BAD_CERTIFICATES.values(), ids=BAD_CERTIFICATES)
def test_a_certificate_file_that_cannot_be_used(
    azure: Sandbox, tmp_path: Path, signed: Pair, content: Any
) -> None:
    (tmp_path / "collector").write_bytes(content(signed))
    told = refused(azure, tmp_path, kind="client-certificate", certificate_file="collector")
    assert told.startswith(
        f"credential.certificate_file: {tmp_path / 'collector'}: no certificate and RSA key"
    )
    assert "password_env or password_file" in told


def test_a_wrong_password_is_not_repeated(
    azure: Sandbox, tmp_path: Path, signed: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "collector").write_bytes(signed.pkcs12(PASSWORD))
    monkeypatch.setenv("CERTIFICATE_PASSWORD", "hush-hush")
    told = refused(
        azure,
        tmp_path,
        kind="client-certificate",
        certificate_file="collector",
        password_env="CERTIFICATE_PASSWORD",
    )
    assert "no certificate and RSA key could be read" in told
    assert "hush" not in told


def test_a_password_variable_that_is_not_set(azure: Sandbox, tmp_path: Path) -> None:
    told = refused(
        azure,
        tmp_path,
        kind="client-certificate",
        certificate_file="collector",
        password_env="NO_SUCH_VARIABLE",
    )
    assert told == (
        "credential.password_env: the environment variable NO_SUCH_VARIABLE is not set; put the "
        "certificate's password there"
    )


# --- the instance metadata service ---


def test_a_managed_identity_asks_the_metadata_service_where_nothing_else_is_announced(
    azure: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", f"https://127.0.0.1:{azure.address[1]}")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    del azure.requests[:]
    made = make(azure, kind="managed-identity", tenant_id=None)
    assert made.get_token(SCOPE).token.count(".") == 2
    (asked,) = azure.requests
    assert asked.startswith("GET /metadata/identity/oauth2/token?")
    assert f"client_id={azure.client_id}" in asked


# --- device codes ---


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[Authority]:
    with authority(tmp_path) as known:
        yield known


def device(known: Authority, **settings: str) -> Chosen:
    config = Credential.model_validate({"kind": "device-code", "tenant_id": TENANT} | settings)
    way = Connection(authority_url=known.url, ca_file=known.ca_file, sleep=lambda seconds: None)
    return credential(config, way)


def test_a_device_code_asks_a_person_on_the_terminal(
    entra: Authority, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert device(entra, client_id=CLIENT).get_token(SCOPE).token == "a-token"
    asked = capsys.readouterr()
    assert asked.out == ""
    assert asked.err.startswith(
        "Sign in at https://microsoft.com/devicelogin with the code ABCD1234, before "
    )
    assert entra.forms[-1]["device_code"] == "the-device-code"
    assert entra.forms[-1]["client_id"] == CLIENT


def test_a_device_code_that_is_declined(entra: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    entra.error = "authorization_declined"
    made = device(entra)
    with pytest.raises(Exception, match="authorization_declined"):
        made.get_token(SCOPE)
    assert "Check tenant_id" in made.advice


def test_a_device_code_in_a_job_ends_at_once(azure: Sandbox, tmp_path: Path) -> None:
    path = line.engagement_file(
        tmp_path / "engagement.yaml", azure, credential={"kind": "device-code", "tenant_id": TENANT}
    )
    result = line.process("collect", path, "--out", tmp_path / "out")
    assert (result.returncode, result.stdout) == (2, "")
    assert line.told(result.stderr).startswith(
        "error: credential: device-code needs a person at a terminal, and there is none"
    )
    assert "managed-identity" in result.stderr


# --- what an engagement may say ---

SECRET = {"kind": "client-secret", "tenant_id": TENANT, "client_id": CLIENT}
WRONG = {
    "a key of another kind": ({"kind": "azure-cli", "secret_env": "X"}, "azure-cli takes no secret_env"),
    "a tenant for a managed identity": (
        {"kind": "managed-identity", "tenant_id": TENANT}, "managed-identity takes no tenant_id",
    ),
    "half a certificate": (
        {"kind": "client-certificate", "tenant_id": TENANT, "client_id": CLIENT},
        "client-certificate needs tenant_id, client_id and certificate_file beside it",
    ),
    "a device code without a tenant": ({"kind": "device-code"}, "device-code needs tenant_id beside it"),
    "both places": (
        SECRET | {"secret_env": "X", "secret_file": "x"},
        "name secret_env or secret_file, not both",
    ),
    "the secret itself for its variable": (
        SECRET | {"secret_env": "hush~hush.1"},
        "expected the name of an environment variable",
    ),
    "the secret for the kind": ("hush~hush", "Input should be 'managed-identity'"),
    "a secret": ({"kind": "azure-cli", "client_secret": "hush"}, "with secret_env or secret_file"),
    "a password": ({"kind": "azure-cli", "pfxPassword": "hush"}, "with password_env or password_file"),
    "a certificate": ({"kind": "azure-cli", "certificate": "hush"}, "under credential with certificate_file"),
    "a token": ({"kind": "azure-cli", "token": {"value": "hush"}}, "a secret never stands in this file"),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "problem"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_told_and_not_repeated(
    azure: Sandbox, tmp_path: Path, settings: object, problem: str
) -> None:
    path = line.engagement_file(tmp_path / "engagement.yaml", azure, credential=settings)
    result = line.command("--debug", "collect", path, "--out", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert f"error: {path}:" in result.err
    assert "Traceback" in result.err
    assert problem in result.err
    assert "hush" not in result.err


@pytest.mark.parametrize("value", ["*hushhush", "!hushhush x", "'hush\\"])
def test_a_secret_that_breaks_the_yaml_is_not_repeated(tmp_path: Path, value: str) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(
        f"entity: Contoso\ncredential:\n  kind: azure-cli\n  client_secret: {value}\n", encoding="utf-8"
    )
    result = line.command("--debug", "collect", path)
    assert result.code == 2
    assert "not valid YAML" in result.err
    assert "hush" not in result.err


def test_a_kind_that_is_not_named_is_never_tried(azure: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", azure.client_secret)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"https://127.0.0.1:{azure.address[1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.identity_header)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Exception, match="Azure CLI not found"):
        make(azure, kind="azure-cli", client_id=None).get_token(SCOPE)


def test_errors_are_the_users(azure: Sandbox) -> None:
    assert issubclass(CredentialError, UsageError)
    assert CredentialError.exit_code == 2
