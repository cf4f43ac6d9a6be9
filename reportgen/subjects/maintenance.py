"""Maintenance windows: how long, how often, and for how long the longest pause lets no upgrade through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from reportgen.model import Json
from reportgen.subjects.document import at

SCHEDULES = ("aksmanagedautoupgradeschedule", "aksmanagednodeosupgradeschedule")
"""The configurations that govern upgrades; ``default`` governs AKS's own weekly releases."""

_INTERVALS = {
    "daily": ("intervalDays", 1),
    "weekly": ("intervalWeeks", 7),
    "absoluteMonthly": ("intervalMonths", 31),
    "relativeMonthly": ("intervalMonths", 31),
}
"""Kind of schedule: where its interval stands, and the days that one step of it has at most."""


def windows(configurations: Json, as_of: date) -> list[Json] | None:
    """Each schedule for upgrades with its ``hours``, ``interval_days``, ``pause_days`` and ``starts``.

    A value that the configuration does not show, or not in a known form, is absent. None without a list.
    """
    if not isinstance(configurations, list):
        return None
    return [
        _window(configuration, as_of)
        for configuration in configurations
        if str(at(configuration, "name") or "").lower() in SCHEDULES
    ]


def pause_days(spans: Iterable[Json], as_of: date) -> int | None:
    """Days of the longest pause that has not ended; spans that meet are one. None if one has no known dates.

    Both days of a span belong to it.
    """
    known = [(_date(at(span, "start")), _date(at(span, "end"))) for span in spans]
    ordered = sorted((start, end) for start, end in known if start and end)
    if len(ordered) != len(known):
        return None
    runs: list[tuple[date, date]] = []
    for start, end in ordered:
        if runs and start <= runs[-1][1] + timedelta(days=1):
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    return max(((end - start).days + 1 for start, end in runs if end >= as_of), default=0)


def _window(configuration: Json, as_of: date) -> Json:
    window = at(configuration, "properties", "maintenanceWindow")
    starts = _date(at(window, "startDate"))
    values = {
        "name": at(configuration, "name"),
        "hours": at(window, "durationHours"),
        "interval_days": _interval(at(window, "schedule")),
        "pause_days": pause_days(at(window, "notAllowedDates") or [], as_of),
        "starts": starts.isoformat() if starts else None,
        "in_force": starts is None or starts <= as_of,
    }
    return {name: value for name, value in values.items() if value is not None}


def _interval(schedule: Json) -> int | None:
    for kind, (key, days) in _INTERVALS.items():
        count = at(schedule, kind, key)
        if isinstance(count, int):
            return count * days
    return None


def _date(value: Json) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
