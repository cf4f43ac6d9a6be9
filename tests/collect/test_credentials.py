"""Each kind of credential gets its token from the sandbox's endpoints; each failure says what to check."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.collect.connection import Connection
from reportgen.errors import CredentialError
from reportgen.model import CollectionMode
from reportgen.sandbox import Faults, Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import Client

pytestmark = pytest.mark.usefixtures("unpaced")

VARIABLES = (
    "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET",
    "IDENTITY_SERVER_THUMBPRINT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SANDBOX_SECRET",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_credential_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def azure(mixed_estate: Path) -> Iterator[Sandbox]:
    """The mixed estate with a clock that runs, reached by its address as Azure is."""
    with serve(mixed_estate, limits=None) as sandbox:
        yield sandbox


def collect(folder: Path, sandbox: Sandbox, credential: object, **changes: object) -> line.Result:
    path = line.engagement_file(folder / "engagement.yaml", sandbox, credential=credential, **changes)
    return line.command("collect", path, "--out", folder / "out")


def assert_collected(result: line.Result, sandbox: Sandbox) -> Reader:
    """A snapshot was made, by the sandbox's identity; 3 for the subscription that nobody may read."""
    assert result.code == 3, result.err
    folder = Path(result.out.splitlines()[0].removeprefix("Snapshot: "))
    reader = Reader(folder)
    assert reader.header.identity.object_id == sandbox.object_id
    assert reader.header.identity.tenant_id == sandbox.tenant_id
    assert "arm.managed-clusters" in reader.sources()
    return reader


def test_a_client_secret_comes_from_the_environment(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", azure.client_secret)
    credential = line.CLIENT_SECRET | {"tenant_id": azure.tenant_id, "client_id": azure.client_id}
    reader = assert_collected(collect(tmp_path, azure, credential), azure)
    assert reader.header.collection_mode is CollectionMode.AZURE
    page = next(page for _, page in reader.provenance("arm.subscriptions"))
    assert (page.endpoint, page.custom_ca) == (f"https://127.0.0.1:{azure.address[1]}", True)


def test_a_variable_that_is_not_set_is_named(azure: Sandbox, tmp_path: Path) -> None:
    credential = line.CLIENT_SECRET | {"tenant_id": azure.tenant_id, "client_id": azure.client_id}
    result = collect(tmp_path, azure, credential)
    assert (result.code, result.out) == (2, "")
    assert line.told(result.err) == (
        "error: credential.secret_env: the environment variable SANDBOX_SECRET is not set; put the client "
        "secret there"
    )


def test_a_refused_secret_is_one_line_that_says_what_to_check(mixed_estate: Path, tmp_path: Path) -> None:
    with serve(mixed_estate, faults=Faults(refuse_token=True)) as sandbox:
        path = line.engagement_file(tmp_path / "engagement.yaml", sandbox)
        result = line.process("run", path, "--out", tmp_path / "out", SANDBOX_SECRET="wrong")
    assert (result.returncode, result.stdout) == (2, "")
    told = line.told(result.stderr)
    assert told.startswith("error: No token from https://127.0.0.1:")
    assert "AADSTS7000215: Invalid client secret provided" in told
    assert "Check tenant, client id and secret" in told
    assert told.endswith("under `credential` in the engagement.")
    assert not list((tmp_path / "out").glob("snapshots/*"))


@pytest.mark.parametrize(("change", "problem"), [
    ({"tenant_id": "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4dfff"}, "not found"),
    ({"client_id": "6f1d2c84-30a7-4b5e-9c1f-5a0de5a4dfff"}, "AADSTS700016"),
], ids=["tenant", "client"])  # fmt: skip
def test_a_wrong_tenant_or_client_is_told_in_azures_words(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], problem: str
) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", azure.client_secret)
    credential = line.CLIENT_SECRET | {"tenant_id": azure.tenant_id, "client_id": azure.client_id} | change
    result = collect(tmp_path, azure, credential)
    assert result.code == 2
    assert problem in result.err
    assert "Check tenant, client id and secret" in result.err


