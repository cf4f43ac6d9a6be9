"""Tenants kept apart: who shares nodes, which nodes are fenced off, which pods have a kernel of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Objects, named

SOURCES = ("k8s.pods", "k8s.namespaces")
NODES = ("k8s.pods", "k8s.nodes")
SANDBOX = ("k8s.pods", "k8s.runtime-classes")

_OVER = ("Succeeded", "Failed")
_WEIGHTY = ("NoSchedule", "NoExecute")
_OF_KUBERNETES = (
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "ToBeDeletedByClusterAutoscaler",
)
"""Taints that say how a node is, and keep nobody's pods apart."""
_VIRTUAL_MACHINE = "kata"
"""How handlers begin that run a pod in a virtual machine. (Source: Microsoft's page on pod sandboxing.)"""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where pods run: nodes by namespace, namespaces by node; labels of the namespaces."""

    nodes: dict[str, set[str]]
    namespaces: dict[str, set[str]]
    labels: dict[str, Json]
    fenced: frozenset[str]
    pods: dict[str, list[Json]] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Objects) -> Placement:
        """From the pods that run or wait to; daemon sets' pods are on every node and are left out."""
        nodes, namespaces, pods = defaultdict(set), defaultdict(set), defaultdict(list)
        for pod, _ in objects.of("k8s.pods"):
            if at(pod, "status", "phase") in _OVER or of_daemon_set(pod):
                continue
            namespace, node = named(pod)[0], str(at(pod, "spec", "nodeName") or "")
            pods[namespace].append(pod)
            if node:
                nodes[namespace].add(node)
                namespaces[node].add(namespace)
        return cls(
            nodes,
            namespaces,
            {named(one)[1]: at(one, "metadata", "labels") or {} for one, _ in objects.of("k8s.namespaces")},
            frozenset(named(node)[1] for node, _ in objects.of("k8s.nodes") if fenced(node)),
            pods,
        )

    def neighbours(self, namespace: str) -> list[Json]:
        """The other namespaces with pods on the same nodes: name and labels of each, by name."""
        shared = {other for node in self.nodes.get(namespace, ()) for other in self.namespaces[node]}
        return [{"name": one, "labels": self.labels.get(one, {})} for one in sorted(shared - {namespace})]

    def open_nodes(self, namespace: str) -> list[str]:
        """The nodes with pods of a namespace that no taint keeps others' pods from."""
        return sorted(self.nodes.get(namespace, set()) - self.fenced)


def of_daemon_set(pod: Json) -> bool:
    """Whether a daemon set made the pod."""
    return any(at(owner, "kind") == "DaemonSet" for owner in at(pod, "metadata", "ownerReferences") or [])


def fenced(node: Json) -> bool:
    """Whether a taint of the customer's keeps pods away that do not tolerate it."""
    return any(
        at(taint, "effect") in _WEIGHTY and not str(at(taint, "key") or "").startswith(_OF_KUBERNETES)
        for taint in at(node, "spec", "taints") or []
    )


def unsandboxed(pods: Iterable[Json], objects: Objects) -> int:
    """How many of these pods share their node's kernel: no runtime class gives them a virtual machine."""
    handlers = {
        named(one)[1]: str(at(one, "handler") or "").lower() for one, _ in objects.of("k8s.runtime-classes")
    }
    return sum(
        not handlers.get(str(at(pod, "spec", "runtimeClassName") or ""), "").startswith(_VIRTUAL_MACHINE)
        for pod in pods
    )
