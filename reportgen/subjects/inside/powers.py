"""The powers that a role's rules give, by name: what an auditor asks who has.

A rule is read as the API server's RBAC authoriser reads it: ``*`` stands for all verbs, API groups or
resources, ``*/sub`` for that subresource of every resource; names in ``resourceNames`` narrow it to these
objects. Bound in one namespace, a rule gives nothing of what lies outside namespaces.
(Sources: Kubernetes documentation, Using RBAC Authorization and RBAC Good Practices.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.model import Json

WHOLE_CLUSTER = "whole cluster"
"""Where a cluster role binding gives its rights; no namespace can have this name."""
CLUSTER_ADMIN = "cluster-admin"
_KUBE_SYSTEM = "kube-system"
_READ = frozenset({"get", "list", "watch"})
_CHANGE = frozenset({"update", "patch"})
_WRITE = _CHANGE | {"create"}
_OPEN = frozenset({"get", "create"})
"""A session over a WebSocket is opened by ``get``, one over SPDY by ``create``."""
_RBAC = "rbac.authorization.k8s.io"
_CERTIFICATES = "certificates.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"
_APPS = ("deployments", "daemonsets", "statefulsets", "replicasets")


@dataclass(frozen=True, slots=True)
class Right:
    """One way to a power: any of these verbs on a resource of a group (core: ``""``).

    ``outside`` says that the resource lies outside namespaces; ``by_name`` whether a rule that is narrowed
    to named objects still gives the power.
    """

    group: str
    resource: str
    verbs: frozenset[str]
    outside: bool = False
    by_name: bool = True


def _one(verb: str, group: str, *resources: str, outside: bool = False) -> tuple[Right, ...]:
    return tuple(Right(group, resource, frozenset({verb}), outside) for resource in resources)


POWERS: dict[str, tuple[Right, ...]] = {
    "reads-secrets": (Right("", "secrets", _READ, by_name=False),),
    "execs-pods": (
        *(Right("", f"pods/{sub}", _OPEN) for sub in ("exec", "attach", "portforward")),
        Right("", "pods/ephemeralcontainers", _CHANGE),
    ),
    "impersonates": (
        *_one("impersonate", "", "serviceaccounts"),
        *_one("impersonate", "", "users", "groups", outside=True),
        *_one("impersonate", _AUTHENTICATION, "uids", "userextras", outside=True),
    ),
    "escalates": (*_one("escalate", _RBAC, "roles"), *_one("escalate", _RBAC, "clusterroles", outside=True)),
    "binds-roles": (*_one("bind", _RBAC, "roles"), *_one("bind", _RBAC, "clusterroles")),
    "creates-pods": (
        Right("", "pods", frozenset({"create"}), by_name=False),
        *(Right("apps", resource, _WRITE) for resource in _APPS),
        *(Right("batch", resource, _WRITE) for resource in ("jobs", "cronjobs")),
        Right("", "replicationcontrollers", _WRITE),
    ),
    "creates-tokens": _one("create", "", "serviceaccounts/token"),
    "approves-csrs": (Right(_CERTIFICATES, "certificatesigningrequests/approval", _CHANGE, outside=True),),
    "reaches-nodes-proxy": (Right("", "nodes/proxy", _READ | _WRITE | {"delete"}, outside=True),),
    "edits-webhooks": tuple(
        Right(
            _ADMISSION, f"{kind}webhookconfigurations", _WRITE | {"delete", "deletecollection"}, outside=True
        )
        for kind in ("validating", "mutating")
    ),
    "creates-persistent-volumes": (
        Right("", "persistentvolumes", frozenset({"create"}), outside=True, by_name=False),
    ),
    "deletes-events": tuple(
        Right(group, "events", frozenset({"delete", "deletecollection"})) for group in ("", "events.k8s.io")
    ),
    "edits-endpoints": (
        Right("", "endpoints", _WRITE),
        Right("discovery.k8s.io", "endpointslices", _WRITE),
    ),
}
"""Powers that rights on resources give; `powers` adds those that take more to tell."""
NAMES = (CLUSTER_ADMIN, *POWERS, "edits-coredns", "wildcard")
_COREDNS = Right("", "configmaps", _WRITE | {"delete"})
_COREDNS_MAPS = frozenset({"coredns", "coredns-custom"})


def powers(rules: Iterable[Json], where: str) -> list[str]:
    """The names of the powers that rules give at a place (a namespace or `WHOLE_CLUSTER`), in one order."""
    known = list(rules)
    held = {
        name
        for name, rights in POWERS.items()
        if any(_gives(rule, way, where) for rule in known for way in rights)
    }
    if any(_is_everything(rule) for rule in known):
        held.add(CLUSTER_ADMIN)
    if any(wildcards(rule) for rule in known):
        held.add("wildcard")
    if where in (WHOLE_CLUSTER, _KUBE_SYSTEM) and any(_edits_coredns(rule) for rule in known):
        held.add("edits-coredns")
    return [name for name in NAMES if name in held]


def wildcards(rule: Json) -> list[str]:
    """The keys of a rule that hold ``*``; rights on URLs of no resource are not looked at."""
    return [key for key in ("apiGroups", "resources", "verbs") if rule.get("resources") and _any(rule, key)]


def _any(rule: Json, key: str) -> bool:
    return "*" in (rule.get(key) or ())


def _is_everything(rule: Json) -> bool:
    """All verbs on all resources of all groups, and no names that would narrow it."""
    return len(wildcards(rule)) == 3 and not rule.get("resourceNames")


def _edits_coredns(rule: Json) -> bool:
    names = rule.get("resourceNames") or _COREDNS_MAPS
    return _gives(rule, _COREDNS, WHOLE_CLUSTER) and not _COREDNS_MAPS.isdisjoint(names)


def _gives(rule: Json, right: Right, where: str) -> bool:
    if (right.outside and where != WHOLE_CLUSTER) or (rule.get("resourceNames") and not right.by_name):
        return False
    return (
        (_any(rule, "verbs") or not right.verbs.isdisjoint(rule.get("verbs") or ()))
        and (_any(rule, "apiGroups") or right.group in (rule.get("apiGroups") or ()))
        and _names_resource(rule.get("resources") or (), right.resource)
    )


def _names_resource(resources: Iterable[str], wanted: str) -> bool:
    """Whether a rule's resources hold one; the extras of a user are named with a key after them."""
    _, _, sub = wanted.partition("/")
    names = {name.partition("/")[0] if name.startswith("userextras/") else name for name in resources}
    return not names.isdisjoint({"*", wanted, f"*/{sub}" if sub else wanted})
