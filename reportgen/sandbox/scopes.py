"""What one query of Resource Graph may see: its scope, and its authorizationScopeFilter.

Source: Microsoft's page on the query language. The filter concerns what Microsoft.Authorization keeps: role
and policy assignments, definitions and exemptions. AtScopeAndBelow (the default) shows those at the scope and
below; AtScopeAndAbove those at the scope and above, and none of those below; AtScopeAboveAndBelow all three;
AtScopeExact those at the scope. It is known since API version 2021-06-01-preview, and ignored before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.ids import ResourceId
from reportgen.sandbox.rows import chain
from reportgen.sandbox.subscriptions_file import Subscription

TENANT = ""
"""Among management groups: what hangs on none of them, such as the built-in roles."""
FILTERS = ("AtScopeAndBelow", "AtScopeAndAbove", "AtScopeAboveAndBelow", "AtScopeExact")
FILTERS_SINCE = "2021-06-01"
_ABOVE = ("AtScopeAndAbove", "AtScopeAboveAndBelow")
_BELOW = ("AtScopeAndBelow", "AtScopeAboveAndBelow")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query sees; ids and names in lower case.

    ``subscriptions`` are those whose rows it sees; of Microsoft.Authorization the rows of a subscription
    itself only if ``own``, those of its groups and resources only if ``below``, and of what hangs on no
    subscription the rows of the management groups ``groups``.
    """

    subscriptions: frozenset[str]
    own: bool = True
    below: bool = True
    groups: frozenset[str] = frozenset()

    def sees(self, resource_id: ResourceId) -> bool:
        """Whether the query sees a row with this id."""
        if not resource_id.subscription:
            return resource_id.management_group in self.groups
        if resource_id.subscription.lower() not in self.subscriptions:
            return False
        if not resource_id.type.startswith("microsoft.authorization/"):
            return True
        own = resource_id.scope.count("/") == 2
        return self.own if own else self.below


@dataclass(frozen=True, slots=True)
class Reach:
    """A scope, and whether it covers fewer subscriptions than the identity sees."""

    scope: Scope
    cut: bool = False


def reach(
    estate: Estate, named: Iterable[Json], groups: Iterable[Json], scope_filter: str, limit: int
) -> Reach:
    """The scope of a query over subscriptions, or management groups, or neither: all that can be read.

    Without a list of subscriptions only the first ``limit`` that the identity sees are covered.
    """
    readable = {known.id.lower(): known for known in estate.subscriptions if known.readable}
    wanted, above = {str(name).lower() for name in named}, {str(group).lower() for group in groups}
    if wanted:
        found = {key: known for key, known in readable.items() if key in wanted}
        return Reach(_of_subscriptions(found, scope_filter))
    found = {key: known for key, known in readable.items() if not above or above & set(_names(known))}
    covered = dict(sorted(found.items())[:limit])
    return Reach(_of_groups(covered, above or {TENANT}, scope_filter), cut=len(covered) < len(found))


def _of_subscriptions(found: dict[str, Subscription], scope_filter: str) -> Scope:
    groups = {name for known in found.values() for name in (*_names(known), TENANT)}
    return Scope(
        frozenset(found),
        own=True,
        below=scope_filter in _BELOW,
        groups=frozenset(groups if scope_filter in _ABOVE else ()),
    )


def _of_groups(found: dict[str, Subscription], at: set[str], scope_filter: str) -> Scope:
    """``at`` are the groups that the query names; their subscriptions lie below them."""
    groups = set(at)
    for names in (_names(known) for known in found.values()):
        line = [*names, TENANT]
        nearest = min((line.index(name) for name in at if name in line), default=len(line))
        farthest = max((line.index(name) for name in at if name in line), default=0)
        groups |= set(line[: farthest + 1]) if scope_filter in _BELOW else set()
        groups |= set(line[nearest:]) if scope_filter in _ABOVE else set()
    below = scope_filter in _BELOW
    return Scope(frozenset(found), own=below, below=below, groups=frozenset(groups))


def _names(subscription: Subscription) -> list[str]:
    return [link["name"].lower() for link in chain(subscription)]
