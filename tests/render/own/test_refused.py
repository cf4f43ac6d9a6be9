"""Own words one by one: what cannot be used is said, and by its key."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from reportgen.render.own.words import refused
from reportgen.render.strings import Entry, builtin


@pytest.mark.parametrize(
    ("key", "entry", "told"),
    [
        ("cover.perod", "x", "no such text"),
        ("cover.period", " ", "expected some words"),
        ("cover.period", {"one": "a", "other": "b"}, "expected one text"),
        ("nature.controls", "a", "expected one and other"),
        ("nature.controls", {"one": "a", "many": "{n}"}, "expected one and other"),
        ("cover.host", "on {hots}", "unknown placeholder {hots}; expected {host}"),
        ("cover.host", "on this host", "{host} is missing, which the shipped text prints"),
        ("nature.controls", {"one": "one control", "other": "some controls"}, "{n} is missing"),
        ("summary.sentence", "{controls}: {satisfied} satisfied.", "{not_satisfied}"),
        ("cover.period", "a\u202eb", "it has marks that nobody sees: a\\u{202E}b"),
        ("cover.period", "a\x00b", "it has marks that nobody sees: a\\u{0000}b"),
        ("status.satisfied", "x" * 59, "may have 58 letters there; it has 59"),
        ("script.columns", "status, cause", "expected 15 heads"),
        ("workbook.sheet_gaps", "Gaps: all", "cannot have : in it"),
        ("workbook.sheet_gaps", "Findings", "too like another sheet's"),
    ],
)
def test_a_text_that_cannot_be_used(key: str, entry: Entry, told: str) -> None:
    (found,) = refused({key: entry, "cover.as_of": "Stichtag"}).items()
    assert found[0] == key
    assert told in found[1]


def test_a_form_for_one_needs_no_number() -> None:
    assert refused({"nature.controls": {"one": "eine Kontrolle", "other": "{n} Kontrollen"}}) == {}


def test_sheets_may_change_their_names_with_each_other() -> None:
    swapped: Mapping[str, Entry] = {
        "workbook.sheet_gaps": "Findings", "workbook.sheet_findings": "Gaps",
    }  # fmt: skip
    assert refused(swapped) == {}
    # With one of them refused, its shipped name is back, and the other is too like it.
    wrong = refused({**swapped, "workbook.sheet_findings": "Gaps?"})
    assert list(wrong) == ["workbook.sheet_gaps", "workbook.sheet_findings"]


def test_every_shipped_text_would_do_as_an_own_one() -> None:
    assert refused(builtin().entries) == {}
