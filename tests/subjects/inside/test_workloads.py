"""Workloads: effective values of containers, what pods take of their node, owners, budgets, accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from reportgen.snapshot import Reader
from reportgen.subjects.inside import budgets, pod_specs
from reportgen.subjects.inside.containers import containers, image, pull_policy
from reportgen.subjects.inside.interface import Found, Objects
from reportgen.subjects.inside.workloads import WORKLOAD

Json = dict[str, Any]


def one(own: Json, shared: Json | None = None, **rest: Any) -> Json:
    """The effective values of a pod's single container."""
    spec = {"securityContext": shared or {}, "containers": [{"name": "app", "securityContext": own, **rest}]}
    return cast("Json", containers(spec)[0])


@pytest.mark.parametrize(
    ("own", "shared", "key", "expected"),
    [
        ({}, {}, "allowPrivilegeEscalation", True),
        ({"allowPrivilegeEscalation": False}, {}, "allowPrivilegeEscalation", False),
        ({"allowPrivilegeEscalation": False, "privileged": True}, {}, "allowPrivilegeEscalation", True),
        ({}, {"runAsNonRoot": True}, "runAsNonRoot", True),
        ({"runAsNonRoot": False}, {"runAsNonRoot": True}, "runAsNonRoot", False),
        ({}, {}, "mayRunAsRoot", True),
        ({}, {"runAsUser": 1000}, "mayRunAsRoot", False),
        ({"runAsUser": 0}, {"runAsUser": 1000}, "mayRunAsRoot", True),
        ({"runAsUser": 0, "runAsNonRoot": True}, {}, "mayRunAsRoot", True),
        ({"capabilities": {"add": ["cap_sys_admin"]}}, {}, "hasSysAdmin", True),
        ({"privileged": True}, {}, "hasSysAdmin", True),
        ({}, {}, "hasNetRaw", True),
        ({"capabilities": {"drop": ["ALL"]}}, {}, "hasNetRaw", False),
        ({"capabilities": {"drop": ["ALL"], "add": ["NET_RAW"]}}, {}, "hasNetRaw", True),
        ({"capabilities": {"drop": ["all"]}}, {}, "dropsAll", True),
        ({"capabilities": {"drop": ["ALL"]}, "privileged": True}, {}, "dropsAll", False),
        ({}, {}, "seccompProfile", "Unconfined"),
        ({}, {"seccompProfile": {"type": "RuntimeDefault"}}, "seccompProfile", "RuntimeDefault"),
        (
            {"seccompProfile": {"type": "Unconfined"}},
            {"seccompProfile": {"type": "Localhost"}},
            "seccompProfile",
            "Unconfined",
        ),
        (
            {"privileged": True},
            {"seccompProfile": {"type": "RuntimeDefault"}},
            "seccompProfile",
            "Unconfined",
        ),
        ({}, {}, "appArmorProfile", "RuntimeDefault"),
        ({}, {"appArmorProfile": {"type": "Unconfined"}}, "appArmorProfile", "Unconfined"),
        ({"privileged": True}, {}, "appArmorProfile", "Unconfined"),
        ({}, {"windowsOptions": {"hostProcess": True}}, "hostProcess", True),
        (
            {"windowsOptions": {"runAsUserName": "ContainerUser"}},
            {"windowsOptions": {"hostProcess": True}},
            "hostProcess",
            True,
        ),
        ({}, {}, "procMount", "Default"),
        ({}, {}, "securityContextSet", False),
        ({}, {}, "readOnlyRootFilesystem", False),
    ],
)
def test_a_container_takes_the_pods_settings_and_then_the_defaults(
    own: Json, shared: Json, key: str, expected: Any
) -> None:
    assert one(own, shared)[key] == expected


def test_an_annotation_names_the_profile_of_its_own_container_only() -> None:
    spec = {"containers": [{"name": "app"}, {"name": "other"}]}
    marked = {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}
    assert [found["appArmorProfile"] for found in containers(spec, marked)] == [
        "Unconfined",
        "RuntimeDefault",
    ]


def test_types_of_containers_and_a_limit_that_is_the_request_too() -> None:
    spec = {
        "initContainers": [{"name": "a"}, {"name": "b", "restartPolicy": "Always"}],
        "containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}, "livenessProbe": {}}],
        "ephemeralContainers": [{"name": "d"}],
    }
    found = containers(spec)
    assert [entry["type"] for entry in found] == ["init", "sidecar", "container", "ephemeral"]
    assert (found[2]["cpuRequest"], found[2]["memoryRequest"], found[2]["livenessProbe"]) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "latest", ""),
        ("team/web:1", "docker.io", "team/web", "1", ""),
        ("localhost:5000/web", "localhost:5000", "web", "latest", ""),
        ("cr.azurecr.io/a/b:2@sha256:0a", "cr.azurecr.io", "a/b", "2", "sha256:0a"),
        ("cr.azurecr.io/a/b@sha256:0a", "cr.azurecr.io", "a/b", "", "sha256:0a"),
        ("index.docker.io/library/x:1", "docker.io", "library/x", "1", ""),
    ],
)
def test_the_parts_of_an_images_name(
    text: str, registry: str, repository: str, tag: str, digest: str
) -> None:
    parts = image(text)
    assert (parts["registry"], parts["repository"], parts["tag"], parts["digest"]) == (
        registry,
        repository,
        tag,
        digest,
    )


