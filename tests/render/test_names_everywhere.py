"""Each kind of bad name in each output that is no drawing: there as text, and nothing else of it.

In report.pdf `test_harmful_names` looks at them, in a browser `test_html_browser`.
"""

from __future__ import annotations

import csv
import html
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportgen import console
from reportgen.model import Observation, Results, Status
from reportgen.render import RENDERERS
from reportgen.render.annex import PdfAnnex
from reportgen.render.pdf import PdfReport
from tests.render import factory
from tests.render.names import HARMFUL, SCRIPTS

NAMES = (*HARMFUL, *SCRIPTS, "\u2067isolate\u2069", "@SUM(1+1)", "#ref !5 @all", "a`b|c")
_TURNING = frozenset({"Cc", "Cf"})
SHOWN = {
    name: "".join(
        f"\\u{{{ord(letter):04X}}}" if unicodedata.category(letter) in _TURNING else letter for letter in name
    )
    for name in NAMES
}
"""As a reader sees it: what has no shape is printed as its code."""


def results() -> Results:
    """One control of which a subject bears each of the names, in every field that an estate fills."""
    base = factory.few(factory.results(1, hostile=False), 1)
    one = next(item for item in base.observations if item.control == base.controls[0].id)
    observations = tuple(_named(one, place, name) for place, name in enumerate(NAMES))
    control = replace(base.controls[0], observe={"Value": "x"})
    counts: dict[str, Any] = {
        "population": len(NAMES),
        "exceptions": len(NAMES),
        "satisfied": 0,
        "not_assessed": 0,
    }
    finding = replace(base.findings[0], status=Status.NOT_SATISFIED, not_applicable=0, waived=0, **counts)
    return replace(base, controls=(control,), findings=(finding,), observations=observations)


def _named(base: Observation, place: int, name: str) -> Observation:
    subject = replace(base.subject, id=f"/subjects/{place:02d}/{name}", name=name, cluster=name)
    return replace(
        base, subject=subject, status=Status.NOT_SATISFIED, observed={"Value": name}, reason=name, cause=None,
        waiver=None, evidence=(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, made = tmp_path_factory.mktemp("names"), results()
    for renderer in RENDERERS:
        if not isinstance(renderer, PdfReport | PdfAnnex):
            renderer.render(made, folder)
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def by_place(rows: list[dict[str, Any]], key: str) -> dict[int, dict[str, Any]]:
    found = ((re.match(r"/subjects/(\d+)/", str(row[key])), row) for row in rows)
    return {int(match[1]): row for match, row in found if match}


@pytest.mark.parametrize("file", ["{control}.csv", "exceptions.csv"])
@pytest.mark.parametrize("place", range(len(NAMES)))
def test_in_a_table_it_is_text_and_no_formula(pack: Path, file: str, place: int) -> None:
    control = results().controls[0].id
    rows = by_place(table(pack / "results" / "csv" / file.format(control=control)), "subject_id")
    shown = SHOWN[NAMES[place]]
    expected = f"'{shown}" if shown.startswith(("=", "@")) else shown
    row = rows[place]
    assert len(rows) == len(NAMES)
    assert (row["subject"], row["reason"], row["cluster"]) == (expected, expected, expected)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_in_the_workbook_it_is_text_in_every_sheet(pack: Path, place: int) -> None:
    book = openpyxl.load_workbook(pack / "workbook.xlsx")
    for name in ("Population", "Exceptions"):
        sheet = book[name]
        heads = [cell.value for cell in sheet[2]]
        rows = [dict(zip(heads, line, strict=True)) for line in sheet.iter_rows(min_row=3)]
        row = next(row for row in rows if str(row["Subject id"].value).startswith(f"/subjects/{place:02d}/"))
        for head in ("Subject", "Reason"):
            assert (row[head].value, row[head].data_type) == (SHOWN[NAMES[place]], "s")
            assert row[head].hyperlink is None


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_for_programs_it_is_what_it_was(pack: Path, place: int) -> None:
    lines = (pack / "results" / "observations.jsonl").read_bytes().split(b"\n")[:-1]
    assert len(lines) == len(NAMES)
    subject = json.loads(lines[place])["subject"]
    assert (subject["name"], subject["cluster"]) == (NAMES[place], NAMES[place])


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_in_oscal_it_has_no_letter_without_a_shape(pack: Path, place: int) -> None:
    text = (pack / "results" / "oscal-assessment-results.json").read_text(encoding="utf-8")
    told = list(_strings(json.loads(text)))
    assert any(_undone(SHOWN[NAMES[place]]) in _undone(one) for one in told)
    assert not [one for one in told if any(unicodedata.category(letter) == "Cf" for letter in one)]


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_in_the_html_s_document_it_is_escaped(pack: Path, place: int) -> None:
    page = (pack / "report.html").read_text(encoding="utf-8")
    body = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    shown = SHOWN[NAMES[place]][:60]
    visible = html.unescape(re.sub(r"<[^>]*>", "", body)).replace("\u200b", "").replace("\u2060", "")
    assert shown in visible
    assert not re.search(r"<(img|link|script)\b", body)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_in_the_terminal_it_steers_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    say: tuple[Callable[[str], None], ...] = (console.say, console.complain)
    for tell in say:
        tell(name)
    written = capsys.readouterr()
    for text in written:
        letters = text.rstrip("\n")
        assert not any(unicodedata.category(letter) in _TURNING for letter in letters)
        assert re.sub(r"[^\w<>=]", "", name.replace("\u202e", "")) in re.sub(r"[^\w<>=]", "", letters)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


def _undone(text: str) -> str:
    """Without what Markdown's escapes and blanks add."""
    plain = html.unescape(text).replace("\u200b", "").replace("｜", "|")
    return re.sub(r"[\\\s]", "", plain)
