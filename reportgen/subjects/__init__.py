"""Subjects: evidence turned into the documents that controls judge."""

from __future__ import annotations

from reportgen.subjects import inside, resources

DERIVED_NAMES: dict[str, tuple[str, ...]] = {
    "cluster": (
        "address_overlaps",
        "admin_credential_callers",
        "alerts",
        "api_server_ranges",
        "audit_destinations",
        "auto_upgrades",
        "auto_provisioning",
        "etcd_key",
        "flux",
        "container_log_tables",
        "endpoint_connections",
        "flow_logs",
        "health_alerts",
        "hosted_system",
        "kms",
        "kube_bench",
        "kubescape",
        "log_categories",
        "log_destinations",
        "maintenance_windows",
        "minor_version",
        "policy_assignments",
        "standing_roles",
        "node_networks",
        "node_subnets",
        "open_inbound",
        "public_addresses",
        "published",
        "quota_needs",
        "retirements",
        "stopped",
        "subnet_needs",
        "support_end",
        "support_source",
        "tenant",
        "unknown_roles",
        "version",
        "version_supported",
        "web_firewalls",
    ),
    "agent-pool": (
        "auto_provisioning",
        "control_plane_version",
        "hosted_system",
        "image_date",
        "max_pods",
        "max_pods_source",
        "nodes_at_least",
        "retirements",
        "stopped",
        "version",
        "version_matches",
    ),
    **{kind.name: tuple(kind.derived) for kind in inside.KINDS},
    **{kind.name: tuple(kind.derived) for kind in resources.RESOURCES},
}
"""The names under ``derived``, by kind of subject; one is absent where its value is not known."""

SUBJECTS = tuple(DERIVED_NAMES)
"""The kinds of subject that a control can be about."""

_SUBNETS = ("subnets", "scale_sets", "network_interfaces")
_FRONTENDS = ("load_balancers", "public_ip_addresses")
DERIVED_FROM: dict[str, tuple[str, ...]] = {
    "derived.admin_credential_callers": ("role_assignments", "role_definitions"),
    "derived.unknown_roles": ("role_assignments", "role_definitions"),
    "derived.kube_bench": ("kube_bench",),
    "derived.kubescape": ("kubescape",),
    "derived.audit_destinations": (
        "diagnostic_settings",
        "log_analytics_workspaces",
        "log_analytics_tables",
    ),
    "derived.auto_upgrades": ("upgrade_events",),
    "derived.etcd_key": ("key_vaults", "key_vault_keys"),
    "derived.flux": ("flux_configurations",),
    "derived.standing_roles": ("role_assignments", "role_activations"),
    "derived.policy_assignments": ("policy_assignments", "policy_exemptions", "policy_states"),
    "derived.log_categories": ("diagnostic_settings",),
    "derived.log_destinations": ("diagnostic_settings",),
    "derived.node_subnets": _SUBNETS,
    "derived.node_networks": (*_SUBNETS, "virtual_networks"),
    "derived.address_overlaps": (*_SUBNETS, "virtual_networks"),
    "derived.subnet_needs": _SUBNETS,
    "derived.open_inbound": (*_SUBNETS, "network_security_groups"),
    "derived.public_addresses": _FRONTENDS,
    "derived.published": _FRONTENDS,
    "derived.flow_logs": (*_SUBNETS, "flow_logs"),
    "derived.alerts": ("alert_rules",),
    "derived.health_alerts": ("alert_rules",),
    "derived.container_log_tables": ("data_collection_rules", "data_collection_rule_associations"),
    "derived.endpoint_connections": ("private_endpoint_connections", "private_endpoints"),
    "derived.quota_needs": ("compute_usages", "compute_skus"),
    "derived.web_firewalls": ("application_gateways",),
    "derived.version_supported": ("kubernetes_versions",),
    "derived.support_source": ("kubernetes_versions",),
    "derived.maintenance_windows": ("maintenance_configurations",),
}
"""Derived values that come from more than the cluster's own body, and the relations they come from."""


def sources_of(kind: str, name: str) -> tuple[str, ...]:
    """The sources that a derived value is made of, beside the kind's own.

    Of a subject inside a cluster and of a resource beside clusters.
    """
    if kind in resources.BY_NAME:
        return resources.BY_NAME[kind].derived.get(name, ())
    return inside.BY_NAME[kind].derived.get(name, ()) if kind in inside.BY_NAME else ()


def own_sources(kind: str) -> tuple[str, ...]:
    """The sources that tell which subjects of a kind there are."""
    if kind in resources.BY_NAME:
        return (resources.BY_NAME[kind].source,)
    return inside.BY_NAME[kind].sources if kind in inside.BY_NAME else ("arm.managed-clusters",)
