"""One control as it is printed: the conclusion in counts, exceptions, what was not assessed, the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.model import Cause, Control, Finding, Observation, Results, Status
from reportgen.render.ipe import IpeSheet
from reportgen.render.names import AREAS, Names
from reportgen.render.text import count, moment, observed

NOT_READ = "–"
CAUSES = {
    Cause.GAP: "Gap: evidence could not be read",
    Cause.EXCLUDED: "Excluded by the engagement",
    Cause.INHERITED: "Inherited: run by the provider",
    Cause.UNLISTED: "Not listed by the source",
    Cause.UNDETERMINED: "Could not be determined from the evidence",
}
_KINDS = {
    "cluster": ("cluster", "clusters"),
    "agent-pool": ("agent pool", "agent pools"),
}
_MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of each table is printed; the HTML report has no caps."""

    exceptions: int | None = None
    groups: int | None = None
    names: int | None = None
    satisfied: int | None = None
    gaps: int | None = None
    subscriptions: int | None = None
    clusters: int | None = None

    @classmethod
    def for_medium(cls, medium: str) -> Caps:
        """Caps that keep a PDF of any estate at a length that somebody reads."""
        if medium == "html":
            return cls()
        return cls(
            exceptions=25,
            groups=6,
            names=8,
            satisfied=10,
            gaps=60,
            subscriptions=60,
            clusters=150,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One subject with what was observed on it."""

    name: str
    cluster: str
    anchor: str
    subscription: str
    cells: tuple[str, ...]
    reason: str
    waiver: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects that share one reason (``cause`` is "" where they are not applicable)."""

    cause: str
    reason: str
    number: int
    names: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class ControlView:
    """One control with its finding, ready to print. ``all_*`` are the numbers before the caps."""

    control: Control
    finding: Finding
    area: str
    anchor: str
    conclusion: str
    short: str
    parameters: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    pools: bool
    exceptions: tuple[Row, ...]
    all_exceptions: int
    not_assessed: tuple[Group, ...]
    all_not_assessed: int
    satisfied: tuple[Row, ...]
    all_satisfied: int
    not_applicable: tuple[Group, ...]
    all_not_applicable: int
    ipe: tuple[IpeSheet, ...]
    csv: str


def control_views(
    results: Results, names: Names, ipe: Sequence[IpeSheet], caps: Caps
) -> tuple[ControlView, ...]:
    """A view of every control, in the order of the results."""
    findings = {finding.control: finding for finding in results.findings}
    by_control: dict[str, list[Observation]] = defaultdict(list)
    for item in results.observations:
        by_control[item.control].append(item)
    views = _Views(names, ipe, caps, results.facts.as_of)
    return tuple(
        views.view(control, findings[control.id], by_control[control.id]) for control in results.controls
    )


@dataclass(frozen=True, slots=True)
class _Views:
    names: Names
    ipe: Sequence[IpeSheet]
    caps: Caps
    as_of: str

    def view(self, control: Control, finding: Finding, observations: list[Observation]) -> ControlView:
        ordered = sorted(observations, key=lambda item: self.names.order(item.subject))
        split: dict[Status, list[Observation]] = {status: [] for status in Status}
        for item in ordered:
            split[item.status].append(item)
        columns = _columns(control, ordered)
        failed, passed = split[Status.NOT_SATISFIED], split[Status.SATISFIED]
        unread = self._groups(split[Status.NOT_ASSESSED])
        outside = self._groups(split[Status.NOT_APPLICABLE])
        return ControlView(
            control=control,
            finding=finding,
            area=AREAS.get(control.area, control.area.capitalize()),
            anchor=f"c-{control.id}",
            conclusion=conclusion(control, finding, self.as_of),
            short=_short(finding),
            parameters=tuple((key, observed(value)) for key, value in sorted(control.parameters.items())),
            columns=columns,
            pools=control.subject == "agent-pool",
            exceptions=tuple(self._row(item, columns) for item in failed[: self.caps.exceptions]),
            all_exceptions=len(failed),
            not_assessed=unread[: self.caps.groups],
            all_not_assessed=len(unread),
            satisfied=tuple(self._row(item, columns) for item in passed[: self.caps.satisfied]),
            all_satisfied=len(passed),
            not_applicable=outside[: self.caps.groups],
            all_not_applicable=len(outside),
            ipe=tuple(sheet for sheet in self.ipe if sheet.source.source in control.needs),
            csv=f"results/csv/{control.id}.csv",
        )

    def _row(self, item: Observation, columns: tuple[str, ...]) -> Row:
        key = item.subject.cluster_id.lower()
        return Row(
            name=item.subject.name,
            cluster=self.names.clusters[key],
            anchor=self.names.anchors[key],
            subscription=self.names.subscription(item.subject.subscription),
            cells=_cells(item, columns),
            reason=item.reason,
            waiver=item.waiver or "",
            evidence=item.evidence[0].partition("#")[0] if item.evidence else "",
        )

    def _groups(self, items: list[Observation]) -> tuple[Group, ...]:
        grouped: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for item in items:
            grouped[(CAUSES[item.cause] if item.cause else "", item.reason)].append(item)
        largest = sorted(grouped.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return tuple(
            Group(
                cause=cause,
                reason=reason or "No reason was recorded.",
                number=len(members),
                names=tuple(self._named(item) for item in members[: self.caps.names]),
                more=max(0, len(members) - (self.caps.names or len(members))),
            )
            for (cause, reason), members in largest
        )

    def _named(self, item: Observation) -> tuple[str, str]:
        key = item.subject.cluster_id.lower()
        cluster = self.names.clusters[key]
        shown = cluster if item.subject.kind == "cluster" else f"{cluster} / {item.subject.name}"
        return shown, self.names.anchors[key]


def _columns(control: Control, observations: list[Observation]) -> tuple[str, ...]:
    """The labels as columns while they fit, else one column ("") that holds all of them."""
    labels = dict.fromkeys([*control.observe, *(label for item in observations for label in item.observed)])
    return tuple(labels) if 0 < len(labels) <= _MOST_COLUMNS else ("",)


def _cells(item: Observation, columns: tuple[str, ...]) -> tuple[str, ...]:
    if columns == ("",):
        return (
            "; ".join(f"{label}: {observed(value)}" for label, value in item.observed.items()) or NOT_READ,
        )
    return tuple(observed(item.observed[label]) if label in item.observed else NOT_READ for label in columns)


def _short(finding: Finding) -> str:
    assessed = finding.satisfied + finding.exceptions
    if finding.exceptions:
        return f"{finding.exceptions:,} of {assessed:,} not satisfied"
    if finding.satisfied:
        return f"{finding.satisfied:,} of {assessed:,} satisfied"
    return f"0 of {finding.population:,} assessed"


def conclusion(control: Control, finding: Finding, as_of: str) -> str:
    """The finding as counts in words, with the time it speaks of."""
    one, many = _KINDS.get(control.subject, (control.subject, f"{control.subject}s"))
    assessed = finding.satisfied + finding.exceptions
    if not finding.population:
        return f"The population is 0 {many}: there was nothing to assess at {moment(as_of)}."
    if finding.exceptions:
        total = count(assessed, one, many)
        told = f"{finding.exceptions:,} of {total} assessed not satisfied at {moment(as_of)}"
    elif assessed:
        told = f"{finding.satisfied:,} of {count(assessed, one, many)} assessed satisfied at {moment(as_of)}"
    else:
        told = f"0 of {count(finding.population, one, many)} assessed at {moment(as_of)}"
    rest = [
        f"{number:,} {words}"
        for number, words in (
            (finding.waived, "waived"),
            (finding.not_assessed, "not assessed"),
            (finding.not_applicable, "not applicable"),
        )
        if number
    ]
    return "; ".join([told, *rest]) + "."
