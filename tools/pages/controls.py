"""docs/controls/: a page an area with all that is known of each of its controls, and an index of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reportgen.assess import history
from reportgen.assess.coverage import PeerCheck
from reportgen.assess.frameworks import of_control
from reportgen.model import Control, Framework, MappedControl, Relation, Requirement
from reportgen.render.strings import builtin
from reportgen.render.wording import procedure
from reportgen.sources import BY_NAME
from tools.pages.markdown import address, code, fenced, table, text

_HEAD = Path(__file__).with_suffix(".md")
_MADE = "Made by `make docs` from the control files; do not edit it here."
_WEAKER = {
    "higher": "a higher value lets more pass",
    "lower": "a lower value lets more pass",
    "more": "more entries let more pass",
    "fewer": "fewer entries let more pass",
    "changed": "any other value may let more pass",
    "none": "no value is weaker than another",
}
_EVIDENCE = {
    "configuration": "This is about how something is set.",
    "operation": "This is about what really happened.",
}


def index(by_area: Mapping[str, Iterable[Control]]) -> str:
    """docs/controls/README.md: the areas, and every control with a link."""
    listed = {area: tuple(controls) for area, controls in by_area.items()}
    number = builtin().text("counts.controls", n=sum(map(len, listed.values())))
    lines = [_HEAD.read_text(encoding="utf-8"), f"{number} in {len(listed)} areas."]
    for area, controls in listed.items():
        lines += ["", f"## [{_area(area)}]({area}.md)", *_listed(controls, f"{area}.md")]
    return "\n".join(lines) + "\n"


def page(
    area: str,
    controls: Iterable[Control],
    frameworks: tuple[Framework, ...],
    checks: Mapping[str, PeerCheck],
) -> str:
    """docs/controls/<area>.md; ``checks`` are the rows of the peers' table by id."""
    listed = tuple(controls)
    lines = [
        f"# Controls: {_area(area)}",
        "",
        _MADE,
        *_listed(listed, ""),
    ]
    for control in listed:
        rows = [checks[row] for row in control.covers]
        lines += ["", *_control(control, of_control(frameworks, control.id), rows)]
    return "\n".join(lines) + "\n"


def _area(area: str) -> str:
    return builtin().area(area)


def _listed(controls: tuple[Control, ...], file: str) -> Iterator[str]:
    return table(
        ("control", "subject", "severity", "title"),
        ((f"[{one.id}]({file}#{one.id})", _kind(one), one.severity, text(one.title)) for one in controls),
    )


def _control(
    control: Control,
    mapped: tuple[tuple[Framework, tuple[tuple[Requirement, MappedControl], ...]], ...],
    rows: list[PeerCheck],
) -> Iterator[str]:
    words, commands = procedure(control.test_procedure)
    yield f"## {control.id}"
    yield f"**What it tests.** {text(control.title)}. For each {_kind(control)} true is satisfied:"
    yield from fenced(control.check, "text")
    yield from _guards(control)
    severity = (
        f"{control.severity}: {control.severity_reason}" if control.severity_reason else control.severity
    )
    yield f"\n**Why.** {text(control.objective)} Severity {text(severity.removesuffix('.'))}."
    yield f"\n**How to test by hand.** {text(words)}"
    yield from fenced(commands, "sh") if commands else ()
    yield f"\n**How to fix.** {text(control.remediation_text)}"
    yield from fenced(control.remediation_cli, "sh") if control.remediation_cli.strip() else ()
    yield f"\n**Parameters.**{'' if control.parameters else ' None.'}"
    yield from table(("parameter", "default", "weaker", "source of the default"), _parameters(control))
    yield f"\n**Evidence and rights.** {_EVIDENCE[control.evidence]}{_since(control)}"
    yield from table(("source", "what", "right"), map(_source, control.needs))
    yield f"\n**Frameworks.**{'' if mapped else ' None of the shipped ones.'}"
    yield from table(
        ("framework", *(relation.value for relation in Relation)),
        ((text(framework.short), *_requirements(each)) for framework, each in mapped),
    )
    yield f"\n**Peers.**{'' if rows else ' None has it.'}"
    yield from table(("row", "what is checked", "peers, and what they call it"), map(_row, rows))
    yield "\n**References.**"
    yield from ("", *(f"- {address(reference)}" for reference in control.references))
    yield "\n**History.**"
    yield from ("", *(f"- {version}: {text(what)}" for version, what in history.told(control)))


def _guards(control: Control) -> Iterator[str]:
    if control.when:
        yield f"\nNot applicable: {text(control.not_applicable_reason)}"
    if control.assessable:
        yield f"\nNot assessed: {text(control.not_assessed_reason)}"


def _kind(control: Control) -> str:
    return builtin().kind(control.subject).lower()


def _since(control: Control) -> str:
    if not control.property_since:
        return ""
    preview = ", a preview" if control.preview else ""
    return f" What is judged is shown since API version {control.property_since}{preview}."


def _parameters(control: Control) -> Iterator[tuple[str, ...]]:
    for name, note in control.parameter_notes.items():
        yield code(name), code(json.dumps(note.default)), _WEAKER[note.weaker], text(note.source)


def _source(name: str) -> tuple[str, str, str]:
    source = BY_NAME[name]
    rights = [
        *map(code, source.permissions),
        *(text(rule.words) for rule in source.rules),
        *map(code, source.app_roles),
    ]
    return code(name), text(source.title), "<br>".join(rights) or "none of its own"


def _requirements(mapped: Iterable[tuple[Requirement, MappedControl]]) -> Iterator[str]:
    """One cell a relation; who publishes a mapping stands behind it, the others are ours."""
    listed = tuple(mapped)
    for relation in Relation:
        yield ", ".join(
            text(requirement.id) + (f" (mapped by {text(one.published)})" if one.published else "")
            for requirement, one in listed
            if one.relation is relation
        )


def _row(check: PeerCheck) -> tuple[str, str, str]:
    named = [f"{text(peer)}: {text(name)}" for peer, name in check.peers.items()]
    return (
        f"[{check.id}](../coverage.md#{check.area})",
        text(check.concept),
        "<br>".join(named) or "none of them",
    )