@pytest.mark.parametrize(
    ("container", "policy"),
    [
        ({"image": "web"}, "Always"),
        ({"image": "web:1"}, "IfNotPresent"),
        ({"image": "web@sha256:0a"}, "IfNotPresent"),
        ({"image": "web", "imagePullPolicy": "Never"}, "Never"),
    ],
)
def test_the_pull_policy_follows_the_tag(container: Json, policy: str) -> None:
    assert pull_policy(container) == policy


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, "linux"),
        ({"os": {"name": "windows"}}, "windows"),
        ({"nodeSelector": {"kubernetes.io/os": "windows"}}, "windows"),
        ({"nodeSelector": {"kubernetes.azure.com/os-sku": "Windows2022"}}, "windows"),
        ({"os": {"name": "linux"}, "nodeSelector": {"kubernetes.io/os": "windows"}}, "linux"),
        ({"containers": [{"securityContext": {"windowsOptions": {"hostProcess": True}}}]}, "windows"),
    ],
)
def test_the_system_of_a_pod(spec: Json, expected: str) -> None:
    assert pod_specs.system(spec) == expected


def test_paths_of_the_node_in_plain_form() -> None:
    spec = {
        "volumes": [
            {"name": "a", "hostPath": {"path": "/var/run/../log/"}},
            {"name": "b", "hostPath": {"path": "/"}},
            {"name": "c", "hostPath": {"path": "\\\\.\\pipe\\docker_engine"}},
            {"name": "d", "emptyDir": {}},
        ],
        "containers": [{"volumeMounts": [{"name": "a", "readOnly": True}, {"name": "b"}]}],
    }
    found = pod_specs.host_paths(spec)
    assert [(path["path"], path["below"], path["readOnly"]) for path in found] == [
        ("/var/log", "/var/log/", True),
        ("/", "/", False),
        ("//pipe/docker_engine", "//pipe/docker_engine/", True),
    ]
    assert pod_specs.volume_types(spec) == ["emptyDir", "hostPath"]


def test_every_way_in_which_a_pod_takes_a_secret() -> None:
    spec = {
        "initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "whole"}}]}],
        "containers": [
            {
                "name": "c",
                "env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "one"}}}, {"name": "X"}],
            }
        ],
        "volumes": [
            {"name": "v", "secret": {"secretName": "file"}},
            {"name": "p", "projected": {"sources": [{"secret": {"name": "part"}}]}},
            {
                "name": "k",
                "csi": {
                    "driver": "secrets-store.csi.k8s.io",
                    "volumeAttributes": {"secretProviderClass": "vault"},
                },
            },
            {"name": "f", "azureFile": {"secretName": "share"}},
        ],
    }
    assert {(use["way"], use["name"]) for use in pod_specs.secret_use(spec)} == {
        ("envFrom", "whole"),
        ("env", "one"),
        ("volume", "file"),
        ("volume", "part"),
        ("csi", "vault"),
        ("driver", "share"),
    }


@pytest.mark.parametrize(
    ("spec", "account", "mounted"),
    [
        ({}, None, True),
        ({}, {"automountServiceAccountToken": False}, False),
        ({"automountServiceAccountToken": True}, {"automountServiceAccountToken": False}, True),
        ({"automountServiceAccountToken": False}, {}, False),
        (
            {
                "automountServiceAccountToken": False,
                "volumes": [{"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}],
            },
            {},
            True,
        ),
        (
            {
                "automountServiceAccountToken": False,
                "volumes": [{"projected": {"sources": [{"serviceAccountToken": {"audience": "api://x"}}]}}],
            },
            {},
            False,
        ),
    ],
)
def test_whether_a_token_is_mounted(spec: Json, account: Json | None, mounted: bool) -> None:
    assert pod_specs.token_mounted(spec, account) is mounted


@pytest.mark.parametrize(
    ("spec", "total", "allows"),
    [
        ({"maxUnavailable": 0}, 3, 0),
        ({"maxUnavailable": "10%"}, 3, 1),
        ({"minAvailable": "100%"}, 3, 0),
        ({"minAvailable": "50%"}, 3, 1),
        ({"minAvailable": 5}, 3, 0),
        ({}, 3, 2),
    ],
)
def test_what_a_budget_allows(spec: Json, total: int, allows: int) -> None:
    assert budgets.allowed({"spec": spec}, total) == allows


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "api"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, False),
    ],
)
def test_selectors(selector: Json | None, taken: bool) -> None:
    assert pod_specs.selects(selector, {"app": "web"}) is taken


