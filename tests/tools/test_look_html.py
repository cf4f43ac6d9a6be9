"""Each check on an HTML report catches what is bad in it, and a good one passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.conftest import TABLE, needs_browser, page
from tools.looking import html

pytestmark = needs_browser
GOOD = (
    "<main id=top><h1>Controls</h1>"
    "<p><a href='#top'>up</a> <a href='evidence/page%201.json#x'>evidence</a></p>"
    f"<div style='overflow-x: auto'><div style='width: 2000px'>{TABLE}</div></div>"
    "<details><summary>More</summary><p>No value is undefined here.</p></details></main>"
)
BAD = page(
    "<div id=wide><p style='width: 1400px; margin: 0'>wide</p></div>"
    "<a href='#nowhere'>dead</a> <a href='evidence/gone.json'>gone</a>"
    "<table id=t><thead><tr><th>Cluster</th><th> </th></tr></thead></table>"
    "<details id=folded><summary>More</summary><p>Version: Non<wbr>e</p></details>"
    "<img src='https://report.invalid/pixel.png' alt=''>"
    "<script>setTimeout(() => { throw new Error('out of tune') })</script>",
)
TOLD = (
    "report.html at 1280: the document scrolls sideways by 128 pixels; too wide: #wide > p",
    "report.html at 390: the document scrolls sideways by 1018 pixels; too wide: #wide > p",
    "a link leads to #nowhere, which is not there",
    "report.html: a link leads to evidence/gone.json, which is not in the pack",
    "report.html #t > thead > tr > th: a header cell is empty",
    "report.html #folded: 'None' stands in the text: … More Version: None …",
    "report.html: the page asked for https://report.invalid/pixel.png",
    "report.html: the page raised out of tune",
    "report.html: the browser's console says: Failed to load resource",
)


def written(folder: Path, document: str) -> Path:
    path = folder / "report.html"
    path.write_text(document, encoding="utf-8")
    return path


def test_a_good_document_passes_and_has_its_picture_taken(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/page 1.json").touch()
    known = frozenset({"No value is undefined here."})
    assert html.check(written(tmp_path, page(GOOD)), tmp_path, known, pieces=2) == []
    assert {path.name for path in tmp_path.glob("*.png")} == {
        "html-1280-light-001.png",
        "html-1280-dark-001.png",
        "html-390-light-001.png",
        "html-390-light-sheet-01.png",
        "html-390-dark-001.png",
        "html-390-dark-sheet-01.png",
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("bad")
    return [str(problem) for problem in html.check(written(folder, BAD), folder, frozenset(), pieces=1)]


@pytest.mark.parametrize("expected", TOLD)
def test_what_is_bad_is_told_once(told: list[str], expected: str) -> None:
    assert len([problem for problem in told if expected in problem]) == 1, told


def test_nothing_else_is_told(told: list[str]) -> None:
    assert [problem for problem in told if not any(expected in problem for expected in TOLD)] == []


def test_a_long_page_is_shown_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    tall = page("<div style='height: 16000px; margin: 0'>tall</div>", "<style>body { margin: 0 }</style>")
    html.check(written(tmp_path, tall), tmp_path, frozenset(), pieces=4)
    shown = sorted(path.stem[-3:] for path in tmp_path.glob("html-1280-light-*.png"))
    assert shown == ["001", "004", "007", "010"]
