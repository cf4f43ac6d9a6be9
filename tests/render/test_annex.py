"""annex.pdf: every cluster and every subject, over all chunks, with one count of pages."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from reportgen.model import Results
from reportgen.render import annex
from reportgen.render.annex import PdfAnnex, sections
from reportgen.render.merging import _Letters
from reportgen.render.strings import builtin
from tests.render import factory


@pytest.fixture(scope="module")
def estate() -> Results:
    return factory.few(factory.results(40), 4)


@pytest.fixture(scope="module")
def path(estate: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annex, "_ROWS", 60)
        return PdfAnnex().render(estate, tmp_path_factory.mktemp("annex"))


@pytest.fixture(scope="module")
def pages(path: Path) -> list[str]:
    with pdfplumber.open(path) as pdf:
        return [page.extract_text() for page in pdf.pages]


def test_every_observation_and_cluster_has_its_row(estate: Results, pages: list[str]) -> None:
    text = "\n".join(pages)
    rows = re.findall(
        r"^(\d+) [✗?✓–] (?:Not satisfied|Not assessed|Satisfied|Not applicable) ", text, re.MULTILINE
    )
    assert len(rows) == len(estate.observations)
    for control in estate.controls:
        mine = [item for item in estate.observations if item.control == control.id]
        ends = [tuple(map(int, match)) for match in re.findall(
            rf"{control.id} · rows (\d+) to (\d+) of {len(mine)}", text
        )]  # fmt: skip
        assert [start for start, _ in ends] == [1, *(end + 1 for _, end in ends[:-1])]
        assert ends[-1][1] == len(mine)
    assert "rows 1 to 40 of 40" in text


def test_pages_are_counted_over_all_chunks(pages: list[str]) -> None:
    assert len(pages) > 4
    for number, text in enumerate(pages, start=1):
        assert text.endswith(f"page {number} of {len(pages)}")
        assert "SAMPLE ESTATE: NOT COLLECTED FROM AZURE" in text


def test_numbers_of_pages_have_no_commas() -> None:
    assert _Letters(builtin()).numbered(1500, 3311) == "page 1500 of 3311"


def test_it_says_of_when_it_is_and_counts_in_plurals(
    estate: Results, pages: list[str], tmp_path: Path
) -> None:
    assert "2026-10-01 to 2026-12-31, as of 2026-11-15 06:00:00 UTC" in " ".join(pages[0].split())
    one = replace(estate, observations=estate.observations[:1])
    with pdfplumber.open(PdfAnnex().render(factory.few(one, 1), tmp_path)) as pdf:
        assert "40 clusters and 1 control with 1 observation:" in " ".join(
            pdf.pages[0].extract_text().split()
        )


def test_it_says_what_it_conforms_to_and_has_bookmarks(estate: Results, path: Path, pages: list[str]) -> None:
    assert "conforms to PDF/A-3b" in " ".join(pages[0].split())
    with pikepdf.open(path) as pdf:
        assert re.search(rb'pdfaid:conformance(?:>|=")B', pdf.Root.Metadata.read_bytes())
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
    assert titles == ["Clusters", *(control.title for control in estate.controls)]


def test_the_same_results_give_the_same_bytes(
    estate: Results, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annex, "_ROWS", 60)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert PdfAnnex().render(estate, tmp_path).read_bytes() == path.read_bytes()


def test_a_subject_stands_right_of_its_status_and_that_right_of_the_number(path: Path) -> None:
    with pdfplumber.open(path) as pdf:
        words = [word for page in pdf.pages for word in page.extract_words()]
    glyphs = {round(word["x0"]) for word in words if word["text"] == "✗"}
    numbers = {
        round(word["x0"])
        for word, next_one in pairwise(words)
        if word["text"].isdigit() and next_one["text"] == "✗"
    }
    after = {
        round(words[place + 3]["x0"])
        for place, word in enumerate(words)
        if [one["text"] for one in words[place : place + 3]] == ["✗", "Not", "satisfied"]
    }
    assert (len(numbers), len(glyphs), len(after)) == (1, 1, 1)
    assert max(numbers) < min(glyphs) < min(after)


def test_every_word_of_a_row_is_printed_and_none_leaves_the_page(estate: Results, tmp_path: Path) -> None:
    failed = next(item for item in estate.observations if item.reason)
    subject = replace(failed.subject, name="aks" * 150, cluster="W" * 200)
    odd = replace(failed, subject=subject, waiver="W-07", reason="It is open to everyone.")
    small = replace(estate, observations=(odd,))
    with pdfplumber.open(PdfAnnex().render(small, tmp_path)) as pdf:
        letters = [letter for page in pdf.pages for letter in page.chars]
        right = pdf.pages[0].width - 18 / 25.4 * 72
        bodies = [page.crop((0, 60, page.width, page.height - 50)) for page in pdf.pages]
        text = "".join("".join(body.extract_text().split()) for body in bodies)
    assert max(letter["x1"] for letter in letters) <= right + 0.5
    printed = [row.line for section in sections(small) for row in section.rows if section.id]
    assert len(printed) == 1
    assert "W-07; It is open to everyone." in printed[0]
    assert "".join(printed[0].split()) in text
