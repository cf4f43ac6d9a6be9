"""Admission webhooks, one subject a webhook: what happens when it does not answer, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named

_SOURCES = {"validating": "k8s.validating-webhooks", "mutating": "k8s.mutating-webhooks"}
_OF_AKS = frozenset(
    {
        "aks-node-mutating-webhook",
        "aks-node-validating-webhook",
        "aks-webhook-admission-controller",
        "azure-policy-mutating-webhook-configuration",
        "azure-policy-validating-webhook-configuration",
        "azure-wi-webhook-mutating-webhook-configuration",
        "gatekeeper-mutating-webhook-configuration",
        "gatekeeper-validating-webhook-configuration",
        "windows-gmsa-webhook",
    }
)
"""Names under which AKS and its add-ons install configurations; anybody could take such a name elsewhere."""
_MANAGED = (("addonmanager.kubernetes.io/mode", "Reconcile"), ("kubernetes.azure.com/managedby", "aks"))
_SYSTEM = "kube-system"
_NAME = "kubernetes.io/metadata.name"
_ANY = "*"
_WITHHELD = "an address outside the cluster, which run command does not bring"


def _build(objects: Objects) -> Iterator[Found]:
    services = {named(service) for service, _ in objects.of("k8s.services")}
    labels = {named(one)[1]: at(one, "metadata", "labels") or {} for one, _ in objects.of("k8s.namespaces")}
    system = labels.get(_SYSTEM, {}) | {_NAME: _SYSTEM}
    for kind, source in _SOURCES.items():
        for configuration, pointer in objects.of(source):
            for index, webhook in enumerate(at(configuration, "webhooks") or []):
                document = {"metadata": _metadata(configuration, webhook, kind), **webhook}
                yield found(
                    "webhook",
                    document,
                    (f"{pointer}/webhooks/{index}",),
                    {
                        "kind": kind,
                        "configuration": named(configuration)[1],
                        "of_aks": of_aks(configuration),
                        "failure_policy": failure_policy(webhook),
                        "asks": asks(webhook),
                        "outside": at(webhook, "clientConfig", "url") is not None,
                        "answers": answers(webhook, services) if objects.known("k8s.services") else None,
                        "every_resource": every_resource(webhook),
                        "looks_at_kube_system": (
                            selects(at(webhook, "namespaceSelector"), system)
                            if objects.known("k8s.namespaces")
                            else None
                        ),
                    },
                )


def _metadata(configuration: Json, webhook: Json, kind: str) -> Json:
    """Metadata for a webhook, whose own name is unique within its configuration only."""
    return {"name": f"{kind}/{named(configuration)[1]}/{at(webhook, 'name') or ''}"}


def of_aks(configuration: Json) -> bool:
    """Whether AKS keeps the configuration: one of its names, or the label of its add-on manager."""
    labels = at(configuration, "metadata", "labels") or {}
    return named(configuration)[1] in _OF_AKS or any(labels.get(key) == value for key, value in _MANAGED)


def failure_policy(webhook: Json) -> str:
    """What happens where it does not answer; ``Fail`` where nothing is set."""
    return str(at(webhook, "failurePolicy") or "Fail")


def asks(webhook: Json) -> str:
    """Who is asked: namespace and name of a service, or the address of something else."""
    service, url = at(webhook, "clientConfig", "service"), at(webhook, "clientConfig", "url")
    if service:
        return f"{at(service, 'namespace')}/{at(service, 'name')}"
    return _WITHHELD if url == "" else str(url or "")


def answers(webhook: Json, services: set[tuple[str, str]]) -> bool | None:
    """Whether the service that is asked exists; True for an address outside, which is not tried.

    None for an address that was not read.
    """
    service = at(webhook, "clientConfig", "service")
    if not service:
        return None if at(webhook, "clientConfig", "url") == "" else True
    return (str(at(service, "namespace")), str(at(service, "name"))) in services


def every_resource(webhook: Json) -> bool:
    """Whether a rule takes in every resource of every API group."""
    return any(
        _ANY in (at(rule, "apiGroups") or []) and {_ANY, "*/*"} & set(at(rule, "resources") or [])
        for rule in at(webhook, "rules") or []
    )


def selects(selector: Json, labels: Json) -> bool:
    """Whether a label selector takes in something with these labels; an empty one takes in everything."""
    wanted = at(selector, "matchLabels") or {}
    expressions = at(selector, "matchExpressions") or []
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(expression, labels) for expression in expressions
    )


def _holds(expression: Json, labels: Json) -> bool:
    key, values = str(at(expression, "key")), at(expression, "values") or []
    match at(expression, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


WEBHOOK = Kind(
    name="webhook",
    many="admission webhooks",
    sources=tuple(_SOURCES.values()),
    derived={
        "kind": (),
        "configuration": (),
        "of_aks": (),
        "failure_policy": (),
        "asks": (),
        "outside": (),
        "answers": ("k8s.services",),
        "every_resource": (),
        "looks_at_kube_system": ("k8s.namespaces",),
    },
    build=_build,
)
