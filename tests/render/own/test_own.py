"""A company's own templates: used where they are sound, named with their line where they are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from reportgen.model import Results
from reportgen.render import own
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.own.branding import Colours, contrast
from reportgen.render.own.logo import logo
from tests.render import factory

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/>{}</svg>'
COVER = (
    "{% extends 'shipped/parts/cover.html.j2' %}\n{% block title %}<p>Our words for {{ facts.entity }}</p>"
)
Made = Callable[..., Results]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Small results with a folder of templates of these files, tried as a run tries them."""

    def make(**files: str) -> Results:
        for name, text in files.items():
            path = tmp_path / "look" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        base = factory.few(factory.results(1), 2)
        return own.tried(replace(base, templates=own.load(tmp_path, Path("look"))))

    return make


def problems(results: Results) -> tuple[str, ...]:
    assert results.templates
    return results.templates.problems


def page(results: Results, medium: str = "html") -> str:
    return render(report(results, medium))


def test_a_part_takes_the_place_of_the_shipped_one(made: Made) -> None:
    results = made(**{"parts__cover.html.j2": COVER + "{% endblock %}"})
    assert problems(results) == ()
    assert "Our words for Contoso &lt;b&gt;Energy" in page(results)
    assert "Period of review" in page(results, "pdf")
    assert "parts (parts/cover.html.j2)" in results.notes[-1]
    assert results.notes[-1] in unescape(page(results))


def test_a_part_may_include_a_helper(made: Made) -> None:
    results = made(
        **{"parts__cover.html.j2": "{% include 'parts/_line.html.j2' %}", "parts___line.html.j2": "A line."}
    )
    assert problems(results) == ()
    assert "A line." in page(results)


def test_a_syntax_error_is_named_and_the_shipped_part_is_used(made: Made) -> None:
    results = made(**{"parts__cover.html.j2": "<p>\n{% if %}"})
    (problem,) = problems(results)
    assert problem.startswith("look/parts/cover.html.j2:2: not a template: ")
    assert "Period of review" in page(results)
    assert problem in results.notes


def test_a_part_that_fails_while_rendering_is_named_and_the_others_are_used(made: Made) -> None:
    results = made(
        **{
            "parts__cover.html.j2": "<p>\n\n{{ facts.no_such_thing }}</p>",
            "parts__method.html.j2": "{% if medium == 'pdf' %}\n{{ 1 / 0 }}\n{% endif %}",
            "parts__parameters.html.j2": "<section id='x'>Our parameters.</section><p id=\"parameters\">",
        }
    )
    told = problems(results)
    assert [text.split(": ")[:2] for text in told] == [
        ["look/parts/cover.html.j2:3", "UndefinedError"],
        ["look/parts/method.html.j2:2", "ZeroDivisionError"],
    ]
    assert "Our parameters." in page(results)
    assert "Period of review" in page(results)


def test_a_part_without_the_places_that_others_lead_to_is_named(made: Made) -> None:
    results = made(
        **{"parts__method.html.j2": "<section><h1>Ours</h1></section>", "parts__cover.html.j2": "Ours too."}
    )
    told = "look/parts/method.html.j2:1: the place #method is not in it; the shipped one is used"
    assert problems(results) == (told,)
    assert "Ours too." in page(results)


@pytest.mark.parametrize(
    "text",
    [
        "{{ facts.__class__.__mro__ }}",
        "{{ t.__globals__ }}",
        "{{ report.results.notes.__class__.__base__.__subclasses__() }}",
        "{% include '../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_part_reaches_nothing_but_the_report(made: Made, text: str) -> None:
    results = made(**{"parts__cover.html.j2": text})
    (problem,) = problems(results)
    assert problem.startswith("look/parts/cover.html.j2:1: ")
    assert "root:" not in page(results)
    assert "Period of review" in page(results)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src='https://example.com/x.png'>",
        "<link rel='stylesheet' href='x.css'>",
        "<p style='color: red'>",
        "<p onclick='x()'>",
        "<{{ 'script' }}>",
        "<im{{ 'g' }} src='file:///etc/passwd'>",
        "{{ '<b>' | safe }}",
        "{% autoescape false %}{{ facts.entity }}{% endautoescape %}",
    ],
)
def test_a_part_runs_nothing_and_fetches_nothing(made: Made, text: str) -> None:
    (problem,) = problems(made(**{"parts__cover.html.j2": f"<p>one</p>\n{text}"}))
    assert problem.startswith("look/parts/cover.html.j2:2: ")


