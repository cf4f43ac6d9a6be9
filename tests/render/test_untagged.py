"""The annex as one PDF/A-3b file; `tests.tools.test_conformance` asks veraPDF."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import weasyprint

from reportgen.render.untagged import OPTIONS, chunk, make_pdfa
from tests.render import factory

FACTS = factory.clean().facts


def drawn(words: str, **options: object) -> bytes:
    """A chunk with a link and a colour, so that annotations and colour spaces are judged."""
    page = f'<html lang=en><p id=a style="color:#1f4e79">{words}</p><a href="https://example.org/">there</a>'
    return chunk(weasyprint.HTML(string=page).render(**(OPTIONS | options)), **options)


def annex(path: Path, **options: object) -> Path:
    """Two chunks in one file."""
    with pikepdf.open(io.BytesIO(drawn("one", **options))) as whole:
        with pikepdf.open(io.BytesIO(drawn("two", **options))) as second:
            whole.pages.extend(second.pages)
        make_pdfa(whole, FACTS, "Annex of a pack", "en")
        whole.save(path, deterministic_id=True)
    return path


def test_it_says_3b_and_no_more(tmp_path: Path) -> None:
    with pikepdf.open(annex(tmp_path / "annex.pdf", pdf_tags=True)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
            assert metadata["dc:title"] == "Annex of a pack"
        assert b"pdfuaid" not in pdf.Root.Metadata.read_bytes()
        assert len(pdf.pages) == 2
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert "/StructTreeRoot" not in pdf.Root
        for page in pdf.pages:
            assert "/StructParents" not in page
            assert all("/StructParent" not in annotation for annotation in page.Annots)


def test_the_same_chunks_give_the_same_bytes(tmp_path: Path) -> None:
    first = annex(tmp_path / "one.pdf").read_bytes()
    assert annex(tmp_path / "two.pdf").read_bytes() == first
    assert b"D:20261115060000Z" in first or b"/ObjStm" in first
