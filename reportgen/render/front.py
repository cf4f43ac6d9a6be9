"""The front matter: exceptions in one list, what changed in what the results rest on, what is inherited."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from reportgen.model import (
    SEVERITIES,
    Cause,
    Control,
    Observation,
    ResponseResult,
    Results,
    Status,
)
from reportgen.render.names import Names
from reportgen.render.owners import Owners
from reportgen.render.strings import Strings
from reportgen.render.values import observed

_FEW, _MANY = 2, 8
"""Clusters that a line of the list names, in a PDF and elsewhere."""


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One control that is not satisfied.

    ``answers`` are management's responses that still stand; for want of one, ``owner`` is that of the
    entity's control which this one is evidence for. ``clusters`` are the first names with their anchors,
    those with most exceptions before others; ``more`` counts the rest, ``waived`` those with a waiver.
    """

    severity: str
    anchor: str
    title: str
    number: int
    waived: int
    assessed: int
    clusters: tuple[tuple[str, str], ...]
    more: int
    answers: tuple[ResponseResult, ...]
    owner: str


@dataclass(frozen=True, slots=True)
class SetParameter:
    """A parameter that the engagement sets otherwise than the catalogue does."""

    anchor: str
    title: str
    name: str
    value: str
    default: str
    weaker: bool


@dataclass(frozen=True, slots=True)
class ChangedControl:
    """What a version of the catalogue changed in a control, in the catalogue's words."""

    version: str
    anchor: str
    title: str
    told: str


@dataclass(frozen=True, slots=True)
class Inherited:
    """Requirements of a framework that the provider answers for, as id, title and reason."""

    framework: str
    requirements: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Front:
    """All of it. ``inherited_observations`` counts subjects that the provider runs."""

    exceptions: tuple[ExceptionLine, ...]
    all_exceptions: int
    parameters: tuple[SetParameter, ...]
    changed: tuple[ChangedControl, ...]
    inherited: tuple[Inherited, ...]
    inherited_observations: int


def front(results: Results, names: Names, cap: int | None) -> Front:
    """The front matter of a report; ``cap`` is how many exceptions a PDF lists."""
    lines = _exceptions(results, names, _FEW if cap else _MANY)
    return Front(
        exceptions=lines[:cap],
        all_exceptions=len(lines),
        parameters=tuple(_set_parameters(results, names.strings)),
        changed=tuple(_changed(results)),
        inherited=_inherited(results),
        inherited_observations=sum(item.cause is Cause.INHERITED for item in results.observations),
    )


def _exceptions(results: Results, names: Names, named: int) -> tuple[ExceptionLine, ...]:
    """Every control that is not satisfied, the most severe first, then the most exceptions."""
    failed: dict[str, list[Observation]] = defaultdict(list)
    for item in results.observations:
        if item.status is Status.NOT_SATISFIED:
            failed[item.control].append(item)
    satisfied = {finding.control: finding.satisfied for finding in results.findings}
    owners = Owners.of(results)
    controls = [control for control in results.controls if control.id in failed]
    controls.sort(key=lambda control: (_rank(control), -len(failed[control.id]), control.id))
    return tuple(
        ExceptionLine(
            severity=control.severity,
            anchor=f"c-{control.id}",
            title=control.title,
            number=len(failed[control.id]),
            waived=sum(item.waiver is not None for item in failed[control.id]),
            assessed=len(failed[control.id]) + satisfied[control.id],
            clusters=_clusters(failed[control.id], names)[:named],
            more=max(0, len(_clusters(failed[control.id], names)) - named),
            answers=owners.answers.get(control.id, ()),
            owner=owners.entity.get(control.id, ""),
        )
        for control in controls
    )


def _clusters(failed: list[Observation], names: Names) -> tuple[tuple[str, str], ...]:
    """Name and anchor of each cluster with an exception, those with most before others."""
    counted = Counter(item.subject.cluster_id.lower() for item in failed)
    ordered = sorted(counted, key=lambda key: (-counted[key], key))
    return tuple((names.clusters[key], names.link(key)) for key in ordered if key in names.clusters)


def _rank(control: Control) -> int:
    return SEVERITIES.index(control.severity) if control.severity in SEVERITIES else len(SEVERITIES)


def _set_parameters(results: Results, strings: Strings) -> list[SetParameter]:
    return [
        SetParameter(
            anchor=f"c-{control.id}",
            title=control.title,
            name=name,
            value=observed(control.parameters[name], strings),
            default=observed(note.default, strings),
            weaker=note.lets_more_pass(control.parameters[name]),
        )
        for control in results.controls
        for name, note in sorted(control.parameter_notes.items())
        if control.parameters[name] != note.default
    ]


def _changed(results: Results) -> list[ChangedControl]:
    """What the catalogue's histories tell, the newest first."""
    told = [
        ChangedControl(version, f"c-{control.id}", control.title, sentence)
        for control in results.controls
        for version, sentence in control.history.items()
    ]
    told.sort(key=lambda change: change.title)
    return sorted(told, key=lambda change: change.version, reverse=True)


def _inherited(results: Results) -> tuple[Inherited, ...]:
    listed = (
        Inherited(
            result.framework.short,
            tuple(
                (line.requirement.id, line.requirement.title, line.requirement.reason)
                for line in result.requirements
                if line.requirement.method == "inherited"
            ),
        )
        for result in results.frameworks
    )
    return tuple(entry for entry in listed if entry.requirements)
