"""One page of a PDF, read: its lines of text, running head and foot, headings and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pdfplumber.pdf import PDF
from pdfplumber.structure import PDFStructElement, PDFStructTree, StructTreeMissing

Char = dict[str, Any]
_FOOT = re.compile(r"page ([\d,]+) of ([\d,]+)")
_SAME_LINE = 1.5
"""Points by which baselines on one line may differ."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points from the upper left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, things: list[Char]) -> Box:
        """The smallest box that holds all of the letters; spaces at a line's end may hang over."""
        seen = [thing for thing in things if not thing["text"].isspace()]
        return cls(
            min(thing["x0"] for thing in seen),
            min(thing["top"] for thing in seen),
            max(thing["x1"] for thing in seen),
            max(thing["bottom"] for thing in seen),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that is written on one baseline, over all columns."""

    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one cell, which stands in one column of its table, counted from 0."""

    column: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. ``lines`` run from top to bottom and leave out the running ``head`` and ``foot``."""

    number: int
    width: float
    height: float
    chars: list[Char]
    shapes: list[Char]
    lines: list[Line]
    head: Line | None
    foot: Line | None
    headings: list[tuple[str, Box]]
    tables: list[list[Cell]]

    @property
    def where(self) -> str:
        """The page, for a problem."""
        return f"page {self.number}"

    @property
    def stated(self) -> tuple[int, int] | None:
        """The x and y of the foot's ``page x of y``."""
        found = _FOOT.search(self.foot.text) if self.foot else None
        return (_number(found[1]), _number(found[2])) if found else None


def _number(said: str) -> int:
    """A number in words of a page; thousands are set apart by commas."""
    return int(said.replace(",", ""))


def read(pdf: PDF, number: int) -> Sheet:
    """The page with the given number (from 1). The first page is the cover: it has no running head."""
    page = pdf.pages[number - 1]
    chars = [char for char in page.chars if not char["text"].isspace()]
    lines = _lines(chars)
    foot = next((line for line in reversed(lines) if _FOOT.search(line.text)), None)
    body = [line for line in lines if line is not foot]
    head = body.pop(0) if number > 1 and body else None
    headings, tables = _structure(pdf, page)
    sheet = Sheet(
        number=number,
        width=float(page.width),
        height=float(page.height),
        chars=page.chars,
        shapes=[*page.rects, *page.lines, *page.curves, *page.images],
        lines=body,
        head=head,
        foot=foot,
        headings=headings,
        tables=tables,
    )
    page.close()
    return sheet


def _lines(chars: list[Char]) -> list[Line]:
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: -char["matrix"][5]):
        if rows and rows[-1][-1]["matrix"][5] - char["matrix"][5] <= _SAME_LINE:
            rows[-1].append(char)
        else:
            rows.append([char])
    return [Line(Box.around(row), _spaced(sorted(row, key=lambda char: char["x0"]))) for row in rows]


def _spaced(row: list[Char]) -> str:
    text, end = "", row[0]["x0"]
    for char in row:
        text += (" " if char["x0"] - end > 0.15 * char["size"] else "") + char["text"]
        end = char["x1"]
    return text


def flow(chars: list[Char]) -> str:
    """The text in the order in which it was written, cell by cell, a line's end wherever the pen jumps."""
    text, last = "", None
    for char in chars:
        jumped = last and (
            abs(char["matrix"][5] - last["matrix"][5]) > _SAME_LINE
            or abs(char["x0"] - last["x1"]) > char["size"]
        )
        text += ("\n" if jumped else "") + char["text"]
        last = char
    return text


def _structure(pdf: PDF, page: Any) -> tuple[list[tuple[str, Box]], list[list[Cell]]]:
    """Headings and tables by the PDF's own structure tree, which says what each piece of text is."""
    try:
        tree = PDFStructTree(pdf, page)
    except StructTreeMissing:
        return [], []
    marked: dict[int, list[Char]] = {}
    for char in page.chars:
        marked.setdefault(char["mcid"], []).append(char)
    headings = [
        (flow(found), Box.around(found))
        for element in tree.find_all(re.compile(r"H[1-6]?$"))
        if (found := _content(element, marked))
    ]
    return headings, [list(_cells(table, marked)) for table in tree.find_all("Table")]


def _cells(table: PDFStructElement, marked: dict[int, list[Char]]) -> Iterator[Cell]:
    """The cells of one column each: those of the head, and those that name one of them as their header."""
    heads = [cell for head in table.find_all("THead") for cell in head.find_all("TH")]
    columns = {cell.id: place for place, cell in enumerate(heads) if "ColSpan" not in cell.attributes}
    for element in table.find_all(re.compile("T[HD]$")):
        named = [header.decode() for header in element.attributes.get("Headers", [])]
        column = next((columns[name] for name in (element.id, *named) if name in columns), None)
        found = _content(element, marked)
        if column is not None and found and "ColSpan" not in element.attributes:
            yield Cell(column, flow(found), Box.around(found))


def _content(element: PDFStructElement, marked: dict[int, list[Char]]) -> list[Char]:
    found = [char for _, mark in element.all_mcids() for char in marked.get(mark, [])]
    return found if any(not char["text"].isspace() for char in found) else []
