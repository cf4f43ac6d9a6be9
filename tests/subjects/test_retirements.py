"""What of a cluster and its pools Azure retires, and when."""

from __future__ import annotations

from datetime import date

import pytest

from reportgen.model import Json
from reportgen.subjects import retirements
from reportgen.subjects.document import canonical


def pool(**settings: Json) -> Json:
    return canonical(settings, "agentPoolProfiles")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"osSKU": "Ubuntu", "nodeImageVersion": "AKSUbuntu-1804-2021.01.06"}, "ubuntu 18.04"),
        ({"nodeImageVersion": "AKSUbuntu-2204gen2TLcontainerd-202402.07.0"}, "ubuntu 22.04"),
        ({"osSKU": "AzureLinux", "nodeImageVersion": "AKSCBLMariner-V2gen2-202310.04.0"}, "azure linux 2"),
        ({"osSKU": "AzureLinux", "nodeImageVersion": "AKSAzureLinux-V3gen2-202509.23.0"}, "azure linux 3"),
        ({"nodeImageVersion": "AKSWindows-2019-containerd-17763.6414.241012"}, "windows 2019"),
        ({"nodeImageVersion": "AKSWindows-23H2-gen2-25398.1732.250714"}, "windows annual"),
        ({"osSKU": "Flatcar", "nodeImageVersion": "AKSFlatcar-flatcargen2-202509.23.0"}, "flatcar"),
        ({"osSKU": "Ubuntu2404"}, "ubuntu 24.04"),
        ({"osSKU": "windows2022"}, "windows 2022"),
    ],
)
def test_the_image_tells_the_release_and_else_the_sku(settings: Json, expected: str) -> None:
    assert retirements.system(pool(**settings)) == expected


@pytest.mark.parametrize("settings", [{}, {"osSKU": "Ubuntu"}, {"osSKU": "AzureLinux"}, {"osSKU": "BeOS"}])
def test_a_sku_that_follows_the_version_names_no_release(settings: Json) -> None:
    assert retirements.system(pool(**settings)) == ""
    assert retirements.of_pool(pool(**settings)) is None


def test_an_image_of_a_release_that_the_table_does_not_know_is_unknown() -> None:
    assert retirements.of_pool(pool(nodeImageVersion="AKSUbuntu-2604gen2containerd-202709.01.0")) is None
    assert retirements.of_pool(pool(nodeImageVersion="AKSCBLMariner-V1gen2-202201.01.0")) is None


def test_a_supported_release_has_nothing_to_retire() -> None:
    assert retirements.of_pool(pool(osSKU="AzureLinux3")) == []


def test_what_a_pool_uses_is_listed_soonest_first_with_its_source() -> None:
    found = retirements.of_pool(pool(type="availabilitySet", osSKU="Ubuntu2204", workloadRuntime="wasmWasi"))
    assert found
    assert [(item["what"], item["ends"]) for item in found] == [
        ("WASI node pool", "2025-05-05T00:00:00Z"),
        ("Availability set", "2025-09-30T00:00:00Z"),
        ("Ubuntu 22.04", "2027-06-30T00:00:00Z"),
    ]
    assert found[1]["source"] == "https://github.com/Azure/AKS/issues/5021"


def test_what_is_known_to_end_counts_also_where_the_system_is_unknown() -> None:
    found = retirements.of_pool(pool(type="AvailabilitySet"))
    assert found
    assert [item["what"] for item in found] == ["Availability set"]


def test_what_a_cluster_itself_uses() -> None:
    body = {
        "properties": {
            "networkProfile": {
                "loadBalancerSku": "Basic",
                "networkPlugin": "Kubenet",
                "networkPolicy": "azure",
            },
            "podIdentityProfile": {"enabled": True},
            "addonProfiles": {
                "OpenServiceMesh": {"enabled": True},
                "httpapplicationrouting": {"enabled": False},
            },
            "agentPoolProfiles": [{"osType": "Linux"}, {"osType": "windows"}],
        }
    }
    assert [item["what"] for item in retirements.of_cluster(canonical(body))] == [
        "Basic load balancer",
        "Pod-managed identity add-on",
        "Azure Network Policy Manager on Windows",
        "Open Service Mesh add-on",
        "Kubenet",
        "Azure Network Policy Manager on Linux",
    ]


def test_a_network_policy_of_another_engine_and_linux_alone() -> None:
    body = {
        "properties": {
            "networkProfile": {"networkPolicy": "azure"},
            "agentPoolProfiles": [{"osType": "Linux"}],
        }
    }
    assert [item["what"] for item in retirements.of_cluster(canonical(body))] == [
        "Azure Network Policy Manager on Linux"
    ]
    body["properties"]["networkProfile"] = {"networkPolicy": "cilium"}
    assert retirements.of_cluster(canonical(body)) == []
    assert retirements.of_cluster({}) == []


def test_the_table_names_a_source_of_every_date() -> None:
    """And no system is both retired and without an end."""
    for retirement in retirements.SYSTEMS.values():
        assert retirement.source.startswith("https://")
        assert date(2021, 1, 1) < retirement.ends < date(2030, 1, 1)
    assert not retirements.SUPPORTED & retirements.SYSTEMS.keys()
