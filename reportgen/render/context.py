"""Results -> what the templates print: every sum, sentence, order and cap is made here, in plain Python."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from reportgen.model import (
    CollectionMode,
    Difference,
    Gap,
    Results,
    Status,
    SubscriptionScope,
)
from reportgen.render import charts
from reportgen.render.controls import Caps, ControlView, control_views
from reportgen.render.ipe import IpeSheet, sheets
from reportgen.render.names import AREAS, Names, resource_group
from reportgen.render.text import count, observed
from reportgen.sources import BY_NAME

SEVERITIES = ("critical", "high", "medium", "low")
BANNERS = {
    CollectionMode.AZURE: "",
    CollectionMode.ESTATE: "ESTATE FOLDER: NOT COLLECTED FROM AZURE",
    CollectionMode.DEMO: "SAMPLE ESTATE: NOT COLLECTED FROM AZURE",
    CollectionMode.KUBECONFIG: "ONE CLUSTER BY KUBECONFIG: NOT COLLECTED FROM AZURE",
}


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps of one service and reason, for the one table of page 2."""

    source: str
    reason: str
    number: int
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """One gap in the register."""

    source: str
    scope: str
    scope_name: str
    place: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ScopeView:
    """Page 2. ``verdict`` says in words whether the evidence is complete."""

    complete: bool
    verdict: str
    totals: tuple[tuple[str, str], ...]
    subscriptions: tuple[SubscriptionScope, ...]
    all_subscriptions: int
    gaps: tuple[GapGroup, ...]
    missing: tuple[str, ...]
    all_missing: int
    unexpected: tuple[str, ...]
    all_unexpected: int
    compared: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One property that Resource Graph and Resource Manager show differently, over all clusters.

    ``example`` is the first cluster with the two values there.
    """

    path: str
    number: int
    cluster: str
    graph: str
    arm: str


@dataclass(frozen=True, slots=True)
class RightsRow:
    """What the collector's identity may do beyond reading, in the subscriptions where it is the same."""

    subscriptions: str
    told: str
    more: bool


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the control index, with its controls in order."""

    title: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The one page: tiles, charts and the most severe findings."""

    tiles: tuple[tuple[Status, int], ...]
    sentence: str
    by_area: Markup
    by_severity: Markup
    observations: Markup
    observed: tuple[tuple[Status, str], ...]
    worst: tuple[ControlView, ...]
    all_worst: int


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster over all controls, for the list at the end."""

    anchor: str
    name: str
    id: str
    resource_group: str
    subscription: str
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a template may print beside the facts."""

    results: Results
    medium: str
    caps: Caps
    banner: str
    scope: ScopeView
    summary: Summary
    areas: tuple[Area, ...]
    ipe: tuple[IpeSheet, ...]
    gaps: tuple[GapRow, ...]
    all_gaps: int
    clusters: tuple[ClusterRow, ...]
    all_clusters: int
    differences: tuple[DifferenceRow, ...]
    all_differences: int
    rights: tuple[RightsRow, ...]

    @property
    def controls(self) -> tuple[ControlView, ...]:
        """The controls in the order in which they are printed."""
        return tuple(view for area in self.areas for view in area.controls)


def report(results: Results, medium: str) -> Report:
    """Everything for one rendering; ``medium`` is ``pdf`` (tables capped) or ``html`` (tables whole)."""
    caps = Caps.for_report(medium, len(results.controls))
    names = Names.of(results)
    ipe = sheets(results)
    views = control_views(results, names, ipe, caps)
    areas = _areas(views)
    clusters = _clusters(results, names)
    unlike = _differences(results, names)
    gaps = sorted(results.gaps, key=lambda gap: (gap.source, gap.scope_name.casefold(), gap.scope))
    return Report(
        results=results,
        medium=medium,
        caps=caps,
        banner=BANNERS[results.facts.collection_mode],
        scope=_scope(results, caps),
        summary=_summary(results, areas),
        areas=areas,
        ipe=ipe,
        gaps=tuple(_gap_row(gap, names) for gap in gaps[: caps.gaps]),
        all_gaps=len(gaps),
        clusters=clusters[: caps.clusters],
        all_clusters=len(clusters),
        differences=unlike[: caps.differences],
        all_differences=len(unlike),
        rights=_rights(results),
    )


