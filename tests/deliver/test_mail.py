"""What a mail says: numbers in both texts, no names unless asked for, and nothing that steers a header."""

from __future__ import annotations

import email
import email.policy
import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from reportgen.deliver.interface import Mail
from reportgen.deliver.mail import MOST_BYTES, Occasion, compose
from reportgen.deliver.message import message
from reportgen.deliver.parcel import parcel
from reportgen.model import CollectionMode, OwnTemplates, Results
from tests.deliver import parcels
from tests.render import factory

OCCASION = Occasion(
    sender="evidence@contoso.example",
    recipients=parcels.TO,
    most_bytes=MOST_BYTES,
    draft=False,
    names=False,
    places=(),
    token="0" * 32,
    time=datetime(2026, 11, 16, 9, tzinfo=UTC),
)
HOSTILE = "Contoso\r\nBcc: everybody@example.test\n\n<script>alert(1)</script>\u202e\x1b[2J\u2028{{ 7*7 }}"


def mail(
    folder: Path, results: Results, summary: bytes | None = parcels.PDF, occasion: Occasion = OCCASION
) -> Mail:
    return compose(parcel(parcels.pack(folder, results, summary)), occasion)


def parsed(sent: Mail) -> EmailMessage:
    found = email.message_from_bytes(message(sent), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def shown(text: str) -> str:
    """What a reader sees of an HTML text."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_both_texts_say_the_same_numbers(tmp_path: Path) -> None:
    results = factory.results(7, CollectionMode.AZURE, hostile=False)
    sent = mail(tmp_path, results)
    gaps = sum(not gap.excluded for gap in results.gaps)
    unsatisfied = sum(finding.status.value == "not-satisfied" for finding in results.findings)
    for text in (" ".join(sent.text.split()), shown(sent.html)):
        assert f"INCOMPLETE: {gaps} gaps in the evidence" in text
        assert "Results: 38 controls" in text
        assert re.search(rf"Not satisfied:? {unsatisfied}\b", text)
        assert (
            "Scope: 1 of 2 expected subscriptions read; 7 clusters; nothing in the one that was not read"
            in text
        )
        assert f"Gaps: {gaps}" in text
        assert "Attached: summary-3f9a1c77e2b4.pdf" in text
        assert "It states no auditor’s opinion." in text


def test_no_resource_is_named_unless_asked_for(tmp_path: Path) -> None:
    results = factory.results(25, CollectionMode.AZURE, hostile=False)
    sent = mail(tmp_path, results)
    names = {item.subject.name for item in results.observations} | set(results.subscription_names.values())
    ids = {line.id for line in results.scope.subscriptions}
    for text in (sent.subject, sent.text, sent.html):
        assert [name for name in names | ids if name in text] == []
    named = mail(tmp_path, results, occasion=replace(OCCASION, names=True))
    for text in (named.text, named.html):
        assert "aks-payments-weu-" in text
        assert "exceptions, by control and subject:" in text
        assert "more, in the full pack" in text
        assert "not in this mail" not in text


def test_a_name_can_neither_add_a_header_nor_markup_nor_a_line(tmp_path: Path) -> None:
    results = parcels.renamed(factory.results(12, CollectionMode.AZURE), entity=HOSTILE)
    sent = mail(tmp_path, results, occasion=replace(OCCASION, names=True))
    assert sent.subject.isprintable()
    built = parsed(sent)
    assert built["Bcc"] is None
    assert built["To"] == ", ".join(parcels.TO)
    assert built["Subject"] == sent.subject
    assert "<script" not in sent.html
    assert "Bcc:" not in [line.partition(" ")[0] for line in sent.text.splitlines()]
    for text in (sent.text, sent.html):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "{{ 7*7 }}" in text


def test_the_message_refuses_a_header_with_a_line_s_end(tmp_path: Path) -> None:
    sent = mail(tmp_path, factory.clean())
    with pytest.raises(ValueError, match="linefeed"):
        message(replace(sent, subject="a\r\nBcc: b@example.test"))


def test_lines_are_short_and_ascii(tmp_path: Path) -> None:
    long = parcels.renamed(factory.results(3, CollectionMode.AZURE), entity="Ø" * 3000)
    content = message(mail(tmp_path, long, b"%PDF" + bytes(range(256)) * 400))
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("size", [MOST_BYTES, MOST_BYTES + 1])
def test_a_summary_of_more_than_5_mb_stays_behind(tmp_path: Path, size: int) -> None:
    sent = mail(tmp_path, factory.clean(), b"x" * size)
    assert bool(sent.attachment) is (size == MOST_BYTES)
    assert ("The summary has 5.0 MB and is not attached" in sent.text) is (size > MOST_BYTES)


def test_a_pack_without_a_summary_says_so(tmp_path: Path) -> None:
    sent = mail(tmp_path, factory.clean(), None)
    assert sent.attachment is None
    for text in (sent.text, sent.html):
        assert "There is no summary.pdf in this pack" in text
        assert "lies with the sender; ask for it by its name" in text


def test_a_link_is_one_only_where_it_leads_somewhere(tmp_path: Path) -> None:
    places = ("https://contoso.example/a?b=1&c=2", "/srv/<handed>", "abfs://packs@contosoaudit/aks")
    sent = mail(tmp_path, factory.clean(), occasion=replace(OCCASION, places=places))
    assert re.findall(r'href="([^"]*)"', sent.html) == ["https://contoso.example/a?b=1&amp;c=2"]
    assert "/srv/<handed>" in shown(sent.html)
    assert all(f"  {place}\n" in sent.text for place in places)


def test_one_cluster_by_a_kubeconfig_has_no_subscriptions(tmp_path: Path) -> None:
    sent = mail(tmp_path, parcels.renamed(factory.clean(), collection_mode=CollectionMode.KUBECONFIG))
    assert "Scope: One cluster, read by a kubeconfig" in sent.text
    assert sent.subject.startswith("[ONE CLUSTER BY KUBECONFIG: NOT COLLECTED FROM AZURE] ")


OWN = OwnTemplates(
    "look",
    "",
    strings={
        "mail.incomplete": "UNVOLLSTÄNDIG",
        "mail.draft": "Entwurf",
        "mail.draft_note": "Noch nicht freigegeben.",
        "mail.incomplete_note": {"one": "Alles gut", "other": "Alles gut"},
        "mail.results": "Ergebnisse <b>",
        "status.not_satisfied": "Nicht erfüllt",
    },
    language="de",
)


def test_own_words_are_in_both_texts_and_behind_those_that_warn(tmp_path: Path) -> None:
    results = factory.results(7, CollectionMode.AZURE, hostile=False)
    occasion = replace(OCCASION, draft=True)
    sent = compose(parcel(parcels.pack(tmp_path, results)), occasion, OWN)
    gaps = sum(not gap.excluded for gap in results.gaps)
    assert sent.subject.startswith("[DRAFT / Entwurf] [INCOMPLETE / UNVOLLSTÄNDIG] AKS control evidence: ")
    for text in (" ".join(sent.text.split()), shown(sent.html)):
        assert (
            f"INCOMPLETE: {gaps} gaps in the evidence. What they touch was not assessed. / Alles gut" in text
        )
        assert "This pack was not released yet" in text
        assert "/ Noch nicht freigegeben." in text
        assert "Not satisfied / Nicht erfüllt" in text
        assert "Ergebnisse <b>" in text
    assert "Ergebnisse &lt;b&gt;" in sent.html
    assert '<html lang="de">' in sent.html
    assert sent.attachment
    assert sent.attachment.name.startswith("DRAFT-summary-")
