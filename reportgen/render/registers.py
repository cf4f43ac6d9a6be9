"""What people decided and stated, as it is printed: waivers, attestations, management responses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen.model import (
    AttestationResult,
    AttestationState,
    ResponseResult,
    ResponseState,
    Results,
    Subject,
    WaiverPeriod,
    WaiverResult,
    WaiverState,
)
from reportgen.render.names import Names

_MOST_ROWS = 40
"""Rows of each register in a PDF; the page in a browser has all."""
_MOST_IN_FRONT = 12
_LOUD = (ResponseState.MALFORMED, ResponseState.OVERDUE, ResponseState.UNMATCHED)


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry is about: a link where there is one, its name, and what stands beneath it."""

    anchor: str
    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver with the keys of the words for what holds of it; ``wrong`` says why one is malformed.

    ``points`` of ``all_points`` collection points had it in force; 0 of 0 where there is one alone.
    """

    result: WaiverResult
    anchor: str
    controls: tuple[Target, ...]
    subject: Target
    words: tuple[str, ...]
    applied: bool
    points: int
    all_points: int
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class AttestationRow:
    """An attestation with the key of the word for its state; ``wrong`` says why one is malformed."""

    result: AttestationResult
    anchor: str
    about: Target
    subject: Target | None
    word: str
    loud: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A management response with the key of the word for its state; ``wrong`` says why one is malformed."""

    result: ResponseResult
    anchor: str
    control: Target
    subject: Target | None
    word: str
    loud: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class RegistersView:
    """All registers; ``all_*`` are the numbers before the caps.

    ``front`` are waivers that somebody has to look at, ``waived`` counts the exceptions that have a waiver.
    """

    waivers: tuple[WaiverRow, ...]
    all_waivers: int
    front: tuple[WaiverRow, ...]
    all_front: int
    waived: int
    attestations: tuple[AttestationRow, ...]
    all_attestations: int
    responses: tuple[ResponseRow, ...]
    all_responses: int
    overdue: int
    by_control: Mapping[str, tuple[ResponseRow, ...]] = field(default_factory=dict)
    by_id: Mapping[str, WaiverRow] = field(default_factory=dict)

    def beside(self, waiver: str) -> tuple[tuple[str, str, str], ...]:
        """The waivers beside an exception: anchor ("" where it has no row), id, and last day."""
        found = ((known, self.by_id.get(known)) for known in waiver.split(", ") if known)
        shown = {row.anchor for row in self.waivers}
        return tuple(
            (row.anchor if row.anchor in shown else "", known, row.result.expires_on)
            if row
            else ("", known, "")
            for known, row in found
        )

    def responses_to(self, control: str) -> tuple[ResponseRow, ...]:
        """The management responses about a control."""
        return self.by_control.get(control, ())


def registers_view(results: Results, names: Names, medium: str) -> RegistersView:
    """The registers for one rendering: what needs a reader first, else in their own order."""
    most = _MOST_ROWS if medium == "pdf" else None
    targets = _Targets.of(results, names)
    view = results.period
    through = {line.id: line for line in view.waivers if len(view.points) > 1} if view else {}
    waivers = [_waiver(item, targets, through.get(item.id)) for item in results.waivers]
    front = [row for row in waivers if row.result.needs_reader]
    front.sort(key=lambda row: not row.wrong)
    quiet = [row for row in waivers if not row.result.needs_reader]
    stated = [_attestation(item, targets) for item in results.attestations]
    responses = sorted((_response(item, targets) for item in results.responses), key=lambda row: not row.loud)
    by_control: dict[str, list[ResponseRow]] = defaultdict(list)
    for row in responses:
        if row.wrong:
            continue
        by_control[row.result.control].append(row)
    return RegistersView(
        waivers=tuple((front + quiet)[:most]),
        all_waivers=len(waivers),
        front=tuple(front[: _MOST_IN_FRONT if most else None]),
        all_front=len(front),
        waived=sum(finding.waived for finding in results.findings),
        attestations=tuple(stated[:most]),
        all_attestations=len(stated),
        responses=tuple(responses[:most]),
        all_responses=len(responses),
        overdue=sum(item.state is ResponseState.OVERDUE for item in results.responses),
        by_control={control: tuple(rows) for control, rows in by_control.items()},
        by_id={row.result.id: row for row in waivers},
    )


