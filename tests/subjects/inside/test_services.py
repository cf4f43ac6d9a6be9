"""Services: what Azure makes public, ranges that let everybody in, and ports on nodes."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects.inside import services

PREFIX = "service.beta.kubernetes.io/"


def service(
    kind: str = "LoadBalancer", *, addresses: tuple[str, ...] = (), notes: Json = None, **spec: Any
) -> Json:
    annotations = {PREFIX + key: value for key, value in (notes or {}).items()}
    given = [{"ip": address} for address in addresses]
    return {
        "metadata": {"annotations": annotations},
        "spec": {"type": kind, **spec},
        "status": {"loadBalancer": {"ingress": given}},
    }


@pytest.mark.parametrize(
    ("document", "public"),
    [
        (service(), True),
        (service(notes={"azure-load-balancer-internal": "true"}), False),
        (service(notes={"azure-load-balancer-internal": "True"}), True),
        (service(notes={"azure-load-balancer-internal": "false"}), True),
        (service("ClusterIP"), False),
        ({"spec": {}}, False),
        (service(loadBalancerClass="x/y"), None),
        (service(loadBalancerClass="x/y", addresses=("10.1.2.3",)), False),
        (service(loadBalancerClass="x/y", addresses=("10.1.2.3", "203.0.113.7")), True),
    ],
)
def test_a_load_balancer_is_public_unless_the_annotation_says_true(
    document: Json, public: bool | None
) -> None:
    assert services.is_public(document) is public


@pytest.mark.parametrize(
    ("document", "ranges", "everybody"),
    [
        (service(), [], False),
        (service(loadBalancerSourceRanges=["192.0.2.0/24"]), ["192.0.2.0/24"], False),
        (service(loadBalancerSourceRanges=["0.0.0.0/1", "128.0.0.0/1"]), ["0.0.0.0/1", "128.0.0.0/1"], True),
        (
            service(notes={"azure-allowed-ip-ranges": "192.0.2.0/24, 0.0.0.0/0"}),
            ["192.0.2.0/24", "0.0.0.0/0"],
            True,
        ),
        (
            service(notes={"azure-allowed-service-tags": "AzureFrontDoor.Backend"}),
            ["AzureFrontDoor.Backend"],
            False,
        ),
        (service(notes={"azure-allowed-service-tags": "Internet"}), ["Internet"], True),
        (service(loadBalancerSourceRanges=["::/0"]), ["::/0"], True),
        (service(loadBalancerSourceRanges=["fd00::/8"]), ["fd00::/8"], False),
        (service(loadBalancerSourceRanges=["192.0.2.0/240"]), ["192.0.2.0/240"], True),
    ],
)
def test_ranges_of_a_load_balancer(document: Json, ranges: list[str], everybody: bool) -> None:
    assert services.source_ranges(document) == ranges
    assert services.is_open(ranges) is everybody


def test_only_the_type_node_port_counts_as_opening_ports() -> None:
    ports = [{"port": 80, "nodePort": 31080}]
    assert services.node_ports(service("NodePort", ports=ports)) == [31080]
    assert services.node_ports(service(ports=ports)) == []
