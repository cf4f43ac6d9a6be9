"""The Jinja environment that every format shares: one set of templates, strict, escaped, cleaned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from reportgen.model import OwnTemplates, Results
from reportgen.render import charts, fonts, paper, text
from reportgen.render.compiled import Compiled
from reportgen.render.context import Report
from reportgen.render.figures import Figures, sign
from reportgen.render.page_numbers import ROOM
from reportgen.render.strings import Strings, builtin, of
from reportgen.render.values import observed

TEMPLATES = Path(str(files("reportgen"))) / "templates"
SHIPPED = "shipped"
"""Before the name of a part, that a company's own part extends: ``shipped/parts/cover.html.j2``."""


def render(view: Report, covered: frozenset[int] | None = None, attached: Sequence[Path] = ()) -> str:
    """The report as one HTML document.

    ``covered`` are the code points that the fonts can draw, ``attached`` the files that travel inside the
    document.
    """
    document = "".join(pieces(view, covered, attached))
    return paper.lean(document) if view.medium == "pdf" else document


def pieces(
    view: Report, covered: frozenset[int] | None = None, attached: Sequence[Path] = (), **values: Any
) -> Iterator[str]:
    """The document as its templates come to it; with ``values`` that `render` leaves out."""
    own = view.results.templates
    environment = _environment(view.medium, view.strings, own, covered)
    return environment.get_template("report.html.j2").generate(
        report=view,
        facts=view.results.facts,
        attached=attached,
        medium=view.medium,
        css=_css(view.medium, own.colours if own else {}, view.strings),
        own=own,
        ROOM=ROOM,
        GLYPHS=charts.GLYPHS,
        WORDS=view.strings.statuses(),
        ORDER=charts.ORDER,
        **values,
    )


def render_part(name: str, results: Results, covered: frozenset[int], **values: Any) -> str:
    """A template of paper with a style sheet of its own, such as a chunk of the annex."""
    template = _environment("pdf", of(results), None, covered).get_template(name)
    sheet = Markup((TEMPLATES / f"{name.partition('.')[0]}.css").read_text(encoding="utf-8"))  # noqa: S704
    return paper.lean(template.render(css=sheet + fonts.face(), own=results.templates, **values))


def _environment(
    medium: str, strings: Strings, own: OwnTemplates | None, covered: frozenset[int] | None
) -> Environment:
    clean = text.cleaner(covered, strings.text("values.not_set"))
    wording = paper if medium == "pdf" else text
    foreign = own if own and own.parts else None

    def breakable(value: Any) -> Markup:
        marked: Markup = wording.breakable(str(clean(value)))
        return marked

    def shell(value: Any) -> Markup:
        marked: Markup = wording.shell(str(clean(value)))
        return marked

    kind = ImmutableSandboxedEnvironment if foreign else Environment
    environment = kind(
        loader=_loader(foreign) if foreign else FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=None if own and own.strings else Compiled((medium, bool(foreign), covered)),
    )

    def t(key: str, **values: Any) -> Markup:
        kept = {name: value if isinstance(value, int) else clean(value) for name, value in values.items()}
        return strings.markup(key, **kept)

    environment.globals.update(t=t, draw=Figures(strings, clean), sign=sign)
    environment.filters.update(
        breakable=breakable,
        shell=shell,
        span=strings.span,
        moment=text.moment,
        cut=text.cut,
        lead=text.lead,
        observed=partial(observed, strings=strings),
    )
    return environment


def _loader(own: OwnTemplates) -> BaseLoader:
    """A company's own parts from memory, and below them, or by their full name, the shipped ones."""

    def part(name: str) -> tuple[str, str, None] | None:
        found = own.parts.get(name)
        return None if found is None else (found, f"{own.folder}/{name}", None)

    shipped = FileSystemLoader(TEMPLATES)
    return ChoiceLoader([FunctionLoader(part), PrefixLoader({SHIPPED: shipped}), shipped])


def _css(medium: str, colours: Mapping[str, str], strings: Strings) -> Markup:
    """The style sheets, with a company's checked colours between what they replace and what goes on top."""
    second = "print.css" if medium == "pdf" else "screen.css"
    common, front, own = (_sheet(name) for name in ("report.css", "front.css", second))
    screen = {
        "accent": "--own-accent",
        "accent_dark": "--own-accent-dark",
        "cover_dark": "--own-cover-dark",
    }
    properties = {"accent": "--accent"} if medium == "pdf" else screen
    chosen = " ".join(f"{name}: {colours[key]};" for key, name in properties.items() if key in colours)
    company = f":root {{ {chosen} }}" if chosen else ""
    faces = [Markup(_sheet("fonts.css")), fonts.face()] if medium == "pdf" else []  # noqa: S704 (our own)
    numbers = paper.page_numbers(strings.text("page.of", number="{0}", all="{1}")) if medium == "pdf" else ""
    sheets = [sheet for sheet in (common, company, own, numbers, front) if sheet]
    # Our own style sheets, colours of six digits, and words as strings of CSS.
    return Markup("\n").join([*map(Markup, sheets), *faces])


def _sheet(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


def page(name: str, medium: str, covered: frozenset[int] | None = None, **values: object) -> str:
    """A document of its own that is no report: a shipped template by its name, with ``values``."""
    environment = _environment(medium, builtin(), None, covered)
    document = environment.get_template(name).render(
        medium=medium,
        css=_css(medium, {}, builtin()),
        ROOM=ROOM,
        GLYPHS=charts.GLYPHS,
        WORDS=builtin().statuses(),
        ORDER=charts.ORDER,
        **values,
    )
    return paper.lean(document) if medium == "pdf" else document
