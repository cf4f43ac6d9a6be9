"""The Jinja environment that every format shares: one set of templates, strict, escaped, cleaned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reportgen.render import charts, fonts, paper, text
from reportgen.render.context import Report
from reportgen.render.page_numbers import ROOM
from reportgen.render.strings import builtin

TEMPLATES = Path(str(files("reportgen"))) / "templates"


def render(view: Report, covered: Collection[int] | None = None, attached: Sequence[Path] = ()) -> str:
    """The report as one HTML document.

    ``covered`` are the code points that the fonts can draw, ``attached`` the files that travel inside the
    document.
    """
    environment = _environment(view.medium, covered)
    template = environment.get_template("report.html.j2")
    document = template.render(
        report=view,
        facts=view.results.facts,
        attached=attached,
        medium=view.medium,
        css=_css(view.medium),
        ROOM=ROOM,
        GLYPHS=charts.GLYPHS,
        WORDS=charts.WORDS,
        ORDER=charts.ORDER,
    )
    return paper.lean(document) if view.medium == "pdf" else document


def render_part(name: str, covered: Collection[int], **values: Any) -> str:
    """A template of paper with a style sheet of its own, such as a chunk of the annex."""
    template = _environment("pdf", covered).get_template(name)
    sheet = Markup((TEMPLATES / f"{name.partition('.')[0]}.css").read_text(encoding="utf-8"))  # noqa: S704
    return paper.lean(template.render(css=sheet + fonts.face(), **values))


def _environment(medium: str, covered: Collection[int] | None) -> Environment:
    clean, printed = text.cleaner(covered), medium == "pdf"
    name_of, commands_of = (paper.breakable, paper.shell) if printed else (text.breakable, text.shell)

    def breakable(value: Any) -> Markup:
        return name_of(str(clean(value)))

    def shell(value: Any) -> Markup:
        return commands_of(str(clean(value)))

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def t(key: str, **values: Any) -> Markup:
        kept = {name: value if isinstance(value, int) else clean(value) for name, value in values.items()}
        return builtin().markup(key, **kept)

    environment.globals["t"] = t
    environment.filters.update(
        breakable=breakable,
        shell=shell,
        span=text.span,
        moment=text.moment,
        cut=text.cut,
        lead=text.lead,
        counted=text.count,
        observed=text.observed,
    )
    return environment


def _css(medium: str) -> Markup:
    names = ("report.css", "print.css", "fonts.css") if medium == "pdf" else ("report.css", "screen.css")
    sheets = [Markup((TEMPLATES / name).read_text(encoding="utf-8").strip()) for name in names]  # noqa: S704 (our own style sheets)
    return Markup("\n").join([*sheets, fonts.face()] if medium == "pdf" else sheets)
