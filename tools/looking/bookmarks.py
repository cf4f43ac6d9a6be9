"""Bookmarks of a PDF without structure tree: the only thing in it that says what its headings are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from pdfplumber.pdf import PDF

from tools.looking import links
from tools.looking.problem import Problem
from tools.looking.sheet import Box, Line, Sheet


def check(pdf: PDF, sheets: list[Sheet]) -> Iterator[Problem]:
    """Bookmarks that lead out of the document, or to one of these pages that does not have their words."""
    if "Outlines" not in pdf.doc.catalog:
        yield Problem("as a whole", "there are no bookmarks, so headings could not be checked")
    by_page = _by_page(pdf)
    for title in by_page.pop(None, []):
        yield Problem("as a whole", f"the bookmark {title!r} leads to no page")
    for sheet in sheets:
        for title in by_page.get(sheet.number, []):
            if _heading(sheet, title) is None:
                yield Problem(sheet.where, f"the bookmark {title!r} leads here, and no line has its words")


def headed(pdf: PDF, sheets: list[Sheet]) -> list[Sheet]:
    """The pages with the lines that bookmarks lead to as their headings."""
    by_page = _by_page(pdf)
    return [
        replace(
            sheet,
            headings=[
                (title, box)
                for title in by_page.get(sheet.number, [])
                if (box := _heading(sheet, title)) is not None
            ],
        )
        for sheet in sheets
    ]


def _by_page(pdf: PDF) -> dict[int | None, list[str]]:
    """The words of the bookmarks by the page they lead to, None for those that lead to none."""
    pages = links.page_numbers(pdf)
    found: dict[int | None, list[str]] = defaultdict(list)
    outlines = pdf.doc.get_outlines() if "Outlines" in pdf.doc.catalog else ()
    for _, title, destination, _, _ in outlines:
        found[links.page(destination, pages)].append(title)
    return found


def _heading(sheet: Sheet, title: str) -> Box | None:
    """The box of the lines that say the title and nothing else; names may be broken anywhere."""
    wanted = "".join(title.split())
    for first in range(len(sheet.lines)):
        said = ""
        for last in range(first, len(sheet.lines)):
            said += "".join(sheet.lines[last].text.split())
            if said == wanted:
                return _around(sheet.lines[first : last + 1])
            if not wanted.startswith(said):
                break
    return None


def _around(lines: list[Line]) -> Box:
    return Box(
        min(line.box.left for line in lines),
        lines[0].box.top,
        max(line.box.right for line in lines),
        lines[-1].box.bottom,
    )
