"""One PDF/A-3b file of chunks that were drawn apart, which says what it is.

Tags do not survive, since each chunk has a structure tree of its own: PDF/A-3b asks for none, and the
file does not say that it is PDF/UA.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pikepdf

from reportgen.model import PackFacts
from reportgen.render.archival import profile_left_open

OPTIONS = {"pdf_variant": "pdf/a-3b", "output_intent": "srgb"}
"""What WeasyPrint has to know when it lays out a chunk, and again when it writes it."""


def chunk(document: Any, **options: Any) -> bytes:
    """The bytes of a WeasyPrint ``Document`` that was laid out with `OPTIONS`, and further ``options``."""
    with profile_left_open():
        return cast("bytes", document.write_pdf(**(OPTIONS | options)))


def make_pdfa(whole: pikepdf.Pdf, facts: PackFacts, title: str, language: str) -> None:
    """Make a PDF/A-3b file of ``whole``: the first chunk, with the pages of the others behind its own.

    The first chunk's catalogue has the colour space; all dates are the as-of time. Save it with
    ``deterministic_id=True``.
    """
    whole.Root.Lang = pikepdf.String(language)
    whole.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    _forget_tags(whole)
    _describe(whole, facts, title)


def _forget_tags(whole: pikepdf.Pdf) -> None:
    for key in ("/StructTreeRoot", "/MarkInfo"):
        if key in whole.Root:
            del whole.Root[key]
    for page in whole.pages:
        annotations = (annotation for annotation in page.get("/Annots", ()))
        for holder, key in ((page.obj, "/StructParents"), *((one, "/StructParent") for one in annotations)):
            if key in holder:
                del holder[key]


def _describe(whole: pikepdf.Pdf, facts: PackFacts, title: str) -> None:
    """The same words in the XMP and in the information dictionary."""
    date = datetime.fromisoformat(facts.as_of).astimezone(UTC)
    tool = f"reportgen {facts.tool_version}"
    for key, value in {"Title": title, "Author": facts.entity, "Creator": tool, "Producer": tool}.items():
        whole.docinfo[f"/{key}"] = pikepdf.String(value)
    for key in ("/CreationDate", "/ModDate"):
        whole.docinfo[key] = pikepdf.String(date.strftime("D:%Y%m%d%H%M%SZ"))
    with whole.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "3", "B"
        metadata["dc:title"], metadata["dc:creator"] = title, [facts.entity]
        metadata["xmp:CreatorTool"] = metadata["pdf:Producer"] = tool
        metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = date.strftime("%Y-%m-%dT%H:%M:%SZ")
