"""A pack as it is handed over: its zip, what its results say in numbers, and the hashes a reader checks."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from reportgen.engagement import Engagement
from reportgen.errors import AlteredError, UsageError
from reportgen.model import CollectionMode, Json, Status
from reportgen.pack import verify
from reportgen.pack.build import MANIFEST
from reportgen.pack.read import read_file
from reportgen.snapshot import HEADER

SUMMARY = "summary.pdf"
_LISTED = 20
_SNAPSHOT = re.compile(rf"evidence/([^/]+)/{re.escape(HEADER)}")


@dataclass(frozen=True, slots=True)
class Scope:
    """How many expected subscriptions were read, and how many clusters they hold."""

    read: int
    expected: int
    clusters: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An exception by name: a control, its subject and the cluster that it belongs to."""

    control: str
    subject: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """An intact pack; ``exceptions`` and ``waived`` count observations, not controls.

    ``snapshots`` are the names of those that it rests on.
    """

    archive: Path
    pack_id: str
    facts: dict[str, Any]
    mode: CollectionMode
    statuses: dict[Status, int]
    exceptions: int
    waived: int
    gaps: int
    scope: Scope
    summary: bytes | None
    zip_sha256: str
    manifest_sha256: str
    snapshots: tuple[str, ...]


def parcel(pack: Path) -> Parcel:
    """Read and check a pack, by its folder or its zip; the zip is what is handed over.

    Raises AlteredError where it is not what its manifest says, UsageError where there is no zip.
    """
    archive = pack if pack.is_file() else pack.resolve().parent / f"{pack.resolve().name}.zip"
    if not archive.is_file():
        raise UsageError(f"{pack}: no {archive.name} beside it; name a pack's folder or its zip")
    found = verify(archive)
    if not found.intact:
        differing = len({*found.changed, *found.missing, *found.added})
        raise AlteredError(
            f"{archive}: altered since its manifest was written ({differing} files differ); build it again"
        )
    manifest = read_file(archive, MANIFEST)
    if pack.is_dir() and read_file(pack, MANIFEST) != manifest:
        raise AlteredError(f"{pack}: is not what {archive.name} holds; its {MANIFEST} differs")
    try:
        document = json.loads(read_file(archive, "results/findings.json"))
        if document["pack"]["pack_id"] != found.pack_id:
            raise UsageError(f"{archive}: not a pack (its results are of another)")
        return _of(document, archive, manifest)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{archive}: not a pack (its results lack something: {error})") from error


def _of(document: dict[str, Any], archive: Path, manifest: bytes) -> Parcel:
    counts = Counter(Status(finding["status"]) for finding in document["findings"])
    names = {line.partition("  ")[2] for line in manifest.decode().splitlines()}
    expected = [
        line for line in document["scope"]["subscriptions"] if line["expected"] and not line.get("excluded")
    ]
    return Parcel(
        archive=archive,
        pack_id=str(document["pack"]["pack_id"]),
        facts=document["pack"],
        mode=CollectionMode(document["pack"]["collection_mode"]),
        statuses={status: counts[status] for status in Status},
        exceptions=sum(finding["exceptions"] for finding in document["findings"]),
        waived=sum(finding["waived"] for finding in document["findings"]),
        gaps=sum(gap["reason"] != "excluded" for gap in document["gaps"]),
        scope=Scope(
            sum(line["collected"] for line in expected),
            len(expected),
            sum(max(line["clusters_in_graph"], line["clusters_listed"]) for line in expected),
        ),
        summary=read_file(archive, SUMMARY) if SUMMARY in names else None,
        zip_sha256=_sha256(archive),
        manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        snapshots=tuple(sorted(found[1] for name in names if (found := _SNAPSHOT.fullmatch(name)))),
    )


def listed(archive: Path) -> tuple[Listed, ...]:
    """The first exceptions of a pack by name. Raises UsageError where its results are damaged."""
    lines = map(json.loads, read_file(archive, "results/observations.jsonl").splitlines())
    try:
        failed = (one for one in lines if one["status"] == Status.NOT_SATISFIED.value)
        return tuple(_listed(one) for one in islice(failed, _LISTED))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{archive}: not a pack (its results lack something: {error})") from error


def _listed(observation: dict[str, Json]) -> Listed:
    subject = observation["subject"]
    return Listed(str(observation["control"]), str(subject["name"]), str(subject["cluster"] or ""))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def belongs(found: Parcel, engagement: Engagement) -> None:
    """UsageError where a pack was made for another engagement: its recipients must not get it."""
    period = engagement.period
    ours = {
        "entity": engagement.entity,
        "engagement": engagement.name or f"{period.start} to {period.end}",
        "period_start": period.start.isoformat(),
        "period_end": period.end.isoformat(),
    }
    for key, value in ours.items():
        if found.facts[key] != value:
            raise UsageError(
                f"{found.archive.name}: was made for another engagement: its {key.replace('_', ' ')} is "
                f"{found.facts[key]}, the engagement's {value}"
            )
