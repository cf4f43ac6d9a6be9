"""The sheets of the period: controls over all points, exceptions with their time lines, clusters, changes."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import PeriodView, Results, WaivedTime
from reportgen.render.names import Names
from reportgen.render.time_line import CHANGED, changed, force_signs, signs
from reportgen.render.workbook.book import Cell, Column, Day, Moment, Table

_CONTROLS = (
    *(Column("control", 36), Column("control_title", 60, wrap=True), Column("status_at_end", 16)),
    *(Column("status_over_period", 20), Column("points_expected", 10), Column("points_assessed", 10)),
    *(Column("points_satisfied", 10), Column("points_not_applicable", 10), Column("blind_spot_hours", 12)),
    Column("recorded_changes", 12),
)
_EXCEPTIONS = (
    *(Column("control", 36), Column("subject", 44), Column("cluster", 30), Column("subscription", 30)),
    *(Column("first_seen", 20), Column("last_seen", 20), Column("fixed_at", 20), Column("days_open", 10)),
    *(Column("reopened", 10), Column("days_waived", 10), Column("waived_times", 40, wrap=True)),
    Column("subject_id", 60),
)
_WAIVERS = (
    *(Column("id", 8), Column("exemption", 36), Column("controls", 44, wrap=True)),
    *(Column("subject_or_pattern", 60), Column("begins_on", 12), Column("expires_on", 12)),
    *(Column("points_in_force", 10), Column("removed", 12)),
)
_CLUSTERS = (
    *(Column("cluster", 30), Column("subscription", 30), Column("created", 30), Column("created_by", 36)),
    *(Column("deleted", 30), Column("deleted_by", 36), Column("seen_at_a_point", 12), Column("id", 60)),
)
_CHANGES = (
    *(
        Column("change_time", 20),
        Column("property", 60, wrap=True),
        Column("before", 24),
        Column("after", 24),
    ),
    *(Column("by", 36), Column("from_activity_log", 12), Column("client", 20), Column("operation", 40)),
    *(Column("controls", 44, wrap=True), Column("id", 60)),
)
_POINT = 12
"""Width of a column of the time line, in letters."""


def period_tables(results: Results, names: Names) -> Iterator[Table]:
    """The tables in the order of their sheets; none where a report knows of one snapshot by itself."""
    view = results.period
    if view is None:
        return
    points = tuple(Column("", _POINT, head=_head(view, place)) for place in range(len(view.points)))
    yield Table("period", (*_CONTROLS, *points), _controls(results, view))
    yield Table("period_exceptions", (*_EXCEPTIONS, *points), _exceptions(view, names))
    yield Table("period_waivers", (*_WAIVERS, *points), _waivers(view))
    yield Table("period_clusters", _CLUSTERS, _clusters(view, names))
    yield Table("period_changes", _CHANGES, _changes(view, names))


def _head(view: PeriodView, place: int) -> str:
    """The time of a point to the minute, which tells two of one day apart."""
    return view.points[place].as_of[:16].replace("T", " ")


def _controls(results: Results, view: PeriodView) -> Iterator[list[Cell]]:
    titles = {control.id: control.title for control in results.controls}
    ends = {finding.control: finding.status for finding in results.findings}
    for line in view.controls:
        states = [state[0] if state else None for state in line.states]
        changes = changed(view.points, (one.at for one in view.changes if line.control in one.controls))
        yield [
            *(line.control, titles.get(line.control, ""), ends.get(line.control), line.status),
            *(line.expected, line.assessed, line.satisfied, line.not_applicable, line.blind_hours),
            sum(changes),
            *map(_marked, signs(states), changes),
        ]


def _marked(sign: str, changes: int) -> str:
    """The sign of a point with the number of recorded changes since the point before."""
    return f"{sign} {CHANGED}{changes}" if changes else sign


def _exceptions(view: PeriodView, names: Names) -> Iterator[list[Cell]]:
    for line in view.exceptions:
        subject = line.subject
        yield [
            *(line.control, subject.name, subject.cluster, names.subscription(subject.subscription)),
            *(Moment(line.first_seen), Moment(line.last_seen), _time(line.fixed_at), line.days_open),
            *(line.reopened, line.days_waived, "; ".join(map(_waived, line.waived_times)), subject.id),
            *map(_signed, signs(line.states), line.waived or ("",) * len(line.states)),
        ]


def _waived(one: WaivedTime) -> str:
    return f"{one.waiver}: {one.since} – {one.until}"


def _signed(sign: str, waiver: str) -> str:
    """The sign of a point with the waivers in force there."""
    return f"{sign} {waiver}" if waiver else sign


def _waivers(view: PeriodView) -> Iterator[list[Cell]]:
    for line in view.waivers:
        yield [
            *(line.id, line.name, ", ".join(line.controls), line.subject, _day(line.begins_on)),
            *(_day(line.expires_on), line.points, line.removed),
            *force_signs(line.states, line.waived),
        ]


def _day(text: str) -> Cell:
    return Day(text) if text else None


def _clusters(view: PeriodView, names: Names) -> Iterator[list[Cell]]:
    for life in view.clusters.lives:
        yield [
            *(life.name, names.subscription(life.subscription), _time(life.created)),
            *(_by(life.created_by, life.created_by_log, names), _time(life.deleted)),
            *(_by(life.deleted_by, life.deleted_by_log, names), life.observed, life.id),
        ]


def _time(text: str) -> Cell:
    return Moment(text) if text else None


def _by(by: str, by_log: bool, names: Names) -> str:
    who = names.actor(by).line
    return names.strings.text("period.who_log", who=who) if by_log else who


def _changes(view: PeriodView, names: Names) -> Iterator[list[Cell]]:
    for change in view.changes:
        yield [
            *(Moment(change.at), change.property, change.before, change.after),
            *(names.actor(change.by).line, change.by_log, change.client, change.operation),
            *(", ".join(change.controls), change.resource),
        ]
