"""Exceptions and waivers as the period shows them, each a row with its time line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from reportgen.model import Control, ExceptionHistory, Seen, Subject, WaiverPeriod
from reportgen.render.control_period import Telling
from reportgen.render.names import Names
from reportgen.render.strings import Strings
from reportgen.render.text import moment
from reportgen.render.time_line import Cell, Column, cells, force_signs, in_force, signs


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


def history_row(
    line: ExceptionHistory,
    by_id: Mapping[str, Control],
    names: Names,
    telling: Telling,
) -> HistoryRow:
    """The row of an exception, with the columns of ``telling``."""
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


def waiver_line(
    line: WaiverPeriod,
    by_id: Mapping[str, Control],
    subjects: Mapping[str, Subject],
    shown: tuple[Column, ...],
    strings: Strings,
) -> WaiverLine:
    """The row of a waiver; ``subjects`` are those of exceptions, by their ids in lower case."""
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


def rank(line: ExceptionHistory) -> tuple[bool, bool, int, bool, int]:
    """The order of exceptions: first those that changed, or were waived for a part of their time."""
    return (
        unchanged(line),
        not _partly_waived(line),
        -line.reopened,
        bool(line.fixed_at),
        -line.days_open,
    )


def unchanged(line: ExceptionHistory) -> bool:
    """Whether every point that could tell shows the exception, waived at all of these or at none."""
    return not {*line.states} - {Seen.EXCEPTION, Seen.UNKNOWN} and not _partly_waived(line)


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


def _partly_waived(line: ExceptionHistory) -> bool:
    return bool(line.waived_times) and line.days_waived < line.days_open


def _place(line: ExceptionHistory) -> int:
    """The point after the last one that shows the exception which is neither unknown."""
    last = max(place for place, state in enumerate(line.states) if state is Seen.EXCEPTION)
    return next(
        place for place in range(last + 1, len(line.states)) if line.states[place] is not Seen.UNKNOWN
    )


def _minute(stamp: str) -> str:
    """A time of a point, short for a narrow column whose head says UTC."""
    return moment(stamp)[:16]