def item(name: str, owner: tuple[str, str] | None = None, **rest: Any) -> Json:
    metadata: Json = {"namespace": "shop", "name": name}
    if owner:
        metadata["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    return {"metadata": metadata, **rest}


def template(**spec: Any) -> Json:
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app"}], **spec}}


TRIVY = {
    "taken_at": "2026-11-01T00:00:00Z",
    "results": [
        {
            "namespace": "shop",
            "kind": "Deployment",
            "name": "web",
            "images": [],
            "scanned": True,
            "vulnerabilities": [],
        }
    ],
}
"""A scan of the cluster that names one workload."""


def build(missing: frozenset[str] = frozenset(), **lists: list[Json]) -> dict[str, Found]:
    """The workloads of a cluster that holds these objects, by name."""
    related = {"trivy": [TRIVY]}
    objects = Objects(cast("Reader", None), {}, "c", related, missing, datetime(2026, 11, 15, tzinfo=UTC))
    sources = (*WORKLOAD.sources, *(source for made in WORKLOAD.derived.values() for source in made))
    for source in sources:
        key = source.removeprefix("k8s.").replace("-", "_")
        objects._lists[source] = [(entry, f"{key}/{n}") for n, entry in enumerate(lists.get(key, []))]
    return {found.name: found for found in WORKLOAD.build(objects)}


def test_every_pod_belongs_to_one_workload_or_is_one() -> None:
    found = build(
        deployments=[item("web", spec={"template": template(), "replicas": 2})],
        replica_sets=[item("web-1", ("Deployment", "web")), item("canary-1", ("Rollout", "canary"))],
        cron_jobs=[item("nightly", spec={"jobTemplate": {"spec": {"template": template()}}})],
        jobs=[item("nightly-7", ("CronJob", "nightly")), item("once", spec={"template": template()})],
        pods=[
            item("web-1-a", ("ReplicaSet", "web-1"), spec={"ephemeralContainers": [{"name": "debugger"}]}),
            item("web-1-b", ("ReplicaSet", "web-1"), status={"phase": "Failed"}),
            item("nightly-7-a", ("Job", "nightly-7")),
            item("canary-1-a", ("ReplicaSet", "canary-1")),
            item("alone"),
        ],
    )
    assert {name: one.derived["pods"] for name, one in found.items()} == {
        "shop/web (Deployment)": 1,
        "shop/nightly (CronJob)": 1,
        "shop/once (Job)": 0,
        "shop/canary-1-a (Pod)": 1,
        "shop/alone (Pod)": 1,
    }
    web = found["shop/web (Deployment)"]
    assert [(c["name"], c.get("pod")) for c in web.derived["containers"]] == [
        ("app", None),
        ("debugger", "web-1-a"),
    ]
    assert web.document["podSpec"] == template()["spec"]
    assert "template" not in web.document["spec"]
    assert found["shop/canary-1-a (Pod)"].derived["owner"] == "ReplicaSet canary-1"
    assert found["shop/alone (Pod)"].derived["owner"] == ""


def test_what_other_objects_give_a_workload() -> None:
    spec = template(
        runtimeClassName="kata",
        serviceAccountName="web",
        volumes=[
            {"name": "v", "secret": {"secretName": "tls"}},
            {"name": "w", "secret": {"secretName": "made"}},
        ],
    )
    found = build(
        deployments=[item("web", spec={"template": spec}), item("api", spec={"template": spec})],
        service_accounts=[
            item("web", imagePullSecrets=[{"name": "hub"}], automountServiceAccountToken=False)
        ],
        external_secrets=[item("outer", spec={"target": {"name": "made"}})],
        limit_ranges=[item("all", spec={"limits": [{"type": "Container", "default": {"cpu": "1"}}]})],
        pod_disruption_budgets=[
            item("b", spec={"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}})
        ],
        runtime_classes=[{"metadata": {"name": "kata"}, "handler": "kata"}],
        namespaces=[{"metadata": {"name": "shop", "labels": {"trust": "untrusted"}}}],
    )["shop/web (Deployment)"].derived
    assert found["secrets_outside_store"] == ["tls"]
    assert (found["token_mounted"], found["pull_secrets"]) == (False, ["hub"])
    assert found["account_shared_with"] == ["api (Deployment)"]
    assert found["lacks_limits"] == found["lacks_requests"] == ["app: memory"]
    assert found["disruption_budgets"] == [{"name": "b", "allows": 1}]
    assert (found["runtime_handler"], found["namespace_labels"]) == ("kata", {"trust": "untrusted"})
    assert found["replicas"] == 1


def test_secrets_of_one_name_in_two_namespaces() -> None:
    spec = template(volumes=[{"name": "v", "secret": {"secretName": "db"}}])
    other = item("web", spec={"template": spec})
    other["metadata"]["namespace"] = "office"
    found = build(deployments=[item("web", spec={"template": spec}), other])
    assert found["shop/web (Deployment)"].derived["secrets_elsewhere"] == ["db"]


@pytest.mark.parametrize("name", [name for name, made in WORKLOAD.derived.items() if made])
def test_a_value_is_left_out_where_a_source_is_missing(name: str) -> None:
    web = item("web", spec={"template": template()})
    assert name in build(deployments=[web])["shop/web (Deployment)"].derived
    missing = frozenset(WORKLOAD.derived[name])
    assert name not in build(missing, deployments=[web])["shop/web (Deployment)"].derived
