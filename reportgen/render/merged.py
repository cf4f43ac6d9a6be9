"""One PDF/A-3b file of chunks that were drawn apart: merging drops what the catalogue of each chunk said.

Tags do not survive either, since each chunk has a structure tree of its own: PDF/A-3b asks for none, and the
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


def make_pdfa(merged: pikepdf.Pdf, first: pikepdf.Pdf, facts: PackFacts, title: str, language: str) -> None:
    """Give ``merged``, the pages of chunks written with `OPTIONS`, what PDF/A-3b asks of a whole file.

    The colour space comes from the ``first`` of them; all dates are the as-of time. Save it with
    ``deterministic_id=True``.
    """
    intents = first.make_indirect(first.Root.OutputIntents)
    merged.Root.OutputIntents = merged.copy_foreign(intents)
    merged.Root.Lang = pikepdf.String(language)
    merged.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    _forget_tags(merged)
    _describe(merged, facts, title)


def _forget_tags(merged: pikepdf.Pdf) -> None:
    for key in ("/StructTreeRoot", "/MarkInfo"):
        if key in merged.Root:
            del merged.Root[key]
    for page in merged.pages:
        annotations = (annotation for annotation in page.get("/Annots", ()))
        for holder, key in ((page.obj, "/StructParents"), *((one, "/StructParent") for one in annotations)):
            if key in holder:
                del holder[key]


def _describe(merged: pikepdf.Pdf, facts: PackFacts, title: str) -> None:
    """The same words in the XMP and in the information dictionary."""
    date = datetime.fromisoformat(facts.as_of).astimezone(UTC)
    tool = f"reportgen {facts.tool_version}"
    for key, value in {"Title": title, "Author": facts.entity, "Creator": tool, "Producer": tool}.items():
        merged.docinfo[f"/{key}"] = pikepdf.String(value)
    for key in ("/CreationDate", "/ModDate"):
        merged.docinfo[key] = pikepdf.String(date.strftime("D:%Y%m%d%H%M%SZ"))
    with merged.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "3", "B"
        metadata["dc:title"], metadata["dc:creator"] = title, [facts.entity]
        metadata["xmp:CreatorTool"] = metadata["pdf:Producer"] = tool
        metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = date.strftime("%Y-%m-%dT%H:%M:%SZ")
