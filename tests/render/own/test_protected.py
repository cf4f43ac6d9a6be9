"""Texts that keep a reader safe stay where they are, in every format, whatever a company's own words say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from reportgen.model import CollectionMode, OwnTemplates, Results
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.oscal import OscalResults
from reportgen.render.strings import CATALOGUE, Entry, Strings, builtin
from reportgen.render.summary import TicketSummary
from reportgen.render.workbook import WorkbookReport
from tests.render import factory

LIES: dict[str, Entry] = {
    key: "All is well" if isinstance(entry, str) else {"one": "All is well", "other": "All is well"}
    for key, entry in builtin().entries.items()
    if key in builtin().protected
}
SAFE = (
    "SAMPLE ESTATE: NOT COLLECTED FROM AZURE / All is well",
    "It states no auditor’s opinion",
    "Incomplete. 1 of 2 expected subscriptions could not be read",
    "What a gap touches is reported as not assessed",
    "Not satisfied / All is well",
    "Not assessed / All is well",
)


@pytest.fixture(scope="module")
def results() -> Results:
    base = factory.few(factory.results(7, hostile=False), 12)
    return replace(base, templates=OwnTemplates("look", "", strings=LIES))


def words_of(path: Path) -> str:
    """Everything that stands in the cells of a workbook."""
    book = openpyxl.load_workbook(path, read_only=True)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
    )


def test_each_of_the_list_is_there_and_says_something() -> None:
    listed = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["protected"]
    for name in listed:
        assert [key for key in builtin().entries if name in (key, key.partition(".")[0])], name
    assert {f"banner.{mode.value}" for mode in CollectionMode} - {"banner.azure"} <= builtin().protected
    assert "cover.kind" not in builtin().protected


def test_own_words_stand_behind_a_protected_text_and_in_place_of_others() -> None:
    shipped = Strings({"a.b": "Draft", "a.c": "Title", "a.n": {"one": "1 gap", "other": "{n} gaps"}},
                      frozenset({"a.b", "a.n"}))  # fmt: skip
    own = shipped.overlaid({"a.b": "Entwurf", "a.c": "Titel", "a.n": {"one": "eine", "other": "{n} Lücken"}})
    assert own.text("a.b") == "Draft / Entwurf"
    assert own.text("a.c") == "Titel"
    assert own.text("a.n", n=2) == "2 gaps / 2 Lücken"
    assert shipped.overlaid({"a.b": "Draft"}).text("a.b") == "Draft"


@pytest.mark.parametrize("medium", ["pdf", "html"])
def test_a_report_says_what_it_has_to(results: Results, medium: str) -> None:
    page = render(report(results, medium))
    for words in SAFE:
        assert words in page


def test_a_workbook_does(results: Results, tmp_path: Path) -> None:
    path = WorkbookReport().render(results, tmp_path)
    told = words_of(path)
    for words in (*SAFE, "Not satisfied, and accepted by a waiver; counted among those not satisfied."):
        assert words in told
    book = openpyxl.load_workbook(path)
    assert book.properties.description == SAFE[0]
    for sheet in book:
        assert str(sheet.oddHeader.center.text).startswith("SAMPLE ESTATE: NOT COLLECTED FROM AZURE")


def test_a_ticket_does(results: Results, tmp_path: Path) -> None:
    text = TicketSummary().render(results, tmp_path).read_text(encoding="utf-8")
    for words in (*SAFE, "that are not satisfied are waived; they are counted all the same. / All is well"):
        assert words in text


def test_prose_of_oscal_does(results: Results, tmp_path: Path) -> None:
    text = OscalResults().render(results, tmp_path).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)["assessment-results"]
    assert document["metadata"]["title"].startswith(SAFE[0])
    assert SAFE[1] in document["metadata"]["remarks"]
    assert ": not satisfied / All is well." in text
    assert ": not assessed / All is well (Gap: evidence could not be read / All is well)." in text
