"""Clouds, proxies and certificate authorities: where calls go, by which way, and that evidence says so."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import trustme
from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.mgmt.core.tools import get_arm_endpoints

from reportgen import clouds, engagement
from reportgen.collect.connection import Connection, connection
from reportgen.engagement.access import Kind
from reportgen.errors import CredentialError, UsageError
from reportgen.sandbox import Sandbox, serve
from tests import line
from tests.collect.proxy import Proxy, proxy

GOOD = """\
entity: Contoso
period: {start: 2026-10-01, end: 2026-12-31}
scope: {}
credential: azure-cli
"""
VARIABLES = (
    "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY",
    "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_proxy_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def azure(mixed_estate: Path) -> Iterator[Sandbox]:
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        yield sandbox


def way(text: str) -> Connection:
    return connection(engagement.parse(GOOD + text, "engagement.yaml"))


# --- clouds ---


@pytest.mark.parametrize(("name", "theirs", "authority"), [
    ("AzureCloud", AzureClouds.AZURE_PUBLIC_CLOUD, AzureAuthorityHosts.AZURE_PUBLIC_CLOUD),
    ("AzureUSGovernment", AzureClouds.AZURE_US_GOVERNMENT, AzureAuthorityHosts.AZURE_GOVERNMENT),
    ("AzureChinaCloud", AzureClouds.AZURE_CHINA_CLOUD, AzureAuthorityHosts.AZURE_CHINA),
])  # fmt: skip
def test_a_cloud_is_where_the_sdk_says_it_is(name: str, theirs: AzureClouds, authority: str) -> None:
    found, known = way(f"cloud: {name}\n"), get_arm_endpoints(theirs)
    assert f"{found.management_url}/" == known["resource_manager"]
    assert [found.token_scope] == known["credential_scopes"]
    assert found.authority_url == f"https://{authority}"
    assert found.graph_url == clouds.BY_NAME[name].graph
    assert found.public is (name == "AzureCloud")


def test_every_cloud_has_a_graph_and_vaults_of_its_own() -> None:
    assert list(clouds.BY_NAME) == ["AzureCloud", "AzureUSGovernment", "AzureChinaCloud"]
    for texts in zip(*((one.graph, one.vault_suffix) for one in clouds.CLOUDS), strict=True):
        assert len(set(texts)) == len(clouds.CLOUDS)


def test_without_a_cloud_it_is_the_public_one() -> None:
    assert way("") == Connection(audience="https://management.azure.com")


def test_an_endpoint_overrides_its_cloud_key_by_key() -> None:
    found = way("cloud: AzureUSGovernment\nendpoint: {management: 'https://arm.contoso.com:8443/'}\n")
    assert found.management_url == "https://arm.contoso.com:8443"
    assert found.authority_url == "https://login.microsoftonline.us"
    assert found.graph_url == "https://graph.microsoft.us"
    assert found.token_scope == "https://arm.contoso.com:8443/.default"


@pytest.mark.parametrize(("text", "problem"), [
    ("cloud: AzureGermanCloud\n", "x:5: cloud: Input should be 'AzureCloud', 'AzureUSGovernment'"),
    ("cloud: {a: b}\n", "x:5: cloud: Input should be"),
    ("cloud: AzureCloud\nendpoint: no\n", "x:6: endpoint: "),
    ("endpoint: {management: 'https://arm.contoso.com/path'}\n", "endpoint.management: expected https://"),
    ("endpoint: {authority: 'https://user:hush@login.contoso.com'}\n", "endpoint.authority: expected https://"),
    ("proxy: 'http://user:hush@proxy:3128'\n", "x:5: proxy: a user name or password never stands"),
    ("proxy: 'http://:hush@proxy:3128'\n", "HTTPS_PROXY"),
    ("proxy: proxy.contoso.com\n", "x:5: proxy: expected the proxy's address, such as http://"),
    ("proxy: 'socks5://proxy:1080'\n", "x:5: proxy: expected the proxy's address"),
    ("proxy: 'http://proxy:3128/path'\n", "x:5: proxy: expected the proxy's address"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_not_repeated(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        engagement.parse(GOOD + text, "x")
    assert problem in str(raised.value)
    assert "hush" not in str(raised.value)


def test_another_cloud_is_another_engagement() -> None:
    hashes = {
        engagement.parse(GOOD + text, "x").sha256
        for text in ("", "cloud: AzureChinaCloud\n", "proxy: 'http://proxy:3128'\n")
    }
    assert len(hashes) == 3


# --- certificate authorities ---


def test_a_ca_file_lies_beside_the_engagement(tmp_path: Path, azure: Sandbox) -> None:
    (tmp_path / "ca.pem").write_bytes(azure.ca_file.read_bytes())
    path = tmp_path / "engagement.yaml"
    path.write_text(f"{GOOD}endpoint: {{ca_file: ca.pem}}\n", encoding="utf-8")
    assert connection(engagement.load(path)).ca_file == tmp_path / "ca.pem"


@pytest.mark.parametrize(("content", "problem"), [
    (None, "No such file or directory"),
    (b"", "holds no certificate in PEM form"),
    (b"-----BEGIN CERTIFICATE-----\nhush\n-----END CERTIFICATE-----\n", "holds no certificate in PEM form"),
], ids=["none", "empty", "garbage"])  # fmt: skip
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(f"{GOOD}endpoint: {{ca_file: ca.pem}}\n", encoding="utf-8")
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    result = line.command("collect", path, "--out", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: endpoint.ca_file: {tmp_path / 'ca.pem'}: {problem}; expected")
    assert not (tmp_path / "out").exists()


# --- proxies ---


def behind(sandbox: Sandbox, **changes: Any) -> Connection:
    """The way to a sandbox by its names, which no resolver knows: only a proxy leads there."""
    known: dict[str, Any] = {
        "management_url": f"https://{sandbox.management_host}",
        "authority_url": f"https://{sandbox.login_host}",
        "ca_file": sandbox.ca_file,
        "sleep": lambda seconds: None,
    }
    return Connection(**known | changes)


@pytest.fixture
def there(azure: Sandbox) -> Iterator[Proxy]:
    with proxy(azure.address) as known:
        yield known


def assert_collected_through(known: Proxy, sandbox: Sandbox, folder: Path, way: Connection) -> None:
    reader = line.collected(sandbox, folder, connection=way)
    assert reader.header.identity.object_id == sandbox.object_id
    assert set(known.asked) == {f"{sandbox.management_host}:443", f"{sandbox.login_host}:443"}
    pages = [page for source in reader.sources() for _, page in reader.provenance(source)]
    assert {(page.proxy, page.custom_ca) for page in pages} == {(known.host, True)}


def test_a_proxy_that_the_engagement_names(azure: Sandbox, there: Proxy, tmp_path: Path) -> None:
    assert_collected_through(there, azure, tmp_path, behind(azure, proxy=f"http://{there.host}"))


def test_a_named_proxy_comes_before_the_environments(
    azure: Sandbox, there: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    assert_collected_through(there, azure, tmp_path, behind(azure, proxy=f"http://{there.host}"))


def test_the_environments_proxy_with_a_password(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    basic = base64.b64encode(b"user:hush-hush").decode()
    with proxy(azure.address, credentials=f"Basic {basic}") as known:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hush-hush@{known.host}")
        assert_collected_through(known, azure, tmp_path, behind(azure))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert b"hush" not in stored
    assert basic.encode() not in stored


def test_a_proxy_behind_tls(azure: Sandbox, tmp_path: Path) -> None:
    signer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("127.0.0.1").configure_cert(context)
    both = tmp_path / "both.pem"
    both.write_bytes(azure.ca_file.read_bytes() + signer.cert_pem.bytes())
    with proxy(azure.address, tls=context) as known:
        way = behind(azure, proxy=f"https://{known.host}", ca_file=both)
        assert_collected_through(known, azure, tmp_path, way)


def test_no_proxy_is_recorded_where_there_is_none(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    url = f"https://127.0.0.1:{azure.address[1]}"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    past = behind(azure, management_url=url, authority_url=url)
    reader = line.collected(azure, tmp_path, connection=past)
    assert {page.proxy for _, page in reader.provenance("arm.managed-clusters")} == {""}


def test_an_embedded_sandbox_is_reached_past_every_proxy(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    reader = line.collected(azure, tmp_path)
    assert {page.proxy for _, page in reader.provenance("arm.managed-clusters")} == {""}


@pytest.mark.parametrize("refuses", [True, False], ids=["refuses", "is not there"])
def test_a_proxy_that_does_not_let_through(
    azure: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    with proxy(azure.address, credentials="Basic other") as known:
        host = known.host if refuses else "127.0.0.1:9"
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hush-hush@{host}")
        with pytest.raises(CredentialError) as raised:
            line.collected(azure, tmp_path, connection=behind(azure))
    told = str(raised.value)
    assert ("407" if refuses else "proxy") in told
    assert told.endswith("Check the network path, proxy and CA to the token endpoint.")
    assert "hush" not in told


def test_the_whole_command_goes_through_the_proxy_of_its_engagement(
    azure: Sandbox, there: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", azure.client_secret)
    path = line.engagement_file(
        tmp_path / "engagement.yaml",
        azure,
        proxy=f"http://{there.host}",
        endpoint={
            "management": f"https://{azure.management_host}",
            "authority": f"https://{azure.login_host}",
            "ca_file": str(azure.ca_file),
        },
    )
    result = line.command("doctor", path, "--out", tmp_path / "out")
    assert "signed in by client-secret" in result.out, result.out
    assert f"proxy           {there.host}\n" in result.out
    assert f"certificates    {azure.ca_file}\n" in result.out
    outside = {host for host in there.asked if ".privatelink." not in host}
    assert outside == {f"{azure.management_host}:443", f"{azure.login_host}:443"}
    assert set(there.asked) - outside, "the way into the cluster goes through the proxy too"


def test_the_documented_settings_are_real(tmp_path: Path) -> None:
    text = (line.ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    for block in blocks:
        whole = block if block.startswith("credential:") else f"credential: azure-cli\n{block}"
        engagement.parse(GOOD.replace("credential: azure-cli\n", "") + whole, "x")
    kinds = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert sorted(kinds) == sorted(get_args(Kind))
    assert len(blocks) == 4
