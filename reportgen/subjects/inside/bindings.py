"""Role bindings and cluster role bindings: who they name, and the powers that their roles give there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named
from reportgen.subjects.inside.powers import WHOLE_CLUSTER, powers
from reportgen.subjects.inside.roles import BINDINGS, ROLES, RoleBook, delivered, reference

EVERYBODY = frozenset(
    {"system:anonymous", "system:authenticated", "system:serviceaccounts", "system:unauthenticated"}
)
"""The user and the groups that stand for whoever calls, signed in or not, and for every service account."""
_FOR_EVERYBODY = frozenset(
    {
        "system:basic-user",
        "system:discovery",
        "system:public-info-viewer",
        "system:service-account-issuer-discovery",
    }
)
"""Bindings that Kubernetes makes for everybody, each to the cluster role of its own name."""
_MASTERS = "system:masters"
_AKS_USERS = frozenset({"aks-support", "aksClient", "aksService", "clusterAdmin", "clusterUser"})
"""Users that only AKS has certificates for; ``clusterAdmin`` is the local account of the cluster."""
_SYSTEM_NAMESPACES = frozenset(
    {
        "aks-istio-ingress",
        "aks-istio-system",
        "app-routing-system",
        "calico-system",
        "gatekeeper-system",
        "kube-system",
        "tigera-operator",
    }
)


@dataclass(frozen=True, slots=True)
class Principal:
    """One subject of a binding; ``namespace`` is that of a service account."""

    kind: str
    name: str
    namespace: str = ""

    @property
    def words(self) -> str:
        """As parameters spell it: ``User/...``, ``Group/...``, ``ServiceAccount/<namespace>/<name>``."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


def principals(binding: Json) -> list[Principal]:
    """Whom a binding names; a user of the form ``system:serviceaccount:<ns>:<name>`` is a service account."""
    return [_principal(subject, named(binding)[0]) for subject in binding.get("subjects") or ()]


def _principal(subject: Json, namespace: str) -> Principal:
    kind, name = str(subject.get("kind") or ""), str(subject.get("name") or "")
    if kind == "ServiceAccount":
        return Principal(kind, name, str(subject.get("namespace") or namespace))
    parts = name.split(":")
    if kind == "User" and len(parts) == 4 and parts[:2] == ["system", "serviceaccount"]:
        return Principal("ServiceAccount", parts[3], parts[2])
    return Principal(kind, name)


def is_system(binding: Json, cluster: Json) -> bool:
    """Whether Kubernetes or AKS made a binding, and for nobody but its own parts.

    A label or a name alone does not do: whoever adds a subject to such a binding has it judged. The group
    that AKS binds to cluster-admin counts as its own while the cluster's Azure settings name it.
    """
    return delivered(binding) and all(_own(binding, who, cluster) for who in principals(binding))


def _own(binding: Json, who: Principal, cluster: Json) -> bool:
    binding_name, role = named(binding)[1], reference(binding)[2]
    if who.kind == "ServiceAccount":
        return who.namespace in _SYSTEM_NAMESPACES and who.name != "default"
    if who.name in EVERYBODY:
        return binding_name == role and role in _FOR_EVERYBODY
    if who.name == _MASTERS:
        return binding_name == role == "cluster-admin"
    if who.kind == "Group" and binding_name == "aks-cluster-admin-binding-aad":
        groups = at(cluster, "properties", "aadProfile", "adminGroupObjectIDs") or ()
        return who.name.lower() in {str(group).lower() for group in groups}
    return who.name.startswith("system:") or (who.kind == "User" and who.name in _AKS_USERS)


def place_of(binding: Json) -> str:
    """Where a binding gives its rights: its namespace, or the whole cluster."""
    return named(binding)[0] or WHOLE_CLUSTER


def granted(binding: Json, book: RoleBook) -> list[str]:
    """The powers that a binding gives to whom it names; none where its role does not exist."""
    return powers(_rules(binding, book) or (), place_of(binding))


def _rules(binding: Json, book: RoleBook) -> list[Json] | None:
    return book.rules(*reference(binding))


def _build(objects: Objects) -> Iterator[Found]:
    book = RoleBook.of(objects) if objects.known(*ROLES) else None
    for source in BINDINGS:
        for binding, pointer in objects.of(source):
            yield found("role-binding", binding, (pointer,), _derived(binding, objects.cluster, book))


def _derived(binding: Json, cluster: Json, book: RoleBook | None) -> dict[str, Json]:
    named_here = principals(binding)
    namespace = named(binding)[0]
    accounts = [who for who in named_here if who.kind == "ServiceAccount"]
    return {
        "where": place_of(binding),
        "system": is_system(binding, cluster),
        "principals": [who.words for who in named_here],
        "users": [who.name for who in named_here if who.kind == "User"],
        "groups": [who.name for who in named_here if who.kind == "Group"],
        "service_accounts": [f"{who.namespace}/{who.name}" for who in accounts],
        "everybody": sorted({who.name for who in named_here if who.name in EVERYBODY}),
        "foreign_service_accounts": [
            f"{who.namespace}/{who.name}" for who in accounts if namespace and who.namespace != namespace
        ],
        **_of_role(binding, book),
    }


def _of_role(binding: Json, book: RoleBook | None) -> dict[str, Json]:
    if book is None:
        return {}
    rules = _rules(binding, book)
    return {
        "role_exists": rules is not None,
        "rules": rules or [],
        "grants": powers(rules or (), place_of(binding)),
    }


ROLE_BINDING = Kind(
    name="role-binding",
    many="role bindings",
    sources=BINDINGS,
    derived={
        **dict.fromkeys(
            (
                "where",
                "system",
                "principals",
                "users",
                "groups",
                "service_accounts",
                "everybody",
                "foreign_service_accounts",
            ),
            (),
        ),
        **dict.fromkeys(("role_exists", "rules", "grants"), ROLES),
    },
    build=_build,
)
