"""report.pdf, read back with a PDF reader."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from reportgen.model import CollectionMode, Results
from reportgen.render.interface import PdfUnavailable
from reportgen.render.pdf import PdfReport
from tests.render import factory

FORBIDDEN = re.compile(
    r"\bNone\b|\bnan\b|\bundefined\b|\{\{(?!\s*7)"
    r"|(?i:compliant|certified|\bproves\b|sealed|management assertion|no exceptions)"
)


@dataclass(frozen=True)
class Reading:
    """What a reader sees of one PDF: the text of each page, what lies outside margins, fonts, metadata."""

    pages: list[str]
    outside: list[tuple[int, str]]
    fonts: set[str]
    metadata: dict[str, str]
    language: str


@pytest.fixture(scope="module")
def reading(mixed_pdf: Path) -> Reading:
    with pdfplumber.open(mixed_pdf) as pdf:
        language = pdf.doc.catalog["Lang"]
        return Reading(
            [page.extract_text() for page in pdf.pages],
            [
                (page.page_number, char["text"])
                for page in pdf.pages
                for char in page.chars
                if _outside(page, char)
            ],
            {char["fontname"].split("+")[-1] for page in pdf.pages for char in page.chars},
            pdf.metadata,
            language.decode() if isinstance(language, bytes) else language,
        )


def _outside(page: Any, char: dict[str, Any]) -> bool:
    return bool(
        char["x0"] < 40
        or char["x1"] > page.width - 40
        or char["top"] < 20
        or char["bottom"] > page.height - 20
    )


@pytest.fixture(scope="module")
def pages(reading: Reading) -> list[str]:
    return reading.pages


def test_page_two_is_scope_and_completeness(pages: list[str]) -> None:
    assert "Scope and completeness" in pages[1]
    assert "Incomplete. 1 of 2 expected subscriptions could not be read and 4 gaps" in pages[1]
    assert "Expected, but not" in pages[1]
    assert "Gaps and exclusions: 4" in pages[1]


def test_the_index_gives_each_control_the_page_it_stands_on(mixed: Results, pages: list[str]) -> None:
    start = next(number for number, text in enumerate(pages) if "\nControl index\n" in text)
    end = next(number for number, text in enumerate(pages) if "\nControls\n" in text)
    index = " ".join("\n".join(pages[start : end + 1]).split())
    for control in mixed.controls:
        status = "(?:Critical|High|Medium|Low) [✓✗?–] "
        entry = re.search(rf"{re.escape(control.title)} {status}.*?[a-z)](?<! of) (\d+)(?= |$)", index)
        assert entry, control.id
        assert control.id in pages[int(entry[1]) - 1]


def test_every_page_bears_pack_mode_and_number(pages: list[str]) -> None:
    for number, text in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in text
        assert "SAMPLE ESTATE: NOT COLLECTED FROM AZURE" in text
        assert "3f9a1c77e2b4" in text


def test_nothing_is_printed_that_claims_too_much_or_reads_like_a_fault(
    pages: list[str],
) -> None:
    found = [(number, match[0]) for number, text in enumerate(pages, 1) for match in FORBIDDEN.finditer(text)]
    assert found == []
    assert "not set" in "\n".join(pages)


def test_no_page_but_the_cover_is_nearly_empty(pages: list[str]) -> None:
    sparse = [number for number, text in enumerate(pages, 1) if number > 1 and len(text.splitlines()) < 3 + 5]
    assert sparse == []


def test_everything_lies_inside_its_page(reading: Reading) -> None:
    assert reading.outside == []


def test_text_that_could_mislead_is_shown_as_what_it_is(pages: list[str]) -> None:
    text = "\n".join(pages)
    assert '<script>alert("x")</script>' in text
    assert "\\u{202E}evil-rtl-override" in text
    assert "prod \\u{1F680} cluster" in text
    assert "\\u{001B}[31mred" in text


def test_long_tables_are_cut_and_say_so(tmp_path: Path) -> None:
    with pdfplumber.open(PdfReport().render(factory.few(factory.results(30)), tmp_path)) as pdf:
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert re.search(
        r"First 10 of \d+ satisfied subjects; the rest in results/csv/\S+\.csv and report\.html",
        text,
    )


def test_the_same_results_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estate = factory.few(factory.results(2))
    first = PdfReport().render(estate, tmp_path).read_bytes()
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.chdir(tmp_path)
    assert PdfReport().render(estate, tmp_path).read_bytes() == first


def test_metadata_and_fonts_are_the_packs_own(reading: Reading) -> None:
    meta = reading.metadata
    assert meta["CreationDate"] == meta["ModDate"] == "D:20261115060000Z"
    assert meta["Title"].startswith("Evidence pack 3f9a1c77e2b4")
    assert reading.language == "en"
    assert {font.split("-")[0] for font in reading.fonts} == {"Reportgen"}


def test_a_finished_estate_reads_as_complete(tmp_path: Path) -> None:
    with pdfplumber.open(PdfReport().render(factory.few(factory.clean()), tmp_path)) as pdf:
        text = [page.extract_text() for page in pdf.pages]
    assert "Complete. The one expected subscription was read, and there is no gap." in text[1]
    assert "NOT COLLECTED" not in "".join(text)


def test_a_missing_system_library_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(
        PdfUnavailable,
        match=re.escape("apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
    ):
        PdfReport().render(factory.results(1, CollectionMode.AZURE), tmp_path)
    assert not (tmp_path / "report.pdf").exists()
