"""Problems of a catalogue that loads: checks that judge nothing, doubles, words that claim too much."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reportgen.assess.paths import paths, reads, shown
from reportgen.model import Control
from reportgen.sources import BY_NAME
from reportgen.sources.imported import PREFIX
from reportgen.subjects import DERIVED_FROM, DERIVED_NAMES, own_sources, sources_of

FORBIDDEN = (
    "compliant",
    "compliance with",
    "certified",
    "proves",
    "sealed",
    "management assertion",
    "no exceptions",
)
_EVIDENCE = ("subject", "cluster", "related", "derived")
_ENOUGH_TESTS = 3
_BODIES = "arm.managed-clusters"


def lint(controls: tuple[Control, ...]) -> list[str]:
    """All problems, as ``file: id: what``; an empty list is success."""
    problems = [
        f"{control.path}: {control.id}: {what}" for control in controls for what in _problems(control)
    ]
    return [*problems, *_doubles(controls)]


def _problems(control: Control) -> Iterator[str]:
    yield from _words(control)
    yield from _constant(control)
    yield from _needs(control)
    yield from _derived(control)
    yield from _absent(control)
    yield from _parameters(control)
    yield from _layout(control)
    if (control.method == "external") != any(source.startswith(PREFIX) for source in control.needs):
        yield f"the method external goes with a source {PREFIX}... in needs, and with no other"


def _words(control: Control) -> Iterator[str]:
    texts = (
        control.title,
        control.objective,
        control.test_procedure,
        control.severity_reason,
        control.not_applicable_reason,
        control.not_assessed_reason,
        control.reason,
        control.remediation_text,
        *control.observe,
    )
    for word in FORBIDDEN:
        if any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for text in texts):
            yield f"the word {word!r} claims too much"


def _expressions(control: Control) -> tuple[str, ...]:
    return (
        control.when,
        control.assessable,
        control.check,
        control.reason,
        *control.observe.values(),
    )


def _constant(control: Control) -> Iterator[str]:
    roots = {name.split(".")[0] for name in reads(control.check)}
    if control.check and not roots & set(_EVIDENCE):
        yield "the check reads nothing of the subject, so it is the same for all"
    for label, text in control.observe.items():
        if not {name.split(".")[0] for name in reads(text)} & {*_EVIDENCE, "as_of"}:
            yield f"observe {label!r} reads nothing of the subject"


def _needs(control: Control) -> Iterator[str]:
    for source in own_sources(control.subject):
        if source not in control.needs:
            yield f"needs lacks {source}, where a {control.subject} comes from"
    relations = {source.relation: name for name, source in BY_NAME.items() if source.relation}
    read = reads(*_expressions(control))
    used = {name.removeprefix("related.") for name in read if name.startswith("related.")}
    for relation in sorted(used):
        if relation not in relations:
            yield f"related.{relation} does not exist; there are {', '.join(sorted(relations))}"
        elif relations[relation] not in control.needs:
            yield f"related.{relation} is read, so needs has to list {relations[relation]}"
    if any(name.split(".")[0] == "cluster" for name in read) and _BODIES not in control.needs:
        yield f"the cluster is read, so needs has to list {_BODIES}"
    yield from _made_of(control, read)
    from_derived = {relation for name in read for relation in DERIVED_FROM.get(name, ())}
    made_of = {source for name in read for source in _sources(control.subject, name)}
    made_of |= set(own_sources(control.subject))
    for source in control.needs:
        relation = BY_NAME[source].relation
        if relation and relation not in used | from_derived and source not in made_of:
            yield f"needs lists {source} and no expression reads it"


def _made_of(control: Control, read: frozenset[str]) -> Iterator[str]:
    """A value inside a cluster is known only where all that it is made of could be read."""
    for name in sorted(read):
        for source in _sources(control.subject, name):
            if source not in control.needs:
                yield f"{name} is read, so needs has to list {source}"


def _sources(kind: str, name: str) -> tuple[str, ...]:
    """What a name that an expression reads is made of, where it is a derived value inside a cluster."""
    return sources_of(kind, name.removeprefix("derived.")) if name.startswith("derived.") else ()


def _derived(control: Control) -> Iterator[str]:
    names = DERIVED_NAMES[control.subject]
    given = {f"derived.{name}" for case in control.tests for name in case.given.get("derived", {})}
    for name in sorted(reads(*_expressions(control)) | given):
        if name.startswith("derived.") and name.removeprefix("derived.") not in names:
            yield f"{name} does not exist for a {control.subject}; there are {', '.join(names)}"


def _absent(control: Control) -> Iterator[str]:
    read = {shown(path) for path in paths(control.check)}
    for name in sorted(control.absent_satisfied.keys() - read):
        names = ", ".join(sorted(read))
        yield f"absent_satisfied names {name}, which the check does not read; it reads {names}"


def _parameters(control: Control) -> Iterator[str]:
    read = {
        name.removeprefix("parameters.")
        for name in reads(*_expressions(control))
        if name.startswith("parameters.")
    }
    for name in sorted(control.parameters.keys() - read):
        yield f"the parameter {name} is never read"
    for name in sorted(read - control.parameters.keys()):
        yield f"parameters.{name} is read and not declared"


def _layout(control: Control) -> Iterator[str]:
    of_arm = control.subject in ("cluster", "agent-pool") and control.method != "external"
    if of_arm and not control.property_since:
        yield "lacks property_since, the API version that first shows what is judged"
    folder = control.path.rpartition("/")[0].rpartition("/")[2]
    if folder != control.area:
        yield f"lies in {folder}/, and its area is {control.area}"
    if control.check and len(control.tests) < _ENOUGH_TESTS:
        yield "has fewer than three tests: satisfied, not-satisfied, and the value absent"
    for reference in control.references:
        if not reference.startswith("https://"):
            yield f"the reference {reference!r} is no https address"


def _doubles(controls: tuple[Control, ...]) -> Iterator[str]:
    seen: dict[tuple[str, str, str], Control] = {}
    for control in controls:
        key = (control.subject, _normal(control.when), _normal(control.check))
        if control.check and key in seen:
            yield f"{control.path}: {control.id}: has the same check as {seen[key].id}"
        seen.setdefault(key, control)


def _normal(text: str) -> str:
    return re.sub(r"\s+", "", text)
