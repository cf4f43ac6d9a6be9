"""workbook.xlsx: everything that a reader filters, one sheet a subject, the summary in front."""

from __future__ import annotations

from pathlib import Path

from reportgen.model import Results
from reportgen.render.names import Names
from reportgen.render.workbook.about import about_tables
from reportgen.render.workbook.book import MOST_ROWS, Book
from reportgen.render.workbook.front import write_summary
from reportgen.render.workbook.period import period_tables
from reportgen.render.workbook.registers import register_tables
from reportgen.render.workbook.results import result_tables

__all__ = ["WorkbookReport"]


class WorkbookReport:
    """The workbook. Rows are streamed to disk, so memory does not grow with the estate.

    A table of more than ``rows_a_sheet`` rows goes on in a further sheet of the same name with a number, and
    the summary says so; the default is what a sheet of Excel holds.
    """

    name = "workbook"

    def __init__(self, rows_a_sheet: int = MOST_ROWS) -> None:
        self._rows_a_sheet = rows_a_sheet

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``workbook.xlsx`` into ``folder``."""
        names = Names.of(results)
        path = folder / "workbook.xlsx"
        with Book(path, results.facts, names.strings, self._rows_a_sheet) as book:
            summary = book.front()
            tables = (
                *result_tables(results, names, book),
                *register_tables(results, names.strings),
                *period_tables(results, names),
                *about_tables(results, names),
            )
            write_summary(summary, results, [(table, book.write(table)) for table in tables])
        return path
