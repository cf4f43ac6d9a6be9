"""What exists: the subscriptions in scope and the clusters in them, by two independent ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from reportgen import scope
from reportgen.collect import graph, managed_clusters, management_groups, subscriptions
from reportgen.collect.imported import Known
from reportgen.collect.interface import Recorder
from reportgen.engagement import Engagement
from reportgen.errors import IncompleteError
from reportgen.expected import Listed
from reportgen.sources.clusters import behind_private_link

CLUSTERS = graph.load("managed-clusters")
SUBSCRIPTIONS = graph.load("subscriptions")


@dataclass(frozen=True, slots=True)
class Cluster:
    """As much of a cluster as further reads take; ``pools`` are the names of its agent pools.

    ``private_link``: its API server stands behind a private link; ``sizes`` are those of its pools' machines.
    """

    id: str
    name: str
    subscription: str
    region: str
    pools: tuple[str, ...]
    private_link: bool = False
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Population:
    """What was found.

    ``in_graph`` holds the subscription of each cluster that Resource Graph shows; ``listed`` the number of
    clusters in ARM's list of each readable subscription, None where the list was refused.
    """

    known: scope.Scope
    clusters: tuple[Cluster, ...]
    in_graph: tuple[str, ...]
    listed: dict[str, int | None]

    @property
    def with_clusters(self) -> tuple[str, ...]:
        """The readable subscriptions that hold a cluster, sorted."""
        return tuple(sorted({*(cluster.subscription for cluster in self.clusters), *self.in_graph}))


def resolve(engagement: Engagement, export: Listed | None, recorder: Recorder) -> scope.Scope:
    """What is expected, by the engagement and an export, and what is visible.

    Raises IncompleteError where not even the list of subscriptions can be read.
    """
    if not subscriptions.READ.collect(recorder, "tenant", "tenant"):
        detail = next(gap.detail for gap in recorder.writer.gaps if gap.source == "arm.subscriptions")
        raise IncompleteError(f"The list of subscriptions could not be read: {detail}")
    visible = {
        str(line["subscriptionId"]).lower(): scope.Visible(
            str(line.get("displayName", "")), str(line.get("state", "Enabled"))
        )
        for line in subscriptions.READ.items(recorder, "tenant")
    }
    declared = set(engagement.scope.subscriptions)
    for group in engagement.scope.management_groups:
        unit = f"management-group/{group}"
        management_groups.READ.collect(recorder, unit, group, group=group)
        declared |= {
            str(line["name"]).lower()
            for line in management_groups.READ.items(recorder, unit)
            if str(line.get("type", "")).lower().endswith("/subscriptions")
        }
    named = bool(engagement.scope.subscriptions or engagement.scope.management_groups)
    known = scope.Scope(
        frozenset(declared) if named else None,
        export.subscriptions if export else None,
        engagement.scope.management_groups,
        visible,
    )
    # Where no subscriptions are named, Resource Graph covers the first 10,000: so it gets those in scope.
    SUBSCRIPTIONS.collect(recorder, () if known.expected is None else known.readable)
    for subscription in known.unseen:
        recorder.gap(
            "arm.managed-clusters",
            subscription,
            export.subscriptions.get(subscription, "") if export else "",
            "denied",
            "This subscription is expected and the collector's identity cannot see it: it does not exist, "
            "lies in another tenant, or the identity has no Reader role there.",
        )
    return known


def clusters(
    known: scope.Scope, recorder: Recorder, pool: Executor, told: Callable[[str], None]
) -> Population:
    """Every cluster in scope, by Resource Graph and by ARM's list of each subscription; ``told`` of each."""
    if known.readable:
        CLUSTERS.collect(recorder, known.readable)
    lists: dict[str, list[Cluster] | None] = {}
    read = pool.map(lambda subscription: _listed(recorder, known, subscription), known.readable)
    for subscription, members in zip(known.readable, read, strict=True):
        lists[subscription] = members
        told(known.visible[subscription].name or subscription)
    found = tuple(cluster for members in lists.values() for cluster in members or ())
    rows = {str(row["id"]).lower(): row for row in CLUSTERS.rows(recorder)}
    _compare(recorder, rows, found, {key for key, members in lists.items() if members is not None})
    return Population(
        known,
        tuple(sorted(found, key=lambda cluster: cluster.id.lower())),
        tuple(str(row["subscriptionId"]).lower() for row in rows.values()),
        {key: None if members is None else len(members) for key, members in lists.items()},
    )