@dataclass(frozen=True, slots=True)
class _Targets:
    """Names and places of what entries are about."""

    names: Names
    titles: Mapping[str, str]
    subjects: Mapping[str, Subject]
    frameworks: Mapping[str, tuple[str, str]]
    requirements: Mapping[tuple[str, str], str]
    entity: Mapping[str, str]

    @classmethod
    def of(cls, results: Results, names: Names) -> _Targets:
        subjects = (
            *(item.subject for item in results.waivers),
            *(item.subject for item in results.attestations),
            *(item.subject for item in results.responses),
        )
        wanted = {known.lower().rstrip("/") for known in subjects} - {""}
        found = (item.subject for item in results.observations if item.subject.id.lower() in wanted)
        frameworks = [result.framework for result in results.frameworks]
        return cls(
            names=names,
            titles={control.id: control.title for control in results.controls},
            subjects={subject.id.lower(): subject for subject in found} if wanted else {},
            frameworks={one.id: (f"f-{one.id.replace('.', '-')}", one.short) for one in frameworks},
            requirements={
                (one.id, asked.id): asked.title for one in frameworks for asked in one.requirements
            },
            entity={item.id: item.text for item in results.entity_controls},
        )

    def control(self, known: str) -> Target:
        title = self.titles.get(known)
        return Target(f"c-{known}", title, known) if title else Target("", known)

    def subject(self, known: str) -> Target | None:
        """None for "", which stands for all subjects."""
        if not known:
            return None
        found = self.subjects.get(known.lower().rstrip("/"))
        if found is None:
            return Target("", known)
        key = found.cluster_id.lower()
        cluster = self.names.clusters.get(key, "")
        name = cluster if found.kind == "cluster" else " / ".join(filter(None, (cluster, found.name)))
        return Target(self.names.link(key), name, found.id)

    def about(self, item: AttestationResult) -> Target:
        if item.kind == "control":
            return self.control(item.about)
        if item.kind == "entity-control":
            return Target("entity", item.about, self.entity.get(item.about, ""))
        anchor, short = self.frameworks.get(item.framework, ("", item.framework))
        return Target(
            anchor, f"{short} {item.about}", self.requirements.get((item.framework, item.about), "")
        )


def _waiver(item: WaiverResult, targets: _Targets, through: WaiverPeriod | None) -> WaiverRow:
    return WaiverRow(
        result=item,
        anchor=item.id.lower(),
        controls=tuple(targets.control(known) for known in item.controls),
        subject=targets.subject(item.subject) or Target("", item.glob),
        words=tuple(f"waivers.{_key(state)}" for state in (item.state, *item.notes)),
        applied=item.state is WaiverState.ACTIVE,
        points=through.points if through else 0,
        all_points=len(through.states) if through else 0,
        wrong="; ".join(item.problems),
    )


def _attestation(item: AttestationResult, targets: _Targets) -> AttestationRow:
    return AttestationRow(
        result=item,
        anchor=item.id.lower(),
        about=targets.about(item),
        subject=targets.subject(item.subject),
        word=f"attestations.{_key(item.state)}",
        loud=item.state not in (AttestationState.CURRENT, AttestationState.BESIDE),
        wrong="; ".join(item.problems),
    )


def _response(item: ResponseResult, targets: _Targets) -> ResponseRow:
    return ResponseRow(
        result=item,
        anchor=item.id.lower(),
        control=targets.control(item.control),
        subject=targets.subject(item.subject),
        word=f"responses.{_key(item.state)}",
        loud=item.state in _LOUD,
        wrong="; ".join(item.problems),
    )


def _key(state: WaiverState | AttestationState | ResponseState) -> str:
    return state.value.replace("-", "_")
