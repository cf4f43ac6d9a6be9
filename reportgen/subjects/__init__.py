"""Subjects: evidence turned into the documents that controls judge."""

from __future__ import annotations

from reportgen.subjects import inside, resources

DERIVED_NAMES: dict[str, tuple[str, ...]] = {
    "cluster": (
        "admin_credential_callers",
        "api_server_ranges",
        "audit_destinations",
        "auto_upgrades",
        "auto_provisioning",
        "etcd_key",
        "flux",
        "hosted_system",
        "kms",
        "log_categories",
        "log_destinations",
        "minor_version",
        "policy_assignments",
        "standing_roles",
        "stopped",
        "support_end",
        "support_source",
        "tenant",
        "unknown_roles",
        "version",
        "version_supported",
    ),
    "agent-pool": (
        "auto_provisioning",
        "control_plane_version",
        "hosted_system",
        "image_date",
        "max_pods",
        "max_pods_source",
        "nodes_at_least",
        "stopped",
        "version",
        "version_matches",
    ),
    **{kind.name: tuple(kind.derived) for kind in inside.KINDS},
    **{kind.name: kind.derived for kind in resources.RESOURCES},
}
"""The names under ``derived``, by kind of subject; one is absent where its value is not known."""

SUBJECTS = tuple(DERIVED_NAMES)
"""The kinds of subject that a control can be about."""

DERIVED_FROM: dict[str, tuple[str, ...]] = {
    "derived.admin_credential_callers": ("role_assignments", "role_definitions"),
    "derived.unknown_roles": ("role_assignments", "role_definitions"),
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
    "derived.version_supported": ("kubernetes_versions",),
    "derived.support_source": ("kubernetes_versions",),
}
"""Derived values that come from more than the cluster's own body, and the relations they come from."""


def sources_of(kind: str, name: str) -> tuple[str, ...]:
    """The sources that a derived value of a subject inside a cluster is made of, beside the kind's own."""
    return inside.BY_NAME[kind].derived.get(name, ()) if kind in inside.BY_NAME else ()


def own_sources(kind: str) -> tuple[str, ...]:
    """The sources that tell which subjects of a kind there are."""
    if kind in resources.BY_NAME:
        return (resources.BY_NAME[kind].source,)
    return inside.BY_NAME[kind].sources if kind in inside.BY_NAME else ("arm.managed-clusters",)
