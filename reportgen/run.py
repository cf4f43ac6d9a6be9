"""The line, readable as prose: collect into a snapshot; then assess, render and pack what it holds.

A snapshot is finished before anything is assessed, and a finding is final before anything is rendered, so
each half can be run again alone: a report that fails costs nothing but the report.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from reportgen import render, sandbox
from reportgen.assess.catalogue import kept
from reportgen.audit.previous import Previous, previous
from reportgen.catalogues import CONTROLS, FRAMEWORKS, TEMPLATES, Own, catalogue_of
from reportgen.collect import Request, collect, resume_key
from reportgen.collect.connection import Connection, connection
from reportgen.collect.tally import Progress
from reportgen.engagement import Clusters, Credential, Engagement, Scope, quarter, registers
from reportgen.errors import UsageError
from reportgen.journal import resumable
from reportgen.kept import Kept
from reportgen.limits import Limits
from reportgen.model import CollectionMode, Results, Status
from reportgen.pack import build
from reportgen.results import results_of
from reportgen.snapshot import SNAPSHOTS, newest

__all__ = [
    "CONTROLS",
    "FRAMEWORKS",
    "SAMPLES",
    "TEMPLATES",
    "Outcome",
    "Own",
    "Served",
    "collect_azure",
    "collect_estate",
    "engagement_of_estate",
    "job",
    "latest_snapshot",
    "previous",
    "report",
    "served",
    "snapshot_folder",
    "unfinished",
]

SAMPLES = Path(str(files("reportgen"))) / "samples"
_JOB_VARIABLES = (
    "CONTAINER_APP_JOB_NAME",
    "CONTAINER_APP_JOB_EXECUTION_NAME",
    "AZUREPS_HOST_ENVIRONMENT",
    "GITHUB_RUN_ID",
    "BUILD_BUILDID",
)
"""Set by Azure Container Apps jobs, Azure Automation, GitHub Actions and Azure Pipelines."""
DEMO_AS_OF = "2026-11-15T06:00:00Z"
"""Where the clock of the sample estate stands."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished pack. ``unavailable`` says which report could not be made here, and how to mend that."""

    pack: Path
    results: Results
    unavailable: tuple[str, ...]

    def exit_code(self, fail_on: str = "findings") -> int:
        """0, 1 (not-satisfied findings), 2 (a report is missing), 3 (gaps); the contract of `reportgen run`.

        A finding whose exceptions are all waived counts as satisfied here, and nowhere else. ``fail_on`` is
        findings (all of these), incomplete (gaps, but not findings) or never.
        """
        if self.unavailable:
            return 2
        if any(not gap.excluded for gap in self.results.gaps) and fail_on != "never":
            return 3
        found = any(
            finding.status is Status.NOT_SATISFIED and not finding.all_waived
            for finding in self.results.findings
        )
        return 1 if found and fail_on == "findings" else 0


def unfinished(engagement: Engagement, out: Path) -> Path | None:
    """The folder of a killed collection from Azure that may be gone on with."""
    return resumable(out / SNAPSHOTS, resume_key(engagement, connection(engagement)), datetime.now(UTC))


def collect_azure(
    engagement: Engagement,
    out: Path,
    progress: Progress,
    own: Own | None = None,
    folder: Path | None = None,
) -> Path:
    """Collect from Azure, or by a kubeconfig, into ``out/snapshots`` and return the snapshot's folder.

    ``folder`` is that folder where it is known before; else a killed collection is gone on with.
    """
    catalogue = kept(catalogue_of(engagement, own).controls)
    way = connection(engagement)
    request = Request(
        folder=folder or unfinished(engagement, out) or snapshot_folder(out, datetime.now(UTC)),
        mode=CollectionMode.KUBECONFIG
        if engagement.credential.kind == "kubeconfig"
        else CollectionMode.AZURE,
        connection=way,
        clock=lambda: datetime.now(UTC),
        host=platform.node(),
        job=job(),
        progress=progress,
        limits=Limits(),
        key=resume_key(engagement, way),
        catalogue=catalogue,
    )
    collect(engagement, request)
    return request.folder