@pytest.mark.parametrize("name", ["scope", "gaps", "nature", "no-such-part"])
def test_a_part_that_cannot_be_replaced_is_named(made: Made, name: str) -> None:
    results = made(**{f"parts__{name}.html.j2": "All is well."})
    assert problems(results)[0].startswith(f"look/parts/{name}.html.j2:1: ")
    assert "All is well." not in page(results)


def test_branding_changes_colours_words_logo_and_sections(made: Made) -> None:
    branding = """
colours: {accent: "#00594C", accent_dark: "#8FD4C8"}
logo: logo.svg
logo_alt: Contoso
language: de
sections: {access: false, frameworks: true}
strings:
  cover: {period: Berichtszeitraum}
  nature:
    controls: {one: eine Kontrolle, other: "{n} Kontrollen"}
"""
    results = made(**{"branding.yaml": branding, "logo.svg": SVG.format("")})
    assert problems(results) == ()
    html = page(results)
    assert ":root { --own-accent: #00594c; --own-accent-dark: #8fd4c8; --own-cover-dark: #00352e; }" in html
    assert '<html lang="de">' in html
    assert 'src="data:image/svg+xml;base64,' in html
    assert "Berichtszeitraum" in html
    assert "2 Kontrollen" in html
    assert 'id="access"' not in html
    assert 'id="gaps"' in html
    assert "Sections left out by the entity's own templates: access." in unescape(html)


@pytest.mark.parametrize(
    ("branding", "line", "told"),
    [
        ("\ncolours: {accent: '#ffee00'}", 2, "contrast with white paper is 1.2"),
        ("colours:\n  accent_dark: '#112233'", 2, "contrast with a dark screen"),
        ("colours: {accent: green}", 1, "expected a colour"),
        ("sections:\n  gaps: false", 2, "gaps"),
        ("sections: {scope: false}", 1, "scope"),
        ("strings:\n  cover:\n    perod: x", 3, "no such text"),
        ("strings:\n  cover:\n    host: auf {hots}", 3, "unknown placeholder {hots}; expected {host}"),
        ("strings:\n  cover:\n    host: auf {host.__class__}", 3, "unknown placeholder"),
        ("strings:\n  cover:\n    host: auf {host!r}", 3, "unknown placeholder"),
        ("strings:\n  cover:\n    host: auf {host", 3, "not a text with"),
        ("strings:\n  nature:\n    controls: viele", 3, "expected one and other"),
        ("strings:\n  cover:\n    host: {one: a, other: b}", 3, "expected one text"),
        ("a: [", 1, "not valid YAML"),
        ("colour: {}", 1, "unknown key"),
        ("logo: logo.svg\nlogo: b.svg", 2, "this key is there twice"),
    ],
)  # fmt: skip
def test_branding_that_cannot_be_used_is_named_by_line(
    made: Made, branding: str, line: int, told: str
) -> None:
    results = made(**{"branding.yaml": branding})
    (problem,) = problems(results)
    assert problem.startswith(f"look/branding.yaml:{line}: ")
    assert told in problem
    assert "Period of review" in page(results)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<script>alert(1)</script>", "element script"),
        ("<image href='https://example.com/a.png'/>", "element image"),
        ("<use href='#a'/>", "element use"),
        ("<rect onload='x()'/>", "attribute onload"),
        ("<rect fill='url(https://example.com/#a)'/>", "attribute fill"),
        ("<style>@import url(x)</style>", "element style"),
        ("<foreignObject/>", "element foreignObject"),
        ("<rect>", "not well-formed"),
        ("<?xml-stylesheet href='x'?>", "processing instruction"),
    ],
)
def test_a_logo_that_does_more_than_show_shapes_is_refused(made: Made, inside: str, told: str) -> None:
    results = made(**{"branding.yaml": "logo: logo.svg", "logo.svg": "\n" + SVG.format(inside)})
    (problem,) = problems(results)
    assert problem.startswith("look/logo.svg:2: ")
    assert told in problem
    assert "data:image" not in page(results)


def test_an_entity_in_a_logo_is_refused(made: Made) -> None:
    text = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n' + SVG.format("<title>&a;</title>")
    (problem,) = problems(made(**{"branding.yaml": "logo: logo.svg", "logo.svg": text}))
    assert "DOCTYPE" in problem


