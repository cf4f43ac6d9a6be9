"""The pseudo-locale in the other files that people read: workbook, ticket, prose of OSCAL, mails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportgen.deliver.mail import MOST_BYTES, Occasion, compose
from reportgen.deliver.parcel import parcel
from reportgen.model import CollectionMode, Json, Results
from reportgen.render import strings
from reportgen.render.oscal import OscalPlan, OscalResults
from reportgen.render.strings import builtin
from reportgen.render.summary import TicketSummary
from reportgen.render.workbook import WorkbookReport
from tests.deliver import parcels
from tests.render.pseudo import hard_wired, in_pseudo, left_over
from tests.render.test_pseudo_locale import alone, everything, nothing

_PROSE = {"title", "description", "remarks", "statement", "prose"}
_FOR_PROGRAMS = re.compile(
    r'^(az|kubectl) (.|\n)*|\{".*\}|\breportgen \d[\w.]+|^(demo|kubeconfig)$|\b[0-9a-f]{64}\b'
)
"""Commands, values as JSON, the tool's name, the word for the collection mode, and hashes."""
MADE = pytest.mark.parametrize("make", [everything, nothing, alone])
Make = Callable[[], Results]


@pytest.fixture(autouse=True)
def unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With protected texts in the pseudo-locale alone, so that shipped words in a file were written there."""
    monkeypatch.setattr(strings, "builtin", lambda: replace(builtin(), protected=frozenset()))


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{place}: {text}" for place in found for text in found[place])


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """The texts of a workbook by sheet, running heads and properties too."""
    book = openpyxl.load_workbook(path)
    yield from (("properties", value or "") for value in (book.properties.title, book.properties.description))
    for sheet in book:
        yield "names", sheet.title
        for part in (
            sheet.oddHeader.center,
            sheet.oddHeader.right,
            sheet.oddFooter.left,
            sheet.oddFooter.right,
        ):
            yield sheet.title, re.sub(r"&\\[?\w+\\]?", " ", part.text or "")
        for row in sheet.iter_rows(values_only=True):
            yield from (
                (sheet.title, _FOR_PROGRAMS.sub(" ", value)) for value in row if isinstance(value, str)
            )


def prose(value: Json) -> Iterator[tuple[str, str]]:
    """What people read in a document of OSCAL, with the name of its key; properties are for programs."""
    if isinstance(value, list):
        for item in value:
            yield from prose(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _PROSE and isinstance(item, str):
                yield key, _FOR_PROGRAMS.sub(" ", unmarked(item))
            elif key != "props":
                yield from prose(item)


def unmarked(markdown: str) -> str:
    """Text of Markdown, without what is code."""
    text = re.sub(r"(`+).+?\1", " ", markdown)
    return unescape(re.sub(r"\\([\\`*_\[\]|~^$#])", r"\1", text)).replace("\u200b", "")


@MADE
def test_a_workbook_has_no_texts_of_its_own(make: Make, tmp_path: Path) -> None:
    results = in_pseudo(make())
    found = left_over(cells(WorkbookReport().render(results, tmp_path)), results)
    assert found == {}, told(found)


@MADE
def test_a_ticket_has_no_texts_of_its_own(make: Make, tmp_path: Path) -> None:
    results = in_pseudo(make())
    text = TicketSummary().render(results, tmp_path).read_text(encoding="utf-8")
    found = left_over((("", unmarked(line)) for line in text.splitlines()), results)
    assert found == {}, told(found)


@MADE
def test_prose_of_oscal_has_no_texts_of_its_own(make: Make, tmp_path: Path) -> None:
    results = in_pseudo(make())
    for renderer in (OscalPlan(), OscalResults()):
        document: Any = json.loads(renderer.render(results, tmp_path).read_bytes())
        found = left_over(prose(document), results)
        assert found == {}, told(found)


def test_what_programs_match_on_in_oscal_is_the_same_in_every_language(tmp_path: Path) -> None:
    for renderer in (OscalPlan(), OscalResults()):
        english, pseudo = (
            json.loads(renderer.render(results, tmp_path).read_bytes())
            for results in (everything(), in_pseudo(everything()))
        )
        assert list(matched(english)) == list(matched(pseudo))


def matched(value: Json, key: str = "") -> Iterator[tuple[str, Json]]:
    """Everything but prose."""
    if isinstance(value, list):
        for item in value:
            yield from matched(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _PROSE:
                yield from matched(item, name)
    else:
        yield key, value


@MADE
@pytest.mark.parametrize("draft", [False, True])
@pytest.mark.parametrize("places", [(), ("https://contoso.example/x",), None])
def test_a_mail_has_no_texts_of_its_own(
    make: Make, tmp_path: Path, places: tuple[str, ...] | None, *, draft: bool
) -> None:
    results = in_pseudo(make())
    pack = parcel(parcels.pack(tmp_path, results, parcels.PDF if places else None))
    mail = compose(
        pack,
        Occasion("a@b.example", parcels.TO, MOST_BYTES, draft, bool(places), places, "0" * 32,
                 datetime(2026, 11, 16, tzinfo=UTC)),
        results.templates,
    )  # fmt: skip
    shown = [re.sub(r"\b(DRAFT-)?summary-\w+\.pdf|\S+\.zip|https://\S+|[0-9a-f]{64}", " ", text)
             for text in (mail.subject, mail.text, mail.html)]  # fmt: skip
    lines = (("text", line) for text in shown[:2] for line in text.splitlines())
    found = left_over(lines, results) | hard_wired(shown[2], results)
    assert found == {}, told(found)
    assert '<html lang="eo">' in mail.html


def test_a_word_of_the_shipped_catalogue_is_found(tmp_path: Path) -> None:
    results = replace(in_pseudo(everything()), templates=None)
    workbook = left_over(cells(WorkbookReport().render(results, tmp_path)), results)
    assert {"names", "properties", "Summary", "Findings"} <= workbook.keys()
    ticket = TicketSummary().render(results, tmp_path).read_text(encoding="utf-8")
    assert left_over((("", unmarked(line)) for line in ticket.splitlines()), results)
    assert results.facts.collection_mode is not CollectionMode.AZURE
