"""The networks that clusters stand in, what leads into them and out of them."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

NETWORK: tuple[Source, ...] = (
    Source(
        "arg.virtual-networks",
        "Virtual networks and their peerings, Azure Resource Graph",
        ("Microsoft.Network/virtualNetworks/read",),
        "tenant",
        "virtual_networks",
        Join.MENTIONED,
    ),
    Source(
        "arg.subnets",
        "Subnets of virtual networks, Azure Resource Graph",
        ("Microsoft.Network/virtualNetworks/read", "Microsoft.Network/virtualNetworks/subnets/read"),
        "tenant",
        "subnets",
        Join.MENTIONED,
    ),
    Source(
        "arg.network-security-groups",
        "Network security groups and their rules, Azure Resource Graph",
        ("Microsoft.Network/networkSecurityGroups/read",),
        "tenant",
        "network_security_groups",
        Join.LINKED,
        via=("arg.subnets", "arg.scale-sets", "arg.network-interfaces"),
    ),
    Source(
        "arg.network-interfaces",
        "Network cards, Azure Resource Graph",
        ("Microsoft.Network/networkInterfaces/read",),
        "tenant",
        "network_interfaces",
        Join.NODE_GROUP,
    ),
    Source(
        "arg.load-balancers",
        "Load balancers, Azure Resource Graph",
        ("Microsoft.Network/loadBalancers/read",),
        "tenant",
        "load_balancers",
        Join.NODE_GROUP,
    ),
    Source(
        "arg.public-ip-addresses",
        "Public IP addresses, Azure Resource Graph",
        ("Microsoft.Network/publicIPAddresses/read",),
        "tenant",
        "public_ip_addresses",
        Join.LINKED,
        via=("arg.load-balancers", "arg.nat-gateways"),
    ),
    Source(
        "arg.network-gateways",
        "VPN and ExpressRoute gateways, connections, local gateways and circuits, Azure Resource Graph",
        (
            "Microsoft.Network/virtualNetworkGateways/read",
            "Microsoft.Network/connections/read",
            "Microsoft.Network/localNetworkGateways/read",
            "Microsoft.Network/expressRouteCircuits/read",
        ),
        "tenant",
    ),
    Source(
        "arg.route-tables",
        "Route tables, Azure Resource Graph",
        ("Microsoft.Network/routeTables/read",),
        "tenant",
        "route_tables",
        Join.LINKED,
        via=("arg.subnets",),
    ),
    Source(
        "arg.nat-gateways",
        "NAT gateways, Azure Resource Graph",
        ("Microsoft.Network/natGateways/read",),
        "tenant",
        "nat_gateways",
        Join.LINKED,
        via=("arg.subnets",),
    ),
    Source(
        "arg.private-endpoints",
        "Private endpoints, Azure Resource Graph",
        ("Microsoft.Network/privateEndpoints/read",),
        "tenant",
        "private_endpoints",
        Join.NAMING,
    ),
    Source(
        "arg.private-dns-zones",
        "Private DNS zones and their links, Azure Resource Graph",
        (
            "Microsoft.Network/privateDnsZones/read",
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
        ),
        "tenant",
        "private_dns_zones",
        Join.MENTIONED,
    ),
    Source(
        "arg.firewalls",
        "Firewalls and their policies, Azure Resource Graph",
        ("Microsoft.Network/azureFirewalls/read", "Microsoft.Network/firewallPolicies/read"),
        "tenant",
    ),
    Source(
        "arg.application-gateways",
        "Application gateways and web application firewall policies, Azure Resource Graph",
        (
            "Microsoft.Network/applicationGateways/read",
            "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/read",
        ),
        "tenant",
        "application_gateways",
        Join.MENTIONED,
    ),
)
