"""Each check on a PDF catches a document that is bad in one way, and a good one passes."""

from __future__ import annotations

import pytest

from tests.tools.conftest import LINES, TABLE, Make
from tools.looking.pdf import check

LINK = '<p><a href="#there">see there</a></p><p id="there">there</p>'
NEVER: frozenset[str] = frozenset()


def test_a_good_document_passes(make_pdf: Make) -> None:
    assert check(make_pdf(LINES + TABLE + LINK + f"<div class=new><h2>More</h2>{LINES}</div>"), NEVER) == []


def kept(text: str) -> str:
    """A paragraph of six lines that goes to the next page as a whole where it does not fit."""
    return f"<p style='break-inside: avoid'>{text}{'<br>one more' * 5}</p>"


def moved(text: str, move: str) -> str:
    return f"<div style='{move}'>{text}</div>"


LONG_NAME = f"<span style='white-space: nowrap'>{'aks-core-' * 6}</span>"
BAD = {
    "text beside the text area": (moved("left of it", "margin-left: -8mm"), "page 2: 'l' at"),
    "a box that is too wide": (
        moved("wide", "width: 140mm; border: 1pt solid red"),
        "lies outside",
    ),
    "text near the edge of the sheet": (
        moved("above everything", "position: absolute; top: -22mm"),
        "lies outside",
    ),
    "a nearly empty page": ("<p class=new>One line.</p>", "page 3: holds 1 lines of text"),
    "a heading at the foot": (
        moved("", "height: 84mm") + "<h2>Alone</h2>" + kept("one"),
        "page 2: the heading 'Alone' keeps 0 lines below it, not 2",
    ),
    "a heading with one of its many lines": (
        moved("", "height: 80mm") + "<h2>Not alone</h2><p>first</p>" + kept("one"),
        "page 2: the heading 'Not alone' keeps 1 lines below it, not 2",
    ),
    "lines that lie on each other": (
        moved("Some words here.", "margin: 0") + moved("Other words there.", "margin: -12pt 0 0"),
        "page 2: text lies on text",
    ),
    "words of one line that lie on each other": (
        moved(
            f"Some words{moved('Other words', 'position: absolute; top: 0; left: 6mm')}", "position: relative"
        ),
        "page 2: text lies on text",
    ),
    "a cell that reaches into its neighbour": (
        TABLE.replace("aks-core", LONG_NAME).replace("203.0.113.0/24", ""),
        "reaches into the next column",
    ),
    "a page without running head": (
        f"<div class=new>{LINES}</div><div style='page: bare'>{LINES}</div>",
        "page 4: does not begin with the running head 'Contoso pack 1'",
    ),
    "a page without number": (
        f"<div class=new>{LINES}</div><div style='page: unnumbered'>{LINES}</div>",
        "page 4: the foot says no page x of y, expected page 4 of 4",
    ),
    "a template's mark": ("<p>The cluster {{ cluster.name }} is private.</p>", "page 2: '{{'"),
    "an absent value": ("<p>Version: None</p>", "page 2: 'None'"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_document_is_caught(make_pdf: Make, body: str, told: str) -> None:
    problems = [str(problem) for problem in check(make_pdf(LINES + body), NEVER)]
    assert any(problem.startswith("report.pdf ") and told in problem for problem in problems), problems


def test_all_of_a_section_may_be_one_line(make_pdf: Make) -> None:
    body = f"{LINES}<h2>Notes</h2><p>None of note.</p><div class=new><h2>Next</h2>{LINES}</div>"
    assert check(make_pdf(body), frozenset({"None of note."})) == []


def test_a_link_without_target_is_caught(make_pdf: Make) -> None:
    path = make_pdf(LINES + LINK, change=(b"/Dest (there)", b"/Dest (where)"))
    assert "a link leads to b'where', which is not there" in [problem.what for problem in check(path, NEVER)]


NUMBERED = (
    "<p><a href='#there'>There.......{dots}</a> <a href='#there'>and again in 2024</a></p>"
    "<table><thead><tr><th>Part</th><th>Page</th></tr></thead><tbody><tr><td><a href='#there'>3000</a></td>"
    "<td><a href='#there'>{cell}</a></td></tr></tbody></table><div class=new id=there>" + LINES + "</div>"
)


@pytest.mark.parametrize(("dots", "cell", "said"), [("4", "3", "4"), ("3", "12", "12")])
def test_a_wrong_page_number_is_caught(make_pdf: Make, dots: str, cell: str, said: str) -> None:
    (problem,) = check(make_pdf(LINES + NUMBERED.format(dots=dots, cell=cell)), NEVER)
    assert problem.what == f"the link to b'there' says page {said} and leads to 3"


def test_right_page_numbers_and_other_numbers_pass(make_pdf: Make) -> None:
    assert check(make_pdf(LINES + NUMBERED.format(dots=3, cell=3)), NEVER) == []


def test_a_font_that_is_not_in_the_file_is_caught(make_pdf: Make) -> None:
    path = make_pdf(LINES, change=(b"/FontFile", b"/FontFail"))
    told = [problem.what for problem in check(path, NEVER)]
    assert any(what.startswith("the font ") and what.endswith("is not embedded") for what in told)


def test_a_document_without_tags_is_caught(make_pdf: Make) -> None:
    (problem,) = check(make_pdf(LINES, tags=False), NEVER)
    assert "no heading is tagged" in problem.what


def test_names_of_the_estate_may_hold_anything_even_broken_into_lines(make_pdf: Make) -> None:
    name = "{{ 7*7 }}-None-<class x>-" + "long-" * 4
    cell = TABLE.replace("aks-core", f"<i style='overflow-wrap: anywhere'>{name.replace('<', '&lt;')}</i>")
    path = make_pdf(LINES + cell)
    assert check(path, frozenset({name})) == []
    assert len(check(path, NEVER)) == 4


def test_letters_of_a_slanted_line_do_not_lie_on_each_other(make_pdf: Make) -> None:
    label = (
        "<svg width=200 height=120><text transform='translate(60 110) rotate(-52)'>API server</text></svg>"
    )
    assert check(make_pdf(LINES + label), NEVER) == []


def annex(make_pdf: Make, body: str, change: tuple[bytes, bytes] = (b"", b"")) -> list[str]:
    path = make_pdf(LINES + body, tags=False, change=change)
    return [str(problem) for problem in check(path, NEVER, tagged=False)]


def test_an_annex_has_its_headings_from_its_bookmarks(make_pdf: Make) -> None:
    good = f"<div class=new><h2>Controls of a very long {'name ' * 20}</h2>{LINES}</div>"
    assert annex(make_pdf, good) == []
    (problem,) = annex(make_pdf, moved("", "height: 84mm") + "<h2>Alone</h2>" + kept("one"))
    assert "page 2: the heading 'Alone' keeps 0 lines below it, not 2" in problem


def test_a_bookmark_of_an_annex_says_what_stands_on_its_page(make_pdf: Make) -> None:
    (problem,) = annex(make_pdf, "<h2 style='bookmark-label: \"Other\"'>This</h2><p>a</p><p>b</p>")
    assert problem.endswith("page 2: the bookmark 'Other' leads here, and no line has its words")


def test_an_annex_without_bookmarks_is_a_problem(make_pdf: Make) -> None:
    (problem,) = annex(make_pdf, "<style>h1 { bookmark-level: none }</style>")
    assert "there are no bookmarks" in problem


def test_parts_of_an_annex_may_end_on_a_nearly_empty_page(make_pdf: Make) -> None:
    assert annex(make_pdf, "<p class=new>One line.</p>") == []


def test_a_page_number_has_its_thousands_apart(make_pdf: Make) -> None:
    changed = f"{LINES}<style>@page {{ @bottom-right {{ content: 'page 1,002 of 3,311' }} }}</style>"
    told = [problem.what for problem in check(make_pdf(changed), NEVER)]
    assert "the foot says page 1002 of 3311, expected page 2 of 2" in told
