"""Secrets by name: what names them, what asks for one that is not there, who enters pods that have them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from reportgen.subjects.inside import environment, exec_holders, secrets
from reportgen.subjects.inside.certificates import CERTIFICATE
from reportgen.subjects.inside.secrets import SECRET
from tests.subjects.inside.rbac import binding, group, objects, role, rule, user


def secret(name: str, namespace: str = "shop") -> Any:
    return {"metadata": {"namespace": namespace, "name": name}, "type": "Opaque", "keys": 1, "age": "12d"}


def named(name: str, **rest: Any) -> Any:
    return {"metadata": {"namespace": "shop", "name": name}, **rest}


POD = {
    "containers": [
        {
            "name": "app",
            "env": [
                {"name": "A", "valueFrom": {"secretKeyRef": {"name": "env", "key": "k"}}},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "maybe", "key": "k", "optional": True}}},
                {"name": "PASSWORD"},
                {"name": "NODE", "valueFrom": {"fieldRef": {}}},
            ],
            "envFrom": [{"secretRef": {"name": "whole"}}, {"secretRef": {"name": "o", "optional": True}}],
        }
    ],
    "initContainers": [{"name": "init", "env": [{"name": "TOKEN"}]}],
    "volumes": [
        {"name": "v", "secret": {"secretName": "file"}},
        {"name": "p", "projected": {"sources": [{"secret": {"name": "part", "optional": True}}]}},
    ],
    "imagePullSecrets": [{"name": "pull"}],
}


def test_what_has_to_be_there_and_is_not() -> None:
    assert secrets.missing(POD, "shop", {("shop", "env"), ("other", "file")}) == ["file", "whole"]


def test_literal_variables_are_told_by_name_alone() -> None:
    found = environment.literal_variables(POD)
    assert found == [{"name": "TOKEN", "at": "init"}, {"name": "PASSWORD", "at": "app"}]


def test_a_secret_is_used_by_what_names_or_makes_it(tmp_path: Path) -> None:
    made = {
        "deployments": [named("web", spec={"template": {"spec": POD}})],
        "service-accounts": [named("robot", imagePullSecrets=[{"name": "account"}])],
        "ingresses": [named("edge", spec={"tls": [{"secretName": "tls"}]})],
        "certificates": [named("cert", spec={"secretName": "issued"})],
        "external-secrets": [named("outside", spec={})],
        "secret-provider-classes": [named("vault", spec={"secretObjects": [{"secretName": "synced"}]})],
        "gateways": [
            {
                "metadata": {"namespace": "edge", "name": "gate"},
                "spec": {"listeners": [{"tls": {"certificateRefs": [{"name": "far", "namespace": "shop"}]}}]},
            }
        ],
        "persistent-volumes": [
            {
                "metadata": {"name": "pv"},
                "spec": {"csi": {"nodeStageSecretRef": {"name": "s", "namespace": "shop"}}},
            },
            {
                "metadata": {"name": "old"},
                "spec": {"azureFile": {"secretName": "f"}, "claimRef": {"namespace": "shop"}},
            },
        ],
    }
    used = {
        "env": "web (Deployment)",
        "maybe": "web (Deployment)",
        "pull": "web (Deployment)",
        "account": "robot (service account)",
        "tls": "edge (ingress)",
        "issued": "cert (certificate)",
        "outside": "outside (external secret)",
        "synced": "vault (secret provider class)",
        "far": "gate (gateway)",
        "s": "pv (persistent volume)",
        "f": "old (persistent volume)",
    }
    listed = [*map(secret, used), secret("idle"), secret("env", "elsewhere")]
    found = {
        one.name: one.derived["used_by"]
        for one in SECRET.build(objects(tmp_path, {**made, "secrets": listed}))
    }
    assert found == {
        **{f"shop/{name}": [words] for name, words in used.items()},
        "shop/idle": [],
        "elsewhere/env": [],
    }


def test_where_something_that_names_secrets_is_not_known_their_use_is_not_either(tmp_path: Path) -> None:
    cluster = objects(tmp_path, {"secrets": [secret("a")]}, missing=("k8s.ingresses",))
    (one,) = SECRET.build(cluster)
    assert "used_by" not in one.derived


def test_who_enters_pods_without_a_right_to_their_secrets(tmp_path: Path) -> None:
    enter, read = rule("create", "pods/exec"), rule("get list", "secrets")
    cluster = objects(
        tmp_path,
        {
            "cluster-roles": [role("enter", enter), role("read", read), role("all", rule("*", "*", "*"))],
            "cluster-role-bindings": [
                binding("on-call", "enter", group("on-call")),
                binding("admins", "all", group("admins")),
            ],
            "role-bindings": [
                binding("devs", "enter", user("dev"), namespace="shop"),
                binding("both", "read", group("on-call"), namespace="bank"),
            ],
            "roles": [],
        },
    )
    held = exec_holders.holders(cluster)
    assert exec_holders.without_secrets(held, "shop") == ["Group/on-call", "User/dev"]
    assert exec_holders.without_secrets(held, "bank") == []


def test_a_role_of_azure_counts_while_it_stands(tmp_path: Path) -> None:
    aks = "Microsoft.ContainerService/managedClusters/"
    definition = {"id": "/x/roledefinitions/r", "permissions": [{"dataActions": [f"{aks}pods/exec/action"]}]}
    given = {
        "principalId": "g",
        "principalType": "Group",
        "roleDefinitionId": "/x/roleDefinitions/R",
        "scope": "/",
    }
    cluster = objects(tmp_path, {})
    cluster = replace(
        cluster,
        cluster={**cluster.cluster, "properties": {"aadProfile": {"enableAzureRBAC": True}}},
        related={"role_definitions": [definition], "role_assignments": [given], "role_eligibilities": []},
    )
    assert exec_holders.without_secrets(exec_holders.holders(cluster), "shop") == ["Group/g"]
    later = replace(
        cluster, related={**cluster.related, "role_assignments": [], "role_eligibilities": [given]}
    )
    assert exec_holders.without_secrets(exec_holders.holders(later), "shop") == []


def test_a_certificate_is_told_by_its_status(tmp_path: Path) -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}], "notAfter": "2027-01-01T00:00:00Z"}
    waiting = {"conditions": [{"type": "Ready", "status": "False"}]}
    issuer = {"spec": {"issuerRef": {"name": "ca"}}}
    listed = [named("done", status=ready, **issuer), named("waits", status=waiting, **issuer)]
    found = [one.derived for one in CERTIFICATE.build(objects(tmp_path, {"certificates": listed}))]
    assert found == [
        {"not_after": "2027-01-01T00:00:00Z", "ready": True, "issuer": "ca"},
        {"ready": False, "issuer": "ca"},
    ]
