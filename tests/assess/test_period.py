"""The view of a period: points, time lines of exceptions, blind spots, populations, recorded changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import assess, catalogue
from reportgen.assess.period import Bounds, Period, Window
from reportgen.assess.statuses import Statuses
from reportgen.engagement.registers import Registers
from reportgen.model import (
    ClusterLife,
    CollectionMode,
    Gap,
    PeriodView,
    Point,
    ScopeReport,
    Seen,
    Status,
    SubscriptionScope,
)
from reportgen.snapshot import Header, Reader, Writer
from tests.assess.build import OTHER, SUB, WHO, cluster, cluster_id, provenance, write_control

PRIVATE: dict[str, Any] = {"apiServerAccessProfile": {"enablePrivateCluster": True}}
QUARTER = Bounds(date(2026, 10, 1), date(2026, 12, 31), 14)
NO_ONE = Registers()


@dataclass
class Week:
    """What one snapshot shows: clusters by subscription; None where the subscription was not read."""

    day: str
    clusters: Mapping[str, Sequence[Any] | None]
    changes: Sequence[Any] | None = ()
    gaps: Sequence[Gap] = field(default=())
    log: Sequence[Any] = field(default=())
    exemptions: Sequence[Any] = field(default=())
    assignments: Sequence[Any] = field(default=())

    @property
    def as_of(self) -> str:
        return f"{self.day}T06:00:00Z"

    def reader(self, folder: Path) -> Reader:
        name = self.day.replace("-", "") + "T060000Z"
        writer = Writer(folder / name, CollectionMode.ESTATE, self.as_of)
        for subscription, bodies in self.clusters.items():
            if bodies is not None:
                writer.page({"value": list(bodies)}, provenance("arm.managed-clusters", subscription))
        if self.changes is not None:
            writer.page({"data": list(self.changes)}, provenance("arg.resource-changes", "tenant"))
        if self.log:
            writer.page({"value": list(self.log)}, provenance("arm.activity-log", SUB))
        if self.exemptions:
            writer.page({"data": list(self.exemptions)}, provenance("arg.policy-exemptions", "tenant"))
            writer.page({"data": list(self.assignments)}, provenance("arg.policy-assignments", "tenant"))
        for gap in self.gaps:
            writer.gap(gap)
        lines = tuple(
            SubscriptionScope(
                id=one,
                name=one,
                expected=True,
                visible=True,
                collected=bodies is not None,
                clusters_in_graph=0,
                clusters_listed=0,
                reason="",
            )
            for one, bodies in self.clusters.items()
        )
        header = Header(
            name,
            CollectionMode.ESTATE,
            self.as_of,
            self.as_of,
            self.as_of,
            (),
            WHO,
            "management.azure.com",
            "",
            "0",
            "",
        )
        writer.close(header, ScopeReport("", (), lines))
        return Reader(writer.folder)


def change(kind: str, at: str, name: str, by: str = "a@contoso.example", **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{cluster_id(name)}/providers/Microsoft.Resources/changes/{kind}-{at}",
        "properties": {
            "changeType": kind,
            "targetResourceId": cluster_id(name).upper(),
            "targetResourceType": "microsoft.containerservice/managedclusters",
            "changeAttributes": {"timestamp": f"{at}.0113457Z", "changedBy": by, "clientType": "Azure CLI"},
            "changes": properties,
        },
    }


def event(verb: str, at: str, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "eventTimestamp": f"{at}.1130000Z",
        "caller": "c@contoso.example",
        "resourceId": cluster_id(name),
        "operationName": {"value": f"Microsoft.ContainerService/managedClusters/{verb}"},
        "status": {"value": "Succeeded"},
        "correlationId": "",
    } | changes


def view(
    folder: Path, *weeks: Week, bounds: Bounds = QUARTER, registers: Registers = NO_ONE, **control: Any
) -> PeriodView:
    write_control(folder / "controls", **control)
    controls = catalogue.load(folder / "controls")
    with Statuses() as statuses:
        period = Period(bounds, statuses, registers)
        for week in weeks:
            reader = week.reader(folder / "snapshots")
            point = Point(reader.folder.name, week.as_of, reader.header.root_sha256, "", len(reader.gaps))
            period.add(point, reader, assess(reader, controls, week.as_of))
        return period.view(controls, ())


def weekly(*bodies: Sequence[Any] | None, start: int = 5) -> list[Week]:
    days = [date.fromordinal(date(2026, 10, start).toordinal() + 7 * index) for index in range(len(bodies))]
    return [Week(day.isoformat(), {SUB: found}) for day, found in zip(days, bodies, strict=True)]


GOOD, BAD = cluster("a", **PRIVATE), cluster("a")


def test_a_control_satisfied_at_every_point_is_satisfied_over_the_period(tmp_path: Path) -> None:
    found = view(tmp_path, *weekly([GOOD], [GOOD], [GOOD]))
    (control,) = found.controls
    assert (control.status, control.expected, control.assessed, control.satisfied) == (
        Status.SATISFIED,
        3,
        3,
        3,
    )
    assert control.blind_hours == 7 * 24
    assert not found.exceptions


def test_an_exception_is_told_from_first_to_last_and_when_it_was_fixed(tmp_path: Path) -> None:
    found = view(tmp_path, *weekly([GOOD], [BAD], [BAD], [GOOD], [BAD], [GOOD]))
    (line,) = found.exceptions
    assert line.states == (
        Seen.SATISFIED,
        Seen.EXCEPTION,
        Seen.EXCEPTION,
        Seen.SATISFIED,
        Seen.EXCEPTION,
        Seen.SATISFIED,
    )
    assert (line.first_seen, line.last_seen) == ("2026-10-12T06:00:00Z", "2026-11-02T06:00:00Z")
    assert (line.fixed_at, line.days_open, line.reopened) == ("2026-11-09T06:00:00Z", 14 + 7, 1)
    (control,) = found.controls
    assert (control.status, control.assessed, control.satisfied) == (Status.NOT_SATISFIED, 6, 3)
    assert control.states[1] == (Status.NOT_SATISFIED, 1)


def test_an_open_exception_counts_to_the_last_point(tmp_path: Path) -> None:
    (line,) = view(tmp_path, *weekly([GOOD], [BAD], [BAD])).exceptions
    assert (line.fixed_at, line.days_open) == ("", 7)


def test_a_subject_that_went_is_gone_and_one_that_was_not_read_is_unknown(tmp_path: Path) -> None:
    weeks = weekly([BAD], [], None, [GOOD])
    (line,) = view(tmp_path / "gone", *weeks[:2]).exceptions
    assert (line.states, line.fixed_at) == ((Seen.EXCEPTION, Seen.GONE), "2026-10-12T06:00:00Z")
    (line,) = view(tmp_path / "unread", weeks[0], weeks[2], weeks[3]).exceptions
    assert line.states == (Seen.EXCEPTION, Seen.UNKNOWN, Seen.SATISFIED)
    assert (line.fixed_at, line.days_open) == ("2026-10-26T06:00:00Z", 21)


def test_what_a_cluster_did_not_show_is_no_fix(tmp_path: Path) -> None:
    pools: Any = {"subject": "agent-pool", "check": "subject.?enableNodePublicIP.orValue(false) != true"}
    public = cluster("a", agentPoolProfiles=[{"name": "np1", "enableNodePublicIP": True}])
    weeks = weekly([public], [])
    weeks[1] = replace(
        weeks[1], gaps=[Gap("arm.managed-clusters", cluster_id("a"), "a", "denied", "HTTP 403.")]
    )
    (line,) = view(tmp_path, *weeks, **pools).exceptions
    assert line.states == (Seen.EXCEPTION, Seen.UNKNOWN)
    assert line.fixed_at == ""


def test_a_blind_spot_makes_what_was_satisfied_not_assessed(tmp_path: Path) -> None:
    weeks = weekly([GOOD], None, None, [GOOD])
    (control,) = view(tmp_path, *weeks).controls
    assert control.blind_hours == 21 * 24
    assert (control.status, control.assessed, control.satisfied) == (Status.NOT_ASSESSED, 2, 2)
    (control,) = view(tmp_path / "b", *weeks, bounds=replace(QUARTER, max_blind_spot_days=21)).controls
    assert control.status is Status.SATISFIED


def test_the_time_before_the_first_point_is_a_blind_spot_too(tmp_path: Path) -> None:
    (control,) = view(tmp_path, *weekly([GOOD], [GOOD], start=26)).controls
    assert control.blind_hours == 25 * 24 + 6
    assert control.status is Status.NOT_ASSESSED


WINDOWS: tuple[Window, ...] = (
    ("2026-10-01", "2026-10-07"),
    ("2026-10-08", "2026-10-14"),
    ("2026-10-15", "2026-10-21"),
    ("2026-10-22", "2026-10-28"),
)


def test_points_are_counted_by_the_windows_of_the_schedule(tmp_path: Path) -> None:
    bounds = replace(QUARTER, windows=WINDOWS)
    weeks = [
        Week(day, {SUB: bodies})
        for day, bodies in (
            ("2026-10-02", [GOOD]),
            ("2026-10-03", [BAD]),
            ("2026-10-16", [GOOD]),
        )
    ]
    found = view(tmp_path, *weeks, bounds=bounds)
    (control,) = found.controls
    assert found.missed == (("2026-10-08", "2026-10-14"),)
    assert (control.expected, control.assessed, control.satisfied) == (3, 2, 1)


def test_the_population_rolls_forward_with_clusters_that_lived_between_two_points(tmp_path: Path) -> None:
    weeks = [
        Week("2026-10-05", {SUB: [GOOD, cluster("old", **PRIVATE)]}),
        Week(
            "2026-10-12",
            {SUB: [GOOD, cluster("new", **PRIVATE)]},
            [
                change("Create", "2026-10-07T10:00:00", "brief", "b@contoso.example"),
                change("Delete", "2026-10-10T10:00:00", "brief"),
                change("Delete", "2026-10-09T10:00:00", "old"),
            ],
        ),
        Week(
            "2026-10-19",
            {SUB: [GOOD, cluster("new", **PRIVATE)]},
            [
                change("Delete", "2026-10-10T10:00:00", "brief"),
            ],
        ),
    ]
    found = view(tmp_path, *weeks).clusters
    assert (found.opening, found.created, found.deleted, found.closing) == (2, 2, 2, 2)
    brief, new, old = sorted(found.lives, key=lambda life: life.name.casefold())
    assert brief == ClusterLife(
        cluster_id("brief").upper(),
        "brief",
        SUB,
        "2026-10-07T10:00:00Z",
        "b@contoso.example",
        False,
        "2026-10-10T10:00:00Z",
        "a@contoso.example",
        False,
        observed=False,
    )
    assert (new.created, new.deleted) == ("between 2026-10-05T06:00:00Z and 2026-10-12T06:00:00Z", "")
    assert (old.created, old.deleted, old.observed) == ("", "2026-10-09T10:00:00Z", True)
    assert not found.unrecorded


def test_clusters_of_a_subscription_that_was_not_read_neither_come_nor_go(tmp_path: Path) -> None:
    theirs = cluster("b", OTHER, **PRIVATE)
    weeks = [
        Week(day, {SUB: [GOOD], OTHER: bodies})
        for day, bodies in (("2026-10-05", [theirs]), ("2026-10-12", None), ("2026-10-19", [theirs]))
    ]
    found = view(tmp_path, *weeks).clusters
    assert (found.opening, found.created, found.deleted, found.closing, found.lives) == (2, 0, 0, 2, ())
    found = view(tmp_path / "later", *weeks[1:]).clusters
    assert (found.opening, found.created, found.closing) == (2, 0, 2)


@pytest.mark.parametrize(
    ("changes", "day", "unrecorded"),
    [
        ((), "2026-10-12", ()),
        ((), "2026-10-26", (("2026-10-05T06:00:00Z", "2026-10-12T06:00:00Z"),)),
        (None, "2026-10-12", (("2026-10-05T06:00:00Z", "2026-10-12T06:00:00Z"),)),
    ],
)
def test_time_without_recorded_changes_is_named(
    tmp_path: Path, changes: Any, day: str, unrecorded: Any
) -> None:
    weeks = [Week("2026-10-05", {SUB: [GOOD]}), Week(day, {SUB: [GOOD]}, changes)]
    assert view(tmp_path, *weeks).clusters.unrecorded == unrecorded


def test_a_recorded_change_of_a_judged_property_names_the_controls_once(tmp_path: Path) -> None:
    what = {"previousValue": "true", "newValue": "false"}
    judged: Any = {"properties.apiServerAccessProfile.enablePrivateCluster": what, "tags.owner": what}
    record = change("Update", "2026-10-08T10:00:00", "a", **judged)
    weeks = [Week(day, {SUB: [GOOD]}, [record]) for day in ("2026-10-12", "2026-10-19")]
    (found,) = view(tmp_path, *weeks).changes
    assert (found.at, found.property) == (
        "2026-10-08T10:00:00Z",
        "properties.apiServerAccessProfile.enablePrivateCluster",
    )
    assert (found.before, found.after, found.by) == ("true", "false", "a@contoso.example")
    assert found.controls == ("api-server-private",)


def test_a_change_of_a_pool_inside_its_cluster_is_one_of_the_pool(tmp_path: Path) -> None:
    what: Any = {"previousValue": None, "newValue": "true"}
    judged: Any = {"properties.agentPoolProfiles[1].enableNodePublicIP": what}
    record = change("Update", "2026-10-08T10:00:00", "a", **judged)
    pools: Any = {"subject": "agent-pool", "check": "subject.?enableNodePublicIP.orValue(false) != true"}
    (found,) = view(tmp_path, Week("2026-10-12", {SUB: [GOOD]}, [record]), **pools).changes
    assert (found.before, found.after) == ("", "true")


def test_a_control_that_the_catalogue_of_the_time_lacked_is_not_assessed_there(tmp_path: Path) -> None:
    write_control(tmp_path / "old", id="api-server-other")
    write_control(tmp_path / "new")
    old, new = catalogue.load(tmp_path / "old"), catalogue.load(tmp_path / "new")
    with Statuses() as statuses:
        period = Period(QUARTER, statuses)
        for week, controls in zip(weekly([BAD], [BAD]), (old, new), strict=True):
            reader = week.reader(tmp_path / "snapshots")
            point = Point(reader.folder.name, week.as_of, "", "", 0)
            period.add(point, reader, assess(reader, controls, week.as_of))
        found = period.view(new, ())
    (control,) = found.controls
    assert control.states == (None, (Status.NOT_SATISFIED, 1))
    assert (control.expected, control.assessed) == (2, 1)
    line = next(one for one in found.exceptions if one.control == "api-server-private")
    assert line.states == (Seen.UNKNOWN, Seen.EXCEPTION)


UNREAD: list[Any] = [{SUB: [GOOD], OTHER: [cluster("b", OTHER, **PRIVATE)]}, {SUB: [GOOD], OTHER: None}]


def test_a_subscription_that_was_not_read_makes_a_point_not_assessed(tmp_path: Path) -> None:
    weeks = [Week(day, found) for day, found in zip(("2026-10-05", "2026-10-12"), UNREAD, strict=True)]
    (control,) = view(tmp_path, *weeks).controls
    assert control.states == ((Status.SATISFIED, 0), (Status.NOT_ASSESSED, 0))
    assert (control.expected, control.assessed, control.satisfied) == (2, 1, 1)
    (control,) = view(tmp_path / "never", *[replace(week, clusters=UNREAD[1]) for week in weeks]).controls
    assert control.states == ((Status.SATISFIED, 0),) * 2


def test_an_exception_counts_also_where_something_was_not_read(tmp_path: Path) -> None:
    weeks = [Week("2026-10-05", UNREAD[0]), Week("2026-10-12", {SUB: [BAD], OTHER: None})]
    (control,) = view(tmp_path, *weeks).controls
    assert control.states[1] == (Status.NOT_SATISFIED, 1)
    assert control.status is Status.NOT_SATISFIED


def test_what_does_not_apply_is_no_blind_spot(tmp_path: Path) -> None:
    (control,) = view(tmp_path, *weekly(*[[GOOD]] * 4), when="false", not_applicable_reason="No.").controls
    assert (control.status, control.assessed, control.not_applicable) == (Status.NOT_APPLICABLE, 0, 4)
    assert control.blind_hours == 7 * 24


@pytest.mark.parametrize(
    ("logged", "by"),
    [
        (event("write", "2026-10-08T09:58:00", "a"), "c@contoso.example"),
        (event("write", "2026-10-08T01:00:00", "a"), ""),
        (event("write", "2026-10-08T09:58:00", "z"), ""),
        (event("write", "2026-10-08T09:58:00", "a", status={"value": "Failed"}), ""),
        (event("listClusterUserCredential/action", "2026-10-08T09:58:00", "a"), ""),
        (event("x/action", "2026-10-08T01:00:00", "a", correlationId="K-1"), "c@contoso.example"),
    ],
    ids=["at the time", "hours before", "another cluster", "failed", "a reading", "correlated"],
)
def test_the_activity_log_says_by_whom_where_the_change_does_not(
    tmp_path: Path, logged: dict[str, Any], by: str
) -> None:
    what = {"previousValue": "true", "newValue": "false"}
    judged: Any = {"properties.apiServerAccessProfile.enablePrivateCluster": what}
    record = change("Update", "2026-10-08T10:00:00", "a", "Unspecified", **judged)
    record["properties"]["changeAttributes"]["correlationId"] = "k-1"
    (found,) = view(tmp_path, Week("2026-10-12", {SUB: [GOOD]}, [record], log=[logged])).changes
    assert (found.by, found.by_log) == (by, bool(by))


def test_a_deletion_of_which_no_change_is_on_record_is_told_by_the_log(tmp_path: Path) -> None:
    weeks = [
        Week("2026-10-05", {SUB: [GOOD, cluster("old", **PRIVATE)]}),
        Week("2026-10-26", {SUB: [GOOD]}, log=[event("delete", "2026-10-08T10:00:00", "old")] * 2),
    ]
    (life,) = view(tmp_path, *weeks).clusters.lives
    assert (life.deleted, life.deleted_by) == ("2026-10-08T10:00:00Z", "c@contoso.example")
    assert life.deleted_by_log
