"""Namespaces: the level of Pod Security in force, and what limits their traffic and their use of nodes."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside import tenancy
from reportgen.subjects.inside.egress import metadata_blocked
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named

_LEVEL = "pod-security.kubernetes.io/"
_POLICIES = ("k8s.network-policies", "k8s.cilium-network-policies", "k8s.calico-network-policies")
_WIDE = ("k8s.cilium-clusterwide-network-policies", "k8s.calico-global-network-policies")


_ENGINES = ("azure", "calico", "cilium")


def _build(objects: Objects) -> Iterator[Found]:
    placement = tenancy.Placement.of(objects)
    for namespace, pointer in objects.of("k8s.namespaces"):
        _, name = named(namespace)
        values = _derived(objects, namespace, name) | _kept_apart(objects, placement, name)
        yield found("namespace", namespace, (pointer,), values)


def _kept_apart(objects: Objects, placement: tenancy.Placement, name: str) -> dict[str, Json]:
    pods = placement.pods.get(name, [])
    return {
        "neighbours": placement.neighbours(name) if objects.known(*tenancy.SOURCES) else None,
        "open_nodes": placement.open_nodes(name) if objects.known(*tenancy.NODES) else None,
        "pods_on_shared_kernel": (
            tenancy.unsandboxed(pods, objects) if objects.known(*tenancy.SANDBOX) else None
        ),
    }


def _derived(objects: Objects, namespace: Json, name: str) -> dict[str, Json]:
    policies = objects.inside("k8s.network-policies", name)
    return {
        **{f"{mode}_level": _level(namespace, mode) for mode in ("enforce", "warn", "audit")},
        "network_policies": _number(objects, name, *_POLICIES),
        "cluster_wide_policies": _number(objects, "", *_WIDE),
        "denies_ingress": _denies(policies, "Ingress") if objects.known(_POLICIES[0]) else None,
        "denies_egress": _denies(policies, "Egress") if objects.known(_POLICIES[0]) else None,
        "engine_policies": _number_of_engines(objects, name),
        "policies_enforced": policies_enforced(objects.cluster),
        "metadata_blocked": metadata_blocked(policies) if objects.known(_POLICIES[0]) else None,
        "resource_quotas": _number(objects, name, "k8s.resource-quotas"),
        "limit_ranges": _number(objects, name, "k8s.limit-ranges"),
        "pods": _number(objects, name, "k8s.pods"),
    }


def _level(namespace: Json, mode: str) -> str:
    """The level that a label sets; ``privileged``, which forbids nothing, where none does."""
    return str(at(namespace, "metadata", "labels", _LEVEL + mode) or "privileged").lower()


def _number(objects: Objects, namespace: str, *sources: str) -> int | None:
    """How many objects of these sources lie in a namespace; None where one could not be read."""
    if not objects.known(*sources):
        return None
    return sum(len(objects.inside(source, namespace)) for source in sources)


def _number_of_engines(objects: Objects, namespace: str) -> int | None:
    """How many policies of Cilium or Calico there are for a namespace or for all."""
    own, wide = _number(objects, namespace, *_POLICIES[1:]), _number(objects, "", *_WIDE)
    return None if own is None or wide is None else own + wide


def policies_enforced(cluster: Json) -> bool | None:
    """Whether something makes policies take effect; None where the customer brings the network."""
    profile = at(cluster, "properties", "networkProfile")
    if str(at(profile, "networkPlugin") or "").lower() == "none":
        return None
    return str(at(profile, "networkPolicy") or "").lower() in _ENGINES


def _denies(policies: list[Json], direction: str) -> bool:
    """Whether a policy selects every pod and allows nothing in this direction."""
    rules = direction.lower()
    return any(
        not _selects_some(policy)
        and direction in (at(policy, "spec", "policyTypes") or ["Ingress"])
        and not at(policy, "spec", rules)
        for policy in policies
    )


def _selects_some(policy: Json) -> bool:
    selector = at(policy, "spec", "podSelector") or {}
    return bool(at(selector, "matchLabels") or at(selector, "matchExpressions"))


NAMESPACE = Kind(
    name="namespace",
    many="namespaces",
    sources=("k8s.namespaces",),
    derived={
        "enforce_level": (),
        "warn_level": (),
        "audit_level": (),
        "network_policies": _POLICIES,
        "cluster_wide_policies": _WIDE,
        "denies_ingress": _POLICIES[:1],
        "denies_egress": _POLICIES[:1],
        "engine_policies": (*_POLICIES[1:], *_WIDE),
        "policies_enforced": (),
        "metadata_blocked": _POLICIES[:1],
        "neighbours": ("k8s.pods",),
        "open_nodes": tenancy.NODES,
        "pods_on_shared_kernel": tenancy.SANDBOX,
        "resource_quotas": ("k8s.resource-quotas",),
        "limit_ranges": ("k8s.limit-ranges",),
        "pods": ("k8s.pods",),
    },
    build=_build,
)
