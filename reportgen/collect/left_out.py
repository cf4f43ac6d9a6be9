"""Rows that Resource Graph leaves out without a word, since the identity may not read them: each is a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reportgen import rights
from reportgen.collect import graph, jobs, permissions, population
from reportgen.collect.graph import GraphRead
from reportgen.collect.interface import Recorder
from reportgen.collect.population import Population
from reportgen.sources import BY_NAME


def record(recorder: Recorder, found: Population) -> None:
    """A gap for each query and subscription whose rows the identity has no permission to read.

    It rests on what Azure says of the identity's permissions; where that could not be read, which is a gap
    of its own, nothing is said here.
    """
    held = permissions.READ.source
    for subscription in found.known.readable:
        pages = list(recorder.writer.bodies(held, subscription))
        if not pages:
            continue
        asked = [BY_NAME[read.source] for read in _reads() if subscription in _over(read, found)]
        lacking: dict[str, list[str]] = defaultdict(list)
        for action, sources in rights.missing(rights.permissions(pages), asked).items():
            for source in sources:
                lacking[source].append(action)
        for source, actions in lacking.items():
            recorder.gap(
                source,
                subscription,
                found.known.visible[subscription].name,
                "denied",
                "Resource Graph shows only what the identity may read, and says nothing of the rest: in this "
                f"subscription the identity lacks {', '.join(actions)}. `reportgen permissions` prints the "
                "role that grants it.",
            )


def _reads() -> Iterator[GraphRead]:
    yield from (population.SUBSCRIPTIONS, population.CLUSTERS)
    yield from (graph.load(name) for name in jobs.GRAPH_READS)


def _over(read: GraphRead, found: Population) -> tuple[str, ...]:
    """The subscriptions that a query was asked over."""
    return found.with_clusters if read.over == "clusters" else found.known.readable
