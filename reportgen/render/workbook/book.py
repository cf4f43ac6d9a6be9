"""The file: typed cells, and the shape that all sheets share.

Nothing but text, numbers, truth values and times is ever written, each by the call of its type, so that no
value of an estate becomes a formula, a link or a number. What Excel would refuse or hide is shown escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from reportgen.model import PackFacts, Status
from reportgen.render.sheet_names import numbered
from reportgen.render.strings import Strings
from reportgen.render.text import cleaner
from reportgen.render.workbook.styles import Styles
from reportgen.times import utc

MOST_ROWS = 1_048_576 - 2
"""Rows of a sheet in Excel without the line about it and the heads (Excel specifications and limits)."""
_MOST_UNITS = 32_767
"""UTF-16 code units that a cell holds (the same page)."""
_MOST_HEADER = 60
"""Letters of each third of a running head, of which Excel takes 255 in all."""
_EXACT = 10**15
"""Excel keeps 15 digits of a number; a longer one would be shown as another."""
_PAPER_A4 = 9
_FIRST_ROW = 2
_FIRST_YEAR = 1900
_LINE_HEIGHT, _MOST_LINES = 14, 28
"""Points; Excel has no rows above 409."""
_CLEAN = cleaner()


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the key of its head in the catalogue of texts, its width in letters, whether text wraps.

    ``head`` is given where the head is no text of the catalogue.
    """

    key: str
    width: int
    wrap: bool = False
    head: str = ""

    def title(self, strings: Strings) -> str:
        """What stands above it."""
        return self.head or strings.text(f"workbook.{self.key}")


@dataclass(frozen=True, slots=True)
class Moment:
    """An RFC 3339 time, for a cell of a date's type; what is none is written as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day as YYYY-MM-DD, for a cell of a date's type; what is none is written as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads to another place of the same workbook: a sheet and a row from 0."""

    text: str
    sheet: str
    row: int


Cell = str | int | float | bool | Status | Moment | Day | Link | None


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its key in the catalogue of texts (``workbook.sheet_<key>``), columns, and rows in order."""

    key: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that was written, with how many rows."""

    sheet: str
    rows: int