def collect_estate(
    engagement: Engagement,
    estate: Path,
    out: Path,
    as_of: datetime,
    mode: CollectionMode,
    progress: Progress,
    own: Own | None = None,
    folder: Path | None = None,
) -> Path:
    """Collect from a folder of JSON through the embedded sandbox, at a clock that stands at ``as_of``.

    ``folder`` is the snapshot's where it is not to be named by the time alone.
    """
    catalogue = kept(catalogue_of(engagement, own).controls)
    with served(engagement, estate, as_of) as there:
        request = Request(
            folder=folder or snapshot_folder(out, as_of),
            mode=mode,
            connection=there.connection,
            clock=lambda: as_of,
            host="embedded sandbox",
            progress=progress,
            secret=there.secret,
            catalogue=catalogue,
        )
        collect(there.engagement, request)
    return request.folder


@dataclass(frozen=True, slots=True)
class Served:
    """An estate folder that is served: the way there, and the engagement with the sandbox's own identity."""

    engagement: Engagement
    connection: Connection
    secret: str = field(repr=False)


@contextmanager
def served(engagement: Engagement, estate: Path, as_of: datetime | None) -> Iterator[Served]:
    """Serve a folder of JSON for the length of a ``with`` block, its clock standing at ``as_of`` if given."""
    with sandbox.serve(estate, as_of=as_of) as azure:
        changed: dict[str, object] = {
            "credential": Credential(
                kind="client-secret", tenant_id=azure.tenant_id, client_id=azure.client_id
            )
        }
        if not (estate / "kubernetes").is_dir():
            changed["clusters"] = Clusters(access="none")
        yield Served(
            engagement.model_copy(update=changed),
            Connection(
                f"https://{azure.management_host}",
                f"https://{azure.login_host}",
                azure.ca_file,
                azure.address,
                graph_url=f"https://{azure.graph_host}",
            ),
            azure.client_secret,
        )


def report(
    engagement: Engagement,
    snapshot: Path,
    out: Path,
    own: Own | None = None,
    store: Kept | None = None,
    compared: Previous | None = None,
) -> Outcome:
    """Assess, render and pack one finished snapshot.

    ``store`` has the other snapshots of the period and the register of runs; without it there is no register,
    and they lie beside the snapshot. ``compared`` is the pack since which changes are told.
    """
    made = results_of(engagement, snapshot, own, store, compared)
    results = made.results
    renderers = render.wanted(engagement.report.profiles)
    unavailable = render.lacking(renderers)
    printed = replace(results, notes=(*results.notes, *unavailable))

    def fill(folder: Path) -> tuple[str, ...]:
        registers.copy_files(engagement.registers, results.attestations, folder)
        for renderer in renderers:
            with suppress(render.PdfUnavailable):
                renderer.render(printed, folder)
        return unavailable

    return Outcome(build(out, results.facts, made.snapshots, fill), results, unavailable)


def latest_snapshot(out: Path) -> Path:
    """The newest finished snapshot below ``out/snapshots``."""
    folder = out / SNAPSHOTS
    found = newest(folder.iterdir()) if folder.is_dir() else None
    if found is None:
        raise UsageError(
            f"{folder}: holds no finished snapshot; run `reportgen collect` first, or name --out"
        )
    return found


def engagement_of_estate(estate: Path, as_of: datetime) -> Engagement:
    """An engagement for an estate folder that has none: all its subscriptions, the quarter of ``as_of``."""
    from reportgen.sandbox.estate import load

    subscriptions = tuple(subscription.id for subscription in load(estate).subscriptions)
    return Engagement(
        entity=estate.resolve().name,
        period=quarter(as_of.date()),
        scope=Scope(subscriptions=subscriptions),
        credential=Credential(kind="managed-identity"),
    )


def job() -> str:
    """What the host says of the scheduled job that runs this: a variable's name and its value."""
    shown = (f"{name}={os.environ[name]}" for name in _JOB_VARIABLES if os.environ.get(name))
    return ", ".join(shown)


def snapshot_folder(out: Path, time: datetime) -> Path:
    """Where a collection of this time goes."""
    return out / SNAPSHOTS / time.strftime("%Y%m%dT%H%M%SZ")
