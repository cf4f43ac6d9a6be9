"""Webhooks, Gatekeeper's constraints, and the parts of the policy add-on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.subjects.inside import constraints, webhooks
from tests.subjects.inside.rbac import CLUSTER, objects

ANY = [{"apiGroups": ["*"], "resources": ["*"]}]


def configuration(name: str, *hooks: Json, **labels: str) -> Json:
    return {"metadata": {"name": name, "labels": labels}, "webhooks": list(hooks)}


def test_each_webhook_is_a_subject(tmp_path: Path) -> None:
    inside = {"name": "w", "rules": ANY, "clientConfig": {"service": {"namespace": "a", "name": "b"}}}
    outside = {"name": "o", "failurePolicy": "Ignore", "clientConfig": {"url": "https://elsewhere.example"}}
    lists = {
        "validating-webhooks": [configuration("c", inside, outside)],
        "mutating-webhooks": [configuration("aks-node-mutating-webhook", inside)],
        "services": [{"metadata": {"namespace": "a", "name": "other"}}],
    }
    first, second, third = webhooks.WEBHOOK.build(objects(tmp_path, lists))
    assert first.name == "validating/c/w"
    assert first.pointers[0].endswith("#/items/0/webhooks/0")
    assert (first.derived["failure_policy"], second.derived["failure_policy"]) == ("Fail", "Ignore")
    assert (first.derived["answers"], second.derived["outside"]) == (False, True)
    assert (first.derived["every_resource"], first.derived["looks_at_kube_system"]) == (True, True)
    assert (first.derived["of_aks"], third.derived["of_aks"]) == (False, True)


def test_a_services_absence_is_unknown_without_the_list(tmp_path: Path) -> None:
    lists = {"validating-webhooks": [configuration("c", {"name": "w"})]}
    (one,) = webhooks.WEBHOOK.build(objects(tmp_path, lists, missing=("k8s.services", "k8s.namespaces")))
    assert not {"answers", "looks_at_kube_system"} & set(one.derived)


def test_an_address_that_run_command_did_not_bring_is_outside_and_unknown(tmp_path: Path) -> None:
    lists = {"validating-webhooks": [configuration("c", {"name": "w", "clientConfig": {"url": ""}})]}
    (one,) = webhooks.WEBHOOK.build(objects(tmp_path, lists))
    assert one.derived["outside"] is True
    assert one.derived["asks"] == "an address outside the cluster, which run command does not bring"
    assert "answers" not in one.derived


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        (None, True),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "2"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "b", "operator": "Exists"}]}, False),
    ],
)
def test_label_selectors(selector: Json, selected: bool) -> None:
    assert webhooks.selects(selector, {"a": "1"}) is selected


def test_constraints_tell_action_audit_and_exclusions(tmp_path: Path) -> None:
    full = {
        "kind": "K8sAzureV2NoPrivilege",
        "metadata": {"name": "azurepolicy-x"},
        "spec": {"enforcementAction": "dryrun", "match": {"excludedNamespaces": ["kube-system"]}},
        "status": {"totalViolations": 3, "auditTimestamp": "2026-11-09T03:14:50Z"},
    }
    bare = {"kind": "K", "metadata": {"name": "own"}}
    first, second = constraints.CONSTRAINT.build(objects(tmp_path, {"constraints": [full, bare]}))
    assert first.name == "K8sAzureV2NoPrivilege/azurepolicy-x"
    assert dict(first.derived) == {
        "of_azure_policy": True,
        "action": "dryrun",
        "violations": 3,
        "audit_age_days": 6,
        "excluded_namespaces": ["kube-system"],
    }
    assert dict(second.derived) == {"of_azure_policy": False, "action": "deny", "excluded_namespaces": []}


def test_missing_parts_of_the_add_on_are_subjects_where_it_is_on(tmp_path: Path) -> None:
    audit = {
        "metadata": {"namespace": "gatekeeper-system", "name": "gatekeeper-audit"},
        "spec": {"replicas": 2},
        "status": {"readyReplicas": 1},
    }
    off = objects(tmp_path, {"deployments": [audit]})
    (one,) = constraints.POLICY_COMPONENT.build(off)
    assert dict(one.derived) == {"present": True, "wanted": 2, "ready": 1}
    profiles = {"addonProfiles": {"azurepolicy": {"enabled": True}}}
    on = replace(off, cluster={**CLUSTER, "properties": profiles})
    found = {one.name: one.derived["present"] for one in constraints.POLICY_COMPONENT.build(on)}
    assert found["gatekeeper-system/gatekeeper-audit"] is True
    assert found["kube-system/azure-policy"] is False
    assert len(found) == 4
