"""The snapshot: a write-once folder of evidence pages, their provenance, gaps and hashes.

::

    <snapshot>/<source>/<scope>/page-0001.json             canonical JSON, pruned
    <snapshot>/<source>/<scope>/page-0001.provenance.json
    <snapshot>/gaps.json  scope.json  snapshot.json

``snapshot.json`` is written last: a folder without it is an interrupted collection and no snapshot.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from reportgen.errors import UsageError
from reportgen.journal import Journal
from reportgen.model import (
    CollectionMode,
    Export,
    Gap,
    Identity,
    Json,
    Provenance,
    ScopeReport,
    SubscriptionScope,
)
from reportgen.pruning import prune


@dataclass(frozen=True, slots=True)
class Header:
    """What ``snapshot.json`` says.

    ``root_sha256`` is of this header's canonical JSON with the `tree_sha256` of all other files in its place,
    so that it covers both. ``job`` is the scheduled job that collected, "" where the host shows none.
    """

    name: str
    collection_mode: CollectionMode
    as_of: str
    started_at: str
    ended_at: str
    resumed_at: tuple[str, ...]
    identity: Identity
    endpoint: str
    host: str
    tool_version: str
    root_sha256: str
    job: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One stored page; ``path`` is relative to the snapshot folder, with forward slashes."""

    path: str
    body: Json
    provenance: Provenance


def canonical_json(value: Json) -> bytes:
    """The one byte form in which JSON is stored and hashed.

    Raises ValueError for numbers and texts that JSON in UTF-8 does not have. Indented in a second step, since
    Python's encoder takes five times as long when it indents.
    """
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
    return msgspec.json.format(flat, indent=1) + b"\n"


