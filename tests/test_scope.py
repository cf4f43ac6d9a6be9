"""Expected v. visible v. collected: a reason for each difference, and none where all is well."""

from __future__ import annotations

from typing import Any

from reportgen.model import Gap, SubscriptionScope
from reportgen.scope import Scope, Visible, report

READ, EMPTY, REFUSED, UNSEEN, OUTSIDE = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abcde")
VISIBLE = {key: Visible(key[0].upper()) for key in (READ, EMPTY, REFUSED, OUTSIDE)}
NAMED = frozenset({READ, EMPTY, REFUSED, UNSEEN})


def scope(declared: frozenset[str] | None = NAMED, **changes: Any) -> Scope:
    settings: dict[str, Any] = {"listed": None, "management_groups": ("corp",), "visible": VISIBLE} | changes
    return Scope(declared, **settings)


def lines(known: Scope, **changes: Any) -> dict[str, SubscriptionScope]:
    """The reconciliation by subscription; two clusters in one and a refused list, unless told else."""
    settings: dict[str, Any] = {
        "in_graph": [READ.upper(), READ],
        "collected": {READ: 2, EMPTY: 0, REFUSED: None},
        "gaps": [Gap("arm.managed-clusters", REFUSED.upper(), "R", "denied", "HTTP 403 denied.")],
    } | changes
    found = report(known, **settings)
    return {known.id: known for known in found.subscriptions}


def test_what_is_expected_and_visible_is_readable() -> None:
    assert scope().readable == (READ, EMPTY, REFUSED)
    assert scope().unseen == (UNSEEN,)


def test_where_nothing_is_named_everything_visible_is_in_scope() -> None:
    known = scope(None)
    assert known.readable == (READ, EMPTY, REFUSED, OUTSIDE)
    assert known.unseen == ()
    assert all(line.expected for line in lines(known).values())
    assert report(known, [], {}, []).expected_from == "everything visible to the collector's identity"


def test_nothing_is_not_everything() -> None:
    known = scope(frozenset())
    assert known.readable == ()
    assert not any(line.expected for line in lines(known, in_graph=[], collected={}).values())


def test_every_subscription_that_anybody_names_has_a_line() -> None:
    found = report(scope(), [], {}, [])
    assert [line.id for line in found.subscriptions] == [READ, EMPTY, REFUSED, UNSEEN, OUTSIDE]
    assert found.management_groups == ("corp",)
    assert found.expected_from == "expected scope declared by the preparer"


def test_a_subscription_that_was_read() -> None:
    line = lines(scope())[READ]
    assert (line.name, line.expected, line.visible, line.collected) == ("A", True, True, True)
    assert (line.clusters_in_graph, line.clusters_listed, line.reason) == (2, 2, "")


def test_a_subscription_without_clusters_says_so() -> None:
    line = lines(scope())[EMPTY]
    assert (line.collected, line.clusters_listed, line.reason) == (True, 0, "Read; holds no AKS cluster.")


def test_a_list_that_was_refused_gives_the_reason_of_the_gap() -> None:
    line = lines(scope())[REFUSED]
    assert (line.visible, line.collected, line.reason) == (True, False, "HTTP 403 denied.")
    assert lines(scope(), gaps=[])[REFUSED].reason == "The list of clusters could not be read."


def test_a_gap_of_another_source_is_no_reason() -> None:
    other = Gap("arm.agent-pools", REFUSED, "R", "denied", "Something else.")
    assert lines(scope(), gaps=[other])[REFUSED].reason == "The list of clusters could not be read."


def test_a_subscription_that_nobody_could_see() -> None:
    line = lines(scope())[UNSEEN]
    assert (line.name, line.expected, line.visible, line.collected) == ("", True, False, False)
    assert line.reason == "Expected, but not visible to the collector's identity: nothing in it was assessed."


def test_a_subscription_outside_of_the_scope() -> None:
    line = lines(scope())[OUTSIDE]
    assert (line.expected, line.visible, line.collected) == (False, True, False)
    assert line.reason.startswith("Visible to the collector, but outside the scope")


def test_populations_that_differ_are_said_to() -> None:
    line = lines(scope(), in_graph=[READ])[READ]
    assert line.reason == "Resource Graph shows 1 clusters and ARM lists 2; see the gaps."
    assert lines(scope(), in_graph=[EMPTY])[EMPTY].reason.startswith("Resource Graph shows 1")


def test_a_subscription_that_is_not_enabled_says_its_state() -> None:
    known = scope(visible=VISIBLE | {READ: Visible("A", "Disabled"), EMPTY: Visible("B", "Warned")})
    assert lines(known)[READ].reason == "Its state is Disabled."
    assert lines(known)[EMPTY].reason == "Its state is Warned. Read; holds no AKS cluster."


def test_an_export_is_compared_with_the_engagement_both_ways() -> None:
    known = scope(frozenset({READ, EMPTY}), listed={EMPTY: "", OUTSIDE: "", UNSEEN: "Old"})
    found = lines(known, collected={READ: 2, EMPTY: 0, OUTSIDE: 0}, gaps=[])
    assert known.unseen == (UNSEEN,)
    assert found[UNSEEN].name == "Old"
    assert found[READ].reason == "Named by the engagement, but not in the export."
    assert (
        found[OUTSIDE].reason == "Read; holds no AKS cluster. In the export, but not named by the engagement."
    )
    assert found[REFUSED].expected is False
