"""How long and how often maintenance windows are open, and how long they pause."""

from __future__ import annotations

from datetime import date

import pytest

from reportgen.model import Json
from reportgen.subjects import maintenance

AS_OF = date(2026, 11, 15)


def spans(*pairs: str) -> list[Json]:
    return [dict(zip(("start", "end"), pair.split("/"), strict=True)) for pair in pairs]


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], 0),
        (["2026-12-18/2027-01-05"], 19),
        (["2026-12-18/2026-12-18"], 1),
        (["2026-06-01/2026-09-30"], 0),
        (["2026-11-01/2026-11-15"], 15),
        (["2026-11-01/2026-11-14"], 0),
        (["2027-01-01/2027-01-10", "2026-12-01/2026-12-31"], 41),
        (["2026-12-01/2026-12-20", "2026-12-10/2026-12-12"], 20),
        (["2026-12-01/2026-12-10", "2026-12-12/2026-12-13"], 10),
    ],
)
def test_the_longest_pause_that_has_not_ended(pauses: list[str], expected: int) -> None:
    assert maintenance.pause_days(spans(*pauses), AS_OF) == expected


def test_a_pause_without_known_dates_is_unknown() -> None:
    assert maintenance.pause_days(spans("2026-12-01/later"), AS_OF) is None
    assert maintenance.pause_days([{"start": "2026-12-01"}], AS_OF) is None


def window(name: str, **settings: Json) -> Json:
    return {"name": name, "properties": {"maintenanceWindow": settings}}


def test_a_schedule_for_upgrades_says_how_long_and_how_often() -> None:
    found = maintenance.windows(
        [
            window("default", durationHours=4),
            window(
                "aksmanagednodeosupgradeschedule",
                durationHours=6,
                schedule={"weekly": {"intervalWeeks": 2, "dayOfWeek": "Sunday"}},
                startDate="2026-11-16",
            ),
        ],
        AS_OF,
    )
    assert found == [
        {
            "name": "aksmanagednodeosupgradeschedule",
            "hours": 6,
            "interval_days": 14,
            "pause_days": 0,
            "starts": "2026-11-16",
            "in_force": False,
        }
    ]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"daily": {"intervalDays": 3}}, 3),
        ({"absoluteMonthly": {"intervalMonths": 2, "dayOfMonth": 1}}, 62),
        ({"relativeMonthly": {"intervalMonths": 1, "weekIndex": "First"}}, 31),
    ],
)
def test_every_kind_of_schedule_has_an_interval(schedule: Json, expected: int) -> None:
    found = maintenance.windows([window("aksManagedAutoUpgradeSchedule", schedule=schedule)], AS_OF)
    assert found
    assert found[0]["interval_days"] == expected


def test_what_is_not_shown_is_absent_and_no_list_is_none() -> None:
    assert maintenance.windows([{"name": "aksManagedAutoUpgradeSchedule"}], AS_OF) == [
        {"name": "aksManagedAutoUpgradeSchedule", "pause_days": 0, "in_force": True}
    ]
    assert maintenance.windows([], AS_OF) == []
    assert maintenance.windows(None, AS_OF) is None
