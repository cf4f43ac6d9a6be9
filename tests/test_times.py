"""Times as services write them: in UTC, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reportgen.times import utc


def test_a_time_of_any_zone_is_one_of_utc() -> None:
    found = utc("2026-11-15T07:00:00.5+01:00")
    assert found == datetime(2026, 11, 15, 6, 0, 0, 500_000, UTC)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    ["", None, "soon", "2026-11-15T07:00:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", 5],
)
def test_anything_else_is_none(text: object) -> None:
    assert utc(text) is None
