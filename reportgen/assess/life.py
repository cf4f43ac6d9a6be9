"""Clusters that came and went, and changes of what is judged: from the points and what Azure recorded.

Resource Graph keeps changes for 14 days (``resourcechanges``); Kubernetes keeps no such history.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from reportgen.assess.operations import Operations
from reportgen.assess.paths import paths
from reportgen.assess.sightings import Record, Records, Sighting
from reportgen.model import ClusterLife, Control, Json, PropertyChange, RollForward

KEPT = timedelta(days=14)
"""How far back Resource Graph's changes reach."""
_CLUSTER = "microsoft.containerservice/managedclusters"
_INDEX = re.compile(r"\[[^\]]*\]")
_POOLS = ("properties", "agentPoolProfiles", "*")


def roll_forward(sightings: Sequence[Sighting], records: Records, operations: Operations) -> RollForward:
    """The population from the first point to the last.

    A cluster whose subscription was not read at a point is neither gone nor new there.
    """
    first, last = sightings[0], sightings[-1]
    by_cluster: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.type == _CLUSTER and first.as_of < record.at <= last.as_of:
            by_cluster[record.target.lower()].append(record)
    known = {key for sighting in sightings for key in sighting.clusters} | by_cluster.keys()
    lives: list[ClusterLife] = []
    opening = closing = 0
    for key in sorted(known):
        begins, ends, found = _life(key, sightings, by_cluster.get(key, []), operations)
        opening, closing = opening + begins, closing + ends
        lives += found
    return RollForward(
        opening=opening,
        created=sum(bool(life.created) for life in lives),
        deleted=sum(bool(life.deleted) for life in lives),
        closing=closing,
        lives=tuple(lives),
        unrecorded=tuple(_unrecorded(sightings)),
    )


@dataclass(slots=True)
class _Turn:
    """A time at which a cluster was created or deleted, recorded or between two points."""

    created: bool
    shown: str
    by: str
    by_log: bool


def _life(
    key: str, sightings: Sequence[Sighting], records: Sequence[Record], operations: Operations
) -> tuple[bool, bool, list[ClusterLife]]:
    """Whether it was there at the beginning and at the end, and each coming and going between."""
    there = _presence(key, sightings)
    turns = _turns(key, there, sightings, records, operations)
    begins = not turns[0].created if turns else True in there
    seen = next((one.clusters[key] for one in reversed(sightings) if key in one.clusters), None)
    shown = seen or (records[0].target, key.rpartition("/")[2], key.split("/")[2] if "/" in key else "")
    lives: list[ClusterLife] = []
    open_from: _Turn | None = None
    for turn in turns:
        if turn.created:
            open_from = turn
            continue
        lives.append(_lived(shown, open_from, turn, seen is not None))
        open_from = None
    if open_from:
        lives.append(_lived(shown, open_from, None, seen is not None))
    ends = turns[-1].created if turns else begins
    return begins, ends, lives


def _lived(
    shown: tuple[str, str, str], created: _Turn | None, deleted: _Turn | None, observed: bool
) -> ClusterLife:
    return ClusterLife(
        *shown,
        created=created.shown if created else "",
        created_by=created.by if created else "",
        created_by_log=bool(created and created.by_log),
        deleted=deleted.shown if deleted else "",
        deleted_by=deleted.by if deleted else "",
        deleted_by_log=bool(deleted and deleted.by_log),
        observed=observed,
    )


def _presence(key: str, sightings: Sequence[Sighting]) -> list[bool | None]:
    """Whether each point shows it; None where its subscription was not read."""
    subscription = key.split("/")[2] if key.startswith("/subscriptions/") else ""
    return [
        True if key in one.clusters else (False if one.reads(subscription) else None) for one in sightings
    ]