def _areas(views: Iterable[ControlView]) -> tuple[Area, ...]:
    grouped: dict[str, list[ControlView]] = defaultdict(list)
    for view in views:
        grouped[view.control.area].append(view)
    return tuple(
        Area(AREAS.get(area, area.capitalize()), tuple(members)) for area, members in grouped.items()
    )


def _gap_row(gap: Gap, names: Names) -> GapRow:
    return GapRow(
        source=_source_title(gap.source),
        scope=gap.scope,
        scope_name=gap.scope_name or gap.scope,
        place=names.place(gap.scope),
        reason=gap.reason.replace("-", " "),
        detail=gap.detail,
    )


def _source_title(source: str) -> str:
    return BY_NAME[source].title if source in BY_NAME else source


def _scope(results: Results, caps: Caps) -> ScopeView:
    lines = results.scope.subscriptions
    expected = [line for line in lines if line.expected]
    unread = [line for line in expected if not line.collected]
    complete = not unread and not results.gaps
    where = defaultdict(list)
    for gap in results.gaps:
        where[(_source_title(gap.source).rpartition(", ")[2], gap.reason)].append(gap)
    return ScopeView(
        complete=complete,
        verdict=_verdict(complete, len(expected), len(unread), len(results.gaps)),
        totals=(
            ("Subscriptions expected", str(len(expected))),
            ("Visible to the collector", str(sum(line.visible for line in expected))),
            ("Collected", str(sum(line.collected for line in expected))),
            (
                "Clusters in Resource Graph",
                f"{sum(line.clusters_in_graph for line in expected):,}",
            ),
            (
                "Clusters listed by ARM",
                f"{sum(line.clusters_listed for line in expected):,}",
            ),
            ("Gaps", f"{len(results.gaps):,}"),
        ),
        subscriptions=lines[: caps.subscriptions],
        all_subscriptions=len(lines),
        gaps=tuple(_gap_group(key, gaps) for key, gaps in sorted(where.items())),
        missing=results.scope.clusters_missing[: caps.subscriptions],
        all_missing=len(results.scope.clusters_missing),
        unexpected=results.scope.clusters_unexpected[: caps.subscriptions],
        all_unexpected=len(results.scope.clusters_unexpected),
        compared=_compared(results),
    )


def _compared(results: Results) -> str:
    """What the comparison of the bodies gave, in a sentence."""
    if not results.differences:
        return "The two were compared body by body: no property differs."
    clusters = len({item.cluster.lower() for item in results.differences})
    changed = sum(item.graph is not None and item.arm is not None for item in results.differences)
    return (
        f"The two were compared body by body: {count(len(results.differences), 'property', 'properties')} of "
        f"{count(clusters, 'cluster')} differ, {changed:,} of them in value and the rest because one side "
        "does not show them. Resource Manager's is judged, both are kept."
    )


def _differences(results: Results, names: Names) -> tuple[DifferenceRow, ...]:
    grouped: dict[str, list[Difference]] = defaultdict(list)
    for item in results.differences:
        grouped[re.sub(r"\[[^]]*\]", "[]", item.path)].append(item)
    return tuple(
        DifferenceRow(
            path,
            len(items),
            names.clusters.get(items[0].cluster.lower(), items[0].cluster),
            observed(items[0].graph),
            observed(items[0].arm),
        )
        for path, items in sorted(grouped.items())
    )


