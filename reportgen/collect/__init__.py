"""Collect: ask Azure and write what it answered into a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen import __version__, scope
from reportgen.collect import (
    agent_pools,
    diagnostic_settings,
    graph,
    kubernetes_versions,
    maintenance_configurations,
    managed_clusters,
    management_groups,
    subscriptions,
    upgrade_profiles,
)
from reportgen.collect.azure import Azure
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.collect.interface import Recorder
from reportgen.engagement import Engagement
from reportgen.errors import IncompleteError
from reportgen.model import CollectionMode
from reportgen.snapshot import Header, Writer

CLUSTER_READS = (
    agent_pools.READ,
    upgrade_profiles.READ,
    maintenance_configurations.READ,
    diagnostic_settings.READ,
)
"""What is read once for every cluster; a new source is a new file and a line here."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one collection needs beyond the engagement; ``progress`` is told (done, of, what)."""

    folder: Path
    mode: CollectionMode
    connection: Connection
    clock: Callable[[], datetime]
    host: str
    progress: Callable[[int, int, str], None]
    secret: str = field(default="", repr=False)
    workers: int = 8


def collect(engagement: Engagement, request: Request) -> Header:
    """Read everything in scope into ``request.folder`` and close the snapshot.

    Raises CredentialError where no token can be had, IncompleteError where not even the list of
    subscriptions can be read; everything else that fails is a gap.
    """
    started = request.clock()
    azure = Azure(
        credential(engagement.credential, request.connection, request.secret),
        request.connection,
        request.clock,
    )
    recorder = Recorder(azure, Writer(request.folder, request.mode), request.mode)
    known = _resolve(engagement, recorder)
    in_graph = graph.collect(recorder, "arg.managed-clusters", known.readable) if known.readable else []
    with ThreadPoolExecutor(request.workers) as pool:
        lists = dict(
            zip(known.readable, pool.map(lambda s: _list(recorder, known, s), known.readable), strict=True)
        )
        clusters = [body for bodies in lists.values() for body in bodies or ()]
        _compare(recorder, in_graph, clusters, {sub for sub, bodies in lists.items() if bodies is not None})
        jobs = [*_regions(recorder, clusters), *_cluster_reads(recorder, clusters)]
        for done, what in enumerate(pool.map(lambda job: job(), jobs), start=1):
            request.progress(done, len(jobs), what)
    report = scope.report(
        known,
        (row["subscriptionId"] for row in in_graph),
        {sub: None if bodies is None else len(bodies) for sub, bodies in lists.items()},
        recorder.writer.gaps,
    )
    header = Header(
        name=request.folder.name,
        collection_mode=request.mode,
        as_of=_stamp(started),
        started_at=_stamp(started),
        ended_at=_stamp(request.clock()),
        identity=azure.identity,
        endpoint=azure.endpoint,
        host=request.host,
        tool_version=__version__,
        root_sha256="",
    )
    return recorder.writer.close(header, report)


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _resolve(engagement: Engagement, recorder: Recorder) -> scope.Scope:
    pages = subscriptions.READ.collect(recorder, "tenant", "tenant")
    if pages is None:
        detail = next(gap.detail for gap in recorder.writer.gaps if gap.source == "arm.subscriptions")
        raise IncompleteError(f"The list of subscriptions could not be read: {detail}")
    visible = {
        line["subscriptionId"].lower(): line.get("displayName", "")
        for page in pages
        for line in page["value"]
    }
    graph.collect(recorder, "arg.subscriptions", ())
    expected = set(engagement.scope.subscriptions)
    for group in engagement.scope.management_groups:
        members = management_groups.READ.collect(recorder, f"management-group/{group}", group, group=group)
        expected |= {
            line["name"].lower() for page in members or () for line in page["value"] if _is_subscription(line)
        }
    named = bool(engagement.scope.subscriptions or engagement.scope.management_groups)
    known = scope.Scope(
        frozenset(expected) if named else None,
        "expected scope declared by the preparer"
        if named
        else "everything visible to the collector's identity",
        engagement.scope.management_groups,
        visible,
    )
    for subscription in known.unseen:
        recorder.gap(
            "arm.managed-clusters",
            subscription,
            "",
            "denied",
            "The engagement expects this subscription and the collector's identity cannot see it: it does "
            "not exist, lies in another tenant, or the identity has no Reader role there.",
        )
    return known


def _is_subscription(line: dict[str, Any]) -> bool:
    return str(line.get("type", "")).lower().endswith("/subscriptions")


def _list(recorder: Recorder, known: scope.Scope, subscription: str) -> list[dict[str, Any]] | None:
    name = known.visible[subscription]
    pages = managed_clusters.READ.collect(recorder, subscription, name, subscription=subscription)
    return None if pages is None else [body for page in pages for body in page.get("value") or ()]


def _compare(
    recorder: Recorder, in_graph: list[dict[str, Any]], clusters: list[dict[str, Any]], listed: set[str]
) -> None:
    """Resource Graph and ARM each show a population; an id in one and not in the other is a gap."""
    shown = {row["id"].lower(): row for row in in_graph if row["subscriptionId"].lower() in listed}
    bodies = {body["id"].lower(): body for body in clusters}
    for key in sorted(shown.keys() - bodies.keys()):
        recorder.gap(
            "arm.managed-clusters",
            shown[key]["id"],
            shown[key]["name"],
            "differs",
            "Resource Graph shows this cluster and ARM's list does not: deleted in between, or not readable.",
        )
    for key in sorted(bodies.keys() - shown.keys()):
        recorder.gap(
            "arg.managed-clusters",
            bodies[key]["id"],
            bodies[key]["name"],
            "differs",
            "ARM lists this cluster and Resource Graph does not show it: it is assessed, and was perhaps "
            "just created.",
        )


def _subscription_of(cluster: dict[str, Any]) -> str:
    return str(cluster["id"]).split("/")[2].lower()


def _regions(recorder: Recorder, clusters: list[dict[str, Any]]) -> list[Callable[[], str]]:
    places = sorted({(_subscription_of(cluster), _region(cluster)) for cluster in clusters})

    def job(subscription: str, location: str) -> Callable[[], str]:
        def read() -> str:
            scope_id = f"{subscription}/{location}"
            kubernetes_versions.READ.collect(
                recorder, scope_id, location, subscription=subscription, location=location
            )
            return location

        return read

    return [job(*place) for place in places]


def _region(cluster: dict[str, Any]) -> str:
    return str(cluster.get("location", "")).lower().replace(" ", "")


def _cluster_reads(recorder: Recorder, clusters: list[dict[str, Any]]) -> list[Callable[[], str]]:
    def job(cluster: dict[str, Any]) -> Callable[[], str]:
        def read() -> str:
            for source in CLUSTER_READS:
                source.collect(recorder, cluster["id"], cluster["name"], cluster=cluster["id"])
            return str(cluster["name"])

        return read

    return [job(cluster) for cluster in sorted(clusters, key=lambda body: str(body["id"]).lower())]
