"""Which workload each pod belongs to, by way of replica sets and of the jobs of cron jobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Objects, named

MADE_BY = {
    "Deployment": ("k8s.deployments", ("spec", "template")),
    "DaemonSet": ("k8s.daemon-sets", ("spec", "template")),
    "StatefulSet": ("k8s.stateful-sets", ("spec", "template")),
    "CronJob": ("k8s.cron-jobs", ("spec", "jobTemplate", "spec", "template")),
    "Job": ("k8s.jobs", ("spec", "template")),
}
_BETWEEN = {"ReplicaSet": "k8s.replica-sets", "Job": "k8s.jobs"}
"""Owners of pods that may have an owner themselves."""
Key = tuple[str, str, str]
"""Namespace, kind and name."""


@dataclass(slots=True)
class Workload:
    """One workload with the pods that run it."""

    key: Key
    item: Json
    template: Json
    pointer: str
    pods: list[Json] = field(default_factory=list)

    @property
    def pod_spec(self) -> Json:
        """The specification of its pods; empty where it has none."""
        return at(self.template, "spec") or {}


def gathered(objects: Objects) -> list[Workload]:
    """Workloads with their pods, and each pod that none of them owns as one of its own."""
    found: dict[Key, Workload] = {}
    between = _owners(objects)
    for kind, (source, path) in MADE_BY.items():
        for item, pointer in objects.of(source):
            namespace, name = named(item)
            if kind == "Job" and between.get((namespace, kind, name)) in found:
                continue
            key = (namespace, kind, name)
            found[key] = Workload(key, item, at(item, *path) or {}, pointer)
    for pod, pointer in objects.of("k8s.pods"):
        namespace, name = named(pod)
        owner = controller(pod)
        top = found.get(between.get(owner, owner)) or found.get(owner)
        if top is None:
            key = (namespace, "Pod", name)
            top = found[key] = Workload(key, pod, pod, pointer)
        top.pods.append(pod)
    return list(found.values())


def controller(item: Json) -> Key:
    """What controls an object; kind and name are empty where nothing does."""
    owners = at(item, "metadata", "ownerReferences") or ()
    owner = next((one for one in owners if at(one, "controller") is True), None)
    return named(item)[0], str(at(owner, "kind") or ""), str(at(owner, "name") or "")


def _owners(objects: Objects) -> dict[Key, Key]:
    """The owner of each replica set and job that has one."""
    owners: dict[Key, Key] = {}
    for kind, source in _BETWEEN.items():
        for item, _ in objects.of(source):
            owner = controller(item)
            if owner[1]:
                owners[named(item)[0], kind, named(item)[1]] = owner
    return owners
