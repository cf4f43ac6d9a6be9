"""Secrets, where an engagement asks for them: name, type, number of keys and age, and what refers to them.

What reads secrets by the API, as controllers do, refers to none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reportgen.model import Json
from reportgen.sources.kubernetes import SECRETS
from reportgen.subjects.document import at
from reportgen.subjects.inside import pod_specs
from reportgen.subjects.inside.interface import Found, Kind, Objects, found, named
from reportgen.subjects.inside.pod_owners import MADE_BY, gathered

_LISTS = ("initContainers", "containers", "ephemeralContainers")
_WORKLOADS = ("k8s.pods", *(source for source, _ in MADE_BY.values()), "k8s.replica-sets")
_OTHERS = {
    "k8s.service-accounts": "service account",
    "k8s.ingresses": "ingress",
    "k8s.gateways": "gateway",
    "k8s.certificates": "certificate",
    "k8s.external-secrets": "external secret",
    "k8s.secret-provider-classes": "secret provider class",
    "k8s.persistent-volumes": "persistent volume",
}
_DRIVER_KEYS = ("nodeStageSecretRef", "nodePublishSecretRef", "controllerExpandSecretRef")

Name = tuple[str, str]
"""Namespace and name."""


def existing(objects: Objects) -> set[Name]:
    """The secrets that there are."""
    return {named(secret) for secret, _ in objects.of(SECRETS)}


def missing(pod_spec: Json, namespace: str, known: set[Name]) -> list[str]:
    """The secrets that a pod cannot start without, or not mount, and that do not exist."""
    return sorted({name for name in _needed(pod_spec) if (namespace, name) not in known})


def _needed(pod_spec: Json) -> Iterator[str]:
    for reference in _references(pod_spec):
        name = at(reference, "secretName") or at(reference, "name")
        if name and at(reference, "optional") is not True:
            yield str(name)


def _references(pod_spec: Json) -> Iterator[Json]:
    for key in _LISTS:
        for container in at(pod_spec, key) or ():
            yield from (at(one, "valueFrom", "secretKeyRef") for one in at(container, "env") or ())
            yield from (at(one, "secretRef") for one in at(container, "envFrom") or ())
    for volume in at(pod_spec, "volumes") or ():
        yield at(volume, "secret")
        yield from (at(one, "secret") for one in at(volume, "projected", "sources") or ())


def _build(objects: Objects) -> Iterator[Found]:
    users = _users(objects) if objects.known(*_WORKLOADS, *_OTHERS) else None
    for secret, pointer in objects.of(SECRETS):
        derived = {"used_by": None if users is None else sorted(users.get(named(secret), ()))}
        yield found("secret", secret, (pointer,), derived)


def _users(objects: Objects) -> dict[Name, set[str]]:
    users: dict[Name, set[str]] = defaultdict(set)
    for workload in gathered(objects):
        namespace, kind, name = workload.key
        pull = pod_specs.pull_secrets(workload.pod_spec, None)
        for used in (
            *(one["name"] for one in pod_specs.secret_use(workload.pod_spec) if one["way"] != "csi"),
            *pull,
        ):
            users[namespace, used].add(f"{name} ({kind})")
    for source, kind in _OTHERS.items():
        for item, _ in objects.of(source):
            namespace, name = named(item)
            for where, used in _of(source, item, namespace):
                users[where, used].add(f"{name} ({kind})")
    return users


def _of(source: str, item: Json, namespace: str) -> Iterator[Name]:
    """The secrets that an object other than a workload names, or makes."""
    spec = at(item, "spec")
    match source:
        case "k8s.service-accounts":
            listed = [*(at(item, "secrets") or ()), *(at(item, "imagePullSecrets") or ())]
            names = [at(one, "name") for one in listed]
        case "k8s.ingresses":
            names = [at(one, "secretName") for one in at(spec, "tls") or ()]
        case "k8s.certificates":
            names = [at(spec, "secretName")]
        case "k8s.external-secrets":
            names = [at(spec, "target", "name") or named(item)[1]]
        case "k8s.secret-provider-classes":
            names = [at(one, "secretName") for one in at(spec, "secretObjects") or ()]
        case _:
            yield from _elsewhere(item, namespace)
            return
    yield from ((namespace, str(name)) for name in names if name)


def _elsewhere(item: Json, namespace: str) -> Iterator[Name]:
    """Of gateways and persistent volumes, which can name a secret of another namespace."""
    listeners = at(item, "spec", "listeners") or ()
    references = [one for listener in listeners for one in at(listener, "tls", "certificateRefs") or ()]
    references += [at(item, "spec", "csi", key) for key in _DRIVER_KEYS]
    for one in references:
        if at(one, "name"):
            yield str(at(one, "namespace") or namespace), str(at(one, "name"))
    share = at(item, "spec", "azureFile", "secretName")
    if share:
        yield str(at(item, "spec", "claimRef", "namespace") or namespace), str(share)


SECRET = Kind(
    name="secret",
    many="secrets",
    sources=(SECRETS,),
    derived={"used_by": (*_WORKLOADS, *_OTHERS)},
    build=_build,
)
