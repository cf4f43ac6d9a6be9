"""PDF/A-3a and PDF/UA-1 in one file: what WeasyPrint's PDF/A lacks to say and to be both.

WeasyPrint writes one standard a document. Its PDF/A-3a is tagged, so that it is PDF/UA-1 as well once its XMP
names that standard and declares the schema of the name (ISO 19005-3, 6.6.2.3; ISO 14289-1, 5). `make
conformance` has veraPDF check it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from reportgen.render import tagging
from reportgen.render.strings import Strings

OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_tags": True, "output_intent": "srgb"}
"""What WeasyPrint has to know when it lays out a document, and again when it writes it."""
_PDFUA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def written(
    document: Any, strings: Strings, identifier: str = "", attachments: Sequence[Any] = (), **options: Any
) -> bytes:
    """The bytes of a WeasyPrint ``Document`` that was laid out with `OPTIONS`.

    ``identifier`` becomes the permanent half of the file's ID; "" leaves the ID away, to reckon which every
    object is made twice. ``attachments`` and further ``options`` are WeasyPrint's.
    """
    tagging.own_links_only(document)
    with profile_left_open(), _pages_listed_once():
        content = document.write_pdf(
            finisher=partial(_finished, strings),
            pdf_identifier=identifier.encode() or None,
            attachments=list(attachments),
            **OPTIONS,
            **options,
        )
    return cast("bytes", content)


@contextmanager
def profile_left_open() -> Iterator[None]:
    """Without the warning that WeasyPrint leaves the file of its colour profile to Python to close."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@contextmanager
def _pages_listed_once() -> Iterator[None]:
    """WeasyPrint asks for the references of all pages once a tag, and pydyf lists them anew each time."""
    import pydyf

    plain = pydyf.PDF.page_references
    listed: dict[int, tuple[bytes, ...]] = {}

    def references(pdf: Any) -> tuple[bytes, ...]:
        pages = len(pdf.pages["Kids"])
        if pages not in listed:
            listed[pages] = plain.fget(pdf)
        return listed[pages]

    pydyf.PDF.page_references = property(references)
    try:
        yield
    finally:
        pydyf.PDF.page_references = plain


def _finished(strings: Strings, document: Any, pdf: Any) -> None:
    """The last changes to the ``pydyf.PDF`` before it is written."""
    tagging.name_links(document, strings)
    tagging.mark_artefacts(pdf)
    tagging.describe_figures(document, pdf)
    _identify(pdf)
    if "AF" in pdf.catalog:  # WeasyPrint lists every attachment twice
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _identify(pdf: Any) -> None:
    metadata = tagging.target(pdf, pdf.catalog["Metadata"])
    metadata.stream = [b"".join(metadata.stream).replace(b"</rdf:RDF>", _PDFUA + b"</rdf:RDF>", 1)]
