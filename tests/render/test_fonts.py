"""Names in many scripts, read back from a PDF; CJK ones with and without their package."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from reportgen.render import fonts
from reportgen.render.interface import PdfUnavailable
from reportgen.render.pdf import PdfReport
from tests.render import factory, names

EXTRA = pytest.mark.skipif(
    fonts.cjk() is None, reason="the extra 'cjk' (noto-cjk-sans-jp-regular) is not installed"
)


def read(path: Path) -> str:
    """The text cell by cell and without blanks, since names are broken over lines."""
    with pdfplumber.open(path) as pdf:
        return "".join("".join(char["text"] for char in page.chars) for page in pdf.pages).replace(" ", "")


def cover(entity: str, folder: Path) -> str:
    """A small report for an entity of that name."""
    base = factory.few(factory.clean(), 1)
    made = replace(base, facts=replace(base.facts, entity=entity), sources=(), access=())
    return read(PdfReport().render(made, folder))


@pytest.fixture(scope="module")
def text(named_pdf: Path) -> str:
    return read(named_pdf)


@pytest.mark.parametrize("name", names.SCRIPTS)
def test_latin_greek_and_cyrillic_names_are_printed_as_they_are(name: str, text: str) -> None:
    assert name in text


@EXTRA
@pytest.mark.parametrize("name", names.CJK)
def test_with_the_package_so_are_chinese_japanese_and_korean_ones(name: str, text: str) -> None:
    assert name in text


def test_without_the_package_they_are_escaped_and_never_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "CJK", "no_such_package")
    with caplog.at_level(logging.WARNING, "weasyprint"):
        text = cover("漢字 AG Ελλάς", tmp_path)
    assert r"\u{6F22}\u{5B57}AGΕλλάς" in text
    assert [told for told in caplog.messages if "notdef" in told] == []


def test_what_no_font_has_is_escaped(text: str) -> None:
    assert r"prod-\u{1F680}-cluster" in text


def test_every_font_is_packaged_and_inside(named_pdf: Path) -> None:
    with pikepdf.open(named_pdf) as pdf:
        found = {font.objgen: font for page in pdf.pages for font in page.Resources.Font.values()}
        for font in found.values():
            assert str(font.BaseFont).split("+")[1].startswith("Reportgen-")
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "/ToUnicode" in font


def test_letters_of_europe_are_covered_by_the_tool_s_own_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "CJK", "no_such_package")
    latin, greek = (range(0x20, 0x7F), range(0xA0, 0x180)), (range(0x391, 0x3A2), range(0x3A3, 0x3CF))
    wanted = {point for block in (*latin, *greek, range(0x400, 0x460)) for point in block}
    assert wanted - fonts.covered() == set()


def test_fonts_that_are_not_there_are_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FONTS", tmp_path)
    with pytest.raises(PdfUnavailable, match=r"SourceSansPro-Regular.* is not in"):
        fonts.check()
