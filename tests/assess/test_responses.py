"""Management responses: what is left of what they are about, and what is overdue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reportgen.assess import responses
from reportgen.engagement.registers import Malformed, Response
from reportgen.model import Observation, ResponseResult, Status
from tests.assess.test_waivers import AS_OF, HOME, seen


def told(*observations: Observation, **changes: Any) -> ResponseResult:
    given = {"control": "a-b", "owner": "Head", "plan": "It ends.", "due_on": "2026-12-31", **changes}
    (result,) = responses.apply([Response.model_validate(given)], observations, AS_OF)
    return result


@pytest.mark.parametrize(
    ("due_on", "state"), [("2026-11-14", "overdue"), ("2026-11-15", "open"), ("2027-01-01", "open")]
)
def test_overdue_is_what_has_exceptions_after_its_day(due_on: str, state: str) -> None:
    result = told(seen("one"), seen("two", Status.SATISFIED), due_on=due_on)
    assert (result.state.value, result.exceptions, result.due_on) == (state, 1, due_on)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.SATISFIED, "settled"),
        (Status.NOT_APPLICABLE, "settled"),
        (Status.NOT_ASSESSED, "unassessed"),
    ],
)
def test_without_an_exception_it_is_settled_only_if_that_was_seen(status: Status, state: str) -> None:
    assert told(seen("one", status), due_on="2026-01-01").state.value == state


def test_one_about_a_subject_sees_no_other() -> None:
    result = told(seen("one", Status.SATISFIED), seen("two"), subject=f"{HOME}/ONE".upper())
    assert (result.state.value, result.exceptions) == ("settled", 0)
    assert told(seen("two"), subject=f"{HOME}/one").state.value == "unmatched"
    assert told(seen("two", control="c-d")).state.value == "unmatched"


def test_a_waived_exception_is_still_one() -> None:
    result = told(replace(seen("one"), waiver="W-01"), seen("two"))
    assert (result.exceptions, result.waived) == (2, 1)


def test_a_malformed_one_is_about_nothing() -> None:
    wrong = Malformed(
        file="r.yaml", line=4, problems=("due_on: missing",), said={"control": "a-b", "plan": "x"}
    )
    (result,) = responses.apply([wrong], [seen("one")], AS_OF)
    assert (result.id, result.state.value, result.control, result.plan) == ("R-01", "malformed", "a-b", "x")
    assert (result.exceptions, result.where) == (0, "r.yaml:4")
