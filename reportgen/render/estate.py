"""The estate at a glance, as numbers: clusters by area, ages of node images, versions and their support."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reportgen.model import ClusterState, Results, Status
from reportgen.render.names import Names

_AGES = (7, 14, 30, 60, 90, 180)
"""Upper ends of the classes of age, in days; Azure regards a node image as valid for 90."""
_MINOR = re.compile(r"v?(\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class Cell:
    """The controls of one area on one cluster and all in it, counted by the worst status each has there."""

    counts: Mapping[Status, int]

    @property
    def status(self) -> Status | None:
        """The worst of them; None where no control of the area looked at the cluster."""
        order = (Status.NOT_SATISFIED, Status.NOT_ASSESSED, Status.SATISFIED, Status.NOT_APPLICABLE)
        return next((status for status in order if self.counts.get(status)), None)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One cluster, with a cell for each area."""

    name: str
    anchor: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Clusters by area (ids), those with most controls not satisfied first; ``all_rows`` before the cap."""

    areas: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    all_rows: int


@dataclass(frozen=True, slots=True)
class AgeClass:
    """Pools whose node image is ``low`` to ``high`` days old; ``high`` None: older; ``low`` None: not known.

    ``nodes`` counts those of pools that say how many they have.
    """

    low: int | None
    high: int | None
    pools: int
    nodes: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """Clusters of one minor version with one end of support; ``end`` is None where it is not known."""

    version: str
    end: date | None
    clusters: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """The findings by status at one time."""

    as_of: str
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Estate:
    """All of it; ``as_of`` is the day that ages and support are counted to."""

    as_of: date
    heat: HeatMap
    ages: tuple[AgeClass, ...]
    versions: tuple[VersionRow, ...]
    moments: tuple[Moment, ...]


def estate(results: Results, names: Names, cap: int) -> Estate:
    """The estate of these results; ``cap`` is how many clusters the heat map shows."""
    day = date.fromisoformat(results.facts.as_of[:10])
    return Estate(
        as_of=day,
        heat=_heat(results, names, cap),
        ages=_ages(results.estate, day),
        versions=_versions(results.estate, names),
        moments=_moments(results),
    )


def _moments(results: Results) -> tuple[Moment, ...]:
    """The collection points of the period with their findings, the earliest first; else this one alone."""
    if results.period is None:
        return (Moment(results.facts.as_of, Counter(finding.status for finding in results.findings)),)
    states = [control.states for control in results.period.controls]
    return tuple(
        Moment(point.as_of, Counter(known[0] for line in states if (known := line[place])))
        for place, point in enumerate(results.period.points)
    )


_WORST = {status: rank for rank, status in enumerate((
    Status.NOT_APPLICABLE, Status.SATISFIED, Status.NOT_ASSESSED, Status.NOT_SATISFIED
))}  # fmt: skip


def _heat(results: Results, names: Names, cap: int) -> HeatMap:
    area_of = {control.id: control.area for control in results.controls}
    areas = tuple(dict.fromkeys(control.area for control in results.controls))
    worst: dict[str, dict[str, Status]] = defaultdict(dict)
    for item in results.observations:
        cluster, control = item.subject.cluster_id.lower(), item.control
        if cluster in names.clusters and control in area_of:
            of_cluster = worst[cluster]
            if _WORST[item.status] >= _WORST[of_cluster.get(control, item.status)]:
                of_cluster[control] = item.status
    cells: dict[tuple[str, str], Counter[Status]] = defaultdict(Counter)
    failed: Counter[str] = Counter()
    for cluster, of_cluster in worst.items():
        for control, status in of_cluster.items():
            cells[cluster, area_of[control]][status] += 1
            failed[cluster] += status is Status.NOT_SATISFIED
    places = {cluster: place for place, cluster in enumerate(names.anchors)}
    ordered = sorted(failed, key=lambda cluster: (-failed[cluster], places[cluster]))
    return HeatMap(
        areas=areas,
        rows=tuple(
            HeatRow(
                names.clusters[cluster],
                names.link(cluster),
                tuple(Cell(cells.get((cluster, area), Counter())) for area in areas),
            )
            for cluster in ordered[:cap]
        ),
        all_rows=len(ordered),
    )


def _ages(estate: tuple[ClusterState, ...], day: date) -> tuple[AgeClass, ...]:
    """Classes of age with their pools; () where there is no pool."""
    pools: Counter[int | None] = Counter()
    nodes: Counter[int | None] = Counter()
    for pool in (pool for state in estate for pool in state.pools):
        place = None
        if pool.image_date:
            age = (day - date.fromisoformat(pool.image_date)).days
            place = next((index for index, high in enumerate(_AGES) if age <= high), len(_AGES))
        pools[place] += 1
        nodes[place] += pool.nodes or 0
    if not pools:
        return ()
    lows = (0, *(high + 1 for high in _AGES))
    highs = (*_AGES, None)
    known = [
        AgeClass(low, high, pools[place], nodes[place])
        for place, (low, high) in enumerate(zip(lows, highs, strict=True))
    ]
    return (*known, *([AgeClass(None, None, pools[None], nodes[None])] if pools[None] else []))


def _versions(estate: tuple[ClusterState, ...], names: Names) -> tuple[VersionRow, ...]:
    """By minor version and end of support, the earliest end first; long-term support has its own end."""
    grouped: dict[tuple[str, str], list[str]] = defaultdict(list)
    for state in estate:
        match = _MINOR.match(state.version)
        key = (match[1] if match else "", state.support_end)
        grouped[key].append(names.clusters.get(state.cluster.id.lower(), state.cluster.name))
    rows = [
        VersionRow(version, date.fromisoformat(end) if end else None, len(members), tuple(members))
        for (version, end), members in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.end is None, row.end or date.max, _number(row.version))))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part)
