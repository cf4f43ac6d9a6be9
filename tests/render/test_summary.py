"""summary.md as a forge shows it: names are text, tables keep their columns, nothing links out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from reportgen.model import (
    CollectionMode,
    ExclusionResult,
    ExclusionState,
    Gap,
    OwnTemplates,
    Results,
    Status,
)
from reportgen.render.markdown import code, escaped
from reportgen.render.strings import Entry
from reportgen.render.summary import TicketSummary
from tests.render import factory

HARMFUL = (
    "[x](http://example.test)", "![x](file:///etc/passwd)", "<script>alert(1)</script>", "<b>x</b>",
    "&lt;b&gt;", "a|b", "a\nb", "# head", "`code`", "``", "`", "**bold**", "_it_", "~~gone~~", "@someone",
    "@org/team", "#123", "!12", "a@b.example", "http://example.test", "www.example.test", "\\", "$x$",
    "[1]: http://example.test", "\x1b[31mred", "\u202eevil", "- item", "1. item", "<!-- x", "%5", "~label",
    "https://example.test/#1", "|", "a\\|b",
)  # fmt: skip


def html(text: str) -> str:
    """As GitHub's Markdown gives it, but for what forges find in the text afterwards."""
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def shown(text: str) -> str:
    """What a reader sees of HTML."""
    plain = re.sub("<[^>]*>", "", text).replace("\u200b", "").replace("&#8203;", "")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, letter)
    return plain.strip()


def summary(results: Results, folder: Path) -> str:
    return TicketSummary().render(results, folder).read_text(encoding="utf-8")


def excluded(number: int, text: str) -> tuple[ExclusionResult, ...]:
    one = ExclusionResult("X-01", text, text, text, text, "2026-12-31", ExclusionState.ACTIVE, 1)
    return (one,) * number


@pytest.mark.parametrize("text", HARMFUL, ids=ascii)
def test_a_text_is_shown_letter_by_letter(text: str) -> None:
    expected = " ".join(text.replace("\x1b", "\\u{001B}").replace("\u202e", "\\u{202E}").split())
    made = html(f"Name: {escaped(text)}")
    assert set(re.findall(r"<\w+", made)) == {"<p"}
    assert shown(made) == f"Name: {expected}"
    made = html(f"Name: {code(text)}")
    assert set(re.findall(r"<\w+", made)) == {"<p", "<code"}
    assert shown(made) == f"Name: {expected.replace('|', '｜')}"


@pytest.mark.parametrize(
    "text", ["@someone", "see @org/team", "a@b.example", "#12", "!12", "http://x.test", "www.x.test"]
)
def test_forges_find_no_mention_reference_or_address(text: str) -> None:
    after = re.sub("<[^>]*>", "", html(escaped(text)))
    assert not re.search(r"@\w|[#!]\d|://|www\.", after)


@pytest.mark.parametrize("text", HARMFUL, ids=ascii)
def test_no_name_breaks_the_summary(tmp_path: Path, text: str) -> None:
    base = replace(factory.results(3, hostile=False), exclusions=excluded(1, "x"))
    usual = html(summary(base, tmp_path))
    facts = replace(base.facts, entity=text, engagement=text, classification=text)
    observations = tuple(
        replace(item, subject=replace(item.subject, name=text, cluster=text), reason=text, waiver=text)
        for item in base.observations
    )
    gaps = tuple(Gap(gap.source, gap.scope, text, gap.reason, text) for gap in base.gaps)
    made = html(
        summary(
            replace(
                base,
                facts=facts,
                observations=observations,
                gaps=gaps,
                exclusions=excluded(1, text),
                notes=(text,),
            ),
            tmp_path,
        )
    )
    assert len(re.findall("<tr", made)) == len(re.findall("<tr", usual))
    for row in re.findall(r"<tr>(.*?)</tr>", made, re.DOTALL):
        assert len(re.findall("<t[dh]", row)) in {3, 4, 5}
    assert {*re.findall(r"<\w+", made)} == {*re.findall(r"<\w+", usual)}
    assert not {"<a", "<img", "<script", "<b"} & {*re.findall(r"<\w+", made)}


def test_it_says_scope_counts_gaps_and_where_to_look(tmp_path: Path) -> None:
    results = factory.results(12)
    text = summary(results, tmp_path)
    failed = sum(finding.status is Status.NOT_SATISFIED for finding in results.findings)
    assert "**SAMPLE ESTATE: NOT COLLECTED FROM AZURE**" in text
    assert "Incomplete. 1 of 2 expected subscriptions could not be read" in text
    assert "Evidence pack `3f9a1c77e2b4`" in text
    assert f"| ✗ Not satisfied | {failed} | {sum(one.exceptions for one in results.findings)} |" in text
    assert "## Gaps and exclusions" in text
    assert "results/csv/exceptions.csv" in text
    assert len(text) < 20_000


def test_the_most_severe_come_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    results = factory.results(12)
    text = summary(results, tmp_path)
    subjects = text.split("Subjects, the most severe first: ")[1].split("##")[0].splitlines()
    failed = sum(finding.exceptions for finding in results.findings)
    assert subjects[0] == f"20 of {failed}."
    severities = [row.split(" | ")[0].strip("| ") for row in subjects[4:] if row.startswith("|")]
    assert len(severities) == 20
    assert severities == sorted(severities, key=["Critical", "High", "Medium", "Low"].index)


def test_a_clean_estate_has_neither_exceptions_nor_gaps(tmp_path: Path) -> None:
    text = summary(factory.clean(), tmp_path)
    assert "## Exceptions" not in text
    assert "## Gaps" not in text
    assert "Complete. " in text
    assert "NOT COLLECTED" not in text


def test_exclusions_that_are_left_out_are_counted(tmp_path: Path) -> None:
    text = summary(replace(factory.clean(), exclusions=excluded(21, "x")), tmp_path)
    assert text.count("Left out by the engagement: `x`") == 20
    assert "1 more exclusion stands in the report" in text


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    made = {summary(factory.results(5, CollectionMode.AZURE), tmp_path) for _ in range(2)}
    assert len(made) == 1


def test_own_words_are_no_markup(tmp_path: Path) -> None:
    own: dict[str, Entry] = {
        "ticket.scope": "<!-- Umfang",
        "ticket.severity": "Schwere | Stufe",
        "ticket.where_verify": "{readme}: *so* `prüfen`",
        "kinds.cluster": "Verbund_a_",
        "banner.demo": "**Muster**",
    }
    results = replace(factory.results(2, hostile=False), templates=OwnTemplates("look", "", strings=own))
    text = TicketSummary().render(results, tmp_path).read_text(encoding="utf-8")
    assert "## &lt;!-- Umfang" in text
    assert "| Schwere \\| Stufe |" in text
    assert "- `README.txt`: \\*so\\* \\`prüfen\\`" in text
    assert "Verbund\\_a\\_ `" in text
    assert "**SAMPLE ESTATE: NOT COLLECTED FROM AZURE / \\*\\*Muster\\*\\***" in text
