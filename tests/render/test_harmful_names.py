"""Names and values that try to do harm, in report.pdf: shown as text, inside the page, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from tests.render.test_fonts import read


@pytest.fixture(scope="module")
def text(named_pdf: Path) -> str:
    return read(named_pdf)


@pytest.mark.parametrize(
    "shown",
    [
        '<script>alert("x")</script>',
        '=cmd|"/ccalc"!A1',
        "{{7*7}}{%raw%}",
        r"\u{202E}evil\u{202C}-override",
        "../../../etc/passwd",
        '<imgsrc="file:///etc/passwd">',
        "<linkrel=attachmenthref=file:///etc/passwd>",
        r"\u{001B}[31mred\u{001B}[0m\u{0007}",
        '<imgsrc="https://203.0.113.9/pixel.png">',
        "</style>url(//a.b/c)",
        r"prod-\u{1F680}-cluster",
        "t" * 60,
        "x" * 200,
    ],
)
def test_it_is_shown_as_text(shown: str, text: str) -> None:
    assert shown in text


def test_nothing_runs_off_a_page(named_pdf: Path) -> None:
    with pdfplumber.open(named_pdf) as pdf:
        outside = [
            (page.page_number, char["text"])
            for page in pdf.pages
            for char in page.chars
            if char["x0"] < 40 or char["x1"] > page.width - 40 or not 20 < char["top"] < page.height - 20
        ]
    assert outside == []


def test_a_name_brings_no_link_picture_file_or_action_into_the_document(named_pdf: Path) -> None:
    with pikepdf.open(named_pdf) as pdf:
        links = [link for page in pdf.pages for link in page.get("/Annots", ()) if "/A" in link]
        assert [str(link.A.URI) for link in links if not str(link.A.URI).startswith("https://learn.")] == []
        assert [page.get_images() for page in pdf.pages if page.get_images()] == []
        assert {Path(name).suffix for name in pdf.attachments} == {".json", ".csv"}
        assert "/OpenAction" not in pdf.Root
        assert "/JavaScript" not in pdf.Root.Names
