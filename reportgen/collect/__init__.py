"""Collect: ask Azure and write what it answered into a snapshot."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from reportgen import __version__, expected, scope
from reportgen.collect import imported, jobs, left_out, population, principals
from reportgen.collect.azure import Azure
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.collect.directory import Directory
from reportgen.collect.interface import Origin, Recorder
from reportgen.collect.kubernetes import alone, fleet
from reportgen.collect.kubernetes.cluster import ClusterLedger
from reportgen.collect.tally import Progress, Tally
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.limits import Limits
from reportgen.model import CollectionMode, Export, Identity, ScopeReport
from reportgen.snapshot import CATALOGUE, Header, Writer

CLOCKS_APART = 300.0
"""Seconds between the host's clock and Azure's from which on the times in evidence cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one collection needs beyond the engagement.

    With ``limits`` None calls are not paced; with a ``key`` an unfinished ``folder`` of the same key is gone
    on with. ``catalogue`` is what the snapshot keeps to be judged by later.
    """

    folder: Path
    mode: CollectionMode
    connection: Connection
    clock: Callable[[], datetime]
    host: str
    progress: Progress
    secret: str = field(default="", repr=False)
    workers: int = 8
    limits: Limits | None = None
    key: str = ""
    job: str = ""
    catalogue: bytes = b""


def collect(engagement: Engagement, request: Request) -> Header:
    """Read everything in scope into ``request.folder`` and close the snapshot.

    Raises CredentialError where no token can be had, IncompleteError where not even the list of
    subscriptions can be read, UsageError where a file that the engagement names is not there or is about no
    cluster; everything else that fails is a gap.
    """
    files = imported.find(engagement)
    if engagement.credential.kind == "kubeconfig":
        return _collect_alone(engagement, request, files)
    export = expected.read(engagement.export_file) if engagement.export_file else None
    ends = time.monotonic() + engagement.limits.run_hours * 3600
    identity = credential(engagement.credential, request.connection, request.secret, engagement.folder)
    commands = fleet.commands(engagement.clusters)
    azure = Azure(identity, request.connection, request.clock, request.limits, commands)
    writer = Writer(request.folder, request.mode, _stamp(request.clock()), request.key)
    recorder = Recorder(azure, writer, request.mode, lambda: time.monotonic() > ends)
    known, tally = population.resolve(engagement, export, recorder), Tally(request.progress)
    with ThreadPoolExecutor(request.workers) as pool:
        found = population.clusters(known, recorder, pool, tally.count)
        imported.record(recorder, imported.match(files, population.named(found, recorder)))
        azure.learn_regions({cluster.id.lower(): cluster.region for cluster in found.clusters})
        ours = fleet.Fleet.of(recorder, engagement.clusters, request.connection, request.clock, identity)
        inside = list(fleet.jobs(ours, found))
        tally.expect(len(inside))
        for stage in jobs.STAGES:
            tally.stage(pool, stage(recorder, found))
    with ThreadPoolExecutor(ours.workers) as pool:
        tally.run(pool, inside)
    if engagement.principals.resolve:
        directory = Directory(identity, request.connection, request.clock, azure.host_clock)
        with ThreadPoolExecutor(request.workers) as pool:
            wanted = principals.ids(recorder, found)
            tally.stage(pool, principals.first(recorder, directory, wanted))
            tally.stage(pool, principals.second(recorder, directory, engagement.principals))
        principals.record_nameless(recorder)
    left_out.record(recorder, found)
    _compare_clocks(recorder, request)
    report = scope.report(known, found.in_graph, found.listed, writer.gaps)
    if export:
        missing, unexpected = population.reconcile(export, found, recorder)
        report = replace(
            report,
            export=_kept(engagement, export, writer),
            clusters_missing=missing,
            clusters_unexpected=unexpected,
        )
    return _closed(writer, request, _header(request, writer, azure.identity, azure.endpoint), report)


def _collect_alone(engagement: Engagement, request: Request, files: tuple[imported.File, ...]) -> Header:
    """One cluster by a kubeconfig, without Azure."""
    way, client = entered = alone.enter(engagement, request.connection, request.clock)
    try:
        matches = imported.match(files, imported.Known({way.scope: way.context}))
    except UsageError:
        client.close()
        raise
    writer = Writer(request.folder, request.mode, _stamp(request.clock()), request.key)
    found = alone.read(engagement, entered, request.connection, writer, request.mode)
    origin = Origin(found.identity, custom_ca=False, proxy="")
    imported.record(ClusterLedger(writer, request.mode, lambda: False, origin), matches)
    request.progress(1, 1, "kubeconfig")
    report = ScopeReport("the context of a kubeconfig that the engagement names", (), ())
    return _closed(writer, request, _header(request, writer, found.identity, found.endpoint), report)


def _closed(writer: Writer, request: Request, header: Header, report: ScopeReport) -> Header:
    if request.catalogue:
        (writer.folder / CATALOGUE).write_bytes(request.catalogue)
    return writer.close(header, report)


def _compare_clocks(recorder: Recorder, request: Request) -> None:
    apart = recorder.azure.host_clock.apart
    if abs(apart) > CLOCKS_APART:
        recorder.gap(
            "collector.clock",
            "tenant",
            request.host,
            "clock",
            f"The host's clock is {abs(apart):.0f} seconds {'ahead of' if apart > 0 else 'behind'} Azure's: "
            "times in the evidence are the host's and cannot be relied on. Set the clock and collect again.",
        )


def _kept(engagement: Engagement, export: expected.Listed, writer: Writer) -> Export:
    """The facts of the export, and a copy of it in the snapshot."""
    declared = engagement.scope.expected_from
    assert declared is not None  # noqa: S101 (there is no export without it)
    name = f"expected-scope{declared.file.suffix.lower()}"
    (writer.folder / name).write_bytes(export.content)
    return Export(declared.source, declared.exported_at, declared.file.name, export.sha256, export.rows, name)


def _header(request: Request, writer: Writer, identity: Identity, endpoint: str) -> Header:
    return Header(
        name=request.folder.name,
        collection_mode=request.mode,
        as_of=writer.journal.started_at,
        started_at=writer.journal.started_at,
        ended_at=_stamp(request.clock()),
        resumed_at=writer.journal.resumed_at,
        identity=identity,
        endpoint=endpoint,
        host=request.host,
        tool_version=__version__,
        root_sha256="",
        job=request.job,
    )


def resume_key(engagement: Engagement, connection: Connection) -> str:
    """What two attempts must have in common for one to go on with the other's snapshot."""
    parts = (engagement.sha256, __version__, connection.management_url, connection.graph_url)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


__all__ = ["Request", "collect", "resume_key"]
