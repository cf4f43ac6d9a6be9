"""Policies inside the cluster: Gatekeeper's constraints, and what applies them for Azure Policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named
from reportgen.times import utc

_OF_AZURE_POLICY = "azurepolicy-"
_COMPONENTS = (
    ("kube-system", "azure-policy"),
    ("kube-system", "azure-policy-webhook"),
    ("gatekeeper-system", "gatekeeper-audit"),
    ("gatekeeper-system", "gatekeeper-controller"),
)
"""What the Azure Policy add-on installs. (Source: Microsoft's page on Azure Policy for Kubernetes.)"""


def _constraints(objects: Objects) -> Iterator[Found]:
    for constraint, pointer in objects.of("k8s.constraints"):
        kind, name = str(at(constraint, "kind") or ""), named(constraint)[1]
        metadata = (at(constraint, "metadata") or {}) | {"name": f"{kind}/{name}"}
        yield found(
            "constraint",
            constraint | {"metadata": metadata},
            (pointer,),
            {
                "of_azure_policy": name.startswith(_OF_AZURE_POLICY),
                "action": action(constraint),
                "violations": at(constraint, "status", "totalViolations"),
                "audit_age_days": audit_age_days(constraint, objects.as_of),
                "excluded_namespaces": list(at(constraint, "spec", "match", "excludedNamespaces") or []),
            },
        )


def action(constraint: Json) -> str:
    """What happens to a request that violates it; ``deny`` where nothing is set."""
    return str(at(constraint, "spec", "enforcementAction") or "deny").lower()


def audit_age_days(constraint: Json, as_of: datetime) -> int | None:
    """How many whole days ago the last audit was; None where none is noted."""
    time = utc(at(constraint, "status", "auditTimestamp"))
    return max((as_of - time).days, 0) if time else None


def _components(objects: Objects) -> Iterator[Found]:
    """The parts of the add-on: those that are there, and where the add-on is on, those that should be."""
    deployments = {named(one): (one, pointer) for one, pointer in objects.of("k8s.deployments")}
    for namespace, name in _COMPONENTS:
        deployment, pointer = deployments.get((namespace, name), (None, ""))
        if deployment is None and not add_on(objects.cluster):
            continue
        document = deployment or {"metadata": {"namespace": namespace, "name": name}}
        yield found(
            "policy-component",
            document,
            (pointer,) if pointer else (),
            {
                "present": deployment is not None,
                "wanted": wanted(deployment) if deployment else 0,
                "ready": at(deployment, "status", "readyReplicas") or 0,
            },
        )


def add_on(cluster: Json) -> bool:
    """Whether the Azure Policy add-on is on."""
    return at(cluster, "properties", "addonProfiles", "azurepolicy", "enabled") is True


def wanted(deployment: Json) -> int:
    """How many replicas are asked for; 1 where nothing is set."""
    replicas = at(deployment, "spec", "replicas")
    return 1 if replicas is None else int(replicas)


CONSTRAINT = Kind(
    name="constraint",
    many="Gatekeeper constraints",
    sources=("k8s.constraints",),
    derived={
        "of_azure_policy": (),
        "action": (),
        "violations": (),
        "audit_age_days": (),
        "excluded_namespaces": (),
    },
    build=_constraints,
)
POLICY_COMPONENT = Kind(
    name="policy-component",
    many="components of the policy add-on",
    sources=("k8s.deployments", "arm.managed-clusters"),
    derived={"present": (), "wanted": (), "ready": ()},
    build=_components,
)
