"""Patch Tuesday: the second Tuesday of a month, on which Microsoft publishes Windows' security updates."""

from __future__ import annotations

from datetime import date, timedelta

_TUESDAY = 1
_WEEK = 7


def of_month(year: int, month: int) -> date:
    """The second Tuesday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(_TUESDAY - first.weekday()) % _WEEK + _WEEK)


def next_after(day: date) -> date:
    """The first Patch Tuesday after a day."""
    this = of_month(day.year, day.month)
    if this > day:
        return this
    return of_month(day.year + day.month // 12, day.month % 12 + 1)


def days_unpatched(built: date, as_of: date) -> int:
    """For how many days an image has lacked the updates of a Patch Tuesday; 0 where it has all of them.

    An image built on the day itself is taken to hold that day's updates: AKS names Windows images after the
    updates that they hold.
    """
    return max((as_of - next_after(built)).days, 0)
