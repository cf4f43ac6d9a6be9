"""Whether the clusters let the collector in, and which rights it lacks inside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from reportgen import scope
from reportgen.collect import population
from reportgen.collect.kubernetes import entrance
from reportgen.collect.kubernetes.access import targets
from reportgen.collect.kubernetes.alone import Way
from reportgen.collect.kubernetes.entrance import Entrance
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.fleet import Fleet
from reportgen.doctor.report import Cluster, listed, told_costs
from reportgen.errors import UsageError
from reportgen.model import Control
from reportgen.preflight import Line, State
from reportgen.run import Served
from reportgen.sources.kubernetes import ACCESS, data_action, needed_by
from reportgen.sources.source import Rule

_NEEDED_BY = dict(needed_by())
_ROLE = "`reportgen permissions --section {}` prints what is missing; `--section commands` how to give it."


@dataclass(frozen=True, slots=True)
class Found:
    """The lines, and what they rest on."""

    lines: tuple[Line, ...] = ()
    clusters: tuple[Cluster, ...] = ()


def _untold(what: str) -> None:
    """Nobody watches the progress of this."""
    del what


def examine(fleet: Fleet, known: scope.Scope, controls: tuple[Control, ...]) -> Found:
    """Try the way into every cluster in scope, unless the engagement looks into none."""
    if fleet.settings.access == "none":
        return Found()
    with ThreadPoolExecutor(fleet.settings.concurrency) as pool:
        shown = population.clusters(known, fleet.recorder, pool, _untold)
        found = list(pool.map(lambda target: entrance.tried(fleet, target), targets(fleet.recorder, shown)))
    if not found:
        return Found((Line(State.NOTE, "clusters", "none is visible in the scope"),))
    inside = [one for one in found if not one.closed and not one.by_command]
    return Found(
        (*_ways(found, controls), *_rights(inside, controls)),
        tuple(Cluster(one.target.id, one.target.name, one.closed, _missing(one)) for one in found),
    )


def alone(served: Served, clock: Callable[[], datetime], controls: tuple[Control, ...]) -> Line:
    """The same for one cluster by a kubeconfig, without Azure."""
    engagement = served.engagement
    try:
        way = Way.of(engagement)
        client = way.client(engagement, served.connection, clock)
    except UsageError as error:
        return Line(State.STOPS, "cluster", str(error))
    try:
        denied = entrance.denied(client, secrets=engagement.clusters.secrets)
    except Unread as error:
        return Line(State.STOPS, "cluster", f"{way.context}: {error}")
    finally:
        client.close()
    told = f"{way.context}, by a kubeconfig and without Azure: it answers"
    if not denied:
        return Line(State.OK, "cluster", f"{told}, and lets all be read that it serves")
    return Line(
        State.INCOMPLETE,
        "cluster",
        f"{told}, and rights are missing: {len(denied)}",
        (*_told(denied, azure_rbac=False), told_costs(_sources(denied), controls)),
        _ROLE.format("cluster-role"),
    )


def _ways(found: list[Entrance], controls: tuple[Control, ...]) -> Iterator[Line]:
    closed = [one for one in found if one.closed]
    if closed:
        yield Line(
            State.INCOMPLETE,
            "clusters",
            f"no way into {len(closed)} of {len(found)}",
            (
                *listed([f"{one.target.name}: {one.closed}" for one in closed]),
                f"{told_costs([ACCESS], controls)} there: whatever looks inside",
            ),
        )
    else:
        yield Line(State.OK, "clusters", f"a way into {len(found)} of {len(found)}")
    commanded = [one.target.name for one in found if one.by_command]
    if commanded:
        yield Line(
            State.NOTE,
            "clusters",
            f"{len(commanded)} of {len(found)} would be read by run command: no network path leads there",
            listed(commanded),
            "A run starts a pod in each of them; the rights inside show then.",
        )


def _rights(inside: list[Entrance], controls: tuple[Control, ...]) -> Iterator[Line]:
    """What is missing, told once for all clusters that have it in common."""
    lacking: dict[tuple[frozenset[Rule], bool], list[Entrance]] = defaultdict(list)
    for one in inside:
        if one.denied:
            lacking[one.denied, one.target.azure_rbac].append(one)
    for (denied, azure_rbac), where in lacking.items():
        yield Line(
            State.INCOMPLETE,
            "cluster rights",
            f"{len(denied)} missing in {len(where)} of {len(inside)} clusters",
            (
                *listed([one.target.name for one in where]),
                *_told(denied, azure_rbac=azure_rbac),
                told_costs(_sources(denied), controls),
            ),
            _ROLE.format("data-role" if azure_rbac else "cluster-role"),
        )
    if inside and not lacking:
        yield Line(State.OK, "cluster rights", f"all that reading takes, in {len(inside)} clusters")


def _told(denied: Iterable[Rule], *, azure_rbac: bool) -> Iterator[str]:
    for rule, sources in _NEEDED_BY.items():
        if rule in denied:
            action = data_action(rule) or "Azure has no data action for it"
            yield f"{rule.words}  for {', '.join(sources)}{f' ({action})' if azure_rbac else ''}"


def _missing(one: Entrance) -> dict[str, tuple[str, ...]] | None:
    if one.closed or one.by_command:
        return None
    return {rule.words: sources for rule, sources in _NEEDED_BY.items() if rule in one.denied}


def _sources(denied: Iterable[Rule]) -> Iterator[str]:
    return (source for rule in denied for source in _NEEDED_BY[rule])
