"""Page numbers that a document prints of itself, put in after it was laid out and before it is drawn.

A place that prints one bears the anchor in ``data-page`` and the text `ROOM`, which keeps the room. So the
document is laid out once: no number can move what it counts. WeasyPrint's own ``target-counter`` lays out
again, and stops too early: a page that moves late leaves old numbers behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ROOM = "000"


def put_in(document: Any) -> None:
    """Print in each place the page on which its anchor stands first; a KeyError where there is none.

    ``document`` is a `weasyprint.document.Document`. Numbers end where their room ended.
    """
    from weasyprint.text.line_break import split_first_line

    # A thing that goes on over several pages has its anchor on each of them; the first counts.
    numbered = list(enumerate(document.pages, start=1))
    found = {anchor: number for number, page in reversed(numbered) for anchor in page.anchors}
    for page in document.pages:
        # WeasyPrint names no other way to the boxes of a page.
        for box, anchor in _places(page._page_box):  # noqa: SLF001
            text = str(found[anchor])
            if len(text) > len(ROOM):
                raise ValueError(f"page {text} has no room in {ROOM}")
            layout, _, _, width, *_ = split_first_line(text, box.style, None, None, 0)
            box.text, box.pango_layout = text, layout
            box.position_x += box.width - width
            box.width = width


def _places(box: Any) -> Iterator[tuple[Any, str]]:
    from weasyprint.formatting_structure.boxes import ParentBox, TextBox

    if isinstance(box, TextBox):
        anchor = box.element.get("data-page") if box.text == ROOM and box.element is not None else None
        if anchor:
            yield box, anchor
    elif isinstance(box, ParentBox):
        for child in box.children:
            yield from _places(child)
