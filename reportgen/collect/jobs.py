"""Which reads follow from a population, as small jobs for a pool; a new source is a file and a line here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, zip_longest

from reportgen.collect import (
    activity_log,
    agent_pools,
    compute_skus,
    compute_usages,
    data_collection_rule_associations,
    deny_assignments,
    deployment_safeguards,
    diagnostic_settings,
    federated_credentials,
    graph,
    key_vault_keys,
    kubernetes_versions,
    log_analytics_tables,
    maintenance_configurations,
    permissions,
    pool_upgrade_profiles,
    private_endpoint_connections,
    registry_diagnostic_settings,
    registry_tokens,
    resource_locks,
    role_activations,
    role_eligibilities,
    trusted_access_role_bindings,
    upgrade_profiles,
)
from reportgen.collect.arm import ArmRead
from reportgen.collect.graph import GraphRead
from reportgen.collect.interface import Recorder
from reportgen.collect.population import Cluster, Population

Job = Callable[[], str]
"""Does its reads and returns a few words for the progress display."""

GRAPH_READS: tuple[str, ...] = (
    "scale-sets",
    "virtual-machines",
    "disks",
    "disk-encryption-sets",
    "virtual-networks",
    "subnets",
    "network-security-groups",
    "network-interfaces",
    "load-balancers",
    "public-ip-addresses",
    "network-gateways",
    "route-tables",
    "nat-gateways",
    "private-endpoints",
    "private-dns-zones",
    "firewalls",
    "application-gateways",
    "container-registries",
    "registry-replications",
    "key-vaults",
    "log-analytics-workspaces",
    "alert-rules",
    "flow-logs",
    "data-collection-rules",
    "managed-identities",
    "role-assignments",
    "role-definitions",
    "policy-assignments",
    "policy-exemptions",
    "policy-states",
    "component-policy-states",
    "defender-plans",
    "defender-assessments",
    "image-findings",
    "regulatory-compliance",
    "advisor-recommendations",
    "fleet-members",
    "kubernetes-extensions",
    "flux-configurations",
    "upgrade-events",
    "resource-changes",
    "backup-instances",
)
"""Query files beside those of the population."""

SCOPE_READS: tuple[ArmRead, ...] = (permissions.READ,)
"""Read once for every subscription in scope, whether it holds a cluster or not; {subscription}."""

SUBSCRIPTION_READS: tuple[ArmRead, ...] = (
    deny_assignments.READ,
    role_eligibilities.READ,
    role_activations.READ,
    resource_locks.READ,
    activity_log.READ,
)
"""Read once for every subscription that holds a cluster; the path has {subscription}."""

REGION_READS: tuple[ArmRead, ...] = (kubernetes_versions.READ, compute_usages.READ, compute_skus.READ)
"""Read once for every subscription and region with a cluster; {subscription}, {location} and {sizes}."""

CLUSTER_READS: tuple[ArmRead, ...] = (
    agent_pools.READ,
    upgrade_profiles.READ,
    maintenance_configurations.READ,
    diagnostic_settings.READ,
    trusted_access_role_bindings.READ,
    deployment_safeguards.READ,
    data_collection_rule_associations.READ,
)
"""Read once for every cluster; {cluster}."""

PRIVATE_LINK_READS: tuple[ArmRead, ...] = (private_endpoint_connections.READ,)
"""Read once for every cluster whose API server stands behind a private link; {cluster}."""

POOL_READS: tuple[ArmRead, ...] = (pool_upgrade_profiles.READ,)
"""Read once for every agent pool; {cluster} and {pool}."""

RESOURCE_READS: tuple[tuple[str, ArmRead], ...] = (
    ("managed-identities", federated_credentials.READ),
    ("key-vaults", key_vault_keys.READ),
    ("container-registries", registry_diagnostic_settings.READ),
    ("container-registries", registry_tokens.READ),
    ("log-analytics-workspaces", log_analytics_tables.READ),
)
"""Read once for every row of a query file; {resource} is the row's id."""


def first(recorder: Recorder, found: Population) -> Iterator[Job]:
    """The reads that need nothing but the population."""
    for name in GRAPH_READS:
        yield _graph(recorder, graph.load(name), found)
    for subscription in found.known.readable:
        name = found.known.visible[subscription].name
        yield _reads(recorder, SCOPE_READS, subscription, name, subscription=subscription, words=name)
    for subscription in found.with_clusters:
        name = found.known.visible[subscription].name
        yield _reads(recorder, SUBSCRIPTION_READS, subscription, name, subscription=subscription, words=name)
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for known in found.clusters:
        places[(known.subscription, known.region)].update(known.sizes)
    for (subscription, region), sizes in sorted(places.items()):
        yield _reads(
            recorder,
            REGION_READS,
            f"{subscription}/{region}",
            region,
            subscription=subscription,
            location=region,
            sizes=",".join(sorted(sizes)),
            words=region,
        )
    for cluster in _in_turn(found.clusters):
        yield _cluster(recorder, cluster)


def second(recorder: Recorder, found: Population) -> Iterator[Job]:
    """The reads that follow from rows of the first."""
    del found
    for name, read in RESOURCE_READS:
        for row in graph.load(name).rows(recorder):
            resource, called = str(row["id"]), str(row.get("name", ""))
            yield _reads(recorder, (read,), resource, called, resource=resource, words=called)


STAGES = (first, second)


def _in_turn(clusters: tuple[Cluster, ...]) -> Iterable[Cluster]:
    """One of each subscription and region after the other, since Azure counts calls for each."""
    places: dict[tuple[str, str], list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        places[(cluster.subscription, cluster.region)].append(cluster)
    return (cluster for cluster in chain(*zip_longest(*places.values())) if cluster)


def _graph(recorder: Recorder, read: GraphRead, found: Population) -> Job:
    def job() -> str:
        over = {"tenant": (), "scope": found.known.readable, "clusters": found.with_clusters}[read.over]
        if over or read.over == "tenant":
            read.collect(recorder, over)
        return read.source

    return job


def _reads(
    recorder: Recorder, reads: Iterable[ArmRead], scope: str, name: str, *, words: str, **parts: str
) -> Job:
    def job() -> str:
        for read in reads:
            read.collect(recorder, scope, name, **parts)
        return words

    return job


def _cluster(recorder: Recorder, cluster: Cluster) -> Job:
    def job() -> str:
        for read in (*CLUSTER_READS, *(PRIVATE_LINK_READS if cluster.private_link else ())):
            read.collect(recorder, cluster.id, cluster.name, cluster=cluster.id)
        for pool in cluster.pools:
            scope, name = f"{cluster.id}/agentPools/{pool}", f"{cluster.name} / {pool}"
            for read in POOL_READS:
                read.collect(recorder, scope, name, cluster=cluster.id, pool=pool)
        return cluster.name

    return job
