"""The period as the report tells it: collection points, time lines, clusters that came and went, changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reportgen.model import (
    ClusterLife,
    Control,
    ExceptionHistory,
    PeriodView,
    Point,
    PropertyChange,
    Results,
    RollForward,
    Seen,
    Status,
    Subject,
    WaiverPeriod,
)
from reportgen.render.control_period import ControlRow, Telling
from reportgen.render.names import Names, PrincipalName, resource_group
from reportgen.render.strings import Strings
from reportgen.render.text import moment
from reportgen.render.time_line import (
    Cell,
    Column,
    cells,
    columns,
    force_signs,
    in_force,
    months,
    signs,
)

_ROWS_IN_PDF = 30
_ROWS_IN_HTML = 1000
"""Of each list: a quarter of a large estate would be a page of a hundred megabytes."""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A collection point; ``catalogue`` is set where other controls judged it than the point before."""

    number: int
    time: str
    snapshot: str
    gaps: int
    catalogue: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A subject that was an exception; ``cells`` and ``line`` as in `ControlRow`, ``ended`` tells its end.

    ``waived`` says from when to when by which waiver, ``unwaived`` for how long by none, "" where it was by
    one all the time or never.
    """

    anchor: str
    title: str
    name: str
    cluster: str
    subscription: str
    cells: tuple[Cell, ...]
    line: str
    first_seen: str
    ended: str
    days_open: int
    reopened: int
    waived: tuple[str, ...]
    unwaived: str


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver over the period; ``controls`` are titles, ``told`` are sentences about it."""

    id: str
    name: str
    controls: tuple[str, ...]
    subject: str
    told: tuple[str, ...]
    cells: tuple[Cell, ...]
    line: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A recorded change; ``controls`` are anchors and titles of those that judge the property.

    ``by`` is how whoever made it is printed, None where nobody is named.
    """

    change: PropertyChange
    time: str
    name: str
    by: PrincipalName | None
    controls: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LifeRow:
    """A cluster that came or went, and in words when and by whom."""

    life: ClusterLife
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """The section; lists are cut, soonest in a PDF, and ``all_…`` say how long they are.

    There ``listed_exceptions`` leave out the ``unchanged_exceptions``, which every point shows that could.

    ``columns`` are those of the time line, none where there are too many, ``months`` stand above them.
    ``by_control`` has every control.
    """

    view: PeriodView
    columns: tuple[Column, ...]
    months: tuple[tuple[str, int], ...]
    by_control: Mapping[str, ControlRow]
    sentence: str
    brief: str
    points: tuple[PointRow, ...]
    controls: tuple[ControlRow, ...]
    all_controls: int
    whole: int
    exceptions: tuple[HistoryRow, ...]
    all_exceptions: int
    listed_exceptions: int
    unchanged_exceptions: int
    waivers: tuple[WaiverLine, ...]
    all_waivers: int
    clusters: RollForward
    lives: tuple[LifeRow, ...]
    unrecorded: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    all_changes: int


def period_part(results: Results, names: Names, medium: str, strings: Strings) -> PeriodPart | None:
    """The section on the period, None where a report knows of one snapshot alone by itself."""
    view = results.period
    if view is None:
        return None
    pdf = medium == "pdf"
    most = _ROWS_IN_PDF if pdf else _ROWS_IN_HTML
    by_id = {control.id: control for control in results.controls}
    shown = columns(view)
    telling = Telling(results, view, shown, strings)
    by_control = {line.control: telling.control(line, by_id[line.control]) for line in view.controls}
    rows = list(by_control.values())
    told = [row for row in rows if not row.steady] + [row for row in rows if row.steady and row.changed]
    history = sorted(
        view.exceptions,
        key=lambda line: (
            _unchanged(line),
            not _partly_waived(line),
            -line.reopened,
            bool(line.fixed_at),
            -line.days_open,
        ),
    )
    unchanged = sum(map(_unchanged, history))
    subjects = {line.subject.id.lower(): line.subject for line in view.exceptions}
    listed = history[: len(history) - unchanged] if pdf else history
    return PeriodPart(
        view=view,
        columns=shown,
        months=months(shown),
        by_control=by_control,
        sentence=strings.text(
            "period.points",
            n=len(view.points),
            first=moment(view.points[0].as_of),
            last=moment(view.points[-1].as_of),
        ),
        brief=_brief(view, strings),
        points=tuple(_points(view.points)),
        controls=tuple((told if pdf else sorted(rows, key=_calm))[:most]),
        all_controls=len(told if pdf else rows),
        whole=len(rows) - len(told),
        exceptions=tuple(_history(line, by_id, names, telling) for line in listed[:most]),
        all_exceptions=len(history),
        listed_exceptions=len(listed),
        unchanged_exceptions=unchanged,
        waivers=tuple(_waiver(line, by_id, subjects, shown, strings) for line in view.waivers[:most]),
        all_waivers=len(view.waivers),
        clusters=view.clusters,
        lives=tuple(_life(life, names, strings) for life in view.clusters.lives[:most]),
        unrecorded=tuple(f"{moment(start)} – {moment(end)}" for start, end in view.clusters.unrecorded),
        changes=tuple(_change(change, by_id, names, strings) for change in view.changes[:most]),
        all_changes=len(view.changes),
    )


def _calm(row: ControlRow) -> tuple[bool, bool]:
    """What changed its status comes first, then what changed in a property alone."""
    return row.steady, not row.changed


def _brief(view: PeriodView, strings: Strings) -> str:
    """The period in two sentences, for a summary."""
    counts = Counter(line.status for line in view.controls)
    told = strings.text("period.brief", **{status.name.lower(): counts[status] for status in Status})
    if not view.exceptions:
        return told
    ended = sum(bool(line.fixed_at) for line in view.exceptions)
    back = sum(bool(line.reopened) for line in view.exceptions)
    number = len(view.exceptions)
    return f"{told} {strings.text('period.brief_exceptions', n=number, open=number - ended, back=back)}"


def _points(points: tuple[Point, ...]) -> list[PointRow]:
    rows: list[PointRow] = []
    before = ""
    for number, point in enumerate(points, start=1):
        other = point.catalogue_sha256 if before not in ("", point.catalogue_sha256) else ""
        rows.append(PointRow(number, moment(point.as_of), point.snapshot, point.gaps, other))
        before = point.catalogue_sha256
    return rows


def _life(life: ClusterLife, names: Names, strings: Strings) -> LifeRow:
    told = []
    for key, when, by, by_log in (
        ("created", life.created, life.created_by, life.created_by_log),
        ("deleted", life.deleted, life.deleted_by, life.deleted_by_log),
    ):
        if when:
            words = strings.text(f"period.{key}", when=_when(when))
            told.append(f"{words} {_by(names.actor(by), by_log, strings)}" if by else words)
    return LifeRow(life, tuple(told))


def _when(text: str) -> str:
    """A time, or two times with words between them, as times are printed."""
    return " ".join(moment(word) if word[:4].isdigit() else word for word in text.split(" "))


def _by(by: PrincipalName, by_log: bool, strings: Strings) -> str:
    return strings.text("period.by_log" if by_log else "period.by", who=by.line)


def _history(
    line: ExceptionHistory,
    by_id: Mapping[str, Control],
    names: Names,
    telling: Telling,
) -> HistoryRow:
    last, strings = line.states[-1], telling.strings
    if line.fixed_at:
        gone = line.states[_place(line)] is Seen.GONE
        ended = strings.text("period.gone" if gone else "period.fixed", time=_minute(line.fixed_at))
    else:
        key = "period.open" if last is Seen.EXCEPTION else "period.not_known"
        ended = strings.text(key, time=_minute(line.last_seen))
    control = by_id.get(line.control)
    cluster = line.subject.cluster_id.lower()
    return HistoryRow(
        anchor=f"c-{line.control}" if control else "",
        title=control.title if control else line.control,
        name=line.subject.name,
        cluster=names.clusters.get(cluster, line.subject.cluster) if line.subject.kind != "cluster" else "",
        subscription=names.subscription(line.subject.subscription),
        cells=cells(telling.shown, line.states, line.waived, telling.changes_of(line)),
        line=signs(line.states),
        first_seen=_minute(line.first_seen),
        ended=ended,
        days_open=line.days_open,
        reopened=line.reopened,
        waived=tuple(_waived(line, strings)),
        unwaived=_unwaived(line, strings),
    )


def _waived(line: ExceptionHistory, strings: Strings) -> Iterator[str]:
    for one in line.waived_times:
        until = datetime.fromisoformat(one.until) - timedelta(seconds=1)
        yield strings.text(
            "period.waived", id=one.waiver, since=one.since[:10], until=until.strftime("%Y-%m-%d")
        )


def _unwaived(line: ExceptionHistory, strings: Strings) -> str:
    """How long an exception stood without a waiver, "" where none ever was in force, or one all the time."""
    left = line.days_open - line.days_waived
    return strings.text("period.unwaived", n=left) if line.waived_times and left else ""


def _waiver(
    line: WaiverPeriod,
    by_id: Mapping[str, Control],
    subjects: Mapping[str, Subject],
    shown: tuple[Column, ...],
    strings: Strings,
) -> WaiverLine:
    told = [strings.text("period.in_force", n=len(line.states), points=line.points)]
    if line.begins_on and line.expires_on:
        told.append(strings.text("period.force_days", since=line.begins_on, until=line.expires_on))
    told += [strings.text("period.removed")] if line.removed else []
    of = subjects.get(line.subject.lower().rstrip("/"))
    inside = (of.cluster, of.name) if of and of.kind != "cluster" and of.cluster else (of.name,) if of else ()
    return WaiverLine(
        id=line.id,
        name=line.name,
        controls=tuple(by_id[one].title if one in by_id else one for one in line.controls),
        subject=" / ".join(inside) or line.subject,
        told=tuple(told),
        cells=in_force(shown, line.states, line.waived),
        line=force_signs(line.states, line.waived),
    )


def _unchanged(line: ExceptionHistory) -> bool:
    """Whether every point that could tell shows the exception, waived at all of these or at none."""
    return not {*line.states} - {Seen.EXCEPTION, Seen.UNKNOWN} and not _partly_waived(line)


def _partly_waived(line: ExceptionHistory) -> bool:
    return bool(line.waived_times) and line.days_waived < line.days_open


def _minute(stamp: str) -> str:
    """A time of a point, short for a narrow column whose head says UTC."""
    return moment(stamp)[:16]


def _place(line: ExceptionHistory) -> int:
    """The point after the last one that shows the exception which is neither unknown."""
    last = max(place for place, state in enumerate(line.states) if state is Seen.EXCEPTION)
    return next(
        place for place in range(last + 1, len(line.states)) if line.states[place] is not Seen.UNKNOWN
    )


def _change(
    change: PropertyChange, by_id: Mapping[str, Control], names: Names, strings: Strings
) -> ChangeRow:
    by = names.actor(change.by) if change.by else None
    if by and change.by_log:
        by = replace(by, title=strings.text("period.who_log", who=by.title))
    name = change.resource.rpartition("/")[2]
    return ChangeRow(
        change=change,
        time=moment(change.at),
        name=f"{name} ({resource_group(change.resource)})",
        by=by,
        controls=tuple((f"c-{one}", by_id[one].title) for one in change.controls if one in by_id),
    )
