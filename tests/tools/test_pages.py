"""The pages of controls, coverage and frameworks: what they have to tell, read back by a Markdown parser."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reportgen.assess import catalogue, coverage, frameworks
from reportgen.model import (
    Control,
    Framework,
    MappedControl,
    ParameterNote,
    Relation,
    Requirement,
    Weaker,
)
from reportgen.run import CONTROLS, FRAMEWORKS
from reportgen.sources import BY_NAME
from tests.line import ROOT
from tools.pages import controls as pages
from tools.pages import coverage as coverage_page
from tools.pages import frameworks as frameworks_page

PARTS = (
    "What it tests.",
    "Why.",
    "How to test by hand.",
    "How to fix.",
    "Parameters.",
    "Evidence and rights.",
    "Frameworks.",
    "Peers.",
    "References.",
    "History.",
)
CONTROL = catalogue.load(CONTROLS)[0]
HOSTILE = "a|b <b>x</b> [l](javascript:1) `t` *e* _u_ ~~s~~ &lt; \\| # é"
"""Text that is none of this in Markdown: a cell's end, HTML, a link, code, emphasis, an entity."""
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(text: str) -> list[Token]:
    """All tokens, those inside lines beside the blocks."""
    return [token for block in MARKDOWN.parse(text) for token in (block, *(block.children or ()))]


def shown(text: str) -> str:
    """What a reader sees, without the markup."""
    return "\n".join(
        "".join(part.content for part in block.children or ()) if block.type == "inline" else block.content
        for block in MARKDOWN.parse(text)
        if block.type in ("inline", "fence")
    )


@cache
def checks() -> dict[str, coverage.PeerCheck]:
    return {row.id: row for row in coverage.checks(CONTROLS)}


def one(control: Control, *shipped: Framework) -> str:
    return pages.page(control.area, [control], shipped, checks())


def test_each_control_has_its_heading_and_its_parts_in_order() -> None:
    shipped = frameworks.load([FRAMEWORKS])
    for control in catalogue.load(CONTROLS):
        text = one(control, *shipped)
        _, *rest = text.split(f"\n## {control.id}\n")
        assert len(rest) == 1, control.id
        assert re.findall(r"^\*\*([^*]+)\*\*", rest[0], re.MULTILINE) == [*PARTS], control.id
        told = shown(text)
        for value in (control.check, control.remediation_cli, *control.references):
            assert value.strip() in told, (control.id, value)
        for need in control.needs:
            assert all(f"`{right}`" in text for right in BY_NAME[need].permissions)
        for framework, mapped in frameworks.of_control(shipped, control.id):
            (row,) = re.findall(rf"^\| {re.escape(framework.short)} \|.*", text, re.MULTILINE)
            assert all(re.search(rf"[| ,]{re.escape(one.id)}[ ,]", row) for one, _ in mapped), row


def test_text_stands_there_as_it_is_and_does_nothing() -> None:
    evil = replace(
        CONTROL,
        title=HOSTILE,
        objective=f"1. {HOSTILE}",
        severity_reason=HOSTILE,
        test_procedure=f"{HOSTILE} To re-perform, run az x ```\naz y",
        check="'```' == '|'",
        remediation_text=HOSTILE,
        remediation_cli="az aks update ````x",
        references=("https://example.org/a_b", "https://example.org/> [x](y)"),
        when="true",
        not_applicable_reason=HOSTILE,
        assessable="true",
        not_assessed_reason=HOSTILE,
        parameters={"max": "`|`"},
        parameter_notes={"max": ParameterNote("`|`", Weaker.NONE, HOSTILE)},
        history={"2026.4": HOSTILE},
        covers=(),
    )
    mapped = MappedControl(evil.id, Relation.DIRECT, HOSTILE)
    requirement = Requirement(HOSTILE, "", "", "automated", "", "", (mapped,))
    text = one(evil, Framework("f", HOSTILE, HOSTILE, "", "", "", "", "", (requirement,), ""))
    tokens = parsed(text)
    types = {token.type for token in tokens}
    assert not types & {"html_block", "s_open", "em_open", "image"}
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert links == [f"#{evil.id}", "https://example.org/a_b"]
    # title twice, why with its severity's reason, by hand, fix, two guards, parameter, framework and
    # requirement with who maps it, history
    assert shown(text).count(HOSTILE) == 13
    assert '"`|`"' in shown(text).replace(r"\|", "|")
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences == ["'```' == '|'\n", "az x ```\naz y\n", "az aks update ````x\n"]
    columns = [len(row.split(" | ")) for row in text.splitlines() if row.startswith("| ")]
    assert set(columns) <= {3, 4}


