"""Who stands behind the ids in what was collected: names, and members of groups, from the directory.

Only principals with a role at a cluster, above it or inside it are asked for, those that bindings in clusters
name, and the groups that clusters name as their administrators: of all others the report has no need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reportgen.collect import graph, managed_clusters, role_activations, role_eligibilities
from reportgen.collect.directory import BATCH, Directory
from reportgen.collect.interface import Recorder
from reportgen.collect.jobs import Job
from reportgen.collect.population import Population
from reportgen.engagement.principals import Principals
from reportgen.model import Json
from reportgen.sources import BY_NAME
from reportgen.sources.directory import MEMBERS, PRINCIPALS

ASSIGNMENTS = graph.load("role-assignments")
_BINDINGS = ("k8s.role-bindings", "k8s.cluster-role-bindings")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABOVE_ALL = "/providers/microsoft.management/managementgroups/"


def ids(recorder: Recorder, found: Population) -> tuple[str, ...]:
    """The ids of all principals that have to do with a cluster, in lower case, sorted."""
    clusters = tuple(cluster.id.lower() for cluster in found.clusters)
    named = {*_by_roles(recorder, clusters), *_by_bindings(recorder), *_administrators(recorder)}
    return tuple(sorted(one for one in (name.lower() for name in named) if _GUID.fullmatch(one)))


def first(recorder: Recorder, directory: Directory, wanted: tuple[str, ...]) -> Iterator[Job]:
    """Asks for every id, so many at a time."""
    starts = range(0, len(wanted), BATCH)
    for number, start in enumerate(starts, start=1):
        unit = "tenant" if len(starts) == 1 else f"tenant/batch-{number:03d}"
        yield _batch(recorder, directory, unit, wanted[start : start + BATCH])


def second(recorder: Recorder, directory: Directory, settings: Principals) -> Iterator[Job]:
    """Asks for the members of every group among those found."""
    groups = {str(row["id"]): row for row in _rows(recorder, PRINCIPALS) if is_group(row)}
    for key in sorted(groups):
        yield _group(recorder, directory, key, str(groups[key].get("displayName") or key), settings)


def record_nameless(recorder: Recorder) -> None:
    """A gap where Microsoft Graph gave ids only: it keeps the names of what one may not read."""
    for source, what in ((PRINCIPALS, "of the principals"), (MEMBERS, "of the members of groups")):
        nameless = {str(row.get("id")) for row in _rows(recorder, source) if not row.get("displayName")}
        if nameless:
            recorder.gap(
                source,
                "tenant",
                "tenant",
                "denied",
                f"The names of {len(nameless):,} {what} are missing: so Microsoft Graph shows what an "
                f"identity may not read. Needed permission: {', '.join(BY_NAME[source].app_roles)}.",
            )


def is_group(row: Json) -> bool:
    """Whether an object of the directory is a group."""
    return str(row.get("@odata.type", "")).lower() == "#microsoft.graph.group"


def _batch(recorder: Recorder, directory: Directory, unit: str, wanted: tuple[str, ...]) -> Job:
    def job() -> str:
        recorder.record(PRINCIPALS, unit, (("tenant", "tenant"),), directory.by_ids(wanted))
        return "names of principals"

    return job


def _group(recorder: Recorder, directory: Directory, key: str, name: str, settings: Principals) -> Job:
    def job() -> str:
        scope = f"groups/{key}"
        answers = directory.members(key, settings.members_per_group)
        recorder.record(MEMBERS, scope, ((scope, name),), answers)
        return name

    return job


def _rows(recorder: Recorder, source: str) -> Iterator[dict[str, Any]]:
    for unit in recorder.writer.units(source):
        for page in recorder.writer.bodies(source, unit):
            yield from page["value"]


def _by_roles(recorder: Recorder, clusters: tuple[str, ...]) -> Iterator[str]:
    for row in _roles(recorder):
        values = row.get("properties") or row
        if _concerns(str(values.get("scope") or ""), clusters):
            yield str(values.get("principalId"))


def _roles(recorder: Recorder) -> Iterator[dict[str, Any]]:
    """Roles as assigned, as eligible and as activated."""
    yield from ASSIGNMENTS.rows(recorder)
    for read in (role_eligibilities.READ, role_activations.READ):
        for unit in recorder.writer.units(read.source):
            yield from read.items(recorder, unit)


def _concerns(scope: str, clusters: tuple[str, ...]) -> bool:
    """Whether a role at this scope is one at a cluster, above one or inside one."""
    wanted = scope.lower().rstrip("/")
    if not wanted or wanted.startswith(_ABOVE_ALL):
        return True
    return any(f"{one}/".startswith(f"{wanted}/") or wanted.startswith(f"{one}/") for one in clusters)


def _by_bindings(recorder: Recorder) -> Iterator[str]:
    for source in _BINDINGS:
        for unit in recorder.writer.units(source):
            for page in recorder.writer.bodies(source, unit):
                for binding in page.get("items") or ():
                    yield from (str(who.get("name")) for who in binding.get("subjects") or ())


def _administrators(recorder: Recorder) -> Iterator[str]:
    source = managed_clusters.READ.source
    for unit in recorder.writer.units(source):
        for body in managed_clusters.READ.items(recorder, unit):
            profile = (body.get("properties") or {}).get("aadProfile") or {}
            yield from map(str, profile.get("adminGroupObjectIDs") or ())