def named(found: Population, recorder: Recorder) -> Known:
    """The clusters that both ways show, for who names one."""
    names = {str(row["id"]).lower(): (str(row["id"]), str(row["name"])) for row in CLUSTERS.rows(recorder)}
    names |= {cluster.id.lower(): (cluster.id, cluster.name) for cluster in found.clusters}
    refused = frozenset(subscription for subscription, number in found.listed.items() if number is None)
    return Known(dict(names.values()), frozenset(found.known.unseen), refused)


def reconcile(
    export: Listed, found: Population, recorder: Recorder
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The clusters that an export names and nobody found (each a gap), and those found beside it."""
    shown = {str(row["id"]).lower(): str(row["id"]) for row in CLUSTERS.rows(recorder)}
    shown |= {cluster.id.lower(): cluster.id for cluster in found.clusters}
    listed = {cluster.lower(): cluster for cluster in export.clusters}
    missing = tuple(listed[key] for key in sorted(listed.keys() - shown.keys()))
    for cluster in missing:
        recorder.gap(
            "arm.managed-clusters",
            cluster,
            cluster.rsplit("/", 1)[-1],
            "not-found",
            "The export of what should exist names this cluster; neither Resource Graph nor Resource Manager "
            "shows it.",
        )
    unexpected = tuple(shown[key] for key in sorted(shown.keys() - listed.keys())) if listed else ()
    return missing, unexpected


def _listed(recorder: Recorder, known: scope.Scope, subscription: str) -> list[Cluster] | None:
    name = known.visible[subscription].name
    if not managed_clusters.READ.collect(recorder, subscription, name, subscription=subscription):
        return None
    found = {
        str(body["id"]).lower(): Cluster(
            str(body["id"]),
            str(body.get("name") or body["id"].rsplit("/", 1)[-1]),
            str(body["id"]).split("/")[2].lower(),
            str(body.get("location", "")).lower().replace(" ", ""),
            tuple(_pools(body)),
            behind_private_link(body),
            tuple(_sizes(body)),
        )
        for body in managed_clusters.READ.items(recorder, subscription)
    }
    return list(found.values())


def _pools(body: dict[str, Any]) -> Iterable[str]:
    return (str(profile["name"]) for profile in _profiles(body) if profile.get("name"))


def _sizes(body: dict[str, Any]) -> Iterable[str]:
    return (str(profile["vmSize"]) for profile in _profiles(body) if profile.get("vmSize"))


def _profiles(body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    return (body.get("properties") or {}).get("agentPoolProfiles") or ()


def _compare(
    recorder: Recorder, rows: dict[str, dict[str, Any]], found: tuple[Cluster, ...], listed: set[str]
) -> None:
    """Resource Graph and ARM each show a population; an id in one and not in the other is a gap."""
    shown = {key: row for key, row in rows.items() if str(row["subscriptionId"]).lower() in listed}
    bodies = {cluster.id.lower(): cluster for cluster in found}
    for key in sorted(shown.keys() - bodies.keys()):
        recorder.gap(
            "arm.managed-clusters",
            str(shown[key]["id"]),
            str(shown[key]["name"]),
            "differs",
            "Resource Graph shows this cluster and ARM's list does not: deleted in between, or not readable.",
        )
    for key in sorted(bodies.keys() - shown.keys()):
        recorder.gap(
            "arg.managed-clusters",
            bodies[key].id,
            bodies[key].name,
            "differs",
            "ARM lists this cluster and Resource Graph does not show it: it is assessed, and was perhaps "
            "just created.",
        )
