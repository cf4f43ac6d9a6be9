"""Links inside a PDF: each leads somewhere, and to the page whose number it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pdfminer.pdftypes import PDFObjRef, resolve1
from pdfplumber.pdf import PDF

from tools.looking.problem import Problem
from tools.looking.sheet import Sheet

_BEHIND_DOTS = re.compile(r".*\.{3}(\d+)")


def check(pdf: PDF, sheets: list[Sheet]) -> Iterator[Problem]:
    """Dead links and wrong page numbers, page by page."""
    pages = page_numbers(pdf)
    named = {name: page(destination, pages) for name, destination in _destinations(pdf)}
    for sheet in sheets:
        for annotation in pdf.pages[sheet.number - 1].annots:
            target = _target(resolve1(annotation["data"]))
            if target is None:
                continue
            led_to = page(target, pages) if isinstance(target, list) else named.get(target)
            number = _page_number(sheet, annotation)
            if led_to is None:
                yield Problem(sheet.where, f"a link leads to {target!r}, which is not there")
            elif number not in {"", str(led_to)}:
                yield Problem(sheet.where, f"the link to {target!r} says page {number} and leads to {led_to}")


def page_numbers(pdf: PDF) -> dict[Any, int]:
    """The number of each page by its id in the file."""
    return {page.page_obj.pageid: page.page_number for page in pdf.pages}


def _page_number(sheet: Sheet, annotation: dict[str, Any]) -> str:
    """The page number that a link prints behind dots or in a column headed Page, "" where it prints none."""
    text = "".join(
        char["text"].strip()
        for char in sheet.chars
        if annotation["x0"] <= (char["x0"] + char["x1"]) / 2 <= annotation["x1"]
        and annotation["top"] <= (char["top"] + char["bottom"]) / 2 <= annotation["bottom"]
    )
    behind_dots = _BEHIND_DOTS.fullmatch(text)
    return (
        behind_dots[1] if behind_dots else text if text.isdigit() and _under_page(sheet, annotation) else ""
    )


def _under_page(sheet: Sheet, annotation: dict[str, Any]) -> bool:
    """Whether a link lies in a cell of a column whose header says Page."""
    middle = (annotation["top"] + annotation["bottom"]) / 2
    return any(
        cell.box.top <= middle <= cell.box.bottom and cell.box.left <= annotation["x1"] <= cell.box.right + 2
        for table in sheet.tables
        for head in table
        if head.text == "Page"
        for cell in table
        if cell.column == head.column
    )


def _target(annotation: dict[str, Any]) -> Any:
    """Where a link inside the document leads: a name as bytes, or a list that begins with a page."""
    action = resolve1(annotation.get("A")) or {}
    inside = getattr(action.get("S"), "name", "") == "GoTo"
    target = resolve1(action.get("D") if inside else annotation.get("Dest"))
    return target.name.encode() if hasattr(target, "name") else target


def page(destination: Any, pages: dict[Any, int]) -> int | None:
    """The number of the page that a destination names, None where it names none of this document."""
    destination = resolve1(destination)
    if isinstance(destination, dict):
        destination = resolve1(destination.get("D"))
    first = destination[0] if isinstance(destination, list) and destination else None
    return pages.get(first.objid) if isinstance(first, PDFObjRef) else None


def _destinations(pdf: PDF) -> Iterator[tuple[bytes, Any]]:
    """The document's named destinations: those of old documents, and those of the tree of names."""
    for name, destination in (resolve1(pdf.doc.catalog.get("Dests")) or {}).items():
        yield str(name).encode(), destination
    names = resolve1(pdf.doc.catalog.get("Names")) or {}
    nodes = [resolve1(names.get("Dests"))]
    while nodes:
        node = nodes.pop() or {}
        pairs = resolve1(node.get("Names") or [])
        yield from zip(map(resolve1, pairs[::2]), pairs[1::2], strict=True)
        nodes.extend(resolve1(kid) for kid in resolve1(node.get("Kids") or []))
