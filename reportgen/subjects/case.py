"""What is known of one subject, and of one cluster with all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reportgen.model import AccessListing, Cause, Json, Subject
from reportgen.subjects.answers import Evidence


@dataclass(frozen=True, slots=True)
class Item:
    """One subject. ``unseen`` is set where there is nothing to judge: the cause and a sentence.

    ``gaps`` holds, for each source that lacks evidence on this subject and not on the whole cluster, the
    sentence that says why.
    """

    subject: Subject
    variables: Mapping[str, Json]
    pointers: tuple[str, ...]
    unseen: tuple[Cause, str] | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster: itself, its pools and what is inside it as subjects, with evidence and gaps by source.

    A resource beside clusters is a case of its own, in the place of the cluster and with nothing inside.

    ``inside`` is made as it is walked, once: what is inside a large cluster need not be in memory as a whole.
    ``gaps`` holds, for each source that lacks evidence on this cluster, the sentence that says why;
    ``excluded`` are those of them that the engagement left out, ``not_imported`` the tools whose results
    nobody gave. ``access`` says who may do what in a cluster, None for a resource beside clusters.
    """

    cluster: Item
    pools: tuple[Item, ...]
    inside: Iterator[Item]
    evidence: Mapping[str, Evidence]
    gaps: Mapping[str, str]
    access: AccessListing | None
    excluded: frozenset[str] = frozenset()
    not_imported: frozenset[str] = frozenset()

    def cause(self, missing: Collection[str]) -> Cause:
        """Why nothing can be said without these of the sources in ``gaps``; one that is a gap decides."""
        if not self.excluded.union(self.not_imported).issuperset(missing):
            return Cause.GAP
        return Cause.NOT_IMPORTED if self.excluded.isdisjoint(missing) else Cause.EXCLUDED


def within(cluster: Subject, kind: str, name: str, path: str) -> Subject:
    """A subject that is a part of a cluster; ``path`` is what follows the cluster's id in its own."""
    return Subject(
        id=f"{cluster.id}/{path}",
        kind=kind,
        name=name,
        cluster=cluster.name,
        cluster_id=cluster.id,
        subscription=cluster.subscription,
    )
