"""What a caller may do, from the permissions that Azure says it has at a scope; pure functions.

How Azure puts roles together (source: Microsoft's "Understand Azure role definitions"): each entry is one
role that is assigned at the scope or above. It grants what one of its actions matches and none of its
notActions does; the caller may do what any entry grants. In a pattern ``*`` stands for any text, and casing
does not count.
Deny assignments are not among these permissions: what one of them takes away shows only when it is tried.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from reportgen.model import Json
from reportgen.sources import SOURCES, Source, kubernetes

READS_BY_ANOTHER_NAME = frozenset(
    {"microsoft.containerservice/managedclusters/listclusterusercredential/action"}
)
"""Actions, in lower case, that change nothing though their names do not end in read: the address and the
certificate authority of a cluster's API server come by a POST."""

_VERBS = ("write", "delete", "action")
_ANYTHING = "\N{WHITE STAR}"
"""Stands for a ``*`` where patterns are held against each other: in no action, so only a ``*`` matches it."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What one assigned role grants, as patterns; what it takes away counts for this role alone."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


def permissions(pages: Iterable[Json]) -> tuple[Permission, ...]:
    """The entries of Azure's answers, page by page."""
    return tuple(
        Permission(
            *(
                tuple(entry.get(key) or ())
                for key in ("actions", "notActions", "dataActions", "notDataActions")
            )
        )
        for page in pages
        for entry in page.get("value") or ()
    )


def grants(held: Iterable[Permission], action: str) -> bool:
    """Whether the caller may do ``action``, such as ``Microsoft.Network/virtualNetworks/read``."""
    return any(
        _any(permission.actions, action) and not _any(permission.not_actions, action) for permission in held
    )


def missing(held: Sequence[Permission], sources: Iterable[Source]) -> dict[str, tuple[str, ...]]:
    """Each action that a source needs and the caller lacks, with the names of all sources that need it.

    Only actions that count at a subscription are looked at: what is read of a management group is granted
    there, and whether it is shows when it is tried.
    """
    needed: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        for action in source.permissions:
            if not of_management_group(action):
                needed[action].append(source.name)
    return {action: tuple(names) for action, names in sorted(needed.items()) if not grants(held, action)}


def read_by(access: str, *, secrets: bool) -> tuple[Source, ...]:
    """All sources that an engagement reads, by its way into clusters, and the actions that they take."""
    inside = {source.name: source for source in kubernetes.read_by(access, secrets=secrets)}
    known = (inside.get(source.name) if source in kubernetes.KUBERNETES else source for source in SOURCES)
    return tuple(source for source in known if source)


def of_azure(sources: Iterable[Source]) -> tuple[Source, ...]:
    """The sources that roles of Azure and of clusters let an identity read; Microsoft Graph has its own."""
    return tuple(source for source in sources if not source.app_roles)


def of_management_group(action: str) -> bool:
    """Whether an action is about a management group and so is granted at one, not at a subscription."""
    return action.lower().startswith("microsoft.management/managementgroups/")


def reads(action: str) -> bool:
    """Whether an action or a pattern lets its holder read and do nothing else."""
    return action.lower().endswith("/read") or action.lower() in READS_BY_ANOTHER_NAME


def beyond_reading(held: Iterable[Permission]) -> tuple[str, ...]:
    """The patterns by which the caller may do more than read, sorted; data actions among them."""
    found: set[str] = set()
    for permission in held:
        for granted, taken in (
            (permission.actions, permission.not_actions),
            (permission.data_actions, permission.not_data_actions),
        ):
            found.update(pattern for pattern in granted if _leaves_more(pattern, taken))
    return tuple(sorted(found))


def _leaves_more(pattern: str, taken: Sequence[str]) -> bool:
    if reads(pattern):
        return False
    shown = pattern.replace("*", _ANYTHING)
    wider = pattern.endswith("*")
    probes = [f"{shown}/{verb}" for verb in _VERBS] if wider else [shown]
    return not all(_any(taken, probe) for probe in probes)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(_compiled(pattern.lower()).fullmatch(action.lower()) for pattern in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")))
