"""Subjects: evidence turned into the documents that controls judge."""

from __future__ import annotations

DERIVED_NAMES: dict[str, tuple[str, ...]] = {
    "cluster": (
        "api_server_ranges",
        "auto_provisioning",
        "hosted_system",
        "kms",
        "log_categories",
        "log_destinations",
        "minor_version",
        "stopped",
        "support_end",
        "support_source",
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
}
"""The names under ``derived``, by kind of subject; one is absent where its value is not known."""

DERIVED_FROM = {
    "derived.log_categories": "diagnostic_settings",
    "derived.log_destinations": "diagnostic_settings",
    "derived.version_supported": "kubernetes_versions",
    "derived.support_source": "kubernetes_versions",
}
"""Derived values that come from more than the cluster's own body, and the relation they come from."""
