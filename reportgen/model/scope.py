"""Expected v. visible v. collected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubscriptionScope:
    """One line of the reconciliation on page 2.

    ``expected`` is None where the engagement names no subscriptions (everything visible is expected).
    ``clusters_listed`` counts clusters in ARM's list, ``clusters_in_graph`` in Resource Graph. ``excluded``:
    the engagement leaves it out, so that it lacks nothing.
    """

    id: str
    name: str
    expected: bool
    visible: bool
    collected: bool
    clusters_in_graph: int
    clusters_listed: int
    reason: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """A list of what should exist, from somewhere else than the preparer (a CMDB, a billing export).

    ``rows`` is how many lines it has, ``sha256`` of the file as it was read; a copy lies in the snapshot as
    ``copy``.
    """

    source: str
    exported_at: str
    file: str
    sha256: str
    rows: int
    copy: str


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """Expected v. visible v. collected, and where the expectation comes from.

    Where there is an export that names clusters, ``clusters_missing`` are the ids of those that nobody found,
    and ``clusters_unexpected`` the ids of those found that it does not name.
    """

    expected_from: str
    management_groups: tuple[str, ...]
    subscriptions: tuple[SubscriptionScope, ...]
    export: Export | None = None
    clusters_missing: tuple[str, ...] = ()
    clusters_unexpected: tuple[str, ...] = ()
