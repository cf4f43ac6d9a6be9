"""What a machine can check on a PDF report, page by page.

The rules, and what they go by:

- The text area reaches from the left end to the right end of the running head and foot. Nothing is drawn
  beside it, and nothing nearer than 10 mm to an edge of the sheet.
- Page 1 is the cover: it may be nearly empty and has no running head. Every other page begins with the same
  line and holds five lines of text at least, but in an annex, whose parts are drawn each by itself and end
  where they end; every page's foot says ``page x of y``.
- A heading is what the PDF's structure tree tags as H1 to H6. Two lines that are no headings stand below it
  on its page; one is enough where it is all there is, so that the next page begins with another heading. A
  PDF without tags is a problem of its own, since nothing could be checked. An annex is merged and has no
  tree: there headings are the lines that bookmarks lead to, which have to say the bookmarks' words.
- Letters do not lie on letters. Their cores are compared (the middle half in height, less in width), since
  fonts leave room around letters and kerning uses it.
- A table's columns are those of the structure tree, where cells name their header: no text of a column
  reaches into the next one's. Cells over several columns are left out.
- Links inside the document lead to a destination that exists, and a page number that a link prints (behind
  dots, or in a column headed Page) is the number of that page. All fonts are in the file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdftypes import PDFStream, resolve1
from pdfplumber.pdf import PDF

from tools.looking import bookmarks, links
from tools.looking.problem import Problem, marks
from tools.looking.sheet import Box, Cell, Char, Line, Sheet, flow, read

EDGE = 28.3
"""Points (10 mm) along each edge of the sheet that stay blank."""
FEWEST_LINES, KEPT_LINES = 5, 2
_TOLERANCE = 1.0
_GRID = 16


def check(
    path: Path, known: Collection[str], pages: Sequence[int] | None = None, *, tagged: bool = True
) -> list[Problem]:
    """All problems of one PDF, those of the pages first; of these pages alone where they are named."""
    with pdfplumber.open(path) as pdf:
        sheets = [read(pdf, number) for number in pages or range(1, len(pdf.pages) + 1)]
        if not tagged:
            sheets = bookmarks.headed(pdf, sheets)
        found = [
            *(problem for sheet in sheets for problem in marks(sheet.where, flow(sheet.chars), known)),
            *(
                problem
                for one in (*_OF_A_PAGE, *((_sparse,) if tagged else ()))
                for sheet in sheets
                for problem in one(sheet)
            ),
            *_orphaned(sheets),
            *_running(sheets, len(pdf.pages)),
            *(_headed(sheets) if tagged else bookmarks.check(pdf, sheets)),
            *links.check(pdf, sheets),
            *_foreign_fonts(pdf),
        ]
    return [Problem(f"{path.name} {problem.where}", problem.what) for problem in dict.fromkeys(found)]


def _outside(sheet: Sheet) -> Iterator[Problem]:
    left, right = _text_area(sheet)
    for thing in (*(char for char in sheet.chars if not char["text"].isspace()), *sheet.shapes):
        beside = thing["x0"] < left - _TOLERANCE or thing["x1"] > right + _TOLERANCE
        beyond = thing["top"] < EDGE or thing["bottom"] > sheet.height - EDGE
        if (beside or beyond) and not _blank(thing):
            what = repr(thing["text"]) if "text" in thing else f"a {thing['object_type']}"
            place = ", ".join(f"{thing[key]:.0f}" for key in ("x0", "top", "x1", "bottom"))
            yield Problem(
                sheet.where, f"{what} at {place} lies outside {left:.0f} to {right:.0f} of the page"
            )
            return


def _text_area(sheet: Sheet) -> tuple[float, float]:
    running = [line.box for line in (sheet.head, sheet.foot) if line]
    left = min((box.left for box in running), default=EDGE)
    right = max((box.right for box in running), default=sheet.width - EDGE)
    within = left < sheet.width / 2 < right
    return (left, right) if within else (EDGE, sheet.width - EDGE)


def _blank(thing: Char) -> bool:
    """Whether a shape draws nothing that can be seen: paper on paper."""
    return "text" not in thing and not thing.get("stroke") and _white(thing.get("non_stroking_color"))


def _white(colour: Any) -> bool:
    return isinstance(colour, tuple) and set(colour) == {1.0}


def _sparse(sheet: Sheet) -> Iterator[Problem]:
    if sheet.number > 1 and len(sheet.lines) < FEWEST_LINES:
        yield Problem(sheet.where, f"holds {len(sheet.lines)} lines of text, fewer than {FEWEST_LINES}")


def _orphaned(sheets: list[Sheet]) -> Iterator[Problem]:
    for sheet, following in zip_longest(sheets, sheets[1:]):
        if following and following.number != sheet.number + 1:
            following = None
        ended = following is None or any(
            _on(line, box) for line in following.lines[:1] for _, box in following.headings
        )
        wanted = 1 if ended else KEPT_LINES
        plain = [line for line in sheet.lines if not any(_on(line, box) for _, box in sheet.headings)]
        for text, box in sheet.headings:
            kept = sum(line.box.bottom > box.bottom + _TOLERANCE for line in plain)
            if kept < wanted:
                yield Problem(sheet.where, f"the heading {text!r} keeps {kept} lines below it, not {wanted}")


def _on(line: Line, heading: Box) -> bool:
    middle = (line.box.top + line.box.bottom) / 2
    return heading.top < middle < heading.bottom and line.box.left >= heading.left - _TOLERANCE


def _overlapping(sheet: Sheet) -> Iterator[Problem]:
    """One problem a page: each letter's core against those that share a square of the grid with it."""
    grid: dict[tuple[int, int], list[tuple[int, Box]]] = defaultdict(list)
    for place, char in enumerate(sheet.chars):
        core = _core(char)
        if core is None:
            continue
        squares = {
            (int(x // _GRID), int(y // _GRID))
            for x in (core.left, core.right)
            for y in (core.top, core.bottom)
        }
        for other, box in (entry for square in squares for entry in grid[square]):
            if (
                core.left < box.right
                and box.left < core.right
                and core.top < box.bottom
                and box.top < core.bottom
            ):
                one, two = _around(sheet.chars, other), _around(sheet.chars, place)
                yield Problem(sheet.where, f"text lies on text: {one!r} and {two!r}")
                return
        for square in squares:
            grid[square].append((place, core))


def _core(char: Char) -> Box | None:
    """The middle of a letter, without the room that fonts leave around it.

    None for what has no width, and for letters of a slanted line, whose boxes lie on each other.
    """
    width, height = char["x1"] - char["x0"], char["bottom"] - char["top"]
    slanted = char["matrix"][1] or char["matrix"][2]
    if char["text"].isspace() or slanted or width < 0.1 * char["size"]:
        return None
    return Box(
        char["x0"] + 0.3 * width,
        char["top"] + 0.25 * height,
        char["x1"] - 0.3 * width,
        char["bottom"] - 0.25 * height,
    )


def _around(chars: list[Char], place: int) -> str:
    return "".join(char["text"] for char in chars[max(0, place - 8) : place + 9])


def _overflowing(sheet: Sheet) -> Iterator[Problem]:
    for table in sheet.tables:
        starts: dict[int, float] = {}
        for cell in table:
            starts[cell.column] = min(starts.get(cell.column, sheet.width), cell.box.left)
        for cell in table:
            if cell.box.right > starts.get(cell.column + 1, sheet.width) + _TOLERANCE:
                yield Problem(sheet.where, f"the table cell {_short(cell)!r} reaches into the next column")


def _short(cell: Cell) -> str:
    return " ".join(cell.text.split())[:60]


_OF_A_PAGE: tuple[Callable[[Sheet], Iterator[Problem]], ...] = (
    _outside,
    _overlapping,
    _overflowing,
)


def _running(sheets: list[Sheet], pages: int) -> Iterator[Problem]:
    for sheet in sheets:
        if sheet.stated != (sheet.number, pages):
            said = "page {} of {}".format(*sheet.stated) if sheet.stated else "no page x of y"
            yield Problem(sheet.where, f"the foot says {said}, expected page {sheet.number} of {pages}")
    heads = Counter(sheet.head.text for sheet in sheets if sheet.head)
    usual = heads.most_common(1)[0][0] if heads else ""
    for sheet in sheets[1:]:
        if not sheet.head or sheet.head.text != usual or (len(sheets) > 2 and heads[usual] == 1):
            yield Problem(sheet.where, f"does not begin with the running head {usual!r}")


def _headed(sheets: list[Sheet]) -> Iterator[Problem]:
    if not any(sheet.headings for sheet in sheets):
        yield Problem("as a whole", "no heading is tagged, so headings and tables could not be checked")


def _foreign_fonts(pdf: PDF) -> Iterator[Problem]:
    """Fonts that lie on the maker's machine only; a Type 3 font is drawn by the PDF itself."""
    for number in sorted({number for xref in pdf.doc.xrefs for number in xref.get_objids()}):
        font = pdf.doc.getobj(number)
        font = font.attrs if isinstance(font, PDFStream) else font
        if not isinstance(font, dict) or getattr(font.get("Type"), "name", "") != "Font":
            continue
        if getattr(font.get("Subtype"), "name", "") in {"Type0", "Type3"}:
            continue
        described = resolve1(font.get("FontDescriptor")) or {}
        if not {"FontFile", "FontFile2", "FontFile3"} & described.keys():
            yield Problem(
                "as a whole", f"the font {getattr(font.get('BaseFont'), 'name', '?')} is not embedded"
            )
