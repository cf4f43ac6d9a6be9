"""Who can enter a workload's containers and may not read its secrets, which lie open there all the same.

Members of groups are not resolved, and of rights that have to be activated nothing is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from reportgen.subjects.inside.access import access_listing
from reportgen.subjects.inside.interface import Objects
from reportgen.subjects.inside.powers import WHOLE_CLUSTER
from reportgen.subjects.inside.roles import BINDINGS, ROLES, RoleBook

SOURCES = (*BINDINGS, *ROLES, "arg.role-assignments", "arg.role-definitions")

Holders = Mapping[str, Mapping[str, frozenset[str]]]
"""By right and place (a namespace or the whole cluster) the principals that have it."""


def holders(objects: Objects) -> Holders:
    """Of sessions in pods and of reading secrets, bindings of Kubernetes' and AKS's own parts left out."""
    bindings = [binding for source in BINDINGS for binding, _ in objects.of(source)]
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in access_listing(objects.cluster, bindings, RoleBook.of(objects), objects.related):
        if not row.system and not row.eligible:
            found[row.right][row.place].add(row.principal)
    return {
        right: {place: frozenset(who) for place, who in places.items()} for right, places in found.items()
    }


def without_secrets(held: Holders, namespace: str) -> list[str]:
    """Those that can open a session in a namespace's pods and cannot read its secrets."""
    return sorted(_in(held, "execs-pods", namespace) - _in(held, "reads-secrets", namespace))


def _in(held: Holders, right: str, namespace: str) -> frozenset[str]:
    places = held.get(right, {})
    return places.get(namespace, frozenset()) | places.get(WHOLE_CLUSTER, frozenset())
