"""Public addresses of load balancers, and the web application firewall in front."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import exposure
from tests.subjects.network import NET

ADDRESSES = f"{NET}/publicIPAddresses"
BALANCER = f"{NET}/loadBalancers/kubernetes"
GATEWAY = f"{NET}/applicationGateways/Gw"
POLICIES = f"{NET}/ApplicationGatewayWebApplicationFirewallPolicies"


def balancer(rules: dict[str, Any]) -> dict[str, Any]:
    frontend = {"id": f"{BALANCER}/frontendIPConfigurations/a"}
    public = {**frontend, "properties": {"publicIPAddress": {"id": f"{ADDRESSES}/A".upper()}}}
    private = {"id": f"{BALANCER}/frontendIPConfigurations/b", "properties": {"privateIPAddress": "10.0.0.9"}}
    return {
        "frontendIPConfigurations": [public, private],
        **{
            kind: [
                {"properties": {"frontendIPConfiguration": frontend, "protocol": "Tcp", "frontendPort": port}}
            ]
            for kind, port in rules.items()
        },
    }


def address(**settings: Any) -> dict[str, Any]:
    return {"id": f"{ADDRESSES}/a", "name": "a", "ipAddress": "203.0.113.5", **settings}


def derived(*balancers: dict[str, Any], addresses: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    nat = {"id": f"{ADDRESSES}/nat", "ipAddress": "203.0.113.9"}
    related: dict[str, Any] = {
        "load_balancers": list(balancers),
        "public_ip_addresses": [*(addresses or (address(),)), nat],
    }
    return exposure.derive({}, related)


def test_what_is_published_and_by_which_service() -> None:
    found = derived(balancer({"loadBalancingRules": 443}), addresses=(address(service="shop/web"),))
    assert found["published"] == ["203.0.113.5:443/tcp (shop/web)"]
    assert found["public_addresses"] == [{"address": "203.0.113.5", "ddos": "virtualnetworkinherited"}]
    assert derived(balancer({"inboundNatRules": 50000}))["published"] == ["203.0.113.5:50000/tcp"]


def test_an_address_that_only_lets_traffic_out_is_not_published() -> None:
    found = derived(balancer({}))
    assert (found["published"], found["public_addresses"]) == ([], [])


def test_the_protection_of_one_address() -> None:
    own = address(ddosSettings={"protectionMode": "Disabled"})
    found = derived(balancer({"loadBalancingRules": 443}), addresses=(own,))
    assert found["public_addresses"] == [{"address": "203.0.113.5", "ddos": "disabled"}]


def firewall(gateway: dict[str, Any] | None, *policies: dict[str, Any], **add_on: Any) -> Any:
    rows = [*([{"id": GATEWAY, **gateway}] if gateway is not None else []), *policies]
    config = {"EffectiveApplicationGatewayId": GATEWAY.lower()}
    profile = {"ingressApplicationGateway": {"enabled": True, "config": config, **add_on}}
    cluster = {"properties": {"addonProfiles": profile}}
    return exposure.derive(cluster, {"application_gateways": rows})["web_firewalls"]


def policy(name: str, **settings: Any) -> dict[str, Any]:
    return {"id": f"{POLICIES}/{name}".lower(), "policySettings": settings}


BY_POLICY = {"firewallPolicy": {"id": f"{POLICIES}/P"}}
LISTENER = {
    "httpListeners": [{"properties": {"firewallPolicy": {"id": f"{POLICIES}/L"}}}, {"properties": {}}]
}


@pytest.mark.parametrize(
    ("gateway", "policies", "mode"),
    [
        (BY_POLICY, [policy("p", state="Enabled", mode="Prevention")], "Prevention"),
        (BY_POLICY, [policy("p", state="Enabled", mode="Detection")], "Detection"),
        (BY_POLICY, [policy("p", state="Disabled", mode="Prevention")], "Off"),
        (BY_POLICY, [], ""),
        (
            BY_POLICY | LISTENER,
            [policy("p", state="Enabled", mode="Prevention"), policy("l", state="Enabled", mode="Detection")],
            "Detection",
        ),
        (BY_POLICY | LISTENER, [policy("p", state="Enabled", mode="Prevention")], ""),
        (
            {"webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Prevention"}},
            [],
            "Prevention",
        ),
        (
            {"webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Detection"}},
            [],
            "Detection",
        ),
        (
            {"webApplicationFirewallConfiguration": {"enabled": False, "firewallMode": "Prevention"}},
            [],
            "Off",
        ),
        ({}, [], "Off"),
        (None, [], ""),
    ],
)
def test_what_the_firewall_does(gateway: Any, policies: list[dict[str, Any]], mode: str) -> None:
    assert firewall(gateway, *policies) == [{"gateway": "gw", "mode": mode}]


def test_without_the_add_on_there_is_no_gateway() -> None:
    assert firewall({}, enabled=False) == []
