"""Results -> files of the pack, one module a format; `RENDERERS` is the list, in the order they run."""

from __future__ import annotations

from reportgen.render.data import (
    AccessJsonl,
    AccessTable,
    ControlTables,
    FindingsJson,
    FrameworkTables,
    ObservationsJsonl,
)
from reportgen.render.html import HtmlReport
from reportgen.render.interface import PdfUnavailable, Renderer
from reportgen.render.oscal import OscalPlan, OscalResults
from reportgen.render.pdf import PdfReport
from reportgen.render.schemas import SchemaFiles
from reportgen.render.summary import TicketSummary
from reportgen.render.tables import ControlsTable, ExceptionsTable, GapsTable
from reportgen.render.workbook import WorkbookReport

RENDERERS: tuple[Renderer, ...] = (
    PdfReport(),
    HtmlReport(),
    WorkbookReport(),
    TicketSummary(),
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
    OscalPlan(),
    OscalResults(),
)

__all__ = ["RENDERERS", "PdfUnavailable", "Renderer"]