def test_marks_that_turn_writing_round_are_shown() -> None:
    text = one(replace(CONTROL, title="a\u202eb", check="'\u202e' == ''"))
    assert "\u202e" not in text
    assert text.count("u{202E}") == 3


def row(number: int, controls: tuple[str, ...], told: coverage.Disposition | None) -> coverage.Coverage:
    peers = {"Prowler": "x", "others": "KubeBuddy A|1; AAC (setting shown); Some other list"}
    check = coverage.PeerCheck(
        f"PC-{number}", "secrets", f"Concept {HOSTILE}", "", peers if number == 1 else {}
    )
    return coverage.Coverage(check, controls, told)


def test_coverage_counts_and_lists_every_row() -> None:
    partly = coverage.Disposition(disposition="choice", reason=f"Because of {HOSTILE}")
    text = coverage_page.page(
        [row(1, ("secrets-a",), None), row(2, ("secrets-a", "secrets-b"), partly), row(3, (), None)],
        {"secrets-a": "secrets", "secrets-b": "secrets"},
    )
    told = shown(text)
    assert "3 rows; controls look at 2 of them. 2 rows are checked by no peer." in told
    for line in (
        "| automated | 1 |",
        "| choice | 1 |",
        "| open | 1 |",
        "| [secrets](#secrets) | 3 | 1 | 1 | 1 |",
    ):
        assert line in text
    assert "| left-out |" not in text
    assert told.count(HOSTILE) == 4
    assert "Prowler, KubeBuddy, AAC, Some other list" in told
    assert "[secrets-a](controls/secrets.md#secrets-a)<br>[secrets-b](controls/secrets.md#secrets-b)" in text


def test_frameworks_are_counted_by_method_and_by_mapping() -> None:
    direct = MappedControl("a-b", Relation.DIRECT, "Example")
    means = MappedControl("a-b", Relation.SUPPORTING, "")
    listed = (
        Requirement("1", "One", "Part", "automated", "", "", (direct, means)),
        Requirement("2", "Two", "Part", "attestation", "Why.", "", (means,)),
        Requirement("3", "Three", "Rest", "inherited", "Why.", "", ()),
    )
    text = frameworks_page.page(
        [
            Framework(
                "x",
                "X",
                HOSTILE,
                "1",
                "P",
                "https://example.org",
                "Note.",
                "Three.",
                listed,
                "frameworks/x.yaml",
            )
        ]
    )
    rows = [[cell.strip() for cell in line.split(" | ")[1:]] for line in text.splitlines() if " | " in line]
    assert ["3", "1", "0", "1", "1", "0 |"] in rows
    assert ["1", "1", "2", "1", "2 |"] in rows
    assert ["2", "1", "1", "0 |"] in rows
    assert ["1", "0", "0", "1 |"] in rows
    assert HOSTILE in shown(text)


def anchors(text: str) -> set[str]:
    """The anchors that code hosts give to headings."""
    heads = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head) for head in heads]
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in plain}


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = {str(token.attrs["href"]) for token in parsed(text) if token.type == "link_open"}
    for link in sorted(links - {one for one in links if one.startswith(("https://", "http://"))}):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
