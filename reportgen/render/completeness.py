"""What was expected, seen and left unread: the views of page 2, the gaps register, differences and rights."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from reportgen.model import Cause, CollectionMode, Difference, Gap, Results, SubscriptionScope
from reportgen.render.controls import Caps
from reportgen.render.names import Names
from reportgen.render.text import count, observed
from reportgen.sources import BY_NAME


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
    """Page 2. ``verdict`` says in words whether the evidence is complete.

    ``alone``: the one cluster of a kubeconfig, without Azure, so that there is no population to compare.
    """

    alone: bool
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
class CommandsRow:
    """What run command left behind in one cluster."""

    cluster: str
    id: str
    namespace: str
    pods: str


def gap_row(gap: Gap, names: Names) -> GapRow:
    """A gap as the register prints it."""
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


def scope_view(results: Results, caps: Caps) -> ScopeView:
    """Page 2 of the report."""
    lines = results.scope.subscriptions
    expected = [line for line in lines if line.expected]
    unread = [line for line in expected if not line.collected]
    excluded = sum(gap.excluded for gap in results.gaps)
    gaps = len(results.gaps) - excluded
    complete = not unread and not gaps
    alone = results.facts.collection_mode is CollectionMode.KUBECONFIG
    where = defaultdict(list)
    for gap in results.gaps:
        where[(_source_title(gap.source).rpartition(", ")[2], gap.reason)].append(gap)
    verdict = _verdict_alone(results, gaps) if alone else _verdict(complete, len(expected), len(unread), gaps)
    return ScopeView(
        alone=alone,
        complete=complete,
        verdict=verdict + (f" {count(excluded, 'exclusion')}, listed below." if excluded else ""),
        totals=(*(() if alone else _counted(expected)), ("Gaps", f"{gaps:,}")),
        subscriptions=lines[: caps.subscriptions],
        all_subscriptions=len(lines),
        gaps=tuple(_gap_group(key, members) for key, members in sorted(where.items())),
        missing=results.scope.clusters_missing[: caps.subscriptions],
        all_missing=len(results.scope.clusters_missing),
        unexpected=results.scope.clusters_unexpected[: caps.subscriptions],
        all_unexpected=len(results.scope.clusters_unexpected),
        compared=_compared(results),
    )


def _counted(expected: list[SubscriptionScope]) -> tuple[tuple[str, str], ...]:
    """How much there was to read, and how much of it was."""
    return (
        ("Subscriptions expected", str(len(expected))),
        ("Visible to the collector", str(sum(line.visible for line in expected))),
        ("Collected", str(sum(line.collected for line in expected))),
        ("Clusters in Resource Graph", f"{sum(line.clusters_in_graph for line in expected):,}"),
        ("Clusters listed by ARM", f"{sum(line.clusters_listed for line in expected):,}"),
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


def differences(results: Results, names: Names) -> tuple[DifferenceRow, ...]:
    """Where Resource Graph and Resource Manager show a cluster differently, a row for each property."""
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


def rights(results: Results, caps: Caps) -> tuple[RightsRow, ...]:
    """Subscriptions with the same rights in one row, those with more than reading first."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for held in results.collector.rights if results.collector else ():
        told = "Nothing beyond reading." if held.known else "Could not be read; see the gaps."
        if held.beyond_reading:
            told = f"More than reading: {', '.join(held.beyond_reading)}."
        grouped[told].append(results.subscription_names.get(held.subscription, held.subscription))
    rows = [
        RightsRow(_first(sorted(subs), caps.rights), told, told.startswith("More"))
        for told, subs in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.more, row.subscriptions)))


def _first(names: list[str], most: int | None) -> str:
    more = len(names) - (most or len(names))
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def commands(results: Results, names: Names) -> tuple[CommandsRow, ...]:
    """The clusters that commands were run in."""
    known = results.collector.commands if results.collector else ()
    return tuple(
        CommandsRow(
            names.clusters.get(run.cluster.lower(), run.cluster),
            run.cluster,
            run.namespace,
            ", ".join(run.pods),
        )
        for run in known
    )


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


def _verdict_alone(results: Results, gaps: int) -> str:
    """Of one cluster by a kubeconfig: what was read, and how many controls stand on what nobody asked for."""
    of_azure = {
        control.id
        for control in results.controls
        if any(not need.startswith("k8s.") for need in control.needs)
    }
    excluded = {item.control for item in results.observations if item.cause is Cause.EXCLUDED}
    left_out = of_azure & excluded
    read = "Complete for the one cluster that the kubeconfig leads to: its API server was read without a gap."
    if gaps:
        read = (
            f"Incomplete. {count(gaps, 'gap')} in the evidence {'is' if gaps == 1 else 'are'} listed below."
        )
    controls = count(len(results.controls), "control")
    return (
        f"{read} Azure was not asked: {len(left_out)} of {controls} stand on what it says, "
        "and are not assessed for that reason."
    )


def _gap_group(key: tuple[str, str], gaps: list[Gap]) -> GapGroup:
    """Gaps of one service (the end of a source's title) and one reason."""
    service, reason = key
    titles = sorted({_source_title(gap.source) for gap in gaps})
    source = titles[0] if len(titles) == 1 else f"{len(titles)} sources of {service}"
    named = sorted({gap.scope_name or gap.scope for gap in gaps}, key=str.casefold)
    where = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    return GapGroup(source, reason.replace("-", " "), len(gaps), where, gaps[0].detail)
