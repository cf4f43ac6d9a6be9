"""Waivers: which stand beside an exception, and why the others do not; the status is never touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import waivers
from reportgen.engagement.registers import Malformed, Registers, Waiver
from reportgen.model import Observation, Status, Subject, WaiverResult, WaiverState

AS_OF = "2026-11-15T06:00:00Z"
HOME = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.ContainerService/managedClusters"


def seen(name: str, status: Status = Status.NOT_SATISFIED, control: str = "a-b") -> Observation:
    known = f"{HOME}/{name}"
    return Observation(control, Subject(known, "cluster", name, name, known, "S"), status, {}, "why", ())


def waiver(**changes: Any) -> Waiver:
    given = {
        "control": "a-b",
        "reason": "Until then.",
        "ticket": "RISK-1",
        "requested_by": "ops",
        "approved_by": "Risk Committee",
        "approved_on": "2026-10-01",
        "expires_on": "2027-06-30",
        "approval": "minutes",
        **changes,
    }
    if "glob" not in given:
        given.setdefault("subject", f"{HOME}/one")
    return Waiver.model_validate(given)


def applied(
    *given: Waiver, observations: Sequence[Observation] | None = None, **more: Any
) -> tuple[tuple[Observation, ...], tuple[WaiverResult, ...]]:
    registers = Registers(waivers=given, files=more.pop("files", {}))
    known = observations if observations is not None else [seen("one"), seen("two"), seen("three")]
    return waivers.apply(waivers.claims(registers), known, more.pop("as_of", AS_OF), **more)


def states(result: WaiverResult) -> list[str]:
    return [result.state.value, *(note.value for note in result.notes)]


def test_it_stands_beside_the_status_and_changes_nothing_else() -> None:
    before = [seen("one"), seen("two")]
    after, (result,) = applied(waiver(), observations=before)
    assert [item.status for item in after] == [Status.NOT_SATISFIED, Status.NOT_SATISFIED]
    assert [item.waiver for item in after] == ["W-01", None]
    assert [item.reason for item in after] == ["why", "why"]
    assert (result.state, result.matched, result.waived) == (WaiverState.ACTIVE, 1, 1)
    assert not result.needs_reader


@pytest.mark.parametrize("subject", [f"{HOME}/one".upper(), f"{HOME}/one".lower(), f"{HOME}/ONE/"])
def test_ids_are_compared_without_case(subject: str) -> None:
    after, _ = applied(waiver(subject=subject), observations=[seen("One")])
    assert after[0].waiver == "W-01"


def test_an_exact_id_is_no_pattern() -> None:
    after, (result,) = applied(waiver(subject=f"{HOME}/*"))
    assert {item.waiver for item in after} == {None}
    assert states(result) == ["unmatched"]


@pytest.mark.parametrize(
    ("glob", "matched"),
    [
        ("*/managedClusters/T*", ["three", "two"]),
        ("*/MANAGEDCLUSTERS/tw?", ["two"]),
        ("*/two", ["two"]),
        ("two", []),
        ("*/[to]*", []),
        ("*/tw.", []),
    ],
)
def test_in_a_pattern_only_star_and_question_mark_mean_something(glob: str, matched: list[str]) -> None:
    after, _ = applied(waiver(glob=glob))
    assert sorted(item.subject.name for item in after if item.waiver) == matched


def test_a_pattern_over_every_subject_is_too_broad() -> None:
    after, (result,) = applied(waiver(glob="*"))
    assert states(result) == ["too-broad"]
    assert {item.waiver for item in after} == {None}
    _, (alone,) = applied(waiver(glob="*"), observations=[seen("one")])
    assert states(alone) == ["active"]


def test_a_pattern_over_more_than_somebody_looks_at_is_too_broad() -> None:
    most = waivers.MOST_SUBJECTS
    rest = [seen("other")]
    _, (enough,) = applied(waiver(glob="*/n-*"), observations=[*map(seen, _names(most)), *rest])
    _, (more,) = applied(waiver(glob="*/n-*"), observations=[*map(seen, _names(most + 1)), *rest])
    assert (states(enough), states(more)) == (["active"], ["too-broad"])
    assert (more.matched, more.waived) == (most + 1, 0)


def _names(number: int) -> list[str]:
    return [f"n-{place}" for place in range(number)]


@pytest.mark.parametrize(
    ("changes", "expected", "is_applied"),
    [
        ({"expires_on": "2026-11-15"}, ["active"], True),
        ({"expires_on": "2026-11-14"}, ["expired"], False),
        ({"approved_on": "2026-11-15"}, ["active"], True),
        ({"approved_on": "2026-11-16"}, ["not-begun", "late"], False),
        ({"begins_on": "2026-12-01"}, ["not-begun"], False),
        ({"begins_on": "2026-10-01", "approved_on": "2026-11-16"}, ["not-begun", "late"], False),
        ({"approved_by": " OPS "}, ["self-approved"], False),
        ({"approval": None}, ["undocumented"], False),
        ({"subject": "/nothing"}, ["unmatched"], False),
        ({"control": "c-d"}, ["unmatched"], False),
        ({"expires_on": "2026-11-01", "approved_by": "ops", "approval": None},
         ["expired", "self-approved", "undocumented"], False),
    ],
)  # fmt: skip
def test_what_keeps_it_from_being_applied(
    changes: dict[str, Any], expected: list[str], is_applied: bool
) -> None:
    after, (result,) = applied(waiver(**changes))
    assert states(result) == expected
    assert [item.waiver for item in after] == ["W-01" if is_applied else None, None, None]
    assert result.needs_reader is not is_applied


def test_days_are_those_of_utc() -> None:
    night = "2026-11-15T01:30:00+02:00"
    _, (result,) = applied(waiver(expires_on="2026-11-14"), as_of=night)
    assert states(result) == ["active"]


def test_one_that_ends_within_the_period_is_applied_and_said() -> None:
    end = date(2026, 12, 31)
    _, (soon,) = applied(waiver(expires_on="2026-12-31"), period_end=end)
    _, (later,) = applied(waiver(expires_on="2027-01-01"), period_end=end)
    assert (states(soon), soon.needs_reader) == (["active", "expiring"], True)
    assert (states(later), later.needs_reader) == (["active"], False)


def test_an_approval_after_the_exception_was_first_seen_says_by_how_many_days() -> None:
    first = {("a-b", f"{HOME}/one".lower()): "2026-08-21T06:00:00Z"}
    _, (late,) = applied(waiver(), first_seen=first)
    assert (states(late), late.late_days, late.needs_reader) == (["active", "late"], 41, True)
    _, (before,) = applied(waiver(approved_on="2026-08-21"), first_seen=first)
    assert (states(before), before.late_days) == (["active"], 0)


@pytest.mark.parametrize("status", [Status.SATISFIED, Status.NOT_ASSESSED, Status.NOT_APPLICABLE])
def test_what_is_no_exception_is_not_waived(status: Status) -> None:
    after, (result,) = applied(waiver(), observations=[seen("one", status)])
    assert after[0].waiver is None
    assert (states(result), result.waived, result.needs_reader) == (["unused"], 0, False)


def test_several_stand_beside_one_exception() -> None:
    after, _ = applied(waiver(), waiver(expires_on="2026-11-01"), waiver(glob="*/one"))
    assert after[0].waiver == "W-01, W-03"


def test_an_approval_may_be_shown_by_a_file() -> None:
    given = waiver(approval=None, approval_file=Path("minutes.txt"))
    _, (result,) = applied(given, files={"minutes.txt": "f" * 64})
    assert (states(result), result.approval_file, result.approval_sha256) == (
        ["active"], "minutes.txt", "f" * 64,
    )  # fmt: skip


def test_a_malformed_one_keeps_its_number_and_covers_nothing() -> None:
    said = {"control": "a-b", "subject": f"{HOME}/one", "reason": "why", "approved_by": "ops"}
    wrong = Malformed(file="waivers.yaml", line=3, problems=("ticket: missing",), said=said)
    registers = Registers(waivers=(wrong, waiver()))
    after, (first, second) = waivers.apply(waivers.claims(registers), [seen("one"), seen("two")], AS_OF)
    assert [item.waiver for item in after] == ["W-02", None]
    assert (states(first), first.id, first.matched, first.waived) == (["malformed"], "W-01", 0, 0)
    assert (first.controls, first.subject, first.reason) == (("a-b",), f"{HOME}/one", "why")
    assert (first.where, first.problems) == ("waivers.yaml:3", ("ticket: missing",))
    assert first.needs_reader
    assert states(second) == ["active"]
