"""The period as the report tells it: collection points, time lines, clusters that came and went, changes."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.model import (
    ClusterLife,
    Control,
    ControlPeriod,
    ExceptionHistory,
    PeriodView,
    Point,
    PropertyChange,
    Results,
    RollForward,
    Seen,
    Status,
)
from reportgen.render.names import Names, resource_group
from reportgen.render.strings import Strings
from reportgen.render.text import moment

_ROWS_IN_PDF = 30
_INSIDE = "k8s."
_GLYPHS = {
    Seen.EXCEPTION: "✗",
    Seen.SATISFIED: "✓",
    Seen.NOT_APPLICABLE: "–",
    Seen.UNKNOWN: "?",
    Seen.GONE: "·",
}


@dataclass(frozen=True, slots=True)
class PointRow:
    """A collection point; ``catalogue`` is set where other controls judged it than the point before."""

    number: int
    time: str
    snapshot: str
    gaps: int
    catalogue: str


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control as of the end and over the period; ``line`` has a sign and a status for each point."""

    anchor: str
    title: str
    as_of: Status
    period: Status
    told: str
    blind: str
    recorded: bool
    line: tuple[Status | None, ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A subject that was an exception; ``line`` has a sign for each point, ``ended`` words for its end."""

    anchor: str
    title: str
    name: str
    cluster: str
    subscription: str
    line: str
    first_seen: str
    ended: str
    days_open: int
    reopened: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A recorded change; ``controls`` are anchors and titles of those that judge the property."""

    change: PropertyChange
    time: str
    name: str
    controls: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """The section; lists are cut in a PDF, and ``all_…`` say how long they are."""

    view: PeriodView
    sentence: str
    points: tuple[PointRow, ...]
    controls: tuple[ControlRow, ...]
    all_controls: int
    whole: int
    exceptions: tuple[HistoryRow, ...]
    all_exceptions: int
    clusters: RollForward
    lives: tuple[ClusterLife, ...]
    unrecorded: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    all_changes: int


def period_part(results: Results, names: Names, medium: str, strings: Strings) -> PeriodPart | None:
    """The section on the period, None where a report knows of one snapshot alone by itself."""
    view = results.period
    if view is None:
        return None
    most = _ROWS_IN_PDF if medium == "pdf" else None
    by_id = {control.id: control for control in results.controls}
    rows = [_control(line, by_id[line.control], results, view, strings) for line in view.controls]
    told = [row for row in rows if not _steady(row)]
    history = sorted(view.exceptions, key=lambda line: (bool(line.fixed_at), -line.days_open))
    return PeriodPart(
        view=view,
        sentence=strings.text(
            "period.points",
            n=len(view.points),
            first=moment(view.points[0].as_of),
            last=moment(view.points[-1].as_of),
        ),
        points=tuple(_points(view.points)),
        controls=tuple((told if most else rows)[:most]),
        all_controls=len(told if most else rows),
        whole=len(rows) - len(told),
        exceptions=tuple(_history(line, by_id, names, strings) for line in history[:most]),
        all_exceptions=len(history),
        clusters=view.clusters,
        lives=view.clusters.lives[:most],
        unrecorded=tuple(f"{moment(start)} – {moment(end)}" for start, end in view.clusters.unrecorded),
        changes=tuple(_change(change, by_id) for change in view.changes[:most]),
        all_changes=len(view.changes),
    )


def _points(points: tuple[Point, ...]) -> list[PointRow]:
    rows: list[PointRow] = []
    before = ""
    for number, point in enumerate(points, start=1):
        other = point.catalogue_sha256 if before not in ("", point.catalogue_sha256) else ""
        rows.append(PointRow(number, moment(point.as_of), point.snapshot, point.gaps, other))
        before = point.catalogue_sha256
    return rows


def _control(
    line: ControlPeriod, control: Control, results: Results, view: PeriodView, strings: Strings
) -> ControlRow:
    as_of = next(one.status for one in results.findings if one.control == line.control)
    told = strings.text(
        "period.satisfied_at",
        satisfied=line.satisfied,
        n=line.assessed,
        expected=line.expected,
        missed=len(view.missed),
    )
    blind = line.blind_hours > view.max_blind_spot_days * 24
    return ControlRow(
        anchor=f"c-{control.id}",
        title=control.title,
        as_of=as_of,
        period=line.status,
        told=told,
        blind=strings.text("period.blind", n=line.blind_hours // 24) if blind else "",
        recorded=not any(source.startswith(_INSIDE) for source in control.needs),
        line=tuple(state[0] if state else None for state in line.states),
    )


def _steady(row: ControlRow) -> bool:
    """Whether the period says no more than its end: one status at every point."""
    return row.period is row.as_of and set(row.line) == {row.as_of}


def _history(line: ExceptionHistory, by_id: dict[str, Control], names: Names, strings: Strings) -> HistoryRow:
    last = line.states[-1]
    if line.fixed_at:
        gone = line.states[_place(line)] is Seen.GONE
        ended = strings.text("period.gone" if gone else "period.fixed", time=moment(line.fixed_at))
    else:
        key = "period.open" if last is Seen.EXCEPTION else "period.not_known"
        ended = strings.text(key, time=moment(line.last_seen))
    control = by_id.get(line.control)
    cluster = line.subject.cluster_id.lower()
    return HistoryRow(
        anchor=f"c-{line.control}" if control else "",
        title=control.title if control else line.control,
        name=line.subject.name,
        cluster=names.clusters.get(cluster, line.subject.cluster) if line.subject.kind != "cluster" else "",
        subscription=names.subscription(line.subject.subscription),
        line="".join(_GLYPHS[state] for state in line.states),
        first_seen=moment(line.first_seen),
        ended=ended,
        days_open=line.days_open,
        reopened=line.reopened,
    )


def _place(line: ExceptionHistory) -> int:
    """The point after the last one that shows the exception which is neither unknown."""
    last = max(place for place, state in enumerate(line.states) if state is Seen.EXCEPTION)
    return next(
        place for place in range(last + 1, len(line.states)) if line.states[place] is not Seen.UNKNOWN
    )


def _change(change: PropertyChange, by_id: dict[str, Control]) -> ChangeRow:
    name = change.resource.rpartition("/")[2]
    return ChangeRow(
        change=change,
        time=moment(change.at),
        name=f"{name} ({resource_group(change.resource)})",
        controls=tuple((f"c-{one}", by_id[one].title) for one in change.controls if one in by_id),
    )
