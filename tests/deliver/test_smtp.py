"""Mail by SMTP, to a real server with TLS and accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.deliver import Outcome, deliver
from reportgen.deliver.retry import LONGEST, WAITS
from tests.deliver import parcels
from tests.deliver.postbox import PASSWORD, TOKEN, USER, Postbox, postbox

VARIABLE = "REPORTGEN_TEST_MAIL"
PASSWORD_SETTINGS = f"username: {USER}, password_env: {VARIABLE}"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with postbox(tmp_path) as known:
        yield known


class Sender:
    """One engagement and one pack, delivered as often as a test likes."""

    def __init__(self, folder: Path, deliver: str) -> None:
        self.kept = parcels.kept(folder, deliver)
        self.pack = parcels.pack(folder / "out")
        self.waits: list[float] = []

    def __call__(self, *, again: bool = False) -> Outcome:
        (outcome,) = deliver(self.kept, self.pack, again=again, sleep=self.waits.append)
        return outcome

    def records(self) -> dict[str, dict[str, object]]:
        folder = self.kept.local.parent / "deliveries" / "3f9a1c77e2b4"
        return {path.name: json.loads(path.read_bytes()) for path in sorted(folder.iterdir())}


def sender(folder: Path, box: Postbox, more: str = PASSWORD_SETTINGS) -> Sender:
    return Sender(folder, f"{parcels.BOTH}smtp: {{{box.settings}, {more}}}")


def test_a_mail_has_both_texts_the_summary_and_the_hashes(tmp_path: Path, box: Postbox) -> None:
    send = sender(tmp_path, box)
    assert send().state == "delivered"
    ((envelope, mail),) = box.mails
    assert envelope.mail_from == USER
    assert tuple(envelope.rcpt_tos) == parcels.TO
    assert mail["To"] == ", ".join(parcels.TO)
    assert mail["From"] == USER
    assert mail["Subject"].startswith("AKS control evidence: Contoso Energy, 2026-10-01 to 2026-12-31")
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert html
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "summary-3f9a1c77e2b4.pdf"
    assert attached.get_content() == parcels.PDF
    records = send.records()
    intent, result = records["smtp-1.json"], records["smtp-1.result.json"]
    for body in (text.get_content(), html.get_content()):
        assert intent["zip_sha256"] in body
        assert intent["manifest_sha256"] in body
    assert intent["recipients"] == list(parcels.TO)
    assert (result["state"], result["message_id"]) == ("delivered", mail["Message-ID"])
    assert box.signed_in == ["PLAIN"]


def test_no_second_mail_for_the_same_pack_and_recipients(tmp_path: Path, box: Postbox) -> None:
    send = sender(tmp_path, box)
    assert [send().state, send().state, send(again=True).state] == ["delivered", "already", "already"]
    assert len(box.mails) == 1


def test_a_new_recipient_alone_gets_the_mail(tmp_path: Path, box: Postbox) -> None:
    send = sender(tmp_path, box)
    send()
    more = parcels.BOTH.replace("second@", "second@auditors.example, Third@")
    third = Sender(tmp_path, f"{more}smtp: {{{box.settings}, {PASSWORD_SETTINGS}}}")
    assert third().state == "delivered"
    assert box.mails[1][0].rcpt_tos == ["Third@auditors.example"]


def test_tls_from_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with postbox(tmp_path, security="tls") as box:
        assert sender(tmp_path, box, f"security: tls, {PASSWORD_SETTINGS}")().state == "delivered"
        assert len(box.mails) == 1


def test_a_server_without_tls_gets_no_password_and_no_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    with postbox(tmp_path, security="none") as box:
        outcome = sender(tmp_path, box)()
        assert (outcome.state, box.mails, box.signed_in) == ("failed", [], [])
        assert "STARTTLS" in outcome.told


def test_a_server_that_nobody_vouches_for_gets_no_mail(tmp_path: Path, box: Postbox) -> None:
    settings = box.settings.replace(f"ca_file: {box.ca_file}, ", "")
    send = Sender(tmp_path, f"{parcels.BOTH}smtp: {{{settings}, {PASSWORD_SETTINGS}}}")
    outcome = send()
    assert (outcome.state, box.mails, send.waits) == ("failed", [], [])
    assert "certificate" in outcome.told


def test_a_wrong_password_is_no_mail_and_stands_nowhere(
    tmp_path: Path, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "not-the-password")
    send = sender(tmp_path, box)
    outcome = send()
    assert (outcome.state, box.mails, send.waits) == ("failed", [], [])
    assert "535" in outcome.told
    stored = outcome.told + "".join(
        path.read_text() for path in (tmp_path / "out" / "deliveries").rglob("*.json")
    )
    assert "not-the-password" not in stored
    monkeypatch.setenv(VARIABLE, PASSWORD)
    assert send().state == "delivered"


def test_a_password_that_is_not_there_is_told_by_its_variable(
    tmp_path: Path, box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    outcome = sender(tmp_path, box)()
    assert outcome.state == "failed"
    assert f"deliver.smtp.password_env: the environment variable {VARIABLE}" in outcome.told


@pytest.mark.parametrize(("token", "state"), [(TOKEN, "delivered"), ("stale", "failed")])
def test_xoauth2(tmp_path: Path, box: Postbox, token: str, state: str) -> None:
    (tmp_path / "token").write_text(f"{token}\n", encoding="utf-8")
    outcome = sender(tmp_path, box, f"auth: xoauth2, username: {USER}, token_file: token")()
    assert outcome.state == state
    assert box.signed_in == (["XOAUTH2"] if state == "delivered" else [])
    assert "stale" not in outcome.told


def test_what_fails_for_a_moment_is_tried_again_and_sent_once(tmp_path: Path, box: Postbox) -> None:
    box.answers = ["451 later", "421 busy"]
    send = sender(tmp_path, box)
    assert send().state == "delivered"
    assert send.waits == list(WAITS[:2])
    assert len(box.mails) == 1


def test_what_fails_for_good_is_not_tried_again(tmp_path: Path, box: Postbox) -> None:
    box.answers = ["554 no"]
    send = sender(tmp_path, box)
    outcome = send()
    assert (outcome.state, send.waits, box.mails) == ("failed", [], [])
    assert "554 no" in outcome.told
    assert send.records()["smtp-1.result.json"]["state"] == "failed"
    assert send().state == "delivered"


def test_a_server_that_stays_busy_ends_with_a_failure(tmp_path: Path, box: Postbox) -> None:
    box.answers = ["451 later"] * 5
    send = sender(tmp_path, box)
    assert send().state == "failed"
    assert send.waits == list(WAITS)
    assert max(WAITS) < LONGEST


def test_one_refused_recipient_keeps_no_other_from_the_mail(tmp_path: Path, box: Postbox) -> None:
    first, second = parcels.TO
    box.rcpt = {second: ["550 nobody here"]}
    send = sender(tmp_path, box)
    outcome = send()
    assert outcome.failed
    assert f"{second}: 550 nobody here" in outcome.told
    assert box.mails[0][0].rcpt_tos == [first]
    assert send().state == "delivered"
    assert [envelope.rcpt_tos for envelope, _ in box.mails] == [[first], [second]]


def test_a_recipient_who_is_put_off_gets_it_later_and_nobody_twice(tmp_path: Path, box: Postbox) -> None:
    first, second = parcels.TO
    box.rcpt = {first: ["451 greylisted"]}
    send = sender(tmp_path, box)
    assert send().state == "delivered"
    assert [envelope.rcpt_tos for envelope, _ in box.mails] == [[second], [first]]


def test_a_connection_that_breaks_after_the_mail_is_unknown_and_not_sent_again(
    tmp_path: Path, box: Postbox
) -> None:
    box.before_answer = lambda server: server.transport.abort()
    send = sender(tmp_path, box)
    assert send().state == "unknown"
    assert send.records()["smtp-1.result.json"]["state"] == "unknown"
    box.before_answer = lambda server: None
    again = send()
    assert (again.state, again.failed, len(box.mails)) == ("unknown", True, 1)
    assert "--again" in again.told
    assert send(again=True).state == "delivered"
    assert len(box.mails) == 2
    assert send().state == "already"


def test_a_process_that_dies_while_sending_leaves_an_intent(tmp_path: Path, box: Postbox) -> None:
    class Killed(BaseException):
        pass

    def killed(seconds: float) -> None:
        raise Killed

    box.answers = ["451 later"]
    send = sender(tmp_path, box)
    with pytest.raises(Killed):
        deliver(send.kept, send.pack, sleep=killed)
    assert list(send.records()) == ["smtp-1.json"]
    assert (send().state, box.mails) == ("unknown", [])
    assert send(again=True).state == "delivered"


def test_a_server_that_is_not_there_is_a_failure(tmp_path: Path, box: Postbox) -> None:
    send = Sender(
        tmp_path,
        f"{parcels.BOTH}smtp: {{host: 127.0.0.1, port: 9, ca_file: {box.ca_file}, sender: {USER}}}",
    )
    outcome = send()
    assert (outcome.state, send.waits) == ("failed", list(WAITS))
    assert "127.0.0.1:9" in outcome.told


def test_whom_a_broken_connection_may_have_reached_gets_no_second_mail(tmp_path: Path, box: Postbox) -> None:
    first, second = parcels.TO
    box.rcpt = {first: ["451 greylisted"]}
    send = sender(tmp_path, box)

    def break_off(seconds: float) -> None:
        send.waits.append(seconds)
        box.before_answer = lambda server: server.transport.abort()

    (outcome,) = deliver(send.kept, send.pack, sleep=break_off)
    assert outcome.state == "unknown"
    result = send.records()["smtp-1.result.json"]
    assert (result["delivered"], result["unknown"]) == ([second], [first])
    box.before_answer = lambda server: None
    assert (send().state, len(box.mails)) == ("unknown", 2)
    assert send(again=True).state == "delivered"
    assert [envelope.rcpt_tos for envelope, _ in box.mails] == [[second], [first], [first]]
