"""Flaws that Defender for Cloud found in images, added up image by image on disk: there are many of them.

An image is known by its digest, whatever registry or cluster a row is about. A flaw that is found in the
registry and again where the image runs is one.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reportgen.model import Json
from reportgen.snapshot import Reader
from reportgen.subjects.document import at

SOURCE = "arg.image-findings"
PODS = "k8s.pods"
_STATUSES = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
_FIXABLE = "fixavailable"
_OPEN = "unhealthy"


class ImageFindings:
    """The rows of a snapshot, by digest; none where they are not among the ``wanted`` sources."""

    def __init__(self, reader: Reader, wanted: Collection[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-")
        self._db = sqlite3.connect(Path(self._folder.name) / "images.sqlite")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE findings (digest TEXT, flaw TEXT, package TEXT, severity TEXT, fixable INTEGER, "
            "open INTEGER, seen TEXT, page TEXT)"
        )
        self.answered = False
        for page in reader.pages(SOURCE) if SOURCE in wanted else ():
            self.answered = True
            where = f"evidence/{reader.header.name}/{page.path}#/data"
            rows = (_values(row) for row in page.body.get("data") or ())
            self._db.executemany(
                "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ((*values, where) for values in rows)
            )
        self._db.execute("CREATE INDEX by_digest ON findings (digest)")

    def close(self) -> None:
        """Remove what lies on disk."""
        self._db.close()
        self._folder.cleanup()

    def of(self, digests: Iterable[str]) -> tuple[list[Json], tuple[str, ...]]:
        """What is known of each image that has a result, by digest; and the pages it stands on.

        ``open`` has the numbers of flaws in state Unhealthy by severity, ``fixable`` those of them that a
        newer version of a package ends; ``last`` is when a result was last written.
        """
        found: list[Json] = []
        pages: set[str] = set()
        for digest in sorted(set(digests)):
            rows = self._db.execute(
                "SELECT flaw, package, severity, fixable, open, seen, page FROM findings WHERE digest = ?",
                (digest.lower(),),
            ).fetchall()
            if rows:
                pages |= {row[-1] for row in rows}
                found.append({"digest": digest, **_added_up(rows)})
        return found, tuple(sorted(pages))


def _values(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        str(row.get("digest") or "").lower(),
        str(row.get("flaw") or "").lower(),
        str(row.get("packageName") or "").lower(),
        str(at(row.get("status"), "severity") or "Unknown").capitalize(),
        str(row.get("fixStatus") or "").lower() == _FIXABLE,
        str(at(row.get("status"), "code") or "").lower() == _OPEN,
        str(row.get("timeGenerated") or ""),
    )


def _added_up(rows: list[tuple[Any, ...]]) -> dict[str, Json]:
    open_flaws: dict[tuple[str, str], tuple[str, bool]] = {}
    for flaw, package, severity, fixable, is_open, _, _ in rows:
        if is_open:
            _, before = open_flaws.get((flaw, package), ("", False))
            open_flaws[flaw, package] = (severity, before or bool(fixable))
    return {
        "open": _counts(severity for severity, _ in open_flaws.values()),
        "fixable": _counts(severity for severity, fixable in open_flaws.values() if fixable),
        "last": max(row[5] for row in rows),
    }


def _counts(severities: Iterable[str]) -> dict[str, Json]:
    counts: dict[str, Json] = {}
    for severity in sorted(severities):
        counts[severity] = counts.get(severity, 0) + 1
    return counts


def digests(reader: Reader, cluster_id: str) -> set[str]:
    """The digests of all images of a cluster's pods."""
    return {
        digest
        for page in reader.pages(PODS, cluster_id)
        for pod in page.body.get("items") or ()
        for _, digest in images(pod)
        if digest
    }


def images(pod: Json) -> Iterator[tuple[str, str]]:
    """Each image of a pod's containers as the runtime reports it, and its digest ("" where it has none)."""
    for key in _STATUSES:
        for status in at(pod, "status", key) or ():
            name = str(at(status, "imageID") or "")
            _, mark, digest = name.rpartition("@")
            if name:
                yield name, digest.lower() if mark else ""


def results(pods: Iterable[Json], known: Iterable[Json]) -> list[Json]:
    """Each image that these pods run and what was found in it; ``scanned``: there is a result."""
    by_digest = {one["digest"]: one for one in known}
    names = {image for pod in pods for image in images(pod)}
    nothing: Json = {"open": {}, "fixable": {}, "last": ""}
    return [
        {
            **nothing,
            **by_digest.get(digest, {}),
            "image": name,
            "digest": digest,
            "scanned": digest in by_digest,
        }
        for name, digest in sorted(names)
    ]