def _rights(results: Results) -> tuple[RightsRow, ...]:
    """Subscriptions with the same rights in one row, those with more than reading first."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for held in results.collector.rights if results.collector else ():
        told = "Nothing beyond reading." if held.known else "Could not be read; see the gaps."
        if held.beyond_reading:
            told = f"More than reading: {', '.join(held.beyond_reading)}."
        grouped[told].append(results.subscription_names.get(held.subscription, held.subscription))
    rows = [
        RightsRow(", ".join(sorted(subs)), told, told.startswith("More")) for told, subs in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.more, row.subscriptions)))


def _verdict(complete: bool, expected: int, unread: int, gaps: int) -> str:
    if complete:
        read = (
            "The one expected subscription was"
            if expected == 1
            else f"All {expected} expected subscriptions were"
        )
        return f"Complete. {read} read, and there is no gap."
    told = []
    if unread:
        told.append(f"{unread} of {count(expected, 'expected subscription')} could not be read")
    if gaps:
        told.append(f"{count(gaps, 'gap')} in the evidence {'is' if gaps == 1 else 'are'} listed below")
    return f"Incomplete. {' and '.join(told)}. What a gap touches is reported as not assessed."


def _gap_group(key: tuple[str, str], gaps: list[Gap]) -> GapGroup:
    """Gaps of one service (the end of a source's title) and one reason."""
    service, reason = key
    titles = sorted({_source_title(gap.source) for gap in gaps})
    source = titles[0] if len(titles) == 1 else f"{len(titles)} sources of {service}"
    named = sorted({gap.scope_name or gap.scope for gap in gaps}, key=str.casefold)
    where = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    return GapGroup(source, reason.replace("-", " "), len(gaps), where, gaps[0].detail)


def _summary(results: Results, areas: tuple[Area, ...]) -> Summary:
    by_status = Counter(finding.status for finding in results.findings)
    views = [view for area in areas for view in area.controls]
    failed = [view for view in views if view.finding.status is Status.NOT_SATISFIED]
    failed.sort(
        key=lambda view: (
            _rank(view.control.severity),
            -view.finding.exceptions,
            view.control.id,
        )
    )
    severities = Counter(view.control.severity for view in failed)
    observed = Counter(item.status for item in results.observations)
    area_rows = [(area.title, Counter(view.finding.status for view in area.controls)) for area in areas]
    return Summary(
        tiles=tuple((status, by_status[status]) for status in charts.ORDER),
        sentence=_sentence(results, by_status, observed),
        by_area=charts.status_bars("Findings by area", area_rows),
        by_severity=charts.count_bars(
            "Findings that are not satisfied, by severity",
            [(severity.capitalize(), severities[severity]) for severity in SEVERITIES],
        ),
        observations=charts.status_bars("Observations by status", [("All subjects", observed)]),
        observed=tuple((status, f"{observed[status]:,}") for status in charts.ORDER),
        worst=tuple(failed[: _worst_shown(areas)]),
        all_worst=len(failed),
    )


def _worst_shown(areas: tuple[Area, ...]) -> int:
    """How many of the most severe findings fit on the page below a chart with a row for each area."""
    return min(8, max(3, 19 - len(areas)))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _sentence(results: Results, by_status: Counter[Status], observed: Counter[Status]) -> str:
    clusters = len({item.subject.cluster_id.lower() for item in results.observations})
    return (
        f"{count(len(results.findings), 'control')} looked at {count(clusters, 'cluster')}: "
        f"{by_status[Status.SATISFIED]} satisfied by their test procedure, "
        f"{by_status[Status.NOT_SATISFIED]} not satisfied, {by_status[Status.NOT_ASSESSED]} not assessed, "
        f"{by_status[Status.NOT_APPLICABLE]} not applicable. "
        f"They rest on {count(sum(observed.values()), 'observation')}, one for each control and subject."
    )


def _clusters(results: Results, names: Names) -> tuple[ClusterRow, ...]:
    counted: dict[str, Counter[Status]] = defaultdict(Counter)
    for item in results.observations:
        counted[item.subject.cluster_id.lower()][item.status] += 1
    return tuple(
        ClusterRow(
            names.anchors[cluster],
            names.clusters[cluster],
            names.ids[cluster],
            resource_group(names.ids[cluster]),
            names.cluster_subscription(cluster),
            counted[cluster],
        )
        for cluster in names.anchors
    )
