"""When a snapshot is due: once in each day, seven days or calendar month, counted from the period's start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reportgen.engagement.keeping import Schedule

_DAYS = {"daily": 1, "weekly": 7}
_GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which one snapshot is due; both days included."""

    first: date
    last: date

    def holds(self, moment: str) -> bool:
        """Whether a time (RFC 3339) lies in it, in UTC."""
        return self.first <= datetime.fromisoformat(moment).astimezone(UTC).date() <= self.last


def windows(start: date, end: date, schedule: Schedule) -> tuple[Window, ...]:
    """The whole windows of a period (both days included); what remains of it at its end is none."""
    found = []
    first = start
    while (following := _next(first, start, schedule)) - timedelta(days=1) <= end:
        found.append(Window(first, following - timedelta(days=1)))
        first = following
    return tuple(found)


def _next(first: date, start: date, schedule: Schedule) -> date:
    if schedule != "monthly":
        return first + timedelta(days=_DAYS[schedule])
    return _month_after(first, start.day)


def _month_after(day: date, wanted: int) -> date:
    """The same day of the next month, or that month's last where it has no such day."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(wanted, last))


def due(last: datetime, schedule: Schedule) -> datetime:
    """When the snapshot after one of this time is due."""
    if schedule == "monthly":
        return datetime.combine(_month_after(last.date(), last.day), last.timetz())
    return last + timedelta(days=_DAYS[schedule])


def longest(schedule: Schedule) -> timedelta:
    """The age from which on the last snapshot is late: a window and a day, in which a job may be retried."""
    return timedelta(days=_DAYS.get(schedule, 31)) + _GRACE
