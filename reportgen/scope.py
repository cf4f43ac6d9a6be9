"""Scope: expected v. visible v. collected, which answers whether this is everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reportgen.model import Gap, ScopeReport, SubscriptionScope


@dataclass(frozen=True, slots=True)
class Visible:
    """A subscription that the identity can see; ``state`` is Azure's word, Enabled where all is well."""

    name: str
    state: str = "Enabled"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the engagement expects and what the identity can see, by lower-cased subscription id.

    ``expected`` is None where the engagement names nothing: then whatever is visible is in scope.
    """

    expected: frozenset[str] | None
    expected_from: str
    management_groups: tuple[str, ...]
    visible: Mapping[str, Visible]

    @property
    def readable(self) -> tuple[str, ...]:
        """Subscriptions in scope that can be asked, sorted."""
        wanted = self.visible.keys() if self.expected is None else self.expected & self.visible.keys()
        return tuple(sorted(wanted))

    @property
    def unseen(self) -> tuple[str, ...]:
        """Subscriptions that are expected and that the identity cannot see, sorted."""
        return tuple(sorted((self.expected or frozenset()) - self.visible.keys()))


def report(
    scope: Scope,
    in_graph: Iterable[str],
    listed: Mapping[str, int | None],
    gaps: Iterable[Gap],
) -> ScopeReport:
    """The reconciliation.

    ``in_graph`` holds the subscription id of every cluster that Resource Graph shows; ``listed`` the
    number of clusters in ARM's list of each readable subscription, None where the list was refused.
    """
    counted = Counter(subscription.lower() for subscription in in_graph)
    refused = {gap.scope.lower(): gap.detail for gap in gaps if gap.source == "arm.managed-clusters"}
    lines = []
    for subscription in sorted(set(scope.readable) | set(scope.unseen) | scope.visible.keys()):
        expected = scope.expected is None or subscription in scope.expected
        seen = scope.visible.get(subscription)
        count = listed.get(subscription)
        lines.append(
            SubscriptionScope(
                id=subscription,
                name=seen.name if seen else "",
                expected=expected,
                visible=seen is not None,
                collected=count is not None,
                clusters_in_graph=counted[subscription],
                clusters_listed=count or 0,
                reason=_reason(expected, seen, count, counted[subscription], refused.get(subscription, "")),
            )
        )
    return ScopeReport(scope.expected_from, scope.management_groups, tuple(lines))


def _reason(expected: bool, seen: Visible | None, listed: int | None, in_graph: int, refused: str) -> str:
    if not expected:
        return "Visible to the collector, but outside the scope that the engagement names; not collected."
    if seen is None:
        return "Expected, but not visible to the collector's identity: nothing in it was assessed."
    if listed is None:
        return refused or "The list of clusters could not be read."
    if listed != in_graph:
        return f"Resource Graph shows {in_graph} clusters and ARM lists {listed}; see the gaps."
    told = "" if listed else "Read; holds no AKS cluster."
    return told if seen.state == "Enabled" else f"Its state is {seen.state}. {told}".strip()
