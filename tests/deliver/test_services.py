"""Mail by Microsoft Graph and by Communication Services, to HTTPS services that check what they are sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.deliver import Outcome, deliver
from reportgen.deliver.retry import LONGEST, WAITS
from tests.deliver import parcels
from tests.deliver.services import KEY, SENDER, Fault, Services, services

BIG = b"%PDF-1.7 " + b"x" * 4_200_000


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("REPORTGEN_TEST_CLIENT", "hush-client")
    monkeypatch.setenv("REPORTGEN_TEST_ACS", KEY)
    with services(tmp_path) as known:
        yield known


class Sender:
    """One engagement and one pack, delivered as often as a test likes."""

    def __init__(self, folder: Path, azure: Services, channel: str, summary: bytes = parcels.PDF) -> None:
        self.folder, self.azure, self.waits = folder, azure, list[float]()
        self.kept = parcels.kept(folder, parcels.BOTH + channel, azure.engagement)
        self.pack = parcels.pack(folder / "out", summary=summary)

    def __call__(self, *, again: bool = False) -> Outcome:
        (outcome,) = deliver(self.kept, self.pack, again=again, sleep=self.waits.append)
        assert self.azure.wrong == []
        return outcome

    def results(self) -> list[dict[str, Any]]:
        found = sorted((self.folder / "out" / "deliveries").rglob("*.result.json"))
        return [json.loads(path.read_bytes()) for path in found]


def graph(folder: Path, azure: Services, more: str = "", summary: bytes = parcels.PDF) -> Sender:
    return Sender(folder, azure, f"graph: {{sender: {SENDER}{more}}}", summary)


def acs(folder: Path, azure: Services, more: str = ", key_env: REPORTGEN_TEST_ACS") -> Sender:
    return Sender(folder, azure, f"acs: {{endpoint: '{azure.url}', sender: {SENDER}{more}}}")


def test_graph_sends_the_mail_with_the_summary(tmp_path: Path, azure: Services) -> None:
    send = graph(tmp_path, azure)
    assert send().state == "delivered"
    (mail,) = azure.mails
    assert [one["emailAddress"]["address"] for one in mail["toRecipients"]] == list(parcels.TO)
    (attached,) = mail["attachments"]
    assert base64.b64decode(attached["contentBytes"]) == parcels.PDF
    assert attached["name"] == "summary-3f9a1c77e2b4.pdf"
    assert azure.scopes == [f"{azure.url}/.default"]
    assert send.results()[0]["message_id"] == "the-request"
    assert send().state == "already"
    assert len(azure.mails) == 1


def test_graph_carries_no_more_than_3_mb_and_says_so(tmp_path: Path, azure: Services) -> None:
    assert graph(tmp_path, azure, summary=BIG)().state == "delivered"
    (mail,) = azure.mails
    assert "attachments" not in mail
    assert "The summary has 4.2 MB and is not attached" in mail["body"]["content"]
    assert "carries 3.0 MB at most" in mail["body"]["content"]


def test_graph_carries_more_by_an_upload_session(tmp_path: Path, azure: Services) -> None:
    send = graph(tmp_path, azure, ", upload_session: true", BIG)
    assert send().state == "delivered"
    (mail,) = azure.mails
    assert base64.b64decode(mail["attachments"][0]["contentBytes"]) == BIG
    assert send.results()[0]["message_id"] == "<made@contoso.example>"
    assert sum(method == "PUT" for method, _ in azure.calls) == 2
    stored = "".join(path.read_text() for path in (tmp_path / "out" / "deliveries").rglob("*.json"))
    assert "hush" not in stored


def test_an_upload_goes_on_after_a_moment(tmp_path: Path, azure: Services) -> None:
    azure.faults = [Fault("/upload/", 503), Fault("/createUploadSession", 500)]
    send = graph(tmp_path, azure, ", upload_session: true", BIG)
    assert send().state == "delivered"
    assert len(azure.mails) == 1


@pytest.mark.parametrize(("channel", "path"), [(graph, "/sendMail"), (acs, "/emails:send")])
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_says(
    tmp_path: Path, azure: Services, channel: Any, path: str, status: int
) -> None:
    azure.faults = [Fault(path, status, {"Retry-After": "41"}), Fault(path, status)]
    send = channel(tmp_path, azure)
    assert send().state == "delivered"
    assert send.waits[:2] == [41.0, WAITS[1]]
    assert len(azure.mails) == 1


@pytest.mark.parametrize(("channel", "path"), [(graph, "/sendMail"), (acs, "/emails:send")])
@pytest.mark.parametrize("status", [500, 504, 0])
def test_an_answer_that_leaves_it_open_is_unknown(
    tmp_path: Path, azure: Services, channel: Any, path: str, status: int
) -> None:
    azure.faults = [Fault(path, status, taken=True)]
    send = channel(tmp_path, azure)
    assert send().state == "unknown"
    assert send().state == "unknown"
    assert (len(azure.mails), send.results()[0]["state"]) == (1, "unknown")
    assert send(again=True).state == "delivered"
    assert len(azure.mails) == 2


@pytest.mark.parametrize(("channel", "path"), [(graph, "/sendMail"), (acs, "/emails:send")])
def test_a_refusal_is_told_with_the_service_s_words(
    tmp_path: Path, azure: Services, channel: Any, path: str
) -> None:
    azure.faults = [Fault(path, 403)]
    send = channel(tmp_path, azure)
    outcome = send()
    assert (outcome.state, azure.mails, send.waits) == ("failed", [], [])
    assert "HTTP 403 Fault: As asked for." in outcome.told
    assert send().state == "delivered"


def test_a_wait_of_hours_is_left_to_the_next_run(tmp_path: Path, azure: Services) -> None:
    azure.faults = [Fault("/sendMail", 429, {"Retry-After": str(int(LONGEST) + 1)})]
    send = graph(tmp_path, azure)
    assert send().state == "failed"
    assert send.waits == []


def test_acs_sends_by_key_and_waits_for_the_end(tmp_path: Path, azure: Services) -> None:
    azure.states = [{"status": "Running"}, {"status": "Succeeded"}]
    send = acs(tmp_path, azure)
    assert send().state == "delivered"
    (mail,) = azure.mails
    assert [one["address"] for one in mail["recipients"]["to"]] == list(parcels.TO)
    assert base64.b64decode(mail["attachments"][0]["contentInBase64"]) == parcels.PDF
    assert send.waits == [3.0, 7.0]
    assert {send.results()[0]["message_id"]} == azure.operations
    assert azure.scopes == []


def test_acs_sends_as_an_identity(tmp_path: Path, azure: Services) -> None:
    assert acs(tmp_path, azure, "")().state == "delivered"
    assert azure.scopes == ["https://communication.azure.com/.default"]


def test_acs_tells_what_became_of_the_operation(tmp_path: Path, azure: Services) -> None:
    azure.states = [{"status": "Failed", "error": {"code": "Bounced", "message": "no such domain"}}]
    outcome = acs(tmp_path, azure)()
    assert outcome.state == "failed"
    assert "Failed: Bounced: no such domain" in outcome.told


def test_an_operation_whose_end_nobody_can_see_is_unknown(tmp_path: Path, azure: Services) -> None:
    azure.faults = [Fault("/emails/operations/", 404)]
    assert acs(tmp_path, azure)().state == "unknown"


@pytest.mark.parametrize("key", ["not base64!", KEY[:-4] + "AAA="])
def test_a_wrong_key_stands_nowhere(
    tmp_path: Path, azure: Services, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("REPORTGEN_TEST_ACS", key)
    send = acs(tmp_path, azure)
    (outcome,) = deliver(send.kept, send.pack, sleep=send.waits.append)
    assert (outcome.state, azure.mails) == ("failed", [])
    stored = "".join(path.read_text() for path in (tmp_path / "out" / "deliveries").rglob("*.json"))
    assert key not in stored + outcome.told


def test_a_service_that_nobody_vouches_for_gets_nothing(tmp_path: Path, azure: Services) -> None:
    send = acs(tmp_path, azure)
    send.kept = parcels.kept(
        tmp_path,
        f"{parcels.BOTH}acs: {{endpoint: '{azure.url}', sender: {SENDER}, key_env: REPORTGEN_TEST_ACS}}",
    )
    outcome = send()
    assert (outcome.state, azure.calls, send.waits) == ("failed", [], [])
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.told or "certificate" in outcome.told
    assert "api-version" not in outcome.told, "a query may hold a token"


def test_a_netrc_of_the_host_s_takes_no_token_s_place(
    tmp_path: Path, azure: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password hush\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert graph(tmp_path, azure)().state == "delivered"
