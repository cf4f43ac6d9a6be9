"""The powers that rules give: wildcards, subresources, names that narrow, and the place of the binding."""

from __future__ import annotations

import pytest

from reportgen.model import Json
from reportgen.subjects.inside.powers import NAMES, POWERS, WHOLE_CLUSTER, powers, wildcards
from tests.subjects.inside.rbac import rule

RBAC = "rbac.authorization.k8s.io"
ADMISSION = "admissionregistration.k8s.io"
EVERYTHING = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (rule("get", "secrets"), ["reads-secrets"]),
        (rule("list", "secrets"), ["reads-secrets"]),
        (rule("get list watch", "secrets", "", "one"), []),
        (rule("create update delete", "secrets"), []),
        (rule("get", "secrets", "apps"), []),
        (rule("create", "pods/exec"), ["execs-pods"]),
        (rule("get", "pods/exec"), ["execs-pods"]),
        (rule("create", "*/exec"), ["execs-pods"]),
        (rule("get", "pods/log pods"), []),
        (rule("create", "pods/portforward"), ["execs-pods"]),
        (rule("patch", "pods/ephemeralcontainers"), ["execs-pods"]),
        (rule("impersonate", "users"), ["impersonates"]),
        (rule("impersonate", "groups", "", "one"), ["impersonates"]),
        (rule("impersonate", "userextras/scopes", "authentication.k8s.io"), ["impersonates"]),
        (rule("escalate", "clusterroles", RBAC), ["escalates"]),
        (rule("bind", "clusterroles", RBAC, "view"), ["binds-roles"]),
        (rule("create", "pods"), ["creates-pods"]),
        (rule("patch", "deployments", "apps"), ["creates-pods"]),
        (rule("update", "cronjobs", "batch"), ["creates-pods"]),
        (rule("update", "pods"), []),
        (rule("create", "serviceaccounts/token", "", "api"), ["creates-tokens"]),
        (rule("create", "serviceaccounts"), []),
        (
            rule("update", "certificatesigningrequests/approval", "certificates.k8s.io"),
            ["approves-csrs"],
        ),
        (rule("get", "nodes/proxy"), ["reaches-nodes-proxy"]),
        (rule("get", "nodes nodes/metrics"), []),
        (rule("delete", "validatingwebhookconfigurations", ADMISSION), ["edits-webhooks"]),
        (rule("get", "mutatingwebhookconfigurations", ADMISSION), []),
        (rule("create", "persistentvolumes"), ["creates-persistent-volumes"]),
        (rule("create", "persistentvolumeclaims"), []),
        (rule("delete", "events", "events.k8s.io"), ["deletes-events"]),
        (rule("create patch", "events"), []),
        (rule("patch", "endpoints"), ["edits-endpoints"]),
        (rule("patch", "configmaps"), ["edits-coredns"]),
        (rule("patch", "configmaps", "", "coredns-custom"), ["edits-coredns"]),
        (rule("patch", "configmaps", "", "leader"), []),
        (rule("get", "*"), ["reads-secrets", "execs-pods", "reaches-nodes-proxy", "wildcard"]),
        ({"nonResourceURLs": ["*"], "verbs": ["*"]}, []),
        ({}, []),
        (EVERYTHING, list(NAMES)),
        ({**EVERYTHING, "apiGroups": ["shop.example"]}, ["wildcard"]),
    ],
)
def test_what_a_rule_gives_in_the_whole_cluster(given: Json, expected: list[str]) -> None:
    assert powers([given], WHOLE_CLUSTER) == expected


def test_names_keep_everything_from_being_cluster_admin() -> None:
    assert "cluster-admin" not in powers([{**EVERYTHING, "resourceNames": ["one"]}], WHOLE_CLUSTER)


def test_a_namespace_bounds_what_everything_gives() -> None:
    outside = {"approves-csrs", "reaches-nodes-proxy", "edits-webhooks", "creates-persistent-volumes"}
    assert set(powers([EVERYTHING], "shop")) == set(NAMES) - outside - {"edits-coredns"}
    assert set(powers([EVERYTHING], "kube-system")) == set(NAMES) - outside


@pytest.mark.parametrize(
    ("verbs", "resources", "group"),
    [
        ("impersonate", "users", ""),
        ("escalate", "clusterroles", RBAC),
        ("get", "nodes/proxy", ""),
    ],
)
def test_what_lies_outside_namespaces_is_not_given_in_one(verbs: str, resources: str, group: str) -> None:
    assert powers([rule(verbs, resources, group)], WHOLE_CLUSTER)
    assert powers([rule(verbs, resources, group)], "shop") == []


def test_rules_add_up_in_one_order() -> None:
    given = [rule("create", "pods"), rule("list", "secrets"), rule("create", "pods/exec")]
    assert powers(given, "shop") == ["reads-secrets", "execs-pods", "creates-pods"]


def test_wildcards_of_a_rule() -> None:
    assert wildcards(rule("*", "pods", "*")) == ["apiGroups", "verbs"]
    assert wildcards({"nonResourceURLs": ["*"], "verbs": ["*"]}) == []


def test_every_power_has_a_name() -> None:
    assert set(POWERS) < set(NAMES)
