"""Tables that portrait pages are too narrow for stand on landscape ones, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pdfplumber
import pytest

from reportgen.model import Results
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.pdf import PdfReport
from tests.render.test_period import period
from tests.render.test_registers import PLAIN, response, stated, waiver, with_registers


def wide_pages(results: Results, folder: Path) -> list[str]:
    """The text of the landscape pages; each has the running head, and its number among those of all pages."""
    found = []
    with pdfplumber.open(PdfReport().render(results, folder)) as pdf:
        for page in pdf.pages:
            if page.width > page.height:
                text = page.extract_text()
                assert text.startswith(results.facts.entity)
                assert f"page {page.page_number} of {len(pdf.pages)}" in text
                found.append(text)
    return found


def test_the_registers_stand_on_landscape_pages(tmp_path: Path) -> None:
    results = with_registers(waiver(), attestations=(stated(),), responses=(response(),))
    (page,) = wide_pages(results, tmp_path)
    for title in ("Waivers", "Management responses", "Attestations"):
        assert f"\n{title}\n" in page
    assert "Gaps register" not in page


def test_without_waivers_no_page_is_landscape(tmp_path: Path) -> None:
    results = with_registers(attestations=(stated(),), responses=(response(),))
    assert wide_pages(replace(results, period=period(results)), tmp_path) == []


@pytest.mark.parametrize(("points", "wide"), [(13, False), (14, True)])
def test_a_long_time_line_stands_on_landscape_pages(points: int, wide: bool) -> None:
    short = period(PLAIN)
    long = replace(
        short,
        points=(short.points * 5)[:points],
        missed=(),
        controls=tuple(
            replace(line, states=(line.states * 5)[:points], waived=(line.waived * 5)[:points])
            for line in short.controls
        ),
        exceptions=(),
        waivers=(),
    )
    document = render(report(replace(PLAIN, period=long), "pdf"))
    assert ('<section id="period" class="wide">' in document) is wide
    assert '<section id="period">' in render(report(replace(PLAIN, period=long), "html"))
