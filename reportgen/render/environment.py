"""The Jinja environment that every format shares: one set of templates, strict, escaped, cleaned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reportgen.render import charts, text
from reportgen.render.context import Report
from reportgen.render.strings import builtin

TEMPLATES = Path(str(files("reportgen"))) / "templates"


def render(
    view: Report, covered: Collection[int] | None = None, pages: Mapping[str, int] | None = None
) -> str:
    """The report as one HTML document.

    ``covered`` are the code points that the fonts can draw; ``pages`` the page of each anchor where known.
    """
    environment = _environment(view.medium, covered)
    template = environment.get_template("report.html.j2")
    return template.render(
        report=view,
        facts=view.results.facts,
        pages=pages or {},
        medium=view.medium,
        css=_css(view.medium),
        GLYPHS=charts.GLYPHS,
        WORDS=charts.WORDS,
        ORDER=charts.ORDER,
    )


def _environment(medium: str, covered: Collection[int] | None) -> Environment:
    clean = text.cleaner(covered)

    def breakable(value: Any) -> Markup:
        # WeasyPrint breaks anywhere before it looks for the places marked; the class forbids it that.
        marked = text.breakable(str(clean(value)))
        return Markup('<span class="parts">{}</span>').format(marked) if medium == "pdf" else marked

    def shell(value: Any) -> Markup:
        return text.shell(str(clean(value)))

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
    second = "print.css" if medium == "pdf" else "screen.css"
    sheets = ((TEMPLATES / name).read_text(encoding="utf-8").strip() for name in ("report.css", second))
    return Markup("\n").join(Markup(sheet) for sheet in sheets)  # noqa: S704 (our own style sheets)


def page(name: str, medium: str, covered: Collection[int] | None = None, **values: object) -> str:
    """A document of its own that is no report: a template by its name, with ``values``."""
    return (
        _environment(medium, covered)
        .get_template(name)
        .render(
            medium=medium,
            css=_css(medium),
            GLYPHS=charts.GLYPHS,
            WORDS=charts.WORDS,
            ORDER=charts.ORDER,
            **values,
        )
    )
