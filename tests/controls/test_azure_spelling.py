"""The shipped controls over ARM bodies as Azure spells them, nulls and odd casing included."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen.assess import expression
from reportgen.assess.judge import EVALUATION_ERROR, judge
from reportgen.model import Control, Json
from reportgen.subjects import derived
from reportgen.subjects.document import canonical
from tests.controls.test_catalogue import BY_ID, CATALOGUE
from tests.test_recorded_clusters import RECORDED

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
RELATED: dict[str, Json] = {"maintenance_configurations": [], "diagnostic_settings": []}


def statuses(control: Control, body: Json) -> list[str]:
    """One status for the cluster, or one for each of its pools."""
    cluster = canonical(body)
    subjects = [
        (
            cluster,
            derived.for_cluster(cluster, RELATED, AS_OF, "the list of the region"),
        )
    ]
    if control.subject == "agent-pool":
        pools = cluster.get("properties", {}).get("agentPoolProfiles", [])
        subjects = [(pool, derived.for_pool(pool, cluster)) for pool in pools]
    found = []
    for subject, values in subjects:
        variables = {
            "subject": subject,
            "cluster": cluster,
            "related": RELATED,
            "derived": values,
            "parameters": dict(control.parameters),
        }
        verdict = judge(control, expression.context(variables, AS_OF))
        assert not verdict.reason.startswith(EVALUATION_ERROR), (
            control.id,
            verdict.reason,
        )
        found.append(verdict.status.value)
    return found


def pool(**settings: Json) -> Json:
    return {"properties": {"agentPoolProfiles": [{"name": "first"}, {"name": "second", **settings}]}}


@pytest.mark.parametrize(
    ("control_id", "body", "expected"),
    [
        (
            "governance-azure-policy-addon",
            {"addonProfiles": {"azurePolicy": {"enabled": True}}},
            "satisfied",
        ),
        (
            "logging-container-insights",
            {"addonProfiles": {"omsAgent": {"enabled": True}}},
            "satisfied",
        ),
        (
            "network-http-application-routing-disabled",
            {"addonProfiles": {"HTTPApplicationRouting": {"enabled": True}}},
            "not-satisfied",
        ),
        (
            "secrets-key-vault-provider-enabled",
            {"addonProfiles": {"AzureKeyVaultSecretsProvider": {"enabled": True, "config": None}}},
            "satisfied",
        ),
        (
            "identity-azure-rbac-enabled",
            {"aadProfile": {"enableAzureRbac": True}},
            "satisfied",
        ),
        (
            "identity-entra-managed",
            {"aadProfile": {"managed": True, "adminGroupObjectIDs": None}},
            "satisfied",
        ),
        (
            "patching-node-os-auto-upgrade",
            {"autoUpgradeProfile": {"nodeOsUpgradeChannel": "nodeImage"}},
            "satisfied",
        ),
        ("api-server-private", {"apiServerAccessProfile": None}, "not-satisfied"),
        (
            "api-server-authorized-ranges",
            {"apiServerAccessProfile": {"authorizedIpRanges": ["203.0.113.0/24", "0.0.0.0/0"]}},
            "not-satisfied",
        ),
        (
            "api-server-authorized-ranges",
            {"apiServerAccessProfile": {"authorizedIPRanges": ["0.0.0.0/32"]}},
            "satisfied",
        ),
        (
            "network-standard-load-balancer",
            {"networkProfile": {"loadBalancerSku": "Basic"}},
            "not-satisfied",
        ),
        (
            "encryption-disks-customer-managed-key",
            {"diskEncryptionSetId": ""},
            "not-satisfied",
        ),
        (
            "encryption-etcd-kms",
            {
                "securityProfile": {
                    "kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": "enabled"}
                }
            },
            "satisfied",
        ),
    ],
)
def test_a_cluster_is_read_whatever_its_casing(control_id: str, body: Json, expected: str) -> None:
    assert statuses(BY_ID[control_id], {"properties": body}) == [expected]


@pytest.mark.parametrize(
    ("control_id", "settings", "expected"),
    [
        (
            "nodes-no-public-ip",
            {"enableNodePublicIp": True},
            ["satisfied", "not-satisfied"],
        ),
        (
            "encryption-at-host",
            {"enableEncryptionAtHost": True},
            ["not-satisfied", "satisfied"],
        ),
        (
            "resilience-availability-zones",
            {"availabilityZones": ["1", None, "2"]},
            ["not-satisfied", "satisfied"],
        ),
        (
            "nodes-ssh-disabled",
            {"securityProfile": {"sshAccess": "entraID"}},
            ["not-satisfied", "satisfied"],
        ),
    ],
)
def test_every_pool_is_judged_by_itself(control_id: str, settings: Json, expected: list[str]) -> None:
    """Neither the first pool nor any good pool speaks for the others."""
    assert statuses(BY_ID[control_id], pool(**settings)) == expected


def test_no_recorded_cluster_breaks_an_expression(recorded: Path) -> None:
    bodies = [
        json.loads(path.read_bytes()) for path in sorted((recorded / "managed_clusters").glob("*.json"))
    ]
    assert len(bodies) > 400
    from_azure = [known for known in CATALOGUE if all(source in RECORDED for source in known.needs)]
    counts = {
        control.id: Counter(status for body in bodies for status in statuses(control, body))
        for control in from_azure
    }
    clusters = [control.id for control in from_azure if control.subject == "cluster"]
    assert all(counts[control_id].total() == len(bodies) for control_id in clusters)
    assert counts["identity-kubernetes-rbac-enabled"]["satisfied"] == len(bodies)
    assert counts["secrets-rotation-enabled"]["satisfied"] > 0
