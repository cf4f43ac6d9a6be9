"""Results -> files of the pack, one module a format; `RENDERERS` is the list, in the order they run."""

from __future__ import annotations

from reportgen.render.data import (
    AccessJsonl,
    AccessTable,
    ControlTables,
    FindingsJson,
    FrameworkTables,
    ObservationsJsonl,
    RunsJson,
)
from reportgen.render.html import HtmlReport
from reportgen.render.interface import PdfUnavailable, Renderer
from reportgen.render.pdf import PdfReport

RENDERERS: tuple[Renderer, ...] = (
    PdfReport(),
    HtmlReport(),
    FindingsJson(),
    ObservationsJsonl(),
    AccessJsonl(),
    ControlTables(),
    FrameworkTables(),
    AccessTable(),
    RunsJson(),
)

__all__ = ["RENDERERS", "PdfUnavailable", "Renderer"]
