"""Exclusions: what the engagement leaves out is not assessed, is no gap, and ends after its last day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from reportgen.assess.exclusions import Exclusions
from reportgen.engagement.registers import Exclusion
from reportgen.model import (
    Cause,
    ExclusionState,
    Gap,
    Observation,
    ScopeReport,
    Status,
    Subject,
    SubscriptionScope,
)

AS_OF = "2026-11-15T06:00:00Z"
ONE, TWO = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "12")
CLUSTER = f"/subscriptions/{ONE}/resourcegroups/RG/providers/Microsoft.ContainerService/managedClusters/aks"
SCOPE = ScopeReport("x", (), (SubscriptionScope(ONE, "First", True, True, True, 1, 1, "Read."),))


def exclusion(scope: str, **changes: Any) -> Exclusion:
    entry = {"scope": scope, "owner": "Ada", "reason": "Being taken down", "expires_on": "2026-12-31"}
    return Exclusion.model_validate(entry | changes)


def subject(name: str, subscription: str = ONE) -> Subject:
    return Subject(name, "cluster", name, "aks", CLUSTER, subscription)


def known(*entries: Exclusion, as_of: str = AS_OF) -> Exclusions:
    return Exclusions.at(entries, as_of, SCOPE)


@pytest.mark.parametrize(("scope", "id_", "subscription", "covered"), [
    (CLUSTER, CLUSTER, ONE, True),
    (CLUSTER.upper(), CLUSTER.lower(), ONE, True),
    (f"{CLUSTER}/", f"{CLUSTER}/agentPools/sys", ONE, True),
    (CLUSTER, f"{CLUSTER}-2", ONE, False),
    (CLUSTER, CLUSTER.replace(ONE, TWO), TWO, False),
    (ONE.upper(), CLUSTER, ONE, True),
    (ONE, "/somewhere/else", ONE.upper(), True),
    (ONE, CLUSTER, TWO, False),
])  # fmt: skip
def test_what_lies_inside_is_left_out(scope: str, id_: str, subscription: str, covered: bool) -> None:
    why = known(exclusion(scope)).why(subject(id_, subscription))
    said = "Left out by the engagement until 2026-12-31 (X-01, Ada): Being taken down."
    assert why == (said if covered else "")


@pytest.mark.parametrize(("as_of", "active"), [
    ("2026-12-31T23:59:59Z", True), ("2027-01-01T00:00:00Z", False), ("2027-01-01T00:30:00+01:00", True),
])  # fmt: skip
def test_it_ends_with_the_whole_last_day_in_utc(as_of: str, active: bool) -> None:
    assert bool(known(exclusion(ONE), as_of=as_of).why(subject(CLUSTER))) is active


@pytest.mark.parametrize(("scope", "inside"), [
    (CLUSTER, True), (f"{CLUSTER}/agentPools/sys", True), (ONE, False), (f"{ONE}/westeurope", False),
    ("tenant", False),
])  # fmt: skip
def test_a_gap_inside_is_an_exclusion_and_says_which(scope: str, inside: bool) -> None:
    gap = Gap("arm.managed-clusters", scope, "", "denied", "HTTP 403.")
    (found,) = known(exclusion(CLUSTER)).gaps((gap,))
    assert found.excluded is inside
    assert found.detail.endswith("HTTP 403.")
    assert ("X-01" in found.detail) is inside
    of_subscription = known(exclusion(ONE)).gaps((gap,))[0]
    assert of_subscription.excluded is (scope != "tenant")


def test_results_say_what_became_of_each() -> None:
    observation = Observation("c", subject(CLUSTER), Status.NOT_ASSESSED, {}, "", (), cause=Cause.EXCLUDED)
    other = replace(observation, control="d")
    entries = (exclusion(CLUSTER), exclusion(TWO), exclusion(ONE, expires_on="2026-11-14"))
    gap = Gap("arm.subscriptions", TWO, "", "denied", "")
    results = known(*entries).results((observation, other), (), SCOPE)
    assert [(one.id, one.name, one.state, one.subjects) for one in results] == [
        ("X-01", "aks", ExclusionState.ACTIVE, 1),
        ("X-02", "", ExclusionState.UNMATCHED, 0),
        ("X-03", "First", ExclusionState.EXPIRED, 0),
    ]
    assert known(*entries).results((), (gap,), SCOPE)[1].state is ExclusionState.ACTIVE


def test_a_subscription_that_is_left_out_is_marked_in_the_comparison() -> None:
    (line,) = known(exclusion(ONE)).scope(SCOPE).subscriptions
    assert line.excluded
    assert line.reason.startswith("Left out by the engagement until 2026-12-31 (X-01).")
    assert line.reason.endswith("Read.")
    assert known(exclusion(CLUSTER)).scope(SCOPE) == SCOPE


@pytest.mark.parametrize(
    "scope",
    ["*", "rg", f"/subscriptions/{ONE}", f"{ONE}x", f"{CLUSTER}/agentPools/sys", CLUSTER.replace(ONE, "x")],
)
def test_only_a_subscription_or_a_cluster_can_be_left_out(scope: str) -> None:
    with pytest.raises(ValidationError, match="id of a subscription"):
        exclusion(scope)
