"""Workloads: what makes pods, and pods that nothing known makes, each with its pod's specification.

A subject's document has ``workloadKind`` and, whatever the kind, ``podSpec``, ``podLabels`` and
``podAnnotations`` in the place of the template.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sources.kubernetes import SECRETS
from reportgen.subjects import image_findings
from reportgen.subjects.document import at
from reportgen.subjects.inside import budgets, environment, exec_holders, pod_specs, secrets
from reportgen.subjects.inside.containers import containers
from reportgen.subjects.inside.image_scans import image_scan
from reportgen.subjects.inside.interface import Found, Kind, Objects, named
from reportgen.subjects.inside.pod_owners import MADE_BY, Workload, controller, gathered

_ACCOUNTS = ("k8s.service-accounts",)
_STORES = ("k8s.external-secrets", "k8s.secret-provider-classes")
_SCANS = ("imported.trivy",)
_FINISHED = ("Succeeded", "Failed")
_REPLICATED = ("Deployment", "StatefulSet")


@dataclass(slots=True)
class _Cluster:
    """What is looked up for every workload, built once a cluster."""

    objects: Objects
    accounts: dict[tuple[str, str], Json]
    users: dict[tuple[str, str], list[str]]
    namespaces_of_secret: dict[str, set[str]]
    synced: set[tuple[str, str]]
    labels: dict[str, Json]
    handlers: dict[str, str]
    rights: exec_holders.Holders | None
    existing: set[tuple[str, str]]


def _build(objects: Objects) -> Iterator[Found]:
    workloads = gathered(objects)
    cluster = _cluster(objects, workloads)
    for workload in workloads:
        namespace, kind, name = workload.key
        yield Found(
            name=f"{namespace}/{name} ({kind})",
            path=f"kubernetes/workload/{namespace}/{kind}/{name}",
            document=_document(workload),
            derived={key: value for key, value in _derived(cluster, workload).items() if value is not None},
            pointers=(workload.pointer,),
        )


def _document(workload: Workload) -> Json:
    """The object without its template, which stands in one place for all kinds."""
    spec = at(workload.item, "spec") or {}
    metadata = at(workload.template, "metadata") or {}
    bare = workload.key[1] == "Pod"
    return {
        **workload.item,
        "spec": {} if bare else {key: spec[key] for key in spec if key not in ("template", "jobTemplate")},
        "workloadKind": workload.key[1],
        "podSpec": workload.pod_spec,
        "podLabels": metadata.get("labels") or {},
        "podAnnotations": metadata.get("annotations") or {},
    }


def _cluster(objects: Objects, workloads: list[Workload]) -> _Cluster:
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    namespaces_of_secret: dict[str, set[str]] = defaultdict(set)
    for workload in workloads:
        namespace, kind, name = workload.key
        users[namespace, pod_specs.account_name(workload.pod_spec)].append(f"{name} ({kind})")
        for use in pod_specs.secret_use(workload.pod_spec):
            if use["way"] != "csi":
                namespaces_of_secret[use["name"]].add(namespace)
    return _Cluster(
        objects=objects,
        accounts={named(item): item for item, _ in objects.of("k8s.service-accounts")},
        users=users,
        namespaces_of_secret=namespaces_of_secret,
        synced=_synced(objects),
        labels={
            named(item)[1]: at(item, "metadata", "labels") or {} for item, _ in objects.of("k8s.namespaces")
        },
        handlers={
            named(item)[1]: str(at(item, "handler") or "") for item, _ in objects.of("k8s.runtime-classes")
        },
        rights=exec_holders.holders(objects) if objects.known(*exec_holders.SOURCES) else None,
        existing=secrets.existing(objects),
    )


def _synced(objects: Objects) -> set[tuple[str, str]]:
    """Secrets, by namespace and name, that External Secrets or the Secrets Store CSI driver make."""
    made: set[tuple[str, str]] = set()
    for item, _ in objects.of("k8s.external-secrets"):
        namespace, name = named(item)
        made.add((namespace, str(at(item, "spec", "target", "name") or name)))
    for item, _ in objects.of("k8s.secret-provider-classes"):
        for one in at(item, "spec", "secretObjects") or ():
            made.add((named(item)[0], str(at(one, "secretName") or "")))
    return made


def _derived(cluster: _Cluster, workload: Workload) -> dict[str, Json]:
    namespace, kind, name = workload.key
    spec, known = workload.pod_spec, cluster.objects.known
    account_name = pod_specs.account_name(spec)
    account = cluster.accounts.get((namespace, account_name))
    used = pod_specs.secret_use(spec)
    mine = f"{name} ({kind})"
    all_containers = _containers(workload)
    number = _replicas(workload)
    ranges = cluster.objects.inside("k8s.limit-ranges", namespace)
    return {
        "containers": all_containers,
        "os": pod_specs.system(spec),
        "host_paths": pod_specs.host_paths(spec),
        "volume_types": pod_specs.volume_types(spec),
        "secrets": used,
        "secrets_elsewhere": sorted(
            {
                one["name"]
                for one in used
                if cluster.namespaces_of_secret.get(one["name"], set()) - {namespace}
            }
        ),
        "secrets_outside_store": _outside_store(cluster, namespace, used) if known(*_STORES) else None,
        "missing_secrets": secrets.missing(spec, namespace, cluster.existing) if known(SECRETS) else None,
        "literal_variables": environment.literal_variables(spec),
        "exec_without_secrets": None
        if cluster.rights is None
        else exec_holders.without_secrets(cluster.rights, namespace),
        "service_account": account_name,
        "account_shared_with": [one for one in cluster.users[namespace, account_name] if one != mine],
        "token_mounted": pod_specs.token_mounted(spec, account) if known(*_ACCOUNTS) else None,
        "pull_secrets": pod_specs.pull_secrets(spec, account) if known(*_ACCOUNTS) else None,
        "owner": " ".join(controller(workload.item)[1:]).strip(),
        "replicas": number,
        "spread": _spread(spec),
        "disruption_budgets": _budgets(cluster, workload, number)
        if known("k8s.pod-disruption-budgets")
        else None,
        "lacks_limits": _lacking(all_containers, ranges, "Limit") if known("k8s.limit-ranges") else None,
        "lacks_requests": _lacking(all_containers, ranges, "Request") if known("k8s.limit-ranges") else None,
        "runtime_handler": _handler(cluster, spec) if known("k8s.runtime-classes") else None,
        "namespace_labels": cluster.labels.get(namespace, {}) if known("k8s.namespaces") else None,
        "pods": sum(at(pod, "status", "phase") not in _FINISHED for pod in workload.pods),
        "running_images": sorted(set(_image_ids(workload.pods))),
        "image_results": _image_results(cluster.objects, workload) if known(image_findings.SOURCE) else None,
        "image_scan": _scanned(cluster.objects, workload, all_containers) if known(*_SCANS) else None,
    }


def _containers(workload: Workload) -> list[Json]:
    """The template's containers, and those that admission or somebody added to the pods that run.

    Of the latter, known by their names, one each, with the ``pod`` it was seen in.
    """
    found = containers(workload.pod_spec, at(workload.template, "metadata", "annotations"))
    seen = {one["name"] for one in found}
    for pod in workload.pods:
        for one in containers(at(pod, "spec") or {}, at(pod, "metadata", "annotations")):
            if one["name"] not in seen:
                seen.add(one["name"])
                found.append({**one, "pod": named(pod)[1]})
    return found


def _outside_store(cluster: _Cluster, namespace: str, secrets: list[Json]) -> list[str]:
    """Secrets that neither External Secrets nor the Secrets Store CSI driver brings into the cluster."""
    names = {one["name"] for one in secrets if one["way"] in ("env", "envFrom", "volume")}
    return sorted(name for name in names if (namespace, name) not in cluster.synced)


def _replicas(workload: Workload) -> int | None:
    """How many pods are wanted; 1 where a deployment or stateful set does not say, None for other kinds."""
    if workload.key[1] not in _REPLICATED:
        return None
    wanted = at(workload.item, "spec", "replicas")
    return 1 if wanted is None else int(wanted)


def _spread(pod_spec: Json) -> list[str]:
    """What keeps pods apart: topology keys of spread constraints, and pod anti-affinity."""
    keys = {str(at(one, "topologyKey")) for one in at(pod_spec, "topologySpreadConstraints") or ()}
    apart = at(pod_spec, "affinity", "podAntiAffinity") is not None
    return sorted(keys) + (["pod anti-affinity"] if apart else [])


def _budgets(cluster: _Cluster, workload: Workload, replicas: int | None) -> list[Json]:
    labels = at(workload.template, "metadata", "labels") or {}
    candidates = cluster.objects.inside("k8s.pod-disruption-budgets", workload.key[0])
    return [
        budgets.summary(one, replicas or 0)
        for one in candidates
        if pod_specs.selects(at(one, "spec", "selector"), labels)
    ]


def _lacking(all_containers: list[Json], ranges: list[Json], what: str) -> list[str]:
    """``container: cpu`` for each that has none, neither its own nor by a limit range of its namespace."""
    given = _defaults(ranges, what)
    return [
        f"{one['name']}: {amount}"
        for one in all_containers
        if one["type"] != "ephemeral"
        for amount in ("cpu", "memory")
        if not one[f"{amount}{what}"] and amount not in given
    ]


def _defaults(ranges: list[Json], what: str) -> set[str]:
    """Amounts that limit ranges give to every container; a default limit is the default request too."""
    keys = ("default",) if what == "Limit" else ("default", "defaultRequest")
    return {
        amount
        for one in ranges
        for limit in at(one, "spec", "limits") or ()
        if at(limit, "type") == "Container"
        for key in keys
        for amount in at(limit, key) or ()
    }


def _handler(cluster: _Cluster, pod_spec: Json) -> str:
    """The runtime that a pod's runtime class names; "" where it has none, so the node's usual one."""
    return cluster.handlers.get(str(at(pod_spec, "runtimeClassName") or ""), "")


def _scanned(objects: Objects, workload: Workload, all_containers: list[Json]) -> Json:
    return image_scan(objects.related.get("trivy") or [], workload.key, all_containers, objects.as_of)


def _image_ids(pods: list[Json]) -> Iterator[str]:
    for pod in pods:
        for status in at(pod, "status", "containerStatuses") or ():
            if at(status, "imageID"):
                yield str(status["imageID"])


def _image_results(objects: Objects, workload: Workload) -> list[Json]:
    """What was found in the images of the pods that run."""
    going = (pod for pod in workload.pods if at(pod, "status", "phase") not in _FINISHED)
    return image_findings.results(going, objects.related.get("image_findings") or ())


WORKLOAD = Kind(
    name="workload",
    many="workloads",
    sources=("k8s.pods", *(source for source, _ in MADE_BY.values()), "k8s.replica-sets"),
    derived={
        "containers": (),
        "os": (),
        "host_paths": (),
        "volume_types": (),
        "secrets": (),
        "secrets_elsewhere": (),
        "secrets_outside_store": _STORES,
        "missing_secrets": (SECRETS,),
        "literal_variables": (),
        "exec_without_secrets": exec_holders.SOURCES,
        "service_account": (),
        "account_shared_with": (),
        "token_mounted": _ACCOUNTS,
        "pull_secrets": _ACCOUNTS,
        "owner": (),
        "replicas": (),
        "spread": (),
        "disruption_budgets": ("k8s.pod-disruption-budgets",),
        "lacks_limits": ("k8s.limit-ranges",),
        "lacks_requests": ("k8s.limit-ranges",),
        "runtime_handler": ("k8s.runtime-classes",),
        "namespace_labels": ("k8s.namespaces",),
        "pods": (),
        "running_images": (),
        "image_results": (image_findings.SOURCE,),
        "image_scan": _SCANS,
    },
    build=_build,
)