_PLAIN = re.compile(r"(?=.{1,63}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def scope_folder(scope: str) -> str:
    """A short, portable folder name for a provenance scope (names in ids are untrusted text).

    What is plain stays readable; of anything else the last part is made a slug, with a hash of the whole
    behind it, so that no two scopes share a folder.
    """
    plain = scope.lower().replace("/", ".")
    if _PLAIN.fullmatch(plain):
        return plain
    slug = re.sub(r"[^a-z0-9-]+", "-", scope.rsplit("/", 1)[-1].lower())[:40].strip("-")
    return f"{slug}-{hashlib.sha256(scope.lower().encode()).hexdigest()[:8]}".strip("-")


def tree_sha256(folder: Path, leave_out: frozenset[str] = frozenset()) -> str:
    """SHA-256 over the lines ``<sha256>  <path>`` of all files below ``folder``, sorted by path."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in names
        if name not in leave_out
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


SNAPSHOTS = "snapshots"
"""The folder of an --out, or of a store, that they lie in."""
HEADER = "snapshot.json"
CATALOGUE = "controls.json"
"""In a snapshot, the controls that were the catalogue when it was taken."""
TIMESTAMP = "timestamp.tsr"
"""A time-stamp authority's answer over the root hash, which it therefore is no part of."""


def root_document(folder: Path, header: Header) -> bytes:
    """What the root hash is of, and a time-stamp therefore over; see `Header`."""
    tree = tree_sha256(folder, frozenset({HEADER, TIMESTAMP}))
    return canonical_json(asdict(replace(header, root_sha256=tree)))


def _root_sha256(folder: Path, header: Header) -> str:
    return hashlib.sha256(root_document(folder, header)).hexdigest()


class Writer:
    """Writes one snapshot; safe to use from several threads, one unit (source and scope) each.

    With a ``key`` an unfinished folder of the same key is gone on with (see `reportgen.journal`); without one
    it is begun again. ``now`` is the time (RFC 3339) of this attempt.
    """

    def __init__(self, folder: Path, mode: CollectionMode, now: str, key: str = "") -> None:
        if (folder / HEADER).exists():
            if mode.live:
                raise UsageError(
                    f"{folder}: a snapshot exists here and is never overwritten; choose another --out"
                )
            _remove_simulated(folder)
        elif folder.exists() and not key:
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.journal = Journal(folder, key, now)
        self._gaps: list[Gap] = []
        self._lock = threading.Lock()
        self._remove_unfinished()

    def _remove_unfinished(self) -> None:
        known = {f"{source}/{scope_folder(scope)}" for source, scope in self.journal.units}
        for unit in self.folder.glob("*/*"):
            if unit.is_dir() and unit.relative_to(self.folder).as_posix() not in known:
                shutil.rmtree(unit)

    def page(self, body: Json, provenance: Provenance) -> None:
        """Store one page; ``stored_sha256`` of the provenance is filled in here.

        Raises ValueError where the body is nothing that JSON can say.
        """
        stored = canonical_json(prune(body))
        folder = self._unit(provenance.source, provenance.scope)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"page-{provenance.page:04d}"
        (folder / f"{name}.json").write_bytes(stored)
        finished = replace(provenance, stored_sha256=hashlib.sha256(stored).hexdigest())
        (folder / f"{name}.provenance.json").write_bytes(canonical_json(asdict(finished)))

    def units(self, source: str) -> list[str]:
        """The scopes of a source's finished units, sorted."""
        return sorted(scope for known, scope in self.journal.units if known == source)

    def bodies(self, source: str, scope: str) -> Iterator[Json]:
        """The stored pages of a unit, one at a time."""
        for path in sorted(self._unit(source, scope).glob("page-*.json")):
            if not path.name.endswith(".provenance.json"):
                yield json.loads(path.read_bytes())

    def discard(self, source: str, scope: str) -> None:
        """Forget a unit, which is read again."""
        self.journal.forget((source, scope.lower()))
        shutil.rmtree(self._unit(source, scope), ignore_errors=True)

    def _unit(self, source: str, scope: str) -> Path:
        return self.folder / source / scope_folder(scope)

    def gap(self, gap: Gap) -> None:
        """Record something in scope that could not be read, beside what finished units lack."""
        with self._lock:
            self._gaps.append(gap)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The gaps so far, in an order that does not depend on threads."""
        with self._lock:
            found = [
                *self._gaps,
                *(gap for unit in self.journal.units for gap in self.journal.finished(unit) or ()),
            ]
        return tuple(sorted(found, key=lambda gap: (gap.source, gap.scope.lower(), gap.reason, gap.detail)))

    def close(self, header: Header, scope: ScopeReport) -> Header:
        """Write gaps, scope and, last, the header with the root hash."""
        (self.folder / "gaps.json").write_bytes(canonical_json([asdict(gap) for gap in self.gaps]))
        (self.folder / "scope.json").write_bytes(canonical_json(asdict(scope)))
        self.journal.close()
        finished = replace(header, root_sha256=_root_sha256(self.folder, header))
        (self.folder / HEADER).write_bytes(canonical_json(asdict(finished)))
        return finished


def _remove_simulated(folder: Path) -> None:
    if Reader(folder).header.collection_mode.live:
        raise UsageError(
            f"{folder}: a snapshot collected from Azure is never overwritten; choose another --out"
        )
    shutil.rmtree(folder)


class Reader:
    """Reads a finished snapshot, page by page; everything downstream sees evidence only through this."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "snapshot.json").is_file():
            raise UsageError(
                f"{folder}: no snapshot.json here, so this is no finished snapshot; run collect again"
            )
        try:
            self.header = _header(self._load("snapshot.json"))
        except (ValueError, TypeError, KeyError) as error:
            raise UsageError(
                f"{folder}: snapshot.json is damaged or of another version ({error}); collect again"
            ) from error

    def _load(self, name: str) -> Any:
        return json.loads((self.folder / name).read_bytes())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything in scope that could not be read."""
        return tuple(Gap(**gap) for gap in self._load("gaps.json"))

    @property
    def scope(self) -> ScopeReport:
        """Expected v. visible v. collected."""
        raw = self._load("scope.json")
        return ScopeReport(
            expected_from=raw["expected_from"],
            management_groups=tuple(raw["management_groups"]),
            subscriptions=tuple(SubscriptionScope(**line) for line in raw["subscriptions"]),
            export=Export(**raw["export"]) if raw["export"] else None,
            clusters_missing=tuple(raw["clusters_missing"]),
            clusters_unexpected=tuple(raw["clusters_unexpected"]),
        )

    def sources(self) -> tuple[str, ...]:
        """The names of the sources that have at least one page."""
        return tuple(sorted(path.name for path in self.folder.iterdir() if path.is_dir()))

    def pages(self, source: str, scope: str | None = None) -> Iterator[Page]:
        """The pages of one source, in the order of their paths; of one scope where it is given."""
        folder = source if scope is None else f"{source}/{scope_folder(scope)}"
        for path, provenance in self.provenance(folder):
            yield Page(path, self.body(path), provenance)

    def body(self, path: str) -> Json:
        """The body of one page, by its path in the snapshot."""
        return self._load(path)

    def provenance(self, folder: str) -> Iterator[tuple[str, Provenance]]:
        """Path and provenance of each page of a source (or of ``<source>/<scope folder>``), bodies unread."""
        for path in sorted((self.folder / folder).rglob("page-*.provenance.json")):
            page = path.with_name(path.name.replace(".provenance", ""))
            yield page.relative_to(self.folder).as_posix(), _provenance(json.loads(path.read_bytes()))

    def intact(self) -> bool:
        """Whether the files still have the root hash that was taken when the snapshot was closed."""
        return _root_sha256(self.folder, self.header) == self.header.root_sha256


def _header(raw: dict[str, Any]) -> Header:
    return Header(
        **raw
        | {
            "identity": Identity(**raw["identity"]),
            "collection_mode": CollectionMode(raw["collection_mode"]),
            "resumed_at": tuple(raw["resumed_at"]),
        }
    )


def _provenance(raw: dict[str, Any]) -> Provenance:
    return Provenance(
        **raw | {"identity": Identity(**raw["identity"]), "request_ids": tuple(raw["request_ids"])}
    )


def root_sha256(folder: Path) -> str:
    """The root hash that a finished snapshot states, "" where its header cannot be read."""
    try:
        return str(json.loads((folder / HEADER).read_bytes())["root_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def name_day(name: str) -> date | None:
    """The day (UTC) in a snapshot's name, None where it has none."""
    try:
        return datetime.strptime(name[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def newest(folders: Iterable[Path]) -> Path | None:
    """The finished snapshot that was started last, or None."""
    finished = [folder for folder in folders if (folder / "snapshot.json").is_file()]
    return max(finished, key=lambda folder: folder.name, default=None)
