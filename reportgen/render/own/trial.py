"""Every format is rendered once with a company's own parts before the pack is made.

A part that fails on these results is left out and named with its line, so that what all formats print in
front of the reader is the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import TracebackType

from jinja2 import TemplateError

from reportgen.model import OwnTemplates, Results
from reportgen.render.context import Report, report
from reportgen.render.environment import render
from reportgen.render.strings import builtin

_MEDIA = ("pdf", "html")
_FAILS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What an expression of a template can raise."""
_LEADS_TO = re.compile(r' (?:href="#|data-page=")([^"]+)"')
_IS_THERE = re.compile(r' id="([^"]+)"')
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Where an object lies in memory, which differs from run to run."""


def tried(results: Results) -> Results:
    """The results with the parts that can be rendered, and notes about what is a company's own."""
    own = results.templates
    if own is None:
        return results
    while own.parts:
        failed = _first_failure(replace(results, templates=own))
        if failed is None:
            break
        name, problem = failed
        kept = {key: text for key, text in own.parts.items() if key != name}
        own = replace(own, parts=kept, problems=(*own.problems, problem))
    return replace(results, templates=own, notes=(*results.notes, *_notes(own)))


def _first_failure(results: Results) -> tuple[str, str] | None:
    """Name of the part and a sentence with its line; an error that no own part has a share in is raised."""
    for medium in _MEDIA:
        view = report(results, medium)
        try:
            lost = _lost(render(view))
        except _FAILS as error:
            place = results.templates and _place(error.__traceback__, results.templates)
            if not place:
                raise
            name, where = place
            told = _ADDRESS.sub("", str(error))
            return name, f"{where}: {type(error).__name__}: {told}; the shipped one is used"
        if lost and results.templates:
            return _without_places(view, results.templates, lost)
    return None


def _lost(page: str) -> set[str]:
    """The places of a page that it leads to and that are not there."""
    return {*_LEADS_TO.findall(page)} - {*_IS_THERE.findall(page)}


def _without_places(view: Report, own: OwnTemplates, lost: set[str]) -> tuple[str, str] | None:
    """The first own part without which fewer places are lost: a number of a page could not be printed."""
    for name in sorted(own.parts):
        others = {key: text for key, text in own.parts.items() if key != name}
        results = replace(view.results, templates=replace(own, parts=others))
        try:
            missing = lost - _lost(render(replace(view, results=results)))
        except _FAILS:
            continue
        if missing:
            place = min(missing)
            return name, f"{own.folder}/{name}:1: the place #{place} is not in it; the shipped one is used"
    return None


def _place(trace: TracebackType | None, own: OwnTemplates) -> tuple[str, str] | None:
    """The innermost line of an own part on the way to an error; Jinja names its frames after templates."""
    found = None
    while trace:
        file = trace.tb_frame.f_code.co_filename
        name = file.removeprefix(f"{own.folder}/")
        if file != name and name in own.parts:
            found = name, f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _texts(own: OwnTemplates) -> str:
    behind = len(own.strings.keys() & builtin().protected)
    told = f", {behind} of them behind the shipped ones, which are protected" if behind else ""
    return f"texts ({len(own.strings)}{told})"


def _notes(own: OwnTemplates) -> tuple[str, ...]:
    """What a reader has to know of a pack that does not look like others."""
    used = (
        (own.parts, f"parts ({', '.join(sorted(own.parts))})"),
        (own.strings, _texts(own)),
        (own.colours, "colours"),
        (own.logo, "logo"),
    )
    listed = ", ".join(words for given, words in used if given)
    told = [f"Templates of the entity's own, from its folder {own.folder}: {listed}."] if listed else []
    if own.left_out:
        told.append(f"Sections left out by the entity's own templates: {', '.join(sorted(own.left_out))}.")
    return (*told, *own.problems)
