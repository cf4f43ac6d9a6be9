"""Canonical documents: one spelling, nulls gone, a customer's own words untouched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.subjects.document import at, canonical, covers, issuer_key, last, of_row, raw_pools


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ("azurePolicy", "azurepolicy"),
        ("omsAgent", "omsagent"),
        ("OMSAGENT", "omsagent"),
        ("IngressApplicationGateway", "ingressApplicationGateway"),
        ("ingressapplicationgateway", "ingressApplicationGateway"),
        ("KubeDashboard", "kubeDashboard"),
        ("AzureKeyvaultSecretsProvider", "azureKeyvaultSecretsProvider"),
        ("HTTPApplicationRouting", "httpApplicationRouting"),
        ("somethingNew", "somethingNew"),
    ],
)
def test_add_on_keys_are_found_in_any_casing(sent: str, known: str) -> None:
    document = canonical({"properties": {"addonProfiles": {sent: {"enabled": True}}}})
    assert document == {"properties": {"addonProfiles": {known: {"enabled": True}}}}


def test_nulls_are_dropped_at_every_depth_and_other_empty_values_stay() -> None:
    body: Any = {"a": None, "b": [None, {"c": None, "d": ""}, 0, False], "e": {}}
    assert canonical(body) == {"b": [{"d": ""}, 0, False], "e": {}}


def test_property_keys_get_the_documented_casing() -> None:
    document = canonical({"Properties": {"aadprofile": {"enableAzureRbac": True, "Managed": True}}})
    assert document == {"properties": {"aadProfile": {"enableAzureRBAC": True, "managed": True}}}


def test_a_registrys_settings_get_one_spelling() -> None:
    policies = {
        "ExportPolicy": {"Status": "Disabled"},
        "azureAdAuthenticationAsArmPolicy": {"status": "ENABLED"},
    }
    sent = {
        "publicnetworkaccess": "disabled",
        "networkRuleSet": {"defaultaction": "deny"},
        "policies": policies,
    }
    assert canonical({"properties": sent})["properties"] == {
        "publicNetworkAccess": "Disabled",
        "networkRuleSet": {"defaultAction": "Deny"},
        "policies": {
            "exportPolicy": {"status": "disabled"},
            "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
        },
    }


def test_the_documented_key_wins_over_another_spelling_of_it() -> None:
    document = canonical({"addonProfiles": {"omsAgent": {"enabled": False}, "omsagent": {"enabled": True}}})
    assert document["addonProfiles"]["omsagent"] == {"enabled": True}


@pytest.mark.parametrize("users_own", ["tags", "nodeLabels", "userAssignedIdentities"])
def test_keys_that_are_a_customers_words_keep_their_casing(users_own: str) -> None:
    body = {users_own: {"ENABLED": "1", "Mode": "system"}}
    assert canonical(body) == body


@pytest.mark.parametrize(
    ("path", "sent", "known"),
    [
        (("networkProfile", "loadBalancerSku"), "Standard", "standard"),
        (("networkProfile", "networkPlugin"), "Azure", "azure"),
        (("networkProfile", "networkPolicy"), "Cilium", "cilium"),
        (("networkProfile", "networkPlugin"), "brandNew", "brandNew"),
        (("autoUpgradeProfile", "upgradeChannel"), "Node-Image", "node-image"),
        (("autoUpgradeProfile", "nodeOSUpgradeChannel"), "nodeimage", "NodeImage"),
        (("powerState", "code"), "stopped", "Stopped"),
        (("sku", "tier"), "paid", "Paid"),
        (("identity", "type"), "systemassigned,userassigned", "SystemAssigned, UserAssigned"),
        (("securityProfile", "sshAccess"), "entraid", "EntraId"),
        (("nodeProvisioningProfile", "mode"), "auto", "Auto"),
    ],
)
def test_enum_values_get_one_spelling(path: tuple[str, str], sent: str, known: str) -> None:
    assert at(canonical({path[0]: {path[1]: sent}}), *path) == known


def test_pool_enum_values_get_one_spelling() -> None:
    pool = {"mode": "system", "osType": "windows", "type": "availabilityset", "scaleSetPriority": "spot"}
    expected = {
        "mode": "System",
        "osType": "Windows",
        "type": "AvailabilitySet",
        "scaleSetPriority": "Spot",
    }
    assert canonical({"agentPoolProfiles": [pool]}) == {"agentPoolProfiles": [expected]}
    assert canonical({"properties": pool}) == {"properties": expected}


def test_pointers_to_pools_count_the_nulls_and_use_the_keys_as_sent() -> None:
    body = {"Properties": {"agentpoolprofiles": [None, {"name": "a"}, "odd", {"name": "b"}]}}
    assert raw_pools(body) == [
        ("/Properties/agentpoolprofiles/1", {"name": "a"}),
        ("/Properties/agentpoolprofiles/3", {"name": "b"}),
    ]


@pytest.mark.parametrize(
    "body", [{}, {"properties": None}, {"properties": "x"}, {"properties": {"agentPoolProfiles": {}}}, 7]
)
def test_bodies_without_pools_have_none(body: Any) -> None:
    assert raw_pools(body) == []


def test_every_recorded_body_becomes_a_document_without_nulls(recorded: Path) -> None:
    files = sorted((recorded / "managed_clusters").glob("*.json"))
    assert len(files) > 400
    for file in files:
        document = canonical(json.loads(file.read_text(encoding="utf-8")))
        assert "null" not in json.dumps(document).replace('"null"', ""), file.name
        assert canonical(document) == document, file.name


def test_keys_to_compare_by() -> None:
    assert last("/x/roleDefinitions/ABC/") == last("/subscriptions/s/y/abc") == "abc"
    assert last("") == ""
    assert issuer_key("HTTPS://Host/T/g/ ") == issuer_key("https://host/t/g") == "https://host/t/g"
    assert issuer_key("https://host/t/g2") != issuer_key("https://host/t/g")
    assert issuer_key(None) == ""


def test_a_value_stands_at_the_top_or_under_properties() -> None:
    assert of_row({"scope": "/a", "properties": {"scope": "/b"}}, "scope") == "/a"
    assert of_row({"properties": {"scope": "/b"}}, "scope") == "/b"
    assert of_row({}, "scope") is None


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("/", True),
        ("/providers/Microsoft.Management/managementGroups/any", True),
        ("/subscriptions/S", True),
        ("/subscriptions/s/RESOURCEGROUPS/g/", True),
        ("/subscriptions/s/resourceGroups/g2", False),
        ("/subscriptions/s/resourceGroups/g/providers/p/inside", False),
    ],
)
def test_a_scope_covers_what_is_below_it(scope: str, expected: bool) -> None:
    assert covers(scope, "/subscriptions/s/resourceGroups/G/providers/p") is expected
