"""The tags of a PDF as PDF/UA-1 wants them: links with words, running heads as artefacts, figures placed.

Works on WeasyPrint's document and on the ``pydyf.PDF`` that it made of it, before that is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportgen.render.strings import builtin

_POINTS = 0.75
"""PDF points a CSS pixel."""


def target(pdf: Any, reference: bytes) -> Any:
    """The object that ``b"12 0 R"`` refers to."""
    return pdf.objects[int(reference.split()[0])]


def own_links_only(document: Any) -> None:
    """Forget the links that WeasyPrint gives to every box inside a link.

    A link with three nested elements would be four annotations one above the other, three of which belong to
    no ``Link`` element (ISO 14289-1, 7.18.5).
    """
    for page in document.pages:
        page.links[:] = [link for link in page.links if link[3].link]


def name_links(document: Any) -> None:
    """Give each link annotation the words of its link, instead of the name of its target, as its Contents.

    A link whose words are a page's number gets the number of the page where its target begins.
    """
    import pydyf

    numbered = list(enumerate(document.pages, start=1))
    starts = {anchor: number for number, page in reversed(numbered) for anchor in page.anchors}
    for page in document.pages:
        for kind, to, _, box in page.links:
            words = " ".join("".join(box.element.itertext()).split()) or to
            if kind == "external":
                words = builtin().text("archival.external", words=words, url=to)
            elif words.isdigit():
                words = builtin().text("archival.page", page=str(starts[to]))
            if box.link_annotation:
                box.link_annotation["Contents"] = pydyf.String(words)


def mark_artefacts(pdf: Any) -> None:
    """Mark as artefacts what has a tag but no place in the structure tree: WeasyPrint's running heads."""
    import pydyf

    root = target(pdf, pdf.catalog["StructTreeRoot"])
    reached = {id(element) for element in _reached(pdf, root["K"])}
    parents = dict(_pairs(target(pdf, root["ParentTree"])["Nums"]))
    for reference in pdf.page_references:
        page = target(pdf, reference)
        tagged = parents[page["StructParents"]]
        loose = {place for place, one in enumerate(tagged) if id(target(pdf, one)) not in reached}
        for place in loose:
            target(pdf, tagged[place]).clear()
            tagged[place] = b"null"
        operators = target(pdf, page["Contents"]).stream
        for place, operand in enumerate(operators):
            if isinstance(operand, pydyf.Dictionary) and operand.get("MCID") in loose:
                operators[place - 1] = "/Artifact"
                operators[place] = pydyf.Dictionary({"Type": "/Pagination"})


def _reached(pdf: Any, references: list[Any]) -> Iterator[Any]:
    """The structure elements below ``references``, which holds marked content's numbers as well."""
    waiting = [one for one in references if isinstance(one, bytes)]
    while waiting:
        element = target(pdf, waiting.pop())
        yield element
        waiting.extend(one for one in element.get("K", ()) if isinstance(one, bytes))


def _pairs(flat: list[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def place_figures(pdf: Any) -> None:
    """Give the boxes of figures in points from the page's lower edge, not in pixels from its upper one."""
    import pydyf

    for element in pdf.objects:
        if isinstance(element, pydyf.Dictionary) and element.get("S") == "/Figure":
            left, top, right, bottom = (_POINTS * edge for edge in element["A"]["BBox"])
            height = target(pdf, element["Pg"])["MediaBox"][3]
            element["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))
