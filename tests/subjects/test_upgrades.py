"""Automatic upgrades that ended, newest first, from events as Azure words them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reportgen.subjects import upgrades

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)


def event(at: str = "2026-11-08T01:00:00Z", status: str = "Completed", **more: Any) -> dict[str, Any]:
    properties = {
        "eventSource": "AutoUpgrader",
        "eventStatus": status,
        "eventDetails": '{"upgradeType": "NodeOSUpgrade"}',
        "lastUpdateTime": at,
        **more,
    }
    return {"properties": properties}


def found(*events: Any) -> Any:
    return upgrades.auto_upgrades({"upgrade_events": list(events)}, AS_OF)


def test_those_that_ended_are_told_newest_first() -> None:
    older = event("2026-10-11T03:00:00.1234567Z", "failed", eventDetails="K8sVersionUpgrade began")
    assert found(older, event()) == [
        {"kind": "node image", "status": "Completed", "at": "2026-11-08T01:00:00Z"},
        {"kind": "Kubernetes", "status": "Failed", "at": "2026-10-11T03:00:00Z"},
    ]


def test_as_the_documentation_spells_it() -> None:
    """The source without its g, a time of the year 1, two spellings of one status, and plain words."""
    odd = event(
        "0001-01-01T00:00:00.0000000Z",
        "Cancelled",
        eventSource="AutoUprader",
        scheduledTime="2026-11-07T22:17:12.103268606Z",
        eventDetails="Start to upgrade security vhd",
    )
    assert found(odd) == [{"kind": "not named", "status": "Canceled", "at": "2026-11-07T22:17:12Z"}]


def test_others_are_left_out() -> None:
    others = (
        event(status="Scheduled"),
        event(status="Started"),
        event(eventSource="AKS"),
        event("2026-11-16T00:00:00Z"),
    )
    assert found(*others) == []


def test_events_that_could_not_be_read_are_not_known() -> None:
    assert upgrades.auto_upgrades({}, AS_OF) is None
