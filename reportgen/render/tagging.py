"""The tags of a PDF as PDF/UA-1 wants them: links with words, running heads as artefacts, figures placed.

Works on WeasyPrint's document and on the ``pydyf.PDF`` that it made of it, before that is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from reportgen.render.strings import Strings
from reportgen.render.text import cut

_POINTS = 0.75
"""PDF points a CSS pixel."""
_SVG = "{http://www.w3.org/2000/svg}"
_LONGEST = 1000
"""Characters of a figure's words; a table beside it has the data of a larger one."""


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


def name_links(document: Any, strings: Strings) -> None:
    """Give each link annotation the words of its link, instead of the name of its target, as its Contents.

    A link whose words are a page's number gets the number of the page where its target begins.
    """
    import pydyf

    numbered = list(enumerate(document.pages, start=1))
    starts = {anchor: number for number, page in reversed(numbered) for anchor in page.anchors}
    for page in document.pages:
        for kind, to, _, box in page.links:
            if not box.link_annotation:  # nothing in the document has the name that it links to
                continue
            words = " ".join("".join(box.element.itertext()).split()) or to
            if kind == "external":
                words = strings.text("archival.external", words=words, url=to)
            elif words.isdigit():
                words = strings.text("archival.page", page=str(starts[to]))
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


def describe_figures(document: Any, pdf: Any) -> None:
    """Give figures the description of their SVG behind its title, and their place on the page.

    WeasyPrint takes the title alone, and gives the place in pixels from the page's upper edge; a PDF counts
    points from the lower one.
    """
    import pydyf

    told = _descriptions(document)
    for element in pdf.objects:
        if isinstance(element, pydyf.Dictionary) and element.get("S") == "/Figure":
            title = element["Alt"].string if "Alt" in element else ""
            if told[title]:
                element["Alt"] = pydyf.String(cut(f"{title}. {told[title].pop(0)}", _LONGEST))
            left, top, right, bottom = (_POINTS * edge for edge in element["A"]["BBox"])
            height = target(pdf, element["Pg"])["MediaBox"][3]
            element["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


def _descriptions(document: Any) -> dict[str, list[str]]:
    """The descriptions of SVG pictures by title, in the order in which they stand."""
    found: dict[str, list[str]] = defaultdict(list)
    for page in document.pages:
        # WeasyPrint names no other way to the boxes of a page.
        for box in page._page_box.descendants():  # noqa: SLF001
            if box.element is not None and box.element_tag == f"{_SVG}svg":
                title, told = (box.element.findtext(f"{_SVG}{part}") or "" for part in ("title", "desc"))
                found[title] += [told] if told else []
    return found
