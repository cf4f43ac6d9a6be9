"""The gaps register: gaps that are alike make one row on paper, and each has its own on screen."""

from __future__ import annotations

from dataclasses import replace

from reportgen.model import Gap
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.gap_register import GapRegister
from tests.render import factory

DENIED = tuple(
    Gap("arm.diagnostic-settings", f"s{n}", f"aks-{n:02d}", "denied", "HTTP 403.") for n in range(9)
)
OTHER = Gap("arm.diagnostic-settings", "x", "aks-99", "denied", "HTTP 403 by a policy.")
BASE = replace(factory.few(factory.results(1, hostile=False)), gaps=(*DENIED, OTHER))


def register(medium: str) -> GapRegister:
    return report(BASE, medium).gaps


def test_gaps_that_differ_in_their_place_alone_make_one_row_on_paper() -> None:
    found = register("pdf")
    assert [(line.number, line.first.detail, len(line.places)) for line in found.lines] == [
        (9, "HTTP 403.", 6),
        (1, "HTTP 403 by a policy.", 1),
    ]
    assert (found.shown, found.all) == (10, 10)


def test_the_row_names_the_first_places_and_counts_the_rest() -> None:
    text = render(report(BASE, "pdf"))
    assert "<b>9 places:</b> aks-\u200b00, " in text
    assert "aks-\u200b05 and 3 more" in text


def test_each_gap_has_a_row_on_screen() -> None:
    found = register("html")
    assert [line.number for line in found.lines] == [1] * 10
    assert (found.shown, found.all) == (10, 10)


def test_the_cap_counts_rows_and_the_caption_gaps() -> None:
    gaps = tuple(replace(gap, detail=f"{gap.detail} {n // 2}") for n in range(45) for gap in DENIED[:1])
    found = report(replace(BASE, gaps=gaps * 3), "pdf", "summary").gaps
    assert (len(found.lines), found.shown, found.all) == (20, 120, 135)
