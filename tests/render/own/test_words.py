"""A company's own words wherever people read: pages and their numbers, charts, the data of the script."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from reportgen.model import OwnTemplates, Results
from reportgen.render.annex import PdfAnnex
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.packed import packed
from reportgen.render.pdf import PdfReport
from reportgen.render.strings import Entry
from tests.render import factory

WORDS: dict[str, Entry] = {
    "page.of": 'Seite "{number}" von {all} \\',
    "status.not_satisfied": "Nicht erfüllt",
    "severity.high": "Hoch",
    "kinds.cluster": "Verbund",
    "causes.inherited": "Geerbt",
    "values.is_false": "falsch",
    "annex.clusters": "Verbünde",
    "scope.total_expected": "Erwartet & gezählt",
}


@pytest.fixture(scope="module")
def results() -> Results:
    base = factory.few(factory.results(2, hostile=False), 4)
    return replace(base, templates=OwnTemplates("look", "", strings=WORDS, language="de"))


def text_of(path: Path) -> list[str]:
    with pdfplumber.open(path) as pdf:
        return [page.extract_text() for page in pdf.pages]


def test_a_pdf_numbers_its_pages_in_them(results: Results, tmp_path: Path) -> None:
    pages = text_of(PdfReport("summary").render(results, tmp_path))
    for number, page in enumerate(pages, start=1):
        assert f'Seite "{number}" von {len(pages)} \\' in page
    assert "Erwartet & gezählt" in "\n".join(pages)
    assert "Nicht erfüllt" in "\n".join(pages)


def test_the_annex_is_written_in_them(results: Results, tmp_path: Path) -> None:
    pages = text_of(PdfAnnex().render(results, tmp_path))
    assert pages[0].endswith(f'Seite "1" von {len(pages)} \\')
    assert "Verbünde" in pages[0]
    assert "✗ Not satisfied / Nicht erfüllt" in " ".join("\n".join(pages).split())


def test_words_that_the_annex_cannot_draw_give_way_to_numbers(results: Results, tmp_path: Path) -> None:
    own = OwnTemplates("look", "", strings={"page.of": "第{number}页"}, language="zh")
    pages = text_of(PdfAnnex().render(replace(results, templates=own), tmp_path))
    assert pages[0].endswith(f"1/{len(pages)}")


def test_the_table_of_observations_speaks_them(results: Results) -> None:
    document = json.loads(gzip.decompress(base64.b64decode(packed(report(results, "html")))))
    assert ["high", "Hoch"] in document["severities"]
    assert ["not-satisfied", "✗", "Not satisfied / Nicht erfüllt"] in document["statuses"]
    assert {"Verbund", "Inherited: run by the provider / Geerbt", "falsch"} <= set(document["texts"])


def test_a_page_number_cannot_leave_its_style_sheet(results: Results) -> None:
    own = OwnTemplates("look", "", strings={"page.of": '"; }} }} </style><b>{number}'})
    page = render(report(replace(results, templates=own), "pdf"))
    assert "</style><b>" not in page
    assert page.count("</style>") == 1
