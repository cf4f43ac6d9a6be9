"""Looking at channels before anything is sent: against real listeners, and nothing is left anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.deliver import checked
from reportgen.engagement import load
from tests.deliver import parcels
from tests.deliver.postbox import PASSWORD, TOKEN, USER, postbox
from tests.deliver.services import KEY, SENDER, Fault, Services, services
from tests.store.conftest import azurite, container

__all__ = ["azurite", "container"]
VARIABLE = "REPORTGEN_TEST_MAIL"


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("REPORTGEN_TEST_CLIENT", "hush-client")
    monkeypatch.setenv("REPORTGEN_TEST_ACS", KEY)
    with services(tmp_path) as known:
        yield known


def look(folder: Path, channel: str, more: str = "credential: managed-identity") -> tuple[str, str]:
    """What was found of the one channel, and what is wrong with it."""
    ((name, found, wrong),) = checked(load(parcels.file(folder, parcels.BOTH + channel, more)))
    assert name == channel.partition(":")[0]
    return found, wrong


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_server_is_greeted_and_gets_no_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with postbox(tmp_path, security=security) as box:
        sign_in = f"security: {security}, username: {USER}, password_env: {VARIABLE}"
        found, wrong = look(tmp_path, f"smtp: {{{box.settings}, {sign_in}}}")
    assert (found, wrong) == (f"127.0.0.1:{box.port} answers behind TLS, and lets {USER} sign in", "")
    assert len(box.signed_in) == 1
    assert box.mails == []


def test_a_mail_server_takes_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    with postbox(tmp_path) as box:
        sign_in = f"auth: xoauth2, username: {USER}, token_env: {VARIABLE}"
        found, _ = look(tmp_path, f"smtp: {{{box.settings}, {sign_in}}}")
    assert found.endswith("sign in")
    assert box.signed_in == ["XOAUTH2"]


def test_a_wrong_password_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "wrong")
    with postbox(tmp_path) as box:
        sign_in = f"username: {USER}, password_env: {VARIABLE}"
        found, wrong = look(tmp_path, f"smtp: {{{box.settings}, {sign_in}}}")
    assert found == ""
    assert f"as {USER}: 535" in wrong
    assert "wrong" not in wrong


def test_a_mail_server_without_tls_or_not_there_is_told(tmp_path: Path) -> None:
    with postbox(tmp_path, security="none") as box:
        _, wrong = look(tmp_path, f"smtp: {{{box.settings}}}")
    assert "STARTTLS" in wrong
    _, wrong = look(tmp_path, f"smtp: {{{box.settings}}}")
    assert "cannot be reached" in wrong


def test_a_secret_that_is_not_there_is_told(tmp_path: Path) -> None:
    _, wrong = look(tmp_path, f"smtp: {{host: x, sender: {USER}, username: {USER}, password_env: NOT_THERE}}")
    assert "NOT_THERE" in wrong


def test_of_graph_a_token_is_asked_for_and_no_more(tmp_path: Path, azure: Services) -> None:
    found, wrong = look(tmp_path, f"graph: {{sender: {SENDER}}}", azure.engagement)
    assert (found.partition(";")[0], wrong) == ("there is a token for it", "")
    assert azure.scopes == [f"{azure.url}/.default"]
    assert not any("/v1.0/" in path for _, path in azure.calls)
    azure.faults = [Fault("/token", 401)]
    found, wrong = look(tmp_path, f"graph: {{sender: {SENDER}}}", azure.engagement)
    assert found == ""
    assert "no token" in wrong


@pytest.mark.parametrize("signs_in", [", key_env: REPORTGEN_TEST_ACS", ""])
def test_communication_services_lets_us_in(tmp_path: Path, azure: Services, signs_in: str) -> None:
    channel = f"acs: {{endpoint: '{azure.url}', sender: {SENDER}{signs_in}}}"
    assert look(tmp_path, channel, azure.engagement) == (f"{azure.url} answers, and does not refuse us", "")
    assert (azure.mails, azure.wrong) == ([], [])
    assert [method for method, path in azure.calls if path.startswith("/emails")] == ["GET"]


@pytest.mark.parametrize("status", [401, 403, 503])
def test_communication_services_that_refuse_are_told(tmp_path: Path, azure: Services, status: int) -> None:
    azure.faults = [Fault("/emails", status)]
    channel = f"acs: {{endpoint: '{azure.url}', sender: {SENDER}, key_env: REPORTGEN_TEST_ACS}}"
    found, wrong = look(tmp_path, channel, azure.engagement)
    assert found == ""
    assert f"HTTP {status}" in wrong


def test_a_container_is_listed(tmp_path: Path, container: str) -> None:
    found, wrong = look(tmp_path, f"blob: {container}")
    assert "can be read" in found
    assert wrong == ""
    _, wrong = look(tmp_path, f"blob: {container.replace('abfs://', 'abfs://no')}")
    assert "cannot be listed" in wrong


def test_a_folder_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    assert look(tmp_path, "folder: handed/over") == (f"{tmp_path}/handed/over can be made", "")
    assert not (tmp_path / "handed").exists()
    (tmp_path / "handed" / "over").mkdir(parents=True)
    assert look(tmp_path, "folder: handed/over") == (f"{tmp_path}/handed/over can be written", "")
    assert list((tmp_path / "handed" / "over").iterdir()) == []
    (tmp_path / "handed" / "file").write_text("x", encoding="utf-8")
    found, wrong = look(tmp_path, "folder: handed/file")
    assert found == ""
    assert "cannot be written" in wrong
