"""Windows in which a snapshot is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from reportgen.engagement.keeping import Schedule
from reportgen.schedule import due, longest, windows


@pytest.mark.parametrize(("schedule", "number", "last"), [
    ("daily", 92, (date(2026, 12, 31), date(2026, 12, 31))),
    ("weekly", 13, (date(2026, 12, 24), date(2026, 12, 30))),
    ("monthly", 3, (date(2026, 12, 1), date(2026, 12, 31))),
])  # fmt: skip
def test_a_quarter(schedule: Schedule, number: int, last: tuple[date, date]) -> None:
    found = windows(date(2026, 10, 1), date(2026, 12, 31), schedule)
    assert len(found) == number
    assert (found[-1].first, found[-1].last) == last
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(found))


def test_months_of_unlike_length() -> None:
    found = windows(date(2026, 1, 31), date(2026, 5, 30), "monthly")
    assert [window.first for window in found] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip


def test_a_period_shorter_than_a_window_has_none() -> None:
    assert windows(date(2026, 10, 1), date(2026, 10, 6), "weekly") == ()


def test_a_time_lies_in_a_window_by_its_day_in_utc() -> None:
    (window,) = windows(date(2026, 10, 1), date(2026, 10, 7), "weekly")
    assert window.holds("2026-10-07T23:59:59Z")
    assert window.holds("2026-10-08T01:00:00+02:00")
    assert not window.holds("2026-10-08T00:00:00Z")


def test_the_next_one_and_the_longest_wait() -> None:
    last = datetime(2026, 12, 31, 6, tzinfo=UTC)
    assert due(last, "weekly") == datetime(2027, 1, 7, 6, tzinfo=UTC)
    assert due(last, "monthly") == datetime(2027, 1, 31, 6, tzinfo=UTC)
    assert longest("weekly") == timedelta(days=8)
