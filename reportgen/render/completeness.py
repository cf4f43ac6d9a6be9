"""What was expected, seen and left unread: the views of page 2, the gaps register, differences and rights."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from reportgen.model import (
    Cause,
    CollectionMode,
    Difference,
    ExclusionResult,
    ExclusionState,
    Gap,
    Results,
    SubscriptionScope,
)
from reportgen.render.caps import Caps
from reportgen.render.names import Names
from reportgen.render.strings import Strings
from reportgen.render.values import observed
from reportgen.sources import BY_NAME

_NAMED = 3
"""Scopes that a line of page 2 names."""


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
    exclusions: tuple[ExclusionResult, ...]
    all_exclusions: int


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
        reason=_reason(gap.reason, names.strings),
        detail=gap.detail,
    )


def _reason(code: str, strings: Strings) -> str:
    """What a gap's reason is called; one that is not known by its code."""
    return strings.known(f"gap_reasons.{code}", code.replace("-", " "))


def _source_title(source: str) -> str:
    return BY_NAME[source].title if source in BY_NAME else source


def scope_view(results: Results, caps: Caps, strings: Strings) -> ScopeView:
    """Page 2 of the report."""
    lines = results.scope.subscriptions
    expected = [line for line in lines if line.expected]
    needed = [line for line in expected if not line.excluded]
    unread = [line for line in needed if not line.collected]
    excluded = sum(gap.excluded for gap in results.gaps)
    gaps = len(results.gaps) - excluded
    complete = not unread and not gaps
    alone = results.facts.collection_mode is CollectionMode.KUBECONFIG
    where = defaultdict(list)
    for gap in results.gaps:
        where[(_source_title(gap.source).rpartition(", ")[2], gap.reason)].append(gap)
    if alone:
        verdict = _verdict_alone(results, gaps, strings)
    else:
        verdict = _verdict(complete, len(needed), len(unread), gaps, strings)
    active = sum(one.state is ExclusionState.ACTIVE for one in results.exclusions)
    if active:
        verdict += f" {strings.text('scope.left_out', n=active)}"
    elif excluded:
        verdict += f" {strings.text('scope.exclusions', n=excluded)}"
    return ScopeView(
        alone=alone,
        complete=complete,
        verdict=verdict,
        totals=tuple(
            (strings.text(f"scope.total_{key}"), f"{number:,}")
            for key, number in (*(() if alone else _counted(expected)), ("gaps", gaps))
        ),
        subscriptions=lines[: caps.subscriptions],
        all_subscriptions=len(lines),
        gaps=tuple(_gap_group(key, members, strings) for key, members in sorted(where.items())),
        exclusions=results.exclusions[: caps.subscriptions],
        all_exclusions=len(results.exclusions),
        missing=results.scope.clusters_missing[: caps.subscriptions],
        all_missing=len(results.scope.clusters_missing),
        unexpected=results.scope.clusters_unexpected[: caps.subscriptions],
        all_unexpected=len(results.scope.clusters_unexpected),
        compared=_compared(results, strings),
    )


def _counted(expected: list[SubscriptionScope]) -> tuple[tuple[str, int], ...]:
    """How much there was to read, and how much of it was."""
    return (
        ("expected", len(expected)),
        ("visible", sum(line.visible for line in expected)),
        ("collected", sum(line.collected for line in expected)),
        ("graph", sum(line.clusters_in_graph for line in expected)),
        ("arm", sum(line.clusters_listed for line in expected)),
    )


def _compared(results: Results, strings: Strings) -> str:
    """What the comparison of the bodies gave, in a sentence."""
    if not results.differences:
        return strings.text("scope.same")
    clusters = len({item.cluster.lower() for item in results.differences})
    changed = sum(item.graph is not None and item.arm is not None for item in results.differences)
    return strings.text(
        "scope.differ",
        properties=strings.text("counts.properties", n=len(results.differences)),
        clusters=strings.text("counts.clusters", n=clusters),
        changed=changed,
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
            observed(items[0].graph, names.strings),
            observed(items[0].arm, names.strings),
        )
        for path, items in sorted(grouped.items())
    )


def rights(results: Results, caps: Caps, strings: Strings) -> tuple[RightsRow, ...]:
    """Subscriptions with the same rights in one row, those with more than reading first."""
    grouped: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for held in results.collector.rights if results.collector else ():
        told = strings.text("collector.nothing_beyond" if held.known else "collector.beyond_unread")
        if held.beyond_reading:
            told = strings.text("collector.more_than_reading", rights=", ".join(held.beyond_reading))
        name = results.subscription_names.get(held.subscription, held.subscription)
        grouped[bool(held.beyond_reading), told].append(name)
    rows = [
        RightsRow(_first(sorted(subs), caps.rights, strings), told, more)
        for (more, told), subs in grouped.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.more, row.subscriptions)))


def _first(names: list[str], most: int | None, strings: Strings) -> str:
    """The first names, and how many more there are."""
    more = len(names) - (most or len(names))
    return ", ".join(names[:most]) + (f" {strings.text('list.more', n=more)}" if more > 0 else "")


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


def _verdict(complete: bool, expected: int, unread: int, gaps: int, strings: Strings) -> str:
    if complete:
        return strings.text("scope.complete", n=expected)
    told = strings.text("scope.unread", n=expected, unread=unread)
    if gaps:
        listed = strings.text("scope.listed", n=gaps)
        told = strings.text("scope.both", unread=told, gaps=listed) if unread else listed
    return strings.text("scope.incomplete", told=told)


def _verdict_alone(results: Results, gaps: int, strings: Strings) -> str:
    """Of one cluster by a kubeconfig: what was read, and how many controls stand on what nobody asked for."""
    of_azure = {
        control.id
        for control in results.controls
        if any(not need.startswith("k8s.") for need in control.needs)
    }
    excluded = {item.control for item in results.observations if item.cause is Cause.EXCLUDED}
    if gaps:
        read = strings.text("scope.alone_incomplete", listed=strings.text("scope.listed", n=gaps))
    else:
        read = strings.text("scope.alone_complete")
    controls = strings.text("counts.controls", n=len(results.controls))
    return f"{read} {strings.text('scope.alone', number=len(of_azure & excluded), controls=controls)}"


def _gap_group(key: tuple[str, str], gaps: list[Gap], strings: Strings) -> GapGroup:
    """Gaps of one service (the end of a source's title) and one reason."""
    service, reason = key
    titles = sorted({_source_title(gap.source) for gap in gaps})
    source = titles[0]
    if len(titles) > 1:
        source = strings.text("scope.sources_of", n=len(titles), service=service)
    named = sorted({gap.scope_name or gap.scope for gap in gaps}, key=str.casefold)
    where = _first(named, _NAMED, strings)
    return GapGroup(source, _reason(reason, strings), len(gaps), where, gaps[0].detail)
