"""Results -> files of the pack, one module a format; `RENDERERS` is the list, in the order they run."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reportgen.render.annex import PdfAnnex
from reportgen.render.data import (
    AccessJsonl,
    AccessTable,
    ControlTables,
    FindingsJson,
    FrameworkTables,
    ObservationsJsonl,
    PartJson,
)
from reportgen.render.html import HtmlReport
from reportgen.render.interface import Drawn, PdfUnavailable, Renderer
from reportgen.render.oscal import OscalPlan, OscalResults
from reportgen.render.pdf import PdfReport
from reportgen.render.schemas import SchemaFiles
from reportgen.render.summary import TicketSummary
from reportgen.render.tables import ControlsTable, ExceptionsTable, GapsTable
from reportgen.render.workbook import WorkbookReport

RENDERERS: tuple[Renderer, ...] = (
    FindingsJson(),
    ObservationsJsonl(),
    AccessJsonl(),
    SchemaFiles(),
    ControlTables(),
    ControlsTable(),
    ExceptionsTable(),
    GapsTable(),
    FrameworkTables(),
    AccessTable(),
    PartJson("runs"),
    PartJson("period"),
    OscalPlan(),
    OscalResults(),
    WorkbookReport(),
    TicketSummary(),
    PdfReport("summary"),
    PdfReport("standard"),  # carries the data files inside, so that they come first
    PdfAnnex(),
    HtmlReport(),
)

__all__ = ["RENDERERS", "PdfUnavailable", "Renderer", "lacking", "wanted"]


def wanted(profiles: Collection[str]) -> tuple[Renderer, ...]:
    """All formats, the PDFs as far as they are of these profiles."""
    return tuple(one for one in RENDERERS if not isinstance(one, Drawn) or one.profile in profiles)


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