def _turns(
    key: str,
    there: Sequence[bool | None],
    sightings: Sequence[Sighting],
    records: Sequence[Record],
    operations: Operations,
) -> list[_Turn]:
    """Comings and goings in the order of time, each once: the record where there is one, else the points."""
    turns: list[_Turn] = []
    state: bool | None = None
    since = ""
    for present, sighting in zip(there, sightings, strict=True):
        between = [one for one in records if since < one.at <= sighting.as_of and one.kind != "Update"]
        for record in between if since else ():
            created = record.kind == "Create"
            if created is not state:
                turns.append(_Turn(created, record.at, *record.who(operations)))
                state = created
        if present is not None:
            if since and present is not state and state is not None:
                turns.append(_between(key, since, sighting.as_of, operations, created=present))
            state = present
            since = sighting.as_of
    return turns


def _between(key: str, since: str, until: str, operations: Operations, *, created: bool) -> _Turn:
    """A turn that Resource Graph has no record of: as the activity log tells it, or between two points."""
    found = operations.turn(key, since, until, created=created)
    if found:
        return _Turn(created, found.at, found.caller, by_log=True)
    return _Turn(created, f"between {since} and {until}", "", by_log=False)


def _unrecorded(sightings: Sequence[Sighting]) -> Iterator[tuple[str, str]]:
    """Stretches between points that no reading of the changes reaches back over."""
    for earlier, later in pairwise(sightings):
        reach = datetime.fromisoformat(later.as_of) - KEPT
        if not later.recorded:
            yield earlier.as_of, later.as_of
        elif reach > datetime.fromisoformat(earlier.as_of):
            yield earlier.as_of, reach.strftime("%Y-%m-%dT%H:%M:%SZ")


def changes(
    until: str, records: Records, controls: Sequence[Control], operations: Operations
) -> tuple[PropertyChange, ...]:
    """The recorded changes of properties that a control's expressions read, up to the last point."""
    judged = _judged(controls)
    found = []
    for record in records:
        if record.kind != "Update" or record.at > until:
            continue
        by, by_log = record.who(operations)
        for name, change in sorted(record.properties.items()):
            of = sorted({control for path in _paths_of(record, name) for control in _readers(judged, path)})
            if of:
                before, after = (_text(change, key) for key in ("previousValue", "newValue"))
                found.append(
                    PropertyChange(
                        record.at,
                        record.target,
                        name,
                        before,
                        after,
                        by,
                        by_log,
                        record.client,
                        record.operation,
                        tuple(of),
                    )
                )
    return tuple(found)


def _text(change: Json, key: str) -> str:
    value = change.get(key) if isinstance(change, dict) else None
    return "" if value is None else str(value)


def _paths_of(record: Record, name: str) -> Iterator[tuple[str, ...]]:
    """A property's place in the document of a cluster or of an agent pool, or in both."""
    parts = tuple(part for part in _INDEX.sub(".*", name).split(".") if part)
    if record.type != _CLUSTER:
        yield ("agent-pool", *parts[1:]) if parts[:1] == ("properties",) else ("agent-pool", *parts)
    elif parts[: len(_POOLS)] == _POOLS:
        yield ("agent-pool", *parts[len(_POOLS) :])
        yield ("cluster", *parts)
    else:
        yield ("cluster", *parts)


def _judged(controls: Sequence[Control]) -> dict[tuple[str, ...], set[str]]:
    """Controls by the places in a cluster's or an agent pool's document that they read."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for control in controls:
        for path in _read_by(control):
            found[path].add(control.id)
    return found


@lru_cache(maxsize=4096)
def _steps(text: str) -> frozenset[tuple[str, ...]]:
    return paths(text)


def _read_by(control: Control) -> Iterator[tuple[str, ...]]:
    for text in filter(None, (control.when, control.assessable, control.check)):
        for variable, *steps in _steps(text):
            kind = control.subject if variable == "subject" else variable
            if kind in ("cluster", "agent-pool") and steps:
                yield (kind, *steps)


def _readers(judged: Mapping[tuple[str, ...], set[str]], path: tuple[str, ...]) -> Iterator[str]:
    """Controls that read a place, something below it, or the whole that it is a part of."""
    for read, controls in judged.items():
        shorter = min(len(read), len(path))
        if shorter > 1 and read[:shorter] == path[:shorter]:
            yield from controls
