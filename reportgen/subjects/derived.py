"""The ``derived`` map: values that no single property shows, one named function each.

A value that cannot be known is absent; a control then says that it could not be assessed.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Any

from reportgen.model import Json
from reportgen.subjects import (
    alerts,
    capacity,
    container_logs,
    endpoints,
    exposure,
    flows,
    flux,
    images,
    imported,
    keys,
    logs,
    maintenance,
    networks,
    policies,
    privileged,
    retirements,
    security_groups,
    upgrades,
    versions,
)
from reportgen.subjects.document import at
from reportgen.subjects.inside.access import admin_credential_callers

_NO_PLUGIN = "kubenet"
"""What ARM's specification gives as the default of networkPlugin."""


def for_cluster(
    cluster: Json, related: dict[str, Json], as_of: datetime, offered_from: str
) -> dict[str, Json]:
    """All derived values of a cluster document."""
    version = versions.running(cluster)
    minor = versions.minor(version)
    support = versions.support(cluster, related.get("kubernetes_versions"), as_of.date(), offered_from)
    settings = related.get("diagnostic_settings")
    nodes, scans = related.get("kube_bench"), related.get("kubescape")
    return _known(
        {
            "version": version or None,
            "minor_version": f"{minor[0]}.{minor[1]}" if minor else None,
            "version_supported": support.supported,
            "support_end": support.end or None,
            "support_source": support.source,
            "api_server_ranges": api_server_ranges(cluster),
            "log_categories": logs.categories(settings) if settings is not None else None,
            "log_destinations": logs.destinations(settings) if settings is not None else None,
            "audit_destinations": logs.audit_destinations(related),
            "kms": kms(cluster),
            "etcd_key": keys.etcd_key(cluster, related),
            "flux": flux.configurations(related),
            "policy_assignments": policies.assignments(cluster, related, as_of),
            "standing_roles": privileged.standing_roles(cluster, related),
            "auto_upgrades": upgrades.auto_upgrades(related, as_of),
            "stopped": stopped(at(cluster, "properties")),
            "auto_provisioning": auto_provisioning(cluster),
            "hosted_system": hosted_system(cluster),
            "kube_bench": imported.kube_bench(nodes, as_of) if nodes else None,
            "kubescape": imported.kubescape(scans, as_of) if scans else None,
            "tenant": tenant(cluster),
            **admin_credential_callers(cluster, related),
            "maintenance_windows": maintenance.windows(
                related.get("maintenance_configurations"), as_of.date()
            ),
            "retirements": retirements.of_cluster(cluster),
            **networks.derive(cluster, related),
            **_on_subnets(cluster, related),
            **exposure.derive(cluster, related),
            **alerts.derive(cluster, related),
            **_by_relation(related),
            **_quotas(cluster, related),
        }
    )


def _on_subnets(cluster: Json, related: dict[str, Json]) -> dict[str, Json]:
    """What follows from the subnets of nodes and pods, where these are known."""
    subnets = networks.node_subnets(cluster, related)
    if subnets is None:
        return {}
    return {
        "subnet_needs": capacity.subnet_needs(cluster, subnets, max_pods),
        "open_inbound": security_groups.open_inbound(subnets, related),
        "flow_logs": flows.flow_logs(subnets, related),
    }


def _by_relation(related: dict[str, Json]) -> dict[str, Json]:
    """What single sources say beside the cluster's body, as far as they were read."""
    values: dict[str, Json] = {}
    if "data_collection_rules" in related:
        values["container_log_tables"] = container_logs.tables(related["data_collection_rules"])
    if {"private_endpoints", "private_endpoint_connections"} <= related.keys():
        values["endpoint_connections"] = [*endpoints.connections(related)]
    return values


def _quotas(cluster: Json, related: dict[str, Json]) -> dict[str, Json]:
    """What is free of the quotas that a cluster grows into, where these were read."""
    if not {"compute_usages", "compute_skus"} <= related.keys():
        return {}
    return {"quota_needs": capacity.quota_needs(cluster, related)}