def test_a_managed_identity_of_app_service_and_automation(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"https://127.0.0.1:{azure.address[1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.identity_header)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(azure.ca_file))
    assert_collected(collect(tmp_path, azure, "managed-identity"), azure)


def test_a_managed_identity_of_ones_own_is_asked_for_by_its_client_id(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"https://127.0.0.1:{azure.address[1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.identity_header)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(azure.ca_file))
    del azure.requests[:]
    assert_collected(
        collect(tmp_path, azure, {"kind": "managed-identity", "client_id": azure.client_id}), azure
    )
    assert [request for request in azure.requests if "/msi/token" in request and azure.client_id in request]


def test_a_managed_identity_that_is_refused(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"https://127.0.0.1:{azure.address[1]}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "another")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(azure.ca_file))
    result = collect(tmp_path, azure, "managed-identity")
    assert result.code == 2
    assert line.told(result.err).startswith("error: No token from ")
    assert "Check that this host has a managed identity, and that client_id names it" in result.err


def test_a_workload_identity(azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assertion = tmp_path / "token"
    assertion.write_text("a.b.c", encoding="utf-8")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(assertion))
    monkeypatch.setenv("AZURE_TENANT_ID", azure.tenant_id)
    monkeypatch.setenv("AZURE_CLIENT_ID", azure.client_id)
    reader = assert_collected(collect(tmp_path, azure, "workload-identity"), azure)
    assert reader.header.identity.app_id == azure.client_id


def test_a_workload_identity_outside_of_a_pod_says_what_is_missing(azure: Sandbox, tmp_path: Path) -> None:
    result = collect(tmp_path, azure, "workload-identity")
    assert result.code == 2
    assert line.told(result.err).startswith(
        "error: credential: workload-identity needs AZURE_TENANT_ID, AZURE_CLIENT_ID, "
        "AZURE_FEDERATED_TOKEN_FILE in the environment"
    )


def test_a_workload_identity_whose_file_is_gone(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AZURE_TENANT_ID", azure.tenant_id)
    monkeypatch.setenv("AZURE_CLIENT_ID", azure.client_id)
    result = collect(tmp_path, azure, "workload-identity")
    assert result.code == 2
    assert str(tmp_path / "none") in result.err


@pytest.fixture
def az(azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `az` that is signed in: it prints a token of the sandbox as Azure CLI does."""
    token = (
        Client(azure).sign_in(scope=f"https://127.0.0.1:{azure.address[1]}/.default").json()["access_token"]
    )
    answer = {"accessToken": token, "expires_on": 4102444800, "expiresOn": "2100-01-01 00:00:00.000000",
              "subscription": "s", "tenant": azure.tenant_id, "tokenType": "Bearer"}  # fmt: skip
    (tmp_path / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    script = tmp_path / "bin" / "az"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\nexec /bin/cat {tmp_path / 'answer.json'}\n", encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return script


def test_azure_cli(azure: Sandbox, tmp_path: Path, az: Path) -> None:
    assert_collected(collect(tmp_path, azure, "azure-cli"), azure)


def test_azure_cli_that_is_not_signed_in(azure: Sandbox, tmp_path: Path, az: Path) -> None:
    az.write_text("#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n")
    result = collect(tmp_path, azure, "azure-cli")
    assert result.code == 2
    assert "az login" in result.err


def test_azure_cli_that_is_not_installed(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = collect(tmp_path, azure, "azure-cli")
    assert result.code == 2
    assert "Azure CLI not found" in result.err


@pytest.mark.parametrize(("key", "value"), [
    ("authority", "http://login.example.org"),
    ("management", "http://127.0.0.1"),
    ("management", "management.azure.com"),
    ("management", "https://"),
])  # fmt: skip
def test_an_endpoint_that_is_no_https_url_is_named(
    azure: Sandbox, tmp_path: Path, key: str, value: str
) -> None:
    result = collect(tmp_path, azure, "azure-cli", endpoint={key: value})
    assert (result.code, result.out) == (2, "")
    assert f": endpoint.{key}: expected https://" in result.err
    assert f"; found '{value}'" in result.err


def reach(sandbox: Sandbox, folder: Path, ca_file: Path | None) -> str:
    """How a collection by the address of the sandbox fails with this certificate authority; no waiting."""
    url = f"https://127.0.0.1:{sandbox.address[1]}"
    connection = Connection(url, url, ca_file, sleep=lambda seconds: None)
    with pytest.raises(CredentialError) as raised:
        line.collected(sandbox, folder, connection=connection)
    return str(raised.value)


def test_a_certificate_that_nobody_trusts_is_said_to_be_the_reason(azure: Sandbox, tmp_path: Path) -> None:
    told = reach(azure, tmp_path, None)
    assert "CERTIFICATE_VERIFY_FAILED" in told
    assert told.endswith("Check the network path, proxy and CA to the token endpoint.")


@pytest.mark.parametrize(("name", "problem"), [
    ("none.pem", "none.pem"), ("empty.pem", "NO_CERTIFICATE_OR_CRL_FOUND"),
])  # fmt: skip
def test_a_ca_file_that_holds_no_certificate(azure: Sandbox, tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "empty.pem").write_text("nothing", encoding="utf-8")
    told = reach(azure, tmp_path, tmp_path / name)
    assert problem in told
    assert told.startswith("No token from ")
