"""The access listing of one cluster: who holds which power, by role bindings and by Azure roles.

One row a principal, right and place, with what gives it. Principals are as Kubernetes and Azure name them:
members of groups are not resolved here, conditions and deny assignments not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from reportgen.model import Access, AccessListing, Json, Subject
from reportgen.subjects.document import at, last, of_row
from reportgen.subjects.inside.bindings import granted, is_system, place_of, principals
from reportgen.subjects.inside.interface import Objects, named
from reportgen.subjects.inside.powers import CLUSTER_ADMIN, WHOLE_CLUSTER
from reportgen.subjects.inside.roles import BINDINGS, ROLES, RoleBook

SOURCES = (*BINDINGS, *ROLES, "arg.role-assignments", "arg.role-definitions", "arm.role-eligibilities")
"""What a listing is made of; a gap in one leaves it incomplete."""
CHANGES_CLUSTER = "changes-cluster"
"""May change the cluster's Azure settings, the group of its administrators among them."""
ASSIGNS_ROLES = "assigns-roles"
"""May assign Azure roles at the cluster, so also those that reach its inside."""
UNKNOWN_ROLE = "unknown-role"
"""An Azure role whose definition is not in the snapshot: what it gives is not known."""
_AKS = "Microsoft.ContainerService/managedClusters/"
_ACTIONS = {
    CHANGES_CLUSTER: f"{_AKS}write",
    ASSIGNS_ROLES: "Microsoft.Authorization/roleAssignments/write",
}
_ADMIN_CREDENTIAL = f"{_AKS}listClusterAdminCredential/action"
_DATA_ACTIONS = {
    "reads-secrets": ("secrets/read",),
    "execs-pods": ("pods/exec/action", "pods/attach/action", "pods/portforward/action"),
    "impersonates": (
        "users/impersonate/action",
        "groups/impersonate/action",
        "serviceaccounts/impersonate/action",
    ),
    "escalates": (
        "rbac.authorization.k8s.io/clusterroles/escalate/action",
        "rbac.authorization.k8s.io/roles/escalate/action",
    ),
    "binds-roles": (
        "rbac.authorization.k8s.io/clusterroles/bind/action",
        "rbac.authorization.k8s.io/roles/bind/action",
    ),
    "creates-pods": ("pods/write", "apps/deployments/write", "apps/daemonsets/write", "batch/jobs/write"),
    "approves-csrs": ("certificates.k8s.io/certificatesigningrequests/approval/write",),
    "creates-persistent-volumes": ("persistentvolumes/write",),
    "deletes-events": ("events/delete", "events.k8s.io/events/delete"),
    "edits-endpoints": ("endpoints/write", "discovery.k8s.io/endpointslices/write"),
    "edits-webhooks": (
        "admissionregistration.k8s.io/validatingwebhookconfigurations/write",
        "admissionregistration.k8s.io/mutatingwebhookconfigurations/write",
    ),
}
"""Data actions below managedClusters/ that give a power. (Source: Microsoft's list of permissions.)"""

_OUTSIDE = frozenset({"approves-csrs", "creates-persistent-volumes", "edits-webhooks"})
"""Powers over what lies outside namespaces."""


def listing(cluster: Subject, objects: Objects, gaps: Mapping[str, str]) -> AccessListing:
    """The listing of a cluster as far as it could be read; ``gaps`` has a sentence for each source in gap."""
    bindings = [binding for source in BINDINGS for binding, _ in objects.of(source)]
    rows = access_listing(objects.cluster, bindings, RoleBook.of(objects), objects.related)
    missing = dict.fromkeys(gaps[source] for source in SOURCES if source in gaps)
    return AccessListing(cluster, tuple(rows), tuple(missing))


def access_listing(
    cluster: Json, bindings: Iterable[Json], book: RoleBook, related: Mapping[str, Json]
) -> list[Access]:
    """All rows of one cluster, sorted and each once.

    ``related`` may hold ``role_assignments``, ``role_eligibilities`` and ``role_definitions``, each as far as
    it could be read; the caller says which could not.
    """
    definitions = _definitions(related)
    rows = set(_by_bindings(cluster, bindings, book))
    for relation, eligible in (("role_assignments", False), ("role_eligibilities", True)):
        for assignment in related.get(relation) or ():
            rows |= set(_by_azure(cluster, assignment, definitions, eligible=eligible))
    return sorted(rows)


def _by_bindings(cluster: Json, bindings: Iterable[Json], book: RoleBook) -> Iterator[Access]:
    for binding in bindings:
        rights = granted(binding, book)
        place, system = place_of(binding), is_system(binding, cluster)
        for who in principals(binding):
            for right in rights:
                yield Access(who.words, right, place, "kubernetes", named(binding)[1], place, system=system)