def test_a_logo_that_is_not_there_or_no_picture_is_named(made: Made) -> None:
    assert "no such file" in problems(made(**{"branding.yaml": "logo: logo.svg"}))[0]
    text = problems(made(**{"branding.yaml": "logo: logo.gif", "logo.gif": "GIF89a"}))[0]
    assert "neither PNG nor SVG" in text


def png(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, 0).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (png((16, 16)), "16 x 16 pixels are too few to print; it needs 180 in width or 54 in height"),
        (png((4001, 60)), "4001 x 60 pixels are too many"),
        (png((400, 400))[:80], "not a whole PNG"),
        (png((400, 400))[:20], "not a whole PNG"),
    ],
    ids=["few", "many", "half", "head"],
)
def test_a_png_that_cannot_be_printed_is_named(
    data: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint does
    image, (problem,) = logo({"logo.png": data}, "logo.png", "look")
    assert image == ""
    assert problem.startswith("look/logo.png: ")
    assert told in problem


@pytest.mark.parametrize("size", [(180, 20), (20, 54), (1200, 400)])
def test_a_png_of_any_shape_is_taken(size: tuple[int, int]) -> None:
    image, wrong = logo({"logo.png": png(size)}, "logo.png", "look")
    assert image.startswith("data:image/png;base64,")
    assert wrong == ()


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("width='900' height='300'", "it has no viewBox, so that it cannot be scaled"),
        ("viewBox='0 0 9 9' preserveAspectRatio='none'", "would stretch it"),
    ],
)
def test_an_svg_that_cannot_keep_its_shape_is_named(head: str, told: str) -> None:
    data = f"<svg xmlns='http://www.w3.org/2000/svg' {head}><rect/></svg>".encode()
    image, (problem,) = logo({"logo.svg": data}, "logo.svg", "look")
    assert image == ""
    assert problem.startswith("look/logo.svg:1: ")
    assert told in problem


def test_one_wrong_text_costs_nothing_else(made: Made) -> None:
    branding = """
colours: {accent: "#00594C"}
strings:
  workbook: {sheet_gaps: "Gaps: all", sheet_findings: Feststellungen}
  cover: {period: Berichtszeitraum}
"""
    results = made(**{"branding.yaml": branding})
    (problem,) = problems(results)
    assert problem.startswith("look/branding.yaml:4: strings.workbook.sheet_gaps: a sheet")
    assert "cannot have : in it" in problem
    assert problem.endswith("; the shipped one is used")
    assert "Berichtszeitraum" in page(results)
    assert "--own-accent: #00594c" in page(results)
    assert "texts (2)" in results.notes[-2]


def test_a_note_says_how_many_texts_stand_behind_others(made: Made) -> None:
    results = made(**{"branding.yaml": "strings: {banner: {demo: Muster}, cover: {period: Zeit}}"})
    assert "texts (2, 1 of them behind the shipped ones, which are protected)" in results.notes[-1]
    assert "SAMPLE ESTATE: NOT COLLECTED FROM AZURE / Muster" in page(results)


def test_texts_of_several_lines_become_one(made: Made) -> None:
    results = made(**{"branding.yaml": "strings:\n  cover:\n    kind: |\n      One\n      and two\n"})
    assert results.templates
    assert results.templates.strings == {"cover.kind": "One and two"}


def test_white_words_can_be_read_on_every_own_cover() -> None:
    colours = Colours(accent="#757575")
    assert contrast(colours.properties["cover_dark"], "#ffffff") > contrast("#757575", "#ffffff") > 4.5


def test_a_link_out_of_the_folder_is_not_followed(made: Made, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{{ facts.entity }} outside", encoding="utf-8")
    (tmp_path / "look" / "parts").mkdir(parents=True)
    (tmp_path / "look" / "parts" / "cover.html.j2").symlink_to(tmp_path / "secret")
    results = made()
    assert "leads out of the folder" in problems(results)[0]
    assert " outside" not in page(results)


def test_the_hash_is_of_what_was_read(made: Made) -> None:
    one, two = made(**{"parts__cover.html.j2": "a"}), made(**{"parts__cover.html.j2": "b"})
    assert one.templates
    assert two.templates
    assert one.templates.sha256 != two.templates.sha256
    assert two.templates.sha256 == made().templates.sha256  # type: ignore[union-attr]


def test_a_folder_that_is_not_there_is_a_note(tmp_path: Path) -> None:
    loaded = own.load(tmp_path, Path("gone"))
    assert loaded.problems == ("gone: no such folder, so nothing of it is used",)


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
