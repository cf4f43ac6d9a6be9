"""Each derived value: node images, logs, address ranges, keys, nodes and pods."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects import DERIVED_NAMES, derived, logs
from reportgen.subjects.document import canonical, raw_pools
from reportgen.subjects.images import image_date

WORKSPACE = "/subscriptions/x/providers/Microsoft.OperationalInsights/workspaces/w"
AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("AKSUbuntu-2204gen2containerd-202410.27.0", date(2024, 10, 27)),
        ("AKSUbuntu-1804gen2containerd-2021.04.27", date(2021, 4, 27)),
        ("AKSWindows-2022-containerd-20348.2700.240911", date(2024, 9, 11)),
        ("AKSUbuntu-2204gen2containerd-202413.27.0", None),
        ("AKSUbuntu-2204gen2containerd-2021.02.30", None),
        ("AKSLinux-2022-containerd-20348.2700.240911", None),
        ("AKSSomething-new-format-7", None),
        ("", None),
    ],
)
def test_image_dates_in_their_three_formats(name: str, day: date | None) -> None:
    assert image_date(name) == day


def test_every_recorded_image_name_has_a_date(recorded: Path) -> None:
    names = {
        pool["nodeImageVersion"]
        for file in (recorded / "managed_clusters").glob("*.json")
        for _, pool in raw_pools(json.loads(file.read_text(encoding="utf-8")))
        if pool.get("nodeImageVersion")
    }
    assert len(names) > 50
    assert {name for name in names if image_date(name) is None} == set()


def setting(*entries: dict[str, Any], **targets: str) -> dict[str, Any]:
    return {"properties": {"logs": list(entries), **targets}}


def on(**entry: Any) -> dict[str, Any]:
    return {"enabled": True, **entry}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([setting(on(category="kube-audit"), workspaceId=WORKSPACE)], ["kube-audit"]),
        ([setting(on(category="Kube-Audit"), storageAccountId="s")], ["kube-audit"]),
        ([setting(on(categoryGroup="audit"), eventHubAuthorizationRuleId="e")], sorted(logs.AUDIT)),
        ([setting(on(categoryGroup="allLogs"), marketplacePartnerId="m")], sorted(logs.ALL)),
        ([setting(on(category="kube-audit"))], []),
        ([setting(on(category="kube-audit"), workspaceId="")], []),
        ([setting({"enabled": False, "category": "guard"}, workspaceId=WORKSPACE)], []),
        ([setting({"category": "guard"}, workspaceId=WORKSPACE)], []),
        (
            [
                setting(on(category="guard"), workspaceId="a"),
                setting(on(category="kube-audit-admin"), workspaceId="b"),
            ],
            ["guard", "kube-audit-admin"],
        ),
        ([], []),
        ([{}], []),
    ],
)
def test_log_categories_are_those_that_are_on_and_go_somewhere(
    settings: list[Any], expected: list[str]
) -> None:
    assert logs.categories(settings) == expected


def test_log_destinations_are_those_that_receive_something() -> None:
    settings = [
        setting(on(category="guard"), workspaceId="b", storageAccountId="a"),
        setting({"enabled": False, "category": "guard"}, workspaceId="c"),
    ]
    assert logs.destinations(settings) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1.2.3.4", 32),
        ("10.0.0.0/24", 24),
        ("10.0.0.7/24", 24),
        ("0.0.0.0/0", 0),
        ("128.0.0.0/1", 1),
        ("0.0.0.0/32", 32),
        ("2001:db8::/48", 48),
        ("10.0.0.0/33", -1),
        ("example", -1),
        ("", -1),
    ],
)
def test_prefix_lengths(text: str, length: int) -> None:
    assert derived.prefix_length(text) == length
    body = {"properties": {"apiServerAccessProfile": {"authorizedIPRanges": [text]}}}
    assert derived.api_server_ranges(body) == [{"range": text, "prefix_length": length}]


def test_no_authorised_ranges_are_an_empty_list() -> None:
    assert derived.api_server_ranges({}) == []


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"azureKeyVaultKms": {"enabled": True}}, "customer-managed"),
        ({"azureKeyVaultKms": {"enabled": False}}, "none"),
        (
            {"kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": "Enabled"}},
            "platform-managed",
        ),
        ({"kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": "Disabled"}}, "none"),
        ({}, "none"),
    ],
)
def test_etcd_keys_have_three_states(profile: dict[str, Any], expected: str) -> None:
    assert derived.kms({"properties": {"securityProfile": profile}}) == expected


def test_encryption_at_host_says_nothing_about_secrets() -> None:
    body = {"properties": {"agentPoolProfiles": [{"enableEncryptionAtHost": True}]}}
    assert derived.kms(body) == "none"


def machines(**scale: Any) -> dict[str, Any]:
    """A pool of the type VirtualMachines, which has scale profiles instead of a count."""
    return {"type": "VirtualMachines", "virtualMachinesProfile": {"scale": scale}}


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ({"count": 3}, 3),
        ({"count": 0}, 0),
        ({"count": 5, "enableAutoScaling": True, "minCount": 2}, 2),
        ({"count": 5, "enableAutoScaling": True}, None),
        ({"count": 5, "enableAutoScaling": False, "minCount": 2}, 5),
        ({"count": True}, None),
        (machines(manual=[{"count": 2}, {"count": 1}]), 3),
        (machines(manual=[{"count": 2}, {"size": "Standard_D4s_v3"}]), None),
        (machines(autoscale={"minCount": 1, "maxCount": 3}), 1),
        (machines(autoscale=[{"minCount": 1, "maxCount": 3}, {"minCount": 2, "maxCount": 3}]), 3),
        (machines(autoscale=[{"minCount": 1}], manual=[{"count": 2}]), 3),
        (machines(autoscale=[], manual=None), None),
        ({**machines(manual=[]), "count": 4}, 4),
        ({}, None),
    ],
)
def test_nodes_at_least(pool: dict[str, Any], expected: int | None) -> None:
    assert derived.nodes_at_least(pool) == expected
    assert ("nodes_at_least" in derived.for_pool(pool, {})) is (expected is not None)


@pytest.mark.parametrize(
    ("pool", "network", "expected"),
    [
        ({"maxPods": 42}, {"networkPlugin": "azure"}, (42, "as set")),
        ({}, {"networkPlugin": "azure"}, (30, "Azure's default for the network plugin azure")),
        ({}, {"networkPlugin": "kubenet"}, (110, "Azure's default for the network plugin kubenet")),
        (
            {},
            {"networkPlugin": "azure", "networkPluginMode": "overlay"},
            (250, "Azure's default for the network plugin azure in overlay mode"),
        ),
        ({}, {"networkPlugin": "none"}, (250, "Azure's default for the network plugin none")),
    ],
)
def test_max_pods(pool: dict[str, Any], network: dict[str, Any], expected: tuple[int, str]) -> None:
    assert derived.max_pods(pool, {"properties": {"networkProfile": network}}) == expected


def test_a_stopped_cluster_stops_its_pools() -> None:
    stopped = {"powerState": {"code": "Stopped"}}
    assert derived.for_pool({}, {"properties": stopped})["stopped"] is True
    assert derived.for_pool(stopped, {})["stopped"] is True
    assert derived.for_pool({"powerState": {"code": "Running"}}, {})["stopped"] is False
    assert derived.for_pool({}, {})["stopped"] is False


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"properties": {"hostedSystemProfile": {"enabled": True}}}, True),
        ({"sku": {"name": "Automatic"}, "properties": {}}, True),
        ({"sku": {"name": "Automatic"}, "properties": {"agentPoolProfiles": []}}, True),
        ({"sku": {"name": "Automatic"}, "properties": {"agentPoolProfiles": [{"name": "a"}]}}, False),
        ({"sku": {"name": "Base"}, "properties": {}}, False),
    ],
)
def test_hosted_system_pools(body: dict[str, Any], expected: bool) -> None:
    assert derived.hosted_system(body) is expected


def test_log_categories_are_absent_where_the_settings_are() -> None:
    assert "log_categories" not in derived.for_cluster({}, {}, AS_OF, "")
    assert derived.for_cluster({}, {"diagnostic_settings": []}, AS_OF, "")["log_categories"] == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"identity": {"tenantId": "ABC"}}, "abc"),
        ({"properties": {"oidcIssuerProfile": {"issuerURL": "https://h/T1/g/"}}}, "t1"),
        ({"properties": {"aadProfile": {"tenantID": "people"}}}, None),
    ],
)
def test_the_tenant_of_a_cluster(body: Json, expected: str | None) -> None:
    assert derived.tenant(canonical(body)) == expected


RELATIONS = (
    "flux_configurations",
    "key_vault_keys",
    "key_vaults",
    "policy_assignments",
    "policy_exemptions",
    "role_activations",
    "role_assignments",
    "role_definitions",
    "upgrade_events",
)
GROUP = "/subscriptions/s/resourcegroups/g/providers/microsoft.network/networksecuritygroups/n"


def around(cluster: Json) -> dict[str, Any]:
    """Rows of what a recorded cluster stands on, which nobody recorded."""
    pools = cluster["properties"].get("agentPoolProfiles") or [{}]
    subnets = {pool.get("vnetSubnetID", "/v/subnets/s").lower() for pool in pools}
    sizes = {pool.get("vmSize", "x") for pool in pools}
    extension = {"extensionName": "ContainerInsights", "streams": ["Microsoft-ContainerLogV2"]}
    card = {"ipConfigurations": [{"properties": {"subnet": {"id": "/v/subnets/s"}}}]}
    return {
        "subnets": [
            {"id": one, "addressPrefix": "10.0.0.0/8", "networkSecurityGroup": {"id": GROUP}}
            for one in (*subnets, "/v/subnets/s")
        ],
        "virtual_networks": [{"id": one.partition("/subnets/")[0]} for one in (*subnets, "/v/subnets/s")],
        "scale_sets": [{"networkProfile": {"networkInterfaceConfigurations": [{"properties": card}]}}],
        "network_security_groups": [{"id": GROUP}],
        "data_collection_rules": [{"extensions": [extension]}],
        "compute_usages": [{"name": {"value": name}} for name in ("cores", "lowprioritycores", "f")],
        "compute_skus": [
            {"name": one, "family": "f", "capabilities": [{"name": "vCPUs", "value": "4"}]} for one in sizes
        ],
        **dict.fromkeys(("network_interfaces", "load_balancers", "public_ip_addresses", "flow_logs"), ()),
        **dict.fromkeys(("application_gateways", "alert_rules"), ()),
        **dict.fromkeys(("private_endpoints", "private_endpoint_connections"), ()),
    }


def test_the_names_of_derived_values_are_declared(recorded: Path) -> None:
    found: dict[str, set[str]] = {"cluster": set(), "agent-pool": set()}
    for file in (recorded / "managed_clusters").glob("*.json"):
        body = json.loads(file.read_text(encoding="utf-8"))
        document = canonical(body)
        related = {
            "diagnostic_settings": [],
            "kubernetes_versions": [{"version": "1.34"}],
            "maintenance_configurations": [],
            "kube_bench": [{"node": "n", "taken_at": "2026-11-01T00:00:00Z", "content": "", "results": []}],
            "kubescape": [{"taken_at": "2026-11-01T00:00:00Z", "content": "", "results": []}],
            **{name: [] for name in RELATIONS},
            "role_assignments": [],
            "role_definitions": [],
            **around(document),
        }
        found["cluster"] |= derived.for_cluster(document, related, AS_OF, "x").keys()
        for _, pool in raw_pools(body):
            found["agent-pool"] |= derived.for_pool(canonical(pool, "agentPoolProfiles"), document).keys()
    support_end = {"support_end"}
    assert found["cluster"] | support_end == set(DERIVED_NAMES["cluster"])
    assert found["agent-pool"] == set(DERIVED_NAMES["agent-pool"])
