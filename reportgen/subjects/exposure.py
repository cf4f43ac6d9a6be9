"""What of a cluster stands on public addresses, and which web application firewall stands before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.networks import key, maps

_RULES = (("loadBalancingRules", "frontendPort"), ("inboundNatRules", "frontendPort"))


def derive(cluster: Json, related: Mapping[str, Json]) -> dict[str, Json]:
    """The derived values of a cluster that load balancers and application gateways give."""
    values: dict[str, Json] = {}
    if {"load_balancers", "public_ip_addresses"} <= related.keys():
        values["published"] = sorted(published(related))
        values["public_addresses"] = [*public_addresses(related)]
    if "application_gateways" in related:
        values["web_firewalls"] = [*web_firewalls(cluster, related)]
    return values


def public_addresses(related: Mapping[str, Json]) -> Iterator[Json]:
    """The public addresses at which a cluster's load balancers take traffic; others only let it out.

    ``ddos`` is the address's own protection mode; Azure's default is that of its virtual network.
    """
    frontends = {address for address, rules in _frontends(related) if rules}
    for row in maps(related["public_ip_addresses"]):
        if key(at(row, "id")) in frontends:
            mode = at(row, "ddosSettings", "protectionMode") or "VirtualNetworkInherited"
            yield {"address": _address(row), "ddos": str(mode).lower()}


def published(related: Mapping[str, Json]) -> Iterator[str]:
    """What load balancers take on public addresses: address, port and, where Azure notes it, the service."""
    rows = {key(at(row, "id")): row for row in maps(related["public_ip_addresses"])}
    for address, rules in _frontends(related):
        row = rows.get(address)
        shown = _address(row) if row else address.rpartition("/")[2]
        service = at(row, "service")
        for rule in rules:
            yield f"{shown}:{rule}{f' ({service})' if service else ''}"


def _frontends(related: Mapping[str, Json]) -> Iterator[tuple[str, list[str]]]:
    """The id of each public address of a load balancer, with the ports that rules take there."""
    for balancer in maps(related["load_balancers"]):
        for frontend in maps(at(balancer, "frontendIPConfigurations")):
            address = key(at(frontend, "properties", "publicIPAddress", "id"))
            if address:
                yield address, [*_ports(balancer, key(at(frontend, "id")))]


def _ports(balancer: Json, frontend: str) -> Iterator[str]:
    for kind, port in _RULES:
        for rule in maps(at(balancer, kind)):
            properties = at(rule, "properties")
            if key(at(properties, "frontendIPConfiguration", "id")) == frontend:
                yield f"{at(properties, port)}/{str(at(properties, 'protocol') or 'any').lower()}"


def _address(row: Json) -> str:
    return str(at(row, "ipAddress") or at(row, "name") or "")


def web_firewalls(cluster: Json, related: Mapping[str, Json]) -> Iterator[Json]:
    """The application gateways that a cluster is served through, and what their firewall does with an attack.

    ``mode`` is Prevention, Detection, Off, or "" where the gateway names a policy that was not read.
    """
    rows = {key(at(row, "id")): row for row in maps(related["application_gateways"])}
    add_on = at(cluster, "properties", "addonProfiles", "ingressApplicationGateway")
    if at(add_on, "enabled") is not True:
        return
    config = at(add_on, "config") or {}
    named = next(
        (config[name] for name in sorted(config) if name.lower() == "effectiveapplicationgatewayid"), ""
    )
    gateway = rows.get(key(named))
    yield {"gateway": key(named).rpartition("/")[2], "mode": _mode(gateway, rows) if gateway else ""}


def _mode(gateway: Json, rows: Mapping[str, Json]) -> str:
    """The weakest of the modes of the gateway's policy and of those of its listeners."""
    own = key(at(gateway, "firewallPolicy", "id"))
    ids = {key(at(one, "properties", "firewallPolicy", "id")) for one in maps(at(gateway, "httpListeners"))}
    if not own and not ids - {""}:
        return _older(at(gateway, "webApplicationFirewallConfiguration"))
    modes = {_of_policy(rows[one]) if one in rows else "" for one in {own, *ids} - {""}}
    return next(mode for mode in ("Off", "", "Detection", "Prevention") if mode in modes)


def _of_policy(policy: Json) -> str:
    settings = at(policy, "policySettings")
    if str(at(settings, "state") or "").lower() == "disabled":
        return "Off"
    return "Prevention" if str(at(settings, "mode") or "").lower() == "prevention" else "Detection"


def _older(configuration: Json) -> str:
    """Of the firewall that is set in the gateway itself, without a policy; absent, there is none."""
    if at(configuration, "enabled") is not True:
        return "Off"
    mode = str(at(configuration, "firewallMode") or "").lower()
    return "Prevention" if mode == "prevention" else "Detection"
