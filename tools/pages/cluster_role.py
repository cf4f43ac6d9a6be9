"""docs/cluster-role.md: why the ClusterRole holds each of its rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.model import Control
from reportgen.sources import BY_NAME
from reportgen.sources.kubernetes import (
    KUBERNETES,
    SECRETS,
    WITHOUT_SECRETS,
    cluster_role,
    data_action,
    needed_by,
)
from reportgen.sources.source import Rule

PURPOSE = {
    "k8s.nodes": "images, kernels, conditions, pending reboots",
    "k8s.namespaces": "which there are, with labels such as those of Pod Security",
    "k8s.pods": "what runs, with which settings",
    "k8s.deployments": "workloads as they are declared",
    "k8s.daemon-sets": "workloads as they are declared; agents such as kured",
    "k8s.stateful-sets": "workloads as they are declared",
    "k8s.replica-sets": "which deployment a pod belongs to",
    "k8s.jobs": "workloads as they are declared; which cron job a pod belongs to",
    "k8s.cron-jobs": "workloads as they are declared",
    "k8s.service-accounts": "whether tokens are mounted without being asked for",
    "k8s.roles": "what a role in a namespace grants",
    "k8s.cluster-roles": "what a cluster role grants, with those aggregated into it",
    "k8s.role-bindings": "who holds a role in a namespace",
    "k8s.cluster-role-bindings": "who holds a cluster role everywhere",
    "k8s.network-policies": "which traffic is let through",
    "k8s.cilium-network-policies": "which traffic is let through, by Cilium's own",
    "k8s.cilium-clusterwide-network-policies": "Cilium's own for all namespaces",
    "k8s.calico-network-policies": "which traffic is let through, by Calico's own",
    "k8s.calico-global-network-policies": "Calico's own for all namespaces",
    "k8s.services": "what is reached from outside, and from where",
    "k8s.ingresses": "hosts, TLS and classes of what is published",
    "k8s.gateways": "listeners, hosts and TLS of what is published",
    "k8s.http-routes": "which hosts a gateway serves",
    "k8s.resource-quotas": "what a namespace may take",
    "k8s.limit-ranges": "which limits pods get that declare none",
    "k8s.storage-classes": "drivers and keys of disks to come",
    "k8s.persistent-volumes": "which disk in Azure holds what",
    "k8s.secret-provider-classes": "which secrets come from a key vault, and whether they are copied",
    "k8s.external-secrets": "which secrets come from another store",
    "k8s.secret-stores": "which stores those are",
    "k8s.certificates": "issuers and ends of certificates",
    "k8s.validating-webhooks": "what checks changes, and what happens when it does not answer",
    "k8s.mutating-webhooks": "what alters changes, and what happens when it does not answer",
    "k8s.validating-admission-policies": "what checks changes inside the API server",
    "k8s.validating-admission-policy-bindings": "what those policies are about",
    "k8s.constraints": "what Azure Policy enforces and what it found",
    "k8s.pod-disruption-budgets": "how many pods may be away at a time",
    "k8s.runtime-classes": "which sandboxes pods can ask for",
    "k8s.secrets": "name, type, number of keys and age",
}
"""What is looked at, in a few words."""

_HEAD = Path(__file__).with_suffix(".md")
"""What stands before the tables."""
Inside = list[tuple[Control, tuple[str, ...]]]
"""Controls that look inside clusters, with the sources there that they need."""


def page(controls: Iterable[Control]) -> str:
    """The whole page."""
    ordered = sorted(controls, key=lambda one: (one.area, one.id))
    needs = [(one, tuple(name for name in one.needs if BY_NAME[name].rules)) for one in ordered]
    inside = [(control, names) for control, names in needs if names]
    head = _HEAD.read_text(encoding="utf-8")
    return "\n".join((head, *_rights(inside), "", *_controls(inside))) + "\n"


def _rights(inside: Inside) -> Iterator[str]:
    number = sum(len(rule["resources"]) for rule in cluster_role()["rules"])
    yield "## Right by right"
    yield f"The ClusterRole holds {number} rights; the last one of this table is in it on demand only."
    yield "A data action begins with `Microsoft.ContainerService/managedClusters/`."
    yield ""
    yield "| list | what for | data action under Azure RBAC | controls |"
    yield "|---|---|---|---|"
    for rule, sources in needed_by((*WITHOUT_SECRETS, *(one for one in KUBERNETES if one.name == SECRETS))):
        used = [control.id for control, names in inside if set(sources) & {*names}]
        purposes = "; ".join(PURPOSE[name] for name in sources)
        yield f"| {_resource(rule)} | {purposes} | {_action(rule)} | {_used(used)} |"


def _resource(rule: Rule) -> str:
    return f"`{'.'.join(filter(None, (rule.resource, rule.group)))}`"


def _action(rule: Rule) -> str:
    action = data_action(rule).partition("managedClusters/")[2]
    return f"`{action}`" if action else "none exists: a gap there"


def _used(controls: list[str]) -> str:
    if not controls:
        return "none; evidence for the reader"
    return controls[0] if len(controls) == 1 else f"{len(controls)}"


def _controls(inside: Inside) -> Iterator[str]:
    """A table an area; controls that need the same rights share a line."""
    yield "## Control by control"
    yield f"{len(inside)} controls look inside clusters. Those that need the same rights stand together."
    by_area: dict[str, dict[tuple[str, ...], list[Control]]] = defaultdict(lambda: defaultdict(list))
    for control, names in inside:
        by_area[control.area][names].append(control)
    for area, groups in by_area.items():
        yield from ("", f"### {area}", "", "| control | rights, and what each is for |", "|---|---|")
        for names, controls in groups.items():
            told = "<br>".join(f"`{control.id}`: {control.title}" for control in controls)
            yield f"| {told} | {'<br>'.join(map(_why, names))} |"


def _why(source: str) -> str:
    return f"{' or '.join(map(_resource, BY_NAME[source].rules))}: {PURPOSE[source]}"