def for_pool(pool: Json, cluster: Json) -> dict[str, Json]:
    """All derived values of an agent pool."""
    image = images.image_date(_text(pool, "nodeImageVersion"))
    version = _text(pool, "currentOrchestratorVersion") or _text(pool, "orchestratorVersion")
    control_plane = versions.running(cluster)
    pods, pods_source = max_pods(pool, cluster)
    return _known(
        {
            "image_date": f"{image.isoformat()}T00:00:00Z" if image else None,
            "version": version or None,
            "control_plane_version": control_plane or None,
            "version_matches": versions.matches(version, control_plane),
            "nodes_at_least": nodes_at_least(pool),
            "max_pods": pods,
            "max_pods_source": pods_source,
            "stopped": stopped(pool) or stopped(at(cluster, "properties")),
            "auto_provisioning": auto_provisioning(cluster),
            "hosted_system": hosted_system(cluster),
            "retirements": retirements.of_pool(pool),
        }
    )


def api_server_ranges(cluster: Json) -> list[dict[str, Json]]:
    """The authorised ranges with their prefix lengths; -1 where one is no address range."""
    ranges = at(cluster, "properties", "apiServerAccessProfile", "authorizedIPRanges")
    if not isinstance(ranges, list):
        return []
    return [{"range": str(item), "prefix_length": prefix_length(str(item))} for item in ranges]


def prefix_length(text: str) -> int:
    """Bits that are fixed in an address range (an address alone: all of them); -1 if malformed."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False).prefixlen
    except ValueError:
        return -1


def kms(cluster: Json) -> str:
    """How Kubernetes secrets are encrypted in etcd: customer-managed, platform-managed or none.

    Two profiles of the API tell: the older Key Vault one, and the newer one for platform keys.
    """
    security = at(cluster, "properties", "securityProfile")
    if at(security, "azureKeyVaultKms", "enabled") is True:
        return "customer-managed"
    newer = at(security, "kubernetesResourceObjectEncryptionProfile", "infrastructureEncryption")
    return "platform-managed" if newer == "Enabled" else "none"


def stopped(profile: Json) -> bool:
    """Whether a cluster's properties, or a pool, say that it is stopped."""
    return bool(at(profile, "powerState", "code") == "Stopped")


def tenant(cluster: Json) -> str | None:
    """The Entra tenant of the cluster's subscription, from its identity or from the URL of its issuer.

    The tenant that people sign in through (``aadProfile.tenantID``) may be another.
    """
    parts = _text(at(cluster, "properties", "oidcIssuerProfile"), "issuerURL").split("/")
    found = _text(at(cluster, "identity"), "tenantId") or (parts[3] if len(parts) > 3 else "")
    return found.lower() or None


def auto_provisioning(cluster: Json) -> bool:
    """Whether nodes come into being that no agent pool lists."""
    return bool(at(cluster, "properties", "nodeProvisioningProfile", "mode") == "Auto")


def hosted_system(cluster: Json) -> bool:
    """Whether system pods run on nodes that Azure hosts and no agent pool lists."""
    if at(cluster, "properties", "hostedSystemProfile", "enabled") is True:
        return True
    return at(cluster, "sku", "name") == "Automatic" and not at(cluster, "properties", "agentPoolProfiles")


def nodes_at_least(pool: Json) -> int | None:
    """The fewest nodes the pool can have as it is set: the autoscaler's minimum, else its count.

    A pool of the type VirtualMachines has neither; it has a profile for each size of machine instead.
    """
    scale = at(pool, "virtualMachinesProfile", "scale")
    by_size = [*capacity.by_size(scale, "autoscale", "minCount"), *capacity.by_size(scale, "manual", "count")]
    counts = by_size or [at(pool, "minCount" if at(pool, "enableAutoScaling") is True else "count")]
    known = [value for value in counts if isinstance(value, int) and not isinstance(value, bool)]
    return sum(known) if len(known) == len(counts) else None


def max_pods(pool: Json, cluster: Json) -> tuple[int, str]:
    """Pods that fit on a node, and whether it was set or is Azure's default for the network plugin."""
    value = at(pool, "maxPods")
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value, "as set"
    network = at(cluster, "properties", "networkProfile")
    plugin = _text(network, "networkPlugin") or _NO_PLUGIN
    if plugin == "azure" and at(network, "networkPluginMode") != "overlay":
        return 30, "Azure's default for the network plugin azure"
    if plugin == "kubenet":
        return 110, "Azure's default for the network plugin kubenet"
    named = "azure in overlay mode" if plugin == "azure" else plugin
    return 250, f"Azure's default for the network plugin {named}"


def _text(document: Json, key: str) -> str:
    value = at(document, key)
    return value if isinstance(value, str) else ""


def _known(values: dict[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