class Book:
    """The workbook while it is written; on leaving it is closed, and on an error nothing is left of it."""

    def __init__(self, path: Path, facts: PackFacts, strings: Strings, rows_a_sheet: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.facts = facts
        self.strings = strings
        self._banner = strings.banner(facts.collection_mode)
        self._path = path
        self._rows_a_sheet = rows_a_sheet
        self._rows = TemporaryDirectory(prefix=".rows-", dir=path.parent)
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": self._rows.name,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.styles = Styles.of(self._book)
        self._book.set_properties(
            {
                "title": _header(strings.text("workbook.title", id=facts.pack_id)),
                "subject": _CLEAN(facts.engagement),
                "company": _CLEAN(facts.entity),
                "author": f"reportgen {facts.tool_version}",
                "comments": _CLEAN(self._banner),
                "created": _time(facts.as_of),
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()
        self._rows.cleanup()
        if kind:
            self._path.unlink(missing_ok=True)

    def front(self) -> Sheet:
        """The first sheet, which may be filled last."""
        return self._sheet(self.sheet_name("summary"), landscape=False)

    def sheet_name(self, key: str, number: int = 1) -> str:
        """The name of a table's sheet, and of those it goes on in."""
        return numbered(self.strings.text(f"workbook.sheet_{key}"), number)

    def place(self, key: str, index: int) -> tuple[str, int]:
        """The sheet and the row there (from 0) of the row ``index`` of a table."""
        part, row = divmod(index, self._rows_a_sheet)
        return self.sheet_name(key, part + 1), row + _FIRST_ROW

    def write(self, table: Table) -> list[Part]:
        """Write a table into as many sheets as it takes; one without rows has its heads."""
        rows = iter(table.rows)
        parts: list[Part] = []
        first: Iterable[Sequence[Cell]] = islice(rows, 1)
        while True:
            name = self.sheet_name(table.key, len(parts) + 1)
            parts.append(
                Part(name, self._part(name, table, chain(first, islice(rows, self._rows_a_sheet - 1))))
            )
            following = next(rows, None)
            if following is None:
                return parts
            first = (following,)

    def _part(self, name: str, table: Table, rows: Iterable[Sequence[Cell]]) -> int:
        sheet = self._sheet(name, landscape=True)
        for index, column in enumerate(table.columns):
            sheet.raw.set_column(index, index, column.width)
        sheet.line(self.strings.text(f"workbook.about_{table.key}"), self._banner)
        sheet.row([column.title(self.strings) for column in table.columns], self.styles.head)
        wraps = [column.wrap for column in table.columns]
        for row in rows:
            sheet.row(row, wraps=wraps)
        last = sheet.next_row - 1
        sheet.raw.autofilter(_FIRST_ROW - 1, 0, max(last, _FIRST_ROW - 1), len(table.columns) - 1)
        sheet.raw.freeze_panes(_FIRST_ROW, 1)
        sheet.raw.repeat_rows(0, _FIRST_ROW - 1)
        return sheet.next_row - _FIRST_ROW

    def _sheet(self, name: str, *, landscape: bool) -> Sheet:
        raw = self._book.add_worksheet(name)
        if landscape:
            raw.set_landscape()
        raw.set_paper(_PAPER_A4)
        raw.fit_to_pages(1, 0)
        raw.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        text = self.strings.text
        raw.set_header(
            f"&L{_header(self.facts.classification)}&C{_header(self._banner)}"
            f"&R{_header(text('workbook.title', id=self.facts.pack_id))}"
        )
        raw.set_footer(f"&L{_header(name)}&R{_header(text('workbook.page'))} &P / &N")
        return Sheet(raw, self.styles, self.strings)


class Sheet:
    """A sheet that is filled from the top, since rows are streamed."""

    def __init__(self, raw: Any, styles: Styles, strings: Strings) -> None:
        self.raw = raw
        self.styles = styles
        self.strings = strings
        self.next_row = 0

    def line(self, text: str, banner: str) -> None:
        """A line that says what the sheet holds; that evidence is not real stands in front of it."""
        self._text(
            0, f"{banner}. {text}" if banner else text, self.styles.mode if banner else self.styles.soft
        )
        self.next_row += 1

    def row(self, cells: Sequence[Cell], style: Any = None, wraps: Sequence[bool] = ()) -> None:
        """A row; ``style`` for all of it, else each cell has that of its type."""
        for column, value in enumerate(cells):
            plain = self.styles.wrapped if wraps and wraps[column] else self.styles.plain
            self._cell(column, value, style or plain)
        self.next_row += 1

    def across(self, label: str, value: Cell, widths: Sequence[int], style: Any = None) -> None:
        """A row whose value takes all columns from the second on; without a label, all columns.

        The height is set for wrapped text, since no spreadsheet finds it out for merged cells.
        """
        first, last, style = 1 if label else 0, len(widths) - 1, style or self.styles.wrapped
        letters = sum(widths[first:])
        lines = -(-len(value) // letters) if isinstance(value, str) else 1
        self.raw.set_row(self.next_row, _LINE_HEIGHT * min(max(lines, 1), _MOST_LINES))
        if label:
            self._text(0, label, self.styles.label)
        self.raw.merge_range(self.next_row, first, self.next_row, last, "", style)
        self._cell(first, value, style)
        self.next_row += 1

    def _cell(self, column: int, value: Cell, style: Any) -> None:
        match value:
            case None | "" | Day(""):
                pass
            case Status():
                self._text(column, self.strings.status(value), self.styles.statuses[value])
            case Link():
                self._link(column, value)
            case Moment() if when := _time(value.text):
                self.raw.write_datetime(self.next_row, column, when, self.styles.time)
            case Day() if day := _day(value.text):
                self.raw.write_datetime(self.next_row, column, day, self.styles.day)
            case Moment() | Day():
                self._text(column, value.text, style)
            case bool():
                self.raw.write_boolean(self.next_row, column, value, style)
            case int() | float() if math.isfinite(value) and abs(value) < _EXACT:
                self.raw.write_number(self.next_row, column, value, self.styles.number)
            case _:
                self._text(column, str(value), style)

    def _text(self, column: int, text: str, style: Any) -> None:
        self.raw.write_string(self.next_row, column, self._shown(text), style)

    def _link(self, column: int, link: Link) -> None:
        # The target is made of a sheet's name and a number; the text of it is data and stays text.
        target = "internal:'{}'!A{}".format(link.sheet.replace("'", "''"), link.row + 1)
        self.raw.write_url(self.next_row, column, target, self.styles.link, self._shown(link.text))

    def _shown(self, text: str) -> str:
        return shown(text, self.strings)


def shown(text: str, strings: Strings) -> str:
    """A text as a cell holds it: nothing invisible, no markup of the writer's, no more than fits."""
    if not (text.isascii() and text.isprintable()):
        text = _CLEAN(text)
    if text.startswith("<r>"):
        # xlsxwriter takes a streamed string between these tags for rich text, and writes it as XML unescaped.
        text = f"\\u{{003C}}{text[1:]}"
    if len(text) * 2 > _MOST_UNITS and _units(text) > _MOST_UNITS:
        said = strings.text("workbook.cut")
        text = _first(text, _MOST_UNITS - _units(said)) + said
    return text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _first(text: str, units: int) -> str:
    """The beginning of a text that takes so many code units, without half a character at its end."""
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


def _time(text: str) -> datetime | None:
    """An RFC 3339 time in UTC without its zone, which Excel does not know; None for any other text."""
    found = utc(text)
    return found.replace(tzinfo=None) if found and found.year > _FIRST_YEAR else None


def _day(text: str) -> date | None:
    """A day that Excel has (its calendar begins in 1900); None for any other text."""
    try:
        parsed = date.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.year > _FIRST_YEAR else None


def _header(text: str) -> str:
    """Text in a running head, where ``&`` starts a code and ``&[`` one that the writer knows by name."""
    return str(_CLEAN(text)).replace("\n", " ").replace("[", "(")[:_MOST_HEADER].replace("&", "&&")
