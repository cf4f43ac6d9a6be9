"""Every page number that a PDF prints of itself is that of the page where the thing begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdfplumber
import pytest
import weasyprint

from reportgen.render.page_numbers import ROOM, put_in

_LONG = "<p>line</p>" * 90


def _document(body: str) -> weasyprint.Document:
    style = "<style>[href] { display: block } [href]::after { content: '000'; float: right }</style>"
    return weasyprint.HTML(string=f"<html lang=en>{style}<body>{body}").render()


def test_every_number_of_the_report_leads_to_its_page(mixed_pdf: Path) -> None:
    """A link of the contents or the index lies over the number of the page that it goes to."""
    checked = 0
    with pdfplumber.open(mixed_pdf) as pdf:
        ids = {page.page_obj.pageid: number for number, page in enumerate(pdf.pages, start=1)}
        targets = {
            name: ids[target.resolve()["D"][0].objid if hasattr(target, "resolve") else target[0].objid]
            for name, target in _destinations(pdf)
        }
        for page in pdf.pages:
            for link in page.annots:
                target = link["data"].get("Dest")
                words = page.crop(_inside(page, link)).extract_words() if target else []
                apart = len(words) == 1 or (words and words[-1]["x0"] - words[-2]["x1"] > 20)
                if apart and words[-1]["text"].isdigit():
                    told = int(words[-1]["text"])
                    assert told == targets[target.decode()], (page.page_number, words)
                    checked += 1
    assert checked >= 19 + 10


def _destinations(pdf: Any) -> list[tuple[str, list[Any]]]:
    names = pdf.doc.catalog["Names"]["Dests"]["Names"]
    return [(name.decode(), target) for name, target in zip(names[::2], names[1::2], strict=True)]


def _inside(page: Any, link: dict[str, float]) -> tuple[float, float, float, float]:
    return (
        max(link["x0"] - 1, 0), max(link["top"] - 1, 0),
        min(link["x1"] + 1, page.width), min(link["bottom"] + 1, page.height),
    )  # fmt: skip


def test_a_thing_over_several_pages_counts_where_it_begins(tmp_path: Path) -> None:
    document = _document(
        f'<a href="#b" data-page="b">B</a><p style="text-align: right"><a data-page="a">{ROOM}</a></p>'
        f'<div id="a">{_LONG}</div><div id="b">end</div>'
    )
    assert len(document.pages) > 2
    put_in(document)
    document.write_pdf(tmp_path / "x.pdf")
    with pdfplumber.open(tmp_path / "x.pdf") as pdf:
        right = max(char["x1"] for char in pdf.pages[0].chars)
        numbers = {
            word["text"]: word["x1"] for word in pdf.pages[0].extract_words() if word["text"].isdigit()
        }
    assert numbers == pytest.approx({"1": right, str(len(document.pages)): right}, abs=0.1)


def test_a_number_of_nothing_is_an_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        put_in(_document(f'<a data-page="nowhere">{ROOM}</a>'))