def _by_azure(
    cluster: Json, assignment: Json, definitions: Mapping[str, Json], *, eligible: bool
) -> Iterator[Access]:
    role_id, scope = (str(of_row(assignment, key) or "") for key in ("roleDefinitionId", "scope"))
    place = _place(str(at(cluster, "id") or ""), scope)
    if place is None:
        return
    definition = definitions.get(last(role_id))
    rights = azure_rights(definition, cluster, place) if definition else [UNKNOWN_ROLE]
    for right in rights:
        conditional = bool(of_row(assignment, "condition"))
        who, name = _principal(assignment), _role_name(definition, role_id)
        yield Access(who, right, place, "azure", name, scope, eligible, conditional)


def _definitions(related: Mapping[str, Json]) -> dict[str, Json]:
    """The definitions of roles by their GUID."""
    return {last(str(at(row, "id") or "")): row for row in related.get("role_definitions") or ()}


def _role_name(definition: Json, role_id: str) -> str:
    return str(of_row(definition, "roleName") or role_id)


def _principal(assignment: Json) -> str:
    return "/".join(str(of_row(assignment, key) or "unknown") for key in ("principalType", "principalId"))


def admin_credential_callers(cluster: Json, related: Mapping[str, Json]) -> dict[str, Json]:
    """Whose Azure roles allow the call that gives the administrator's certificate, at or above the cluster.

    ``callers`` have principal, role, scope and whether a condition narrows the assignment; ``unknown_roles``
    are the ids of assigned roles whose definitions the snapshot does not hold. Empty where roles or their
    definitions could not be read.
    """
    if "role_assignments" not in related or "role_definitions" not in related:
        return {}
    definitions = _definitions(related)
    callers, unknown = [], set()
    for assignment in related["role_assignments"]:
        role_id, scope = (str(of_row(assignment, key) or "") for key in ("roleDefinitionId", "scope"))
        if _place(str(at(cluster, "id") or ""), scope) != WHOLE_CLUSTER:
            continue
        definition = definitions.get(last(role_id))
        if definition is None:
            unknown.add(role_id)
        elif _allows(of_row(definition, "permissions") or (), "actions", _ADMIN_CREDENTIAL):
            callers.append(
                {
                    "principal": _principal(assignment),
                    "role": _role_name(definition, role_id),
                    "scope": scope,
                    "conditional": bool(of_row(assignment, "condition")),
                }
            )
    ordered = sorted(callers, key=lambda caller: (caller["principal"], caller["scope"], caller["role"]))
    return {"admin_credential_callers": ordered, "unknown_roles": sorted(unknown)}


def azure_rights(definition: Json, cluster: Json, place: str = WHOLE_CLUSTER) -> list[str]:
    """The powers over a cluster that an Azure role gives at a place, with the cluster's settings in mind.

    Data actions count only where Azure RBAC authorises, and the administrator's credential only while local
    accounts are on. A role assigned at a namespace gives nothing of the cluster itself.
    """
    permissions = of_row(definition, "permissions") or ()
    data: set[str] = set()
    if at(cluster, "properties", "aadProfile", "enableAzureRBAC") is True:
        data = set(_data_rights(permissions))
    if place != WHOLE_CLUSTER:
        return sorted(data - _OUTSIDE)
    rights = {right for right, action in _ACTIONS.items() if _allows(permissions, "actions", action)}
    local_accounts = not at(cluster, "properties", "disableLocalAccounts")
    if local_accounts and _allows(permissions, "actions", _ADMIN_CREDENTIAL):
        rights.add(CLUSTER_ADMIN)
    return sorted(rights | data)


def _data_rights(permissions: Iterable[Json]) -> Iterator[str]:
    known = list(permissions)
    held = {
        action: _allows(known, "dataActions", _AKS + action)
        for actions in _DATA_ACTIONS.values()
        for action in actions
    }
    yield from (right for right, actions in _DATA_ACTIONS.items() if any(held[action] for action in actions))
    if all(held.values()):
        yield CLUSTER_ADMIN


def _allows(permissions: Iterable[Json], key: str, action: str) -> bool:
    """Whether a permission names the action under ``key`` and does not take it away again."""
    taken = f"not{key[0].upper()}{key[1:]}"
    return any(
        _any_matches(permission.get(key), action) and not _any_matches(permission.get(taken), action)
        for permission in permissions
    )


def _any_matches(patterns: Json, action: str) -> bool:
    return any(
        re.fullmatch(re.escape(str(pattern)).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns or ()
    )


def _place(cluster_id: str, scope: str) -> str | None:
    """Where in a cluster a role assigned at a scope acts; None where that is not in the cluster at all.

    Below the cluster Azure assigns roles at namespaces (``<cluster>/namespaces/<name>``).
    """
    cluster_id, wanted = cluster_id.lower(), scope.lower().rstrip("/")
    inside, _, rest = wanted.partition(f"{cluster_id}/")
    if not inside and rest:
        kind, _, name = rest.partition("/")
        return name if kind == "namespaces" and name else None
    above = wanted == "" or wanted.startswith("/providers/microsoft.management/managementgroups/")
    return WHOLE_CLUSTER if above or f"{cluster_id}/".startswith(f"{wanted}/") else None
