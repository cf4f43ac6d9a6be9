"""What makes report.pdf PDF/A-3a and PDF/UA-1, read with pikepdf; `make conformance` asks veraPDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.render import names


@pytest.fixture(scope="module")
def pdf(named_pdf: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(named_pdf) as opened:
        yield opened


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every structure element that the tree reaches."""
    waiting = list(pdf.Root.StructTreeRoot.K)
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            waiting.extend(element.get("/K", ()))


def annotated(pdf: pikepdf.Pdf) -> list[Any]:
    return [annotation for page in pdf.pages for annotation in page.get("/Annots", ())]


def parents(pdf: pikepdf.Pdf) -> dict[int, Any]:
    flat = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    return {int(key): value for key, value in zip(flat[::2], flat[1::2], strict=True)}


def test_the_metadata_name_both_standards_and_the_schema_of_the_second(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert metadata["dc:title"].startswith("Evidence pack 3f9a1c77e2b4")
        schemas = metadata["{http://www.aiim.org/pdfa/ns/extension/}schemas"]
    raw = pdf.Root.Metadata.read_bytes().decode()
    assert schemas
    assert raw.index("pdfaSchema:prefix>pdfuaid<") < raw.index("</rdf:RDF>")


def test_language_title_and_tags_are_said(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root.Lang == "en"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"


def test_the_data_files_are_inside_once_and_dated_by_the_facts(pdf: pikepdf.Pdf, named_pdf: Path) -> None:
    results = named_pdf.parent / "results"
    written = {path.name: path.read_bytes() for path in results.rglob("*.*")}
    assert set(written) == {"findings.json", *(f"{one.id}.csv" for one in names.results().controls)}
    assert {name: file.get_file().read_bytes() for name, file in pdf.attachments.items()} == written
    assert list(pdf.attachments) == sorted(written)
    associated = list(pdf.Root.AF)
    assert sorted(str(file.UF) for file in associated) == sorted(written)
    assert {str(file.AFRelationship) for file in associated} == {"/Data"}
    for file in associated:
        assert str(file.Desc)
        assert file.EF.F.Params.CreationDate == file.EF.F.Params.ModDate == "D:20261115060000Z"
        assert file.EF.F.Subtype in {"/application/json", "/text/csv"}


def test_every_link_has_words_and_stands_in_a_link_element(pdf: pikepdf.Pdf) -> None:
    links, tagged = annotated(pdf), parents(pdf)
    assert {str(link.Subtype) for link in links} == {"/Link"}
    assert [link for link in links if not str(link.Contents).strip()] == []
    assert {str(tagged[int(link.StructParent)].S) for link in links} == {"/Link"}
    words = {str(link.Contents) for link in links}
    assert "Scope and completeness" in words
    assert any(re.fullmatch(r"Page \d+", one) for one in words)


def test_figures_have_words_and_lie_on_their_page(pdf: pikepdf.Pdf) -> None:
    figures = [element for element in elements(pdf) if element.S == "/Figure"]
    words = {str(figure.Alt).partition(". ")[0]: str(figure.Alt).partition(". ")[2] for figure in figures}
    assert all(words.values())
    assert words["Findings by area"] == "Identity and access: 1 satisfied; API server: 1 not satisfied"
    for figure in figures:
        left, low, right, high = map(float, figure.A.BBox)
        assert 0 < left < right < 596
        assert 0 < low < high < 842


def test_tables_have_rows_and_cells_have_heads(pdf: pikepdf.Pdf) -> None:
    tables = [element for element in elements(pdf) if element.S == "/Table"]
    assert tables
    for part in [element for element in elements(pdf) if element.S in {"/Table", "/TBody", "/THead"}]:
        assert any(True for _ in rows(part))
    heads = {str(element.ID) for element in elements(pdf) if element.S == "/TH"}
    named = {
        str(head) for element in elements(pdf) if element.S == "/TD" for head in element.A.get("/Headers", ())
    }
    assert named
    assert named <= heads


def rows(part: Any) -> Iterator[Any]:
    for kid in part.K:
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/S") == "/TR":
            yield kid
        elif isinstance(kid, pikepdf.Dictionary) and "/K" in kid:
            yield from rows(kid)


def test_running_heads_are_artefacts_and_all_else_is_in_the_tree(pdf: pikepdf.Pdf) -> None:
    reached = {element.objgen for element in elements(pdf)}
    tagged = parents(pdf)
    for number, page in enumerate(pdf.pages):
        content = page.Contents.read_bytes()
        assert content.count(
            b"/Artifact <</Type /Pagination>> BDC".replace(b" <<", b"\n<<").replace(b">> ", b">>\n")
        )
        marks = {int(found[1]) for found in re.finditer(rb"<</MCID (\d+)>>", content)}
        known = {place for place, one in enumerate(tagged[number]) if one is not None}
        assert marks == known
        assert {one.objgen for one in tagged[number] if one is not None} <= reached


def test_the_paper_says_what_is_inside(named_pdf: Path) -> None:
    import pdfplumber

    with pdfplumber.open(named_pdf) as opened:
        text = "\n".join(page.extract_text() for page in opened.pages)
    assert "Files inside this document" in text
    assert "carries 3 files of the pack inside it" in text


def test_with_its_files_it_is_the_same_bytes_again(named_pdf: Path, tmp_path: Path) -> None:
    assert names.pack(tmp_path).read_bytes() == named_pdf.read_bytes()
