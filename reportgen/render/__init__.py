"""Results -> files of the pack, one module a format; `RENDERERS` is the list, in the order they run."""

from __future__ import annotations

from collections.abc import Iterable

from reportgen.render.data import (
    AccessJsonl,
    AccessTable,
    ControlTables,
    FindingsJson,
    FrameworkTables,
    ObservationsJsonl,
)
from reportgen.render.html import HtmlReport
from reportgen.render.interface import Drawn, PdfUnavailable, Renderer
from reportgen.render.pdf import PdfReport

RENDERERS: tuple[Renderer, ...] = (
    FindingsJson(),
    ObservationsJsonl(),
    AccessJsonl(),
    ControlTables(),
    FrameworkTables(),
    AccessTable(),
    PdfReport(),  # carries the data files inside, so that they come first
    HtmlReport(),
)

__all__ = ["RENDERERS", "PdfUnavailable", "Renderer", "lacking"]


def lacking(renderers: Iterable[Renderer]) -> tuple[str, ...]:
    """Why some formats cannot be made here, each reason once: known before any is made: all say it."""
    reasons: dict[str, None] = {}
    for renderer in renderers:
        if isinstance(renderer, Drawn):
            try:
                renderer.check()
            except PdfUnavailable as error:
                reasons[str(error)] = None
    return tuple(reasons)
