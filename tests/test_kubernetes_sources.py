"""The rights that reading clusters takes: all of them, no more, and none that could do harm."""

from __future__ import annotations

from collections import Counter

from reportgen.collect.kubernetes.reads import READS
from reportgen.sources import BY_NAME
from reportgen.sources.kubernetes import (
    ACCESS,
    KUBERNETES,
    SECRETS,
    cluster_role,
    data_action,
    data_actions,
    needed_by,
    read_by,
)
from reportgen.sources.source import Rule

HARMFUL = {
    "nodes/proxy",
    "pods/exec",
    "pods/attach",
    "pods/portforward",
    "serviceaccounts/token",
    "configmaps",
}


def granted(*, secrets: bool = False) -> set[tuple[str, str]]:
    role = cluster_role(read_by("direct", secrets=secrets))
    return {(rule["apiGroups"][0], resource) for rule in role["rules"] for resource in rule["resources"]}


def test_every_source_of_lists_has_a_read_and_every_read_a_source() -> None:
    names = [source.name for source in KUBERNETES if source.rules and source.name != SECRETS]
    assert [read.source for read in READS] == names
    for read in READS:
        assert len(read.kinds) == len(read.rules)


def test_a_gap_in_the_way_in_is_a_gap_in_all() -> None:
    assert {source.requires for source in KUBERNETES if source.name != ACCESS} == {ACCESS}
    assert BY_NAME[ACCESS].requires == ""
    assert {source.scope for source in KUBERNETES} == {"cluster"}


def test_the_cluster_role_lists_and_does_nothing_else() -> None:
    role = cluster_role()
    assert (role["kind"], role["metadata"]) == ("ClusterRole", {"name": "reportgen-reader"})
    for rule in role["rules"]:
        assert rule["verbs"] == ["list"]
        assert len(rule["apiGroups"]) == 1
        assert rule["resources"] == sorted(set(rule["resources"]))
    assert Counter(rule["apiGroups"][0] for rule in role["rules"]).most_common(1)[0][1] == 1


def test_k36_it_reads_roles_and_bindings_which_azures_own_reader_cannot() -> None:
    wanted = {"roles", "clusterroles", "rolebindings", "clusterrolebindings"}
    assert {resource for group, resource in granted() if group == "rbac.authorization.k8s.io"} == wanted


def test_k33_secrets_are_in_it_only_where_they_are_wanted() -> None:
    assert ("", "secrets") not in granted()
    assert granted(secrets=True) - granted() == {("", "secrets")}
    assert not [action for action in data_actions() if "/secrets/" in action]
    assert granted() == {
        (rule["apiGroups"][0], resource) for rule in cluster_role()["rules"] for resource in rule["resources"]
    }
    assert [action for action in data_actions(KUBERNETES) if action not in data_actions()] == [
        "Microsoft.ContainerService/managedClusters/secrets/read"
    ]


def test_nothing_that_could_run_something_is_in_any_of_them() -> None:
    assert not {resource for _, resource in granted(secrets=True)} & HARMFUL
    assert all(action.endswith("/read") for action in data_actions(KUBERNETES))


def test_everything_that_is_read_is_in_the_cluster_role() -> None:
    assert granted() == {(rule.group, rule.resource) for read in READS for rule in read.rules}


def test_data_actions_are_those_that_azure_has() -> None:
    actions = data_actions()
    assert "Microsoft.ContainerService/managedClusters/apps/deployments/read" in actions
    assert "Microsoft.ContainerService/managedClusters/pods/read" in actions
    assert [action for action in actions if "customresources" in action] == [
        "Microsoft.ContainerService/managedClusters/customresources/read"
    ]
    assert not [
        action for action in actions if "cilium" in action or "admissionpolic" in action or "*" in action
    ]
    assert list(actions) == sorted(set(actions))


def test_each_right_says_what_it_is_there_for() -> None:
    found = dict(needed_by())
    assert found[Rule("", "pods")] == ("k8s.pods",)
    assert set(found) == {rule for source in KUBERNETES for rule in source.rules}
    assert Rule("apps", "deployments").words == "list deployments in the API group apps"
    assert Rule("", "pods").words == "list pods in the core API group"
    assert Rule("constraints.gatekeeper.sh", "*").words.startswith("list everything in the API group")


def test_run_command_takes_rights_of_its_own() -> None:
    def actions(access: str) -> set[str]:
        return {action for source in read_by(access, secrets=False) for action in source.permissions}

    assert actions("run-command") - actions("direct") == {
        "Microsoft.ContainerService/managedClusters/runCommand/action",
        "Microsoft.ContainerService/managedClusters/commandResults/read",
    }
    assert actions("direct") == {
        "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
    }


def test_each_right_is_a_data_action_or_has_none() -> None:
    found = {rule: data_action(rule) for source in KUBERNETES for rule in source.rules}
    assert {rule.resource for rule, action in found.items() if not action} == {
        "validatingadmissionpolicies", "validatingadmissionpolicybindings",
    }  # fmt: skip
    assert {*found.values()} - {""} == {*data_actions(KUBERNETES)}


def test_an_engagement_that_looks_into_no_cluster_reads_nothing_there() -> None:
    assert read_by("none", secrets=True) == ()
    assert {source.name for source in read_by("direct", secrets=False)} == {
        source.name for source in KUBERNETES
    } - {SECRETS}
