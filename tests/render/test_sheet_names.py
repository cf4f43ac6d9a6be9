"""Names of sheets as Excel and xlsxwriter take them, and none that a number makes the same as another."""

from __future__ import annotations

import pytest

from reportgen.render.sheet_names import numbered, refused
from reportgen.render.strings import builtin


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a" * 32, "31 letters at most, this one 32"),
        ("🚀" * 16, "31 letters at most, this one 32"),
        ("Scope/Gaps", "cannot have / in it"),
        ("What?", "cannot have ? in it"),
        ("A\\B", "cannot have \\ in it"),
        ("[Scope]", "cannot have [ in it"),
        ("'Scope", "apostrophe"),
        ("Scope'", "apostrophe"),
        ("HISTORY", "keeps for itself"),
    ],
)
def test_what_excel_refuses_is_refused(name: str, told: str) -> None:
    assert told in refused({"one": name, "two": "Findings"})["one"]


@pytest.mark.parametrize("name", ["a" * 31, "L'état", "範囲", "Scope, by day", "2026"])
def test_other_names_are_taken(name: str) -> None:
    assert refused({"one": name, "two": "Findings"}) == {}


@pytest.mark.parametrize(
    ("one", "two"),
    [("Gaps", "GAPS"), ("Gaps 2", "Gaps"), ("Gaps 2 3", "Gaps 2"), ("a" * 25 + "bb", "a" * 25 + "c")],
)
def test_names_that_a_further_sheet_could_take_are_refused(one: str, two: str) -> None:
    assert refused({"one": one, "two": two}) == dict.fromkeys(("one", "two"), "too like another sheet's")


def test_a_number_fits_behind_every_name() -> None:
    assert numbered("a" * 31, 1) == "a" * 31
    assert numbered("a" * 31, 99999) == f"{'a' * 25} 99999"
    assert numbered("🚀" * 13, 2) == f"{'🚀' * 12} 2"
    assert numbered("abcdefghijklmnopqrstuvwx'yz", 2) == "abcdefghijklmnopqrstuvwx 2"


def test_the_shipped_names_are_good() -> None:
    prefix = "workbook.sheet_"
    names = {key: text for key, text in builtin().entries.items() if key.startswith(prefix)}
    assert len(names) > 15
    assert refused({key: str(text) for key, text in names.items()}) == {}
