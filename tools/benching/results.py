"""Results of any size for the reports: the sample estate, its clusters again and again under other names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from reportgen.engagement import load
from reportgen.model import CollectionMode, Finding, Json, Observation, Results
from reportgen.run import collect_estate, report
from tools.benching.serving import AS_OF
from tools.estates import SAMPLE


def sample(folder: Path) -> Results:
    """What the whole catalogue finds in the sample estate, by a whole run into ``folder``."""
    engagement = load(SAMPLE / "engagement.yaml")
    snapshot = collect_estate(engagement, SAMPLE, folder, AS_OF, CollectionMode.DEMO, lambda _, __, ___: None)
    return report(engagement, snapshot, folder).results


def multiplied(base: Results, observations: int) -> Results:
    """The same with at least so many observations; a copy's names, ids and texts are its own."""
    kept: list[Observation] = []
    copies = count()
    while len(kept) < observations:
        number = next(copies)
        kept.extend(_copies(base.observations, number, observations - len(kept)))
    by_control = Counter(
        (item.control, "unlisted" if item.subject.unlisted else item.status.value) for item in kept
    )
    return replace(
        base,
        observations=tuple(kept),
        findings=tuple(_finding(found, by_control) for found in base.findings),
    )


def _copies(items: tuple[Observation, ...], number: int, most: int) -> Iterator[Observation]:
    """The observations, or of a copy those of whole clusters, until there are ``most``."""
    by_cluster: dict[str, list[Observation]] = {}
    for item in items:
        if not number or item.subject.cluster_id:
            by_cluster.setdefault(item.subject.cluster_id.lower(), []).append(item)
    given = 0
    for members in by_cluster.values():
        if number and given >= most:
            return
        yield from (_copy(item, number) for item in members)
        given += len(members)


def _copy(item: Observation, number: int) -> Observation:
    if not number:
        return item
    subject, suffix = item.subject, f"-{number:03d}"
    own = subject.name != subject.cluster

    def renamed(value: Json) -> Json:
        if isinstance(value, list | tuple):
            return [renamed(inner) for inner in value]
        if isinstance(value, dict):
            return {key: renamed(inner) for key, inner in value.items()}
        if not isinstance(value, str):
            return value
        text = value.replace(subject.cluster, subject.cluster + suffix)
        return text.replace(subject.name, subject.name + suffix) if own and len(subject.name) > 3 else text

    return replace(
        item,
        subject=replace(
            subject,
            id=renamed(subject.id),
            name=subject.name + suffix,
            cluster=subject.cluster + suffix,
            cluster_id=renamed(subject.cluster_id),
        ),
        observed=renamed(dict(item.observed)),
        reason=renamed(item.reason),
        evidence=tuple(map(renamed, item.evidence)),
    )


def _finding(found: Finding, counts: Counter[tuple[str, str]]) -> Finding:
    number = {
        status: counts[found.control, status]
        for status in ("satisfied", "not-satisfied", "not-assessed", "not-applicable")
    }
    return replace(
        found,
        population=sum(number.values()),
        satisfied=number["satisfied"],
        exceptions=number["not-satisfied"],
        not_assessed=number["not-assessed"],
        not_applicable=number["not-applicable"],
        unlisted_clusters=counts[found.control, "unlisted"] - found.unlisted_subscriptions,
    )
