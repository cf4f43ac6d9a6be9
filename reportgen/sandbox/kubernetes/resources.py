"""What a cluster serves: Kubernetes' own resources, and those that its definitions or objects show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

_ALL = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
_REVIEW = ("create",)

_NAMESPACED = {
    "v1": "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController "
    "ResourceQuota Secret Service ServiceAccount",
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "coordination.k8s.io/v1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "events.k8s.io/v1": "Event",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
    "storage.k8s.io/v1": "CSIStorageCapacity",
}
_CLUSTER_WIDE = {
    "v1": "Namespace Node PersistentVolume",
    "admissionregistration.k8s.io/v1": "MutatingWebhookConfiguration ValidatingAdmissionPolicy "
    "ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "certificates.k8s.io/v1": "CertificateSigningRequest",
    "flowcontrol.apiserver.k8s.io/v1": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io/v1": "IngressClass",
    "node.k8s.io/v1": "RuntimeClass",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "scheduling.k8s.io/v1": "PriorityClass",
    "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
}
_REVIEWS = {
    "authentication.k8s.io/v1": "SelfSubjectReview",
    "authorization.k8s.io/v1": "SelfSubjectAccessReview SelfSubjectRulesReview",
}
"""Made and never kept: they can be posted and not be listed."""
_SHORT = {
    "configmaps": "cm", "cronjobs": "cj", "customresourcedefinitions": "crd", "daemonsets": "ds",
    "deployments": "deploy", "endpoints": "ep", "events": "ev", "horizontalpodautoscalers": "hpa",
    "ingresses": "ing", "limitranges": "limits", "namespaces": "ns", "networkpolicies": "netpol",
    "nodes": "no", "persistentvolumeclaims": "pvc", "persistentvolumes": "pv", "poddisruptionbudgets": "pdb",
    "pods": "po", "priorityclasses": "pc", "replicasets": "rs", "replicationcontrollers": "rc",
    "resourcequotas": "quota", "serviceaccounts": "sa", "services": "svc", "statefulsets": "sts",
    "storageclasses": "sc",
}  # fmt: skip
_GATEKEEPER = "constraints.gatekeeper.sh"


@dataclass(frozen=True, slots=True)
class ApiResource:
    """A resource; ``versions`` are those of its group that serve it, the preferred first."""

    group: str
    plural: str
    kind: str
    namespaced: bool
    versions: tuple[str, ...]
    list_kind: str
    custom: bool = False
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = _ALL

    @property
    def key(self) -> tuple[str, str]:
        """Group and plural."""
        return self.group, self.plural

    @property
    def full_name(self) -> str:
        """As messages name it, such as ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called where it is asked for, as kubectl takes them."""
        return self.plural, self.full_name, self.kind.lower(), *self.short_names, *self.categories


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as far as it tells what a cluster serves."""

    api_version: str
    kind: str
    namespaced: bool
    content: bytes


def resources(objects: Iterable[Seen]) -> dict[tuple[str, str], ApiResource]:
    """What is served, by group and plural.

    A custom kind without its definition is served as its objects look. Versions are as if definitions
    converted by nothing but the name: every object is served in every version.
    """
    found = {resource.key: resource for resource in _BUILT_IN}
    used: dict[tuple[str, str], Seen] = {}
    versions: dict[tuple[str, str], set[str]] = {}
    for seen in objects:
        group, _, version = seen.api_version.rpartition("/")
        used.setdefault((group, seen.kind), seen)
        versions.setdefault((group, seen.kind), set()).add(version)
        if seen.kind == "CustomResourceDefinition":
            defined = _defined(msgspec.json.decode(seen.content))
            found[defined.key] = defined
    by_kind = {(resource.group, resource.kind): resource for resource in found.values()}
    for kind, seen in used.items():
        resource = by_kind.get(kind) or _guessed(kind[0], seen)
        others = sorted(versions[kind] - {*resource.versions}, key=_priority)
        found[resource.key] = replace(resource, versions=(*resource.versions, *others))
    return found


def _defined(definition: Mapping[str, Any]) -> ApiResource:
    """What a CustomResourceDefinition defines."""
    spec = definition["spec"]
    named = spec["names"]
    served = [str(one["name"]) for one in spec.get("versions") or [] if one.get("served") is not False]
    return ApiResource(
        str(spec["group"]),
        str(named["plural"]),
        str(named["kind"]),
        spec.get("scope") == "Namespaced",
        tuple(sorted(served, key=_priority)),
        str(named.get("listKind") or f"{named['kind']}List"),
        custom=True,
        short_names=tuple(named.get("shortNames") or ()),
        categories=tuple(named.get("categories") or ()),
    )


def _guessed(group: str, seen: Seen) -> ApiResource:
    constraint = group == _GATEKEEPER
    return ApiResource(
        group,
        seen.kind.lower() if constraint else _plural(seen.kind),
        seen.kind,
        seen.namespaced,
        (),
        f"{seen.kind}List",
        custom=True,
        categories=("constraint", "constraints") if constraint else (),
    )


def _plural(kind: str) -> str:
    """The rule by which Kubernetes itself forms plurals."""
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _priority(version: str) -> tuple[int, int, int, str]:
    """Kubernetes' order of versions: stable before beta before alpha, the higher first, then all others."""
    found = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if not found:
        return 3, 0, 0, version
    level = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return level, -int(found[1]), -int(found[3] or 0), version


def _built_in(
    table: Mapping[str, str], *, namespaced: bool, verbs: tuple[str, ...] = _ALL
) -> tuple[ApiResource, ...]:
    return tuple(
        ApiResource(
            api_version.rpartition("/")[0],
            _plural(kind),
            kind,
            namespaced,
            (api_version.rpartition("/")[2],),
            f"{kind}List",
            short_names=tuple(_SHORT.get(_plural(kind), "").split()),
            verbs=verbs,
        )
        for api_version, kinds in table.items()
        for kind in kinds.split()
    )


_BUILT_IN = (
    *_built_in(_NAMESPACED, namespaced=True),
    *_built_in(_CLUSTER_WIDE, namespaced=False),
    *_built_in(_REVIEWS, namespaced=False, verbs=_REVIEW),
)
