"""Which table shows what, and that a query finds it there and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox.estate import load
from reportgen.sandbox.graph_tables import RESOURCES, TABLES, tables_of
from reportgen.sandbox.ids import parse
from tests.sandbox.conftest import ALPHA, cluster, cluster_id, write
from tests.sandbox.test_graph import all_of, run

SUBSCRIPTION = f"/subscriptions/{ALPHA}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-aks"
CLUSTER = cluster_id(ALPHA, "one")
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg-corp"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/vmss"
STANDARDS = f"{SUBSCRIPTION}/providers/Microsoft.Security/regulatoryComplianceStandards"

SHOWN = [
    (CLUSTER, "resources"),
    (SCALE_SET, "resources"),
    (f"{GROUP}/providers/Microsoft.KeyVault/vaults/v", "resources"),
    (f"{GROUP}/providers/Microsoft.Security/automations/a", "resources"),
    (f"{GROUP}/providers/Microsoft.DataProtection/backupVaults/v", "resources"),
    (GROUP, "resourcecontainers"),
    (f"{CLUSTER}/providers/Microsoft.Authorization/roleAssignments/r", "authorizationresources"),
    (f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/r", "authorizationresources"),
    (f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/r", "authorizationresources"),
    (f"{MANAGEMENT_GROUP}/providers/Microsoft.Authorization/roleAssignments/r", "authorizationresources"),
    ("/providers/Microsoft.Authorization/roleDefinitions/r", "authorizationresources"),
    (f"{CLUSTER}/providers/Microsoft.PolicyInsights/policyStates/p", "policyresources"),
    (f"{CLUSTER}/providers/Microsoft.PolicyInsights/componentPolicyStates/p", "policyresources"),
    (f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/p", "policyresources"),
    ("/providers/Microsoft.Authorization/policyDefinitions/p", "policyresources"),
    (f"{MANAGEMENT_GROUP}/providers/Microsoft.Authorization/policySetDefinitions/p", "policyresources"),
    (f"{GROUP}/providers/Microsoft.Authorization/policyExemptions/p", "policyresources"),
    (f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/Containers", "securityresources"),
    (f"{CLUSTER}/providers/Microsoft.Security/assessments/a", "securityresources"),
    (f"{CLUSTER}/providers/Microsoft.Security/assessments/a/subAssessments/s", "securityresources"),
    (
        f"{STANDARDS}/s/regulatoryComplianceControls/c/regulatoryComplianceAssessments/a",
        "securityresources",
    ),
    (f"{CLUSTER}/providers/Microsoft.Advisor/recommendations/r", "advisorresources"),
    (f"{CLUSTER}/scheduledEvents/e", "containerserviceeventresources"),
    (f"{CLUSTER}/events/e", "containerserviceeventresources"),
    (
        f"{GROUP}/providers/Microsoft.DataProtection/backupVaults/v/backupInstances/b",
        "recoveryservicesresources",
    ),
    (f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v/backupPolicies/b", "recoveryservicesresources"),
    (
        f"{CLUSTER}/providers/Microsoft.KubernetesConfiguration/extensions/flux",
        "kubernetesconfigurationresources",
    ),
    (f"{SCALE_SET}/virtualMachines/0", "computeresources"),
    (f"{SCALE_SET}/virtualMachines/0/networkInterfaces/nic", "computeresources"),
    (f"{GROUP}/providers/Microsoft.ContainerService/fleets/f/members/m", "aksresources"),
    (f"{CLUSTER}/providers/Microsoft.Resources/changes/c", "resourcechanges"),
    (f"{GROUP}/providers/Microsoft.Resources/changes/c", "resourcecontainerchanges"),
    (f"{SUBSCRIPTION}/providers/Microsoft.Resources/changes/c", "resourcecontainerchanges"),
]
"""An id of each sort, and its table."""


@pytest.mark.parametrize(("text", "table"), SHOWN)
def test_an_id_shows_in_the_table_of_its_type(text: str, table: str) -> None:
    found = parse(text)
    assert found is not None
    assert tables_of(found, {"location": "westeurope"}) == (table,)


@pytest.mark.parametrize(
    "text",
    [
        f"{CLUSTER}/agentPools/a",
        f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings/d",
        f"{GROUP}/providers/Microsoft.Authorization/locks/l",
        f"{GROUP}/providers/Microsoft.KeyVault/vaults/v/keys/k",
        f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/w/tables/t",
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/denyAssignments/d",
        f"{SUBSCRIPTION}/providers/Microsoft.Support/supportTickets/t",
    ],
)
def test_what_resource_graph_does_not_have(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert tables_of(found, {"location": "westeurope"}) == ()


def test_a_child_is_a_resource_only_with_a_region_of_its_own() -> None:
    found = parse(f"{GROUP}/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/l")
    assert found is not None
    assert (tables_of(found, {"location": "global"}), tables_of(found, {})) == ((RESOURCES,), ())


def test_a_recovery_vault_is_in_two_tables() -> None:
    found = parse(f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v")
    assert found is not None
    assert tables_of(found, {}) == ("resources", "recoveryservicesresources")


def estate(folder: Path) -> Path:
    bodies: list[dict[str, Any]] = [
        {"id": text, "name": text.rsplit("/", 1)[1], "properties": {"own": text}}
        for text, table in SHOWN
        if text != CLUSTER
    ]
    return write(folder, {"all.json": [cluster(ALPHA, "one"), *bodies]})


def test_each_table_holds_its_rows(tmp_path: Path) -> None:
    tables = all_of(estate(tmp_path))
    for table in TABLES[2:]:
        expected = sorted(text for text, shown in SHOWN if shown == table and text.startswith("/subscr"))
        found = run(tables, f"{table} | project id", ALPHA).rows
        assert sorted(row[0] for row in found) == expected, table
    assert run(tables, "SecurityResources | summarize n = count()", ALPHA).rows == [(4,)]


def test_rows_have_the_columns_and_the_bodys_own_names(tmp_path: Path) -> None:
    tables = all_of(estate(tmp_path))
    result = run(tables, "securityresources | where type =~ 'Microsoft.Security/pricings'", ALPHA)
    row = dict(zip([name for name, _ in result.columns], result.cells(result.rows[0]), strict=True))
    assert row["type"] == "microsoft.security/pricings"
    assert (row["subscriptionId"], row["resourceGroup"], row["location"], row["kind"]) == (ALPHA, "", "", "")
    assert row["properties"] == {"own": f"{SUBSCRIPTION}/providers/Microsoft.Security/pricings/Containers"}
    assert row["tags"] is None


def test_tables_join(tmp_path: Path) -> None:
    query = (
        "advisorresources | extend cluster = tolower(substring(id, 0, indexof(tolower(id), "
        "'/providers/microsoft.advisor'))) "
        "| join kind=inner (resources | project cluster = tolower(id), name) on cluster | project name1"
    )
    assert run(all_of(estate(tmp_path)), query, ALPHA).rows == [("one",)]


def test_nothing_of_the_estate_is_lost(tmp_path: Path) -> None:
    assert load(estate(tmp_path)).unlisted == ()
