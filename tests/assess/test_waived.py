"""Waivers over the period: at which points in force, from when to when; the status is as it was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from reportgen.engagement.registers import PolicyExemptions, Registers, Waiver
from reportgen.model import ExceptionHistory, PeriodView, Status, WaivedTime
from tests.assess.build import cluster, cluster_id
from tests.assess.test_exemptions import ASSIGNMENTS, BY_DEFINITION, exemption
from tests.assess.test_period import BAD, GOOD, Week, view, weekly
from tests.assess.test_waivers import waiver

CONTROL = "api-server-private"
APPLY = PolicyExemptions(apply="waive", controls={CONTROL: BY_DEFINITION[CONTROL]})


def ours(**changes: Any) -> Waiver:
    subject = {} if "glob" in changes else {"subject": cluster_id("a").upper()}
    return waiver(**{"control": CONTROL, "approved_on": "2026-09-01", **subject, **changes})


def seen(folder: Path, weeks: list[Week], *waivers: Waiver) -> tuple[PeriodView, ExceptionHistory]:
    found = view(folder, *weeks, registers=Registers(waivers=waivers))
    return found, found.exceptions[0]


def test_one_that_begins_and_ends_within_the_period_is_in_force_at_the_points_between(tmp_path: Path) -> None:
    brief = ours(begins_on="2026-10-10", expires_on="2026-10-20")
    found, line = seen(tmp_path, weekly([BAD], [BAD], [BAD], [BAD]), brief)
    assert line.waived == ("", "W-01", "W-01", "")
    assert line.waived_times == (WaivedTime("W-01", "2026-10-10T00:00:00Z", "2026-10-21T00:00:00Z"),)
    assert (line.days_open, line.days_waived) == (21, 11)
    (control,) = found.controls
    assert (control.status, control.satisfied) == (Status.NOT_SATISFIED, 0)
    assert [state and state[0] for state in control.states] == [Status.NOT_SATISFIED] * 4
    assert (control.waived, control.points_waived) == ((0, 1, 1, 0), 2)
    (told,) = found.waivers
    assert told.states == ("not-begun", "active", "active", "expired")
    assert (told.waived, told.points) == ((0, 1, 1, 0), 2)
    assert (told.begins_on, told.expires_on, told.removed) == ("2026-10-10", "2026-10-20", False)


def test_one_of_all_the_time_leaves_no_day_without(tmp_path: Path) -> None:
    _, line = seen(tmp_path, weekly([GOOD], [BAD], [BAD], [GOOD]), ours())
    assert line.waived == ("", "W-01", "W-01", "")
    assert line.waived_times == (WaivedTime("W-01", "2026-10-12T06:00:00Z", "2026-10-26T06:00:00Z"),)
    assert (line.days_open, line.days_waived) == (14, 14)


def test_none_is_in_force_before_its_approval(tmp_path: Path) -> None:
    backdated = ours(begins_on="2026-10-01", approved_on="2026-10-14")
    found, line = seen(tmp_path, weekly([BAD], [BAD], [BAD]), backdated)
    assert line.waived == ("", "", "W-01")
    assert line.waived_times[0].since == "2026-10-14T00:00:00Z"
    assert found.waivers[0].begins_on == "2026-10-14"


def test_what_keeps_it_from_being_applied_keeps_it_at_every_point(tmp_path: Path) -> None:
    found, line = seen(tmp_path, weekly([BAD], [BAD]), ours(approved_by="OPS"))
    assert (line.waived, line.waived_times, line.days_waived) == ((), (), 0)
    assert found.controls[0].waived == ()
    assert found.waivers[0].states == ("self-approved", "self-approved")


def test_a_pattern_that_is_too_broad_at_one_point_is_in_force_at_the_others(tmp_path: Path) -> None:
    both, one = [cluster("a"), cluster("ab")], [cluster("a"), cluster("c", **_private())]
    wide = ours(glob="*/managedClusters/a*")
    found, line = seen(tmp_path, weekly(one, both, one), wide)
    assert found.waivers[0].states == ("active", "too-broad", "active")
    assert line.waived == ("W-01", "", "W-01")
    assert [(time.since[:10], time.until[:10]) for time in line.waived_times] == [
        ("2026-10-05", "2026-10-05"), ("2026-10-19", "2026-10-19"),
    ]  # fmt: skip


def _private() -> dict[str, Any]:
    return {"apiServerAccessProfile": {"enablePrivateCluster": True}}


def test_days_that_two_share_are_counted_once(tmp_path: Path) -> None:
    first, second = ours(expires_on="2026-10-20"), ours(begins_on="2026-10-10")
    _, line = seen(tmp_path, weekly([BAD], [BAD], [BAD], [BAD]), first, second)
    assert line.waived == ("W-01", "W-01, W-02", "W-01, W-02", "W-02")
    assert [time.waiver for time in line.waived_times] == ["W-01", "W-02"]
    assert (line.days_open, line.days_waived) == (21, 21)


def test_one_that_comes_back_is_waived_each_time(tmp_path: Path) -> None:
    _, line = seen(tmp_path, weekly([BAD], [GOOD], [BAD], [GOOD]), ours(expires_on="2026-10-21"))
    assert line.waived == ("W-01", "", "W-01", "")
    assert [(time.since[:10], time.until[:10]) for time in line.waived_times] == [
        ("2026-10-05", "2026-10-12"), ("2026-10-19", "2026-10-22"),
    ]  # fmt: skip
    assert (line.days_open, line.days_waived) == (14, 9)


def exempted(day: str, *rows: dict[str, Any]) -> Week:
    week = Week(day, {next(iter(weekly([BAD])[0].clusters)): [BAD, cluster("c", **_private())]})
    return replace(week, exemptions=rows, assignments=ASSIGNMENTS)


def test_an_exemption_counts_at_the_points_that_have_it(tmp_path: Path) -> None:
    there, other = exemption(cluster_id("a")), exemption(cluster_id("c"))
    weeks = [
        exempted("2026-10-05", there),
        exempted("2026-10-12", there, other),
        exempted("2026-10-19", other),
    ]
    found = view(tmp_path, *weeks, registers=Registers(exemptions=APPLY))
    (line,) = found.exceptions
    assert line.waived == ("P-02", "P-02", "")
    assert line.waived_times[0].until == "2026-10-12T06:00:00Z"
    assert [(one.id, one.removed, one.states) for one in found.waivers] == [
        ("P-01", False, ("", "unused", "unused")),
        ("P-02", True, ("active", "active", "")),
    ]


def test_exemptions_that_are_only_shown_are_no_lines_of_the_period(tmp_path: Path) -> None:
    weeks = [exempted("2026-10-05", exemption(cluster_id("a")))]
    found = view(tmp_path, *weeks)
    assert found.waivers == ()
    assert found.exceptions[0].waived == ()
