"""Results of other tools: found, matched to clusters, hashed, dated and stored; one module a tool."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reportgen.collect.imported import kube_bench, kubescape, trivy
from reportgen.collect.imported.interface import Told, Tool, Unusable, stamp
from reportgen.collect.interface import Ledger
from reportgen.engagement import Engagement
from reportgen.engagement.imported import Imported
from reportgen.errors import UsageError
from reportgen.model import Gap, Json, Provenance
from reportgen.sources.imported import PREFIX

TOOLS: tuple[Tool, ...] = (kube_bench.TOOL, trivy.TOOL, kubescape.TOOL)
_BY_NAME = {tool.name: tool for tool in TOOLS}
ENDPOINT = "a file that the engagement names"


@dataclass(frozen=True, slots=True)
class File:
    """One file that an engagement names; ``name`` is how the report calls it, ``where`` how an error does."""

    declared: Imported
    path: Path
    name: str
    where: str


@dataclass(frozen=True, slots=True)
class Match:
    """A file and its cluster; not ``known`` where that may lie in what could not be read."""

    file: File
    cluster: str
    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The clusters that files can be about: id to name.

    ``unseen`` are subscriptions in scope that the identity cannot see, ``refused`` those whose clusters could
    not be listed this time.
    """

    clusters: Mapping[str, str]
    unseen: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()

    def may_have(self, wanted: str) -> bool:
        """Whether a name or an id can be that of a cluster that was not seen.

        A name is one of the clusters that are always seen: whoever means another gives its id.
        """
        parts = wanted.lower().split("/")
        if wanted.startswith("/"):
            return not self.unseen.union(self.refused).isdisjoint(parts)
        return bool(self.refused)


def find(engagement: Engagement) -> tuple[File, ...]:
    """The files that an engagement names, in its order. Raises UsageError where one is not there."""
    return tuple(
        file
        for index, declared in enumerate(engagement.imported)
        for file in _found(declared, engagement.folder, f"imported.{index}")
    )


def _found(declared: Imported, folder: Path, where: str) -> Iterator[File]:
    paths = _paths(folder, Path(declared.file))
    if not paths:
        raise UsageError(f"{where}.file: {folder / declared.file}: no such file")
    for path in paths:
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        yield File(declared, path, name, where)


def _paths(folder: Path, given: Path) -> list[Path]:
    """The file of this name, or else those that it is a pattern of."""
    if (folder / given).is_file():
        return [folder / given]
    top = Path(given.anchor) if given.is_absolute() else folder
    pattern = given.relative_to(given.anchor) if given.is_absolute() else given
    return sorted(path for path in top.glob(str(pattern)) if path.is_file())


def match(files: Iterable[File], known: Known) -> tuple[Match, ...]:
    """Each file with the cluster that it is about.

    Raises UsageError where that cluster is unknown, or not the only one of its name.
    """
    return tuple(_match(file, known) for file in files)


def _match(file: File, known: Known) -> Match:
    wanted = file.declared.cluster.rstrip("/")
    found = {
        key: name for key, name in known.clusters.items() if wanted.lower() in (key.lower(), name.lower())
    }
    if len(found) > 1:
        raise UsageError(
            f"{file.where}.cluster: {wanted}: {len(found)} clusters have this name; give the id of one: "
            f"{', '.join(sorted(found))}"
        )
    if not found and not known.may_have(wanted):
        raise UsageError(
            f"{file.where}.cluster: {wanted}: no cluster that can be read has this name or id; one in a "
            "subscription that cannot be read is named by its ARM id"
        )
    return Match(file, *next(iter(found.items()), (wanted, wanted.rpartition("/")[2])), known=bool(found))


def record(ledger: Ledger, matches: Iterable[Match]) -> None:
    """Store every file under its cluster; one that is not what its tool writes is a gap of that cluster.

    A collection that is gone on with reads all of them again.
    """
    units: dict[tuple[str, str, str], list[Match]] = {}
    for one in matches:
        units.setdefault((f"{PREFIX}{one.file.declared.tool}", one.cluster, one.name), []).append(one)
    for (source, cluster, name), members in units.items():
        ledger.writer.discard(source, cluster)
        gaps = []
        for number, one in enumerate(members, start=1):
            detail = _store(ledger, source, number, one)
            if detail:
                gaps.append(Gap(source, cluster, name, "failed" if one.known else "not-found", detail))
        ledger.writer.journal.finish((source, cluster.lower()), tuple(gaps))


def _store(ledger: Ledger, source: str, number: int, one: Match) -> str:
    """Store one file as a page; what is wrong with it, "" where nothing is."""
    file = one.file
    if not one.known:
        return f"{file.name}: {one.name} is not among the clusters that could be read."
    try:
        content = file.path.read_bytes()
        told = _BY_NAME[file.declared.tool].read(json.loads(content))
    except OSError as error:
        raise UsageError(f"{file.where}.file: {file.path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError):
        return f"{file.name}: not valid JSON."
    except Unusable as error:
        return f"{file.name}: {error}."
    facts = _facts(one, told)
    report = {
        **facts,
        "file": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "node": _node(file),
        "results": told.results,
    }
    ledger.writer.page({"value": [report]}, _provenance(ledger, source, number, one, report, facts))
    return ""


def _facts(one: Match, told: Told) -> dict[str, str]:
    """What the provenance says of a file, and the report prints."""
    taken_at, taken_from = _taken(told, one.file)
    return {
        "cluster": one.name,
        "tool": " ".join(filter(None, (_BY_NAME[one.file.declared.tool].title, told.version))),
        "content": told.content,
        "taken_at": taken_at,
        "taken_from": taken_from,
        "calls_it": told.calls_it,
    }


def _node(file: File) -> str:
    """The node that kube-bench ran on; its name is often that of the file."""
    return file.declared.node or (file.path.stem if file.declared.tool == kube_bench.TOOL.name else "")


def _provenance(
    ledger: Ledger, source: str, number: int, one: Match, report: Mapping[str, Json], facts: Mapping[str, str]
) -> Provenance:
    return Provenance(
        source=source,
        scope=one.cluster,
        page=number,
        collection_mode=ledger.mode.value,
        endpoint=ENDPOINT,
        custom_ca=False,
        method="import",
        url=one.file.name,
        query="",
        parameters=facts,
        api_version="",
        identity=ledger.came_from().identity,
        started_at=ledger.began,
        ended_at=ledger.began,
        request_ids=(),
        http_status=0,
        rows=len(report["results"]),
        total_records=None,
        truncated=None,
        wire_sha256=report["sha256"],
        stored_sha256="",
    )


def _taken(told: Told, file: File) -> tuple[str, str]:
    """When the results were made, and who says so."""
    if told.taken_at:
        return told.taken_at, "the file"
    if file.declared.taken_at:
        return stamp(file.declared.taken_at), "the engagement"
    changed = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
    return stamp(changed), "the file's time of modification"


__all__ = ["TOOLS", "File", "Known", "Match", "find", "match", "record"]
