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

    ``declared`` is what the engagement names, itself or by a management group; ``listed`` what an export
    names, with the names it gives. Where both are None whatever is visible is in scope.
    """

    declared: frozenset[str] | None
    listed: Mapping[str, str] | None
    management_groups: tuple[str, ...]
    visible: Mapping[str, Visible]

    @property
    def expected(self) -> frozenset[str] | None:
        """All that is expected by anybody, None where nothing is named."""
        if self.declared is None and self.listed is None:
            return None
        return frozenset({*(self.declared or ()), *(self.listed or ())})

    @property
    def expected_from(self) -> str:
        """Where the expectation comes from, in words."""
        if self.listed is not None:
            return "an export from elsewhere than the preparer, and the engagement"
        if self.declared is not None:
            return "expected scope declared by the preparer"
        return "everything visible to the collector's identity"

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
    collected: Mapping[str, int | None],
    gaps: Iterable[Gap],
) -> ScopeReport:
    """The reconciliation, subscription by subscription.

    ``in_graph`` holds the subscription id of every cluster that Resource Graph shows; ``collected`` the
    number of clusters in ARM's list of each readable subscription, None where the list was refused.
    """
    counted = Counter(subscription.lower() for subscription in in_graph)
    refused = {gap.scope.lower(): gap.detail for gap in gaps if gap.source == "arm.managed-clusters"}
    lines = []
    for subscription in sorted({*scope.readable, *scope.unseen, *scope.visible}):
        seen = scope.visible.get(subscription)
        count = collected.get(subscription)
        told = (
            _collected(scope, subscription, count, counted[subscription], refused.get(subscription, "")),
            _named_by(scope, subscription),
        )
        lines.append(
            SubscriptionScope(
                id=subscription,
                name=seen.name if seen else (scope.listed or {}).get(subscription, ""),
                expected=scope.expected is None or subscription in scope.expected,
                visible=seen is not None,
                collected=count is not None,
                clusters_in_graph=counted[subscription],
                clusters_listed=count or 0,
                reason=" ".join(sentence for sentence in told if sentence),
            )
        )
    return ScopeReport(scope.expected_from, scope.management_groups, tuple(lines))


def _collected(scope: Scope, subscription: str, listed: int | None, in_graph: int, refused: str) -> str:
    """What is to be said of a subscription's collection, "" where all is well."""
    if scope.expected is not None and subscription not in scope.expected:
        return "Visible to the collector, but outside the scope that is expected; not collected."
    seen = scope.visible.get(subscription)
    if seen is None:
        return "Expected, but not visible to the collector's identity: nothing in it was assessed."
    if listed is None:
        return refused or "The list of clusters could not be read."
    if listed != in_graph:
        return f"Resource Graph shows {in_graph} clusters and ARM lists {listed}; see the gaps."
    told = "" if listed else "Read; holds no AKS cluster."
    return told if seen.state == "Enabled" else f"Its state is {seen.state}. {told}".strip()


def _named_by(scope: Scope, subscription: str) -> str:
    """Which of the two that say what is expected does not name a subscription that the other names."""
    if scope.declared is None or scope.listed is None:
        return ""
    if subscription in scope.declared and subscription not in scope.listed:
        return "Named by the engagement, but not in the export."
    if subscription in scope.listed and subscription not in scope.declared:
        return "In the export, but not named by the engagement."
    return ""
