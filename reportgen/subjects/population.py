"""The population of a snapshot: every cluster with its pools, its evidence and its gaps, one at a time.

A cluster that Resource Graph shows and ARM did not give is a subject too, as are nodes that no pool
lists: what could not be seen stays in the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime

from reportgen.model import Gap
from reportgen.snapshot import Reader
from reportgen.subjects import beside, clusters
from reportgen.subjects.answers import BODIES, Answers
from reportgen.subjects.case import Case
from reportgen.subjects.document import at, canonical, items
from reportgen.subjects.image_findings import ImageFindings
from reportgen.subjects.inside import KINDS, access
from reportgen.subjects.kubelets import kubelets
from reportgen.subjects.place import place
from reportgen.subjects.resources import RESOURCES
from reportgen.subjects.shared import Shared

_GRAPH = "arg.managed-clusters"
_VERSIONS = "arm.kubernetes-versions"


def population(
    reader: Reader, as_of: datetime, sources: Iterable[str], kinds: Iterable[str] = ()
) -> Iterator[Case]:
    """Every cluster of the snapshot, once, with the evidence of ``sources`` about it.

    ``kinds`` are the kinds of subjects inside clusters that are wanted.

    Memory holds one page of the list at a time, one cluster's reads, and the ids seen.
    """
    asked = set(kinds)
    wanted = tuple(sorted({*sources, *access.SOURCES, _VERSIONS}))
    with closing(Shared(reader, wanted)) as shared, closing(ImageFindings(reader, wanted)) as images:
        answers = Answers(
            reader=reader,
            as_of=as_of,
            sources=wanted,
            gaps=_gap_index(reader.gaps),
            shared=shared,
            issuers=frozenset(_issuers(reader)),
            images=images,
            kubelets=kubelets(reader),
        )
        yield from _clusters(answers, tuple(kind for kind in KINDS if kind.name in asked))
        for kind in RESOURCES:
            if kind.name in asked:
                yield from beside.resources(answers, kind)


def _gap_index(gaps: Iterable[Gap]) -> dict[tuple[str, str], Gap]:
    index: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        index.setdefault((gap.source, gap.scope.lower()), gap)
    return index


def _issuers(reader: Reader) -> Iterator[str]:
    """The OIDC issuers of all clusters whose bodies were read."""
    for page in reader.pages(BODIES):
        yield from (place(canonical(body)).issuer for body in items(page.body, "value"))


def _clusters(answers: Answers, kinds: clusters.Kinds) -> Iterator[Case]:
    """The clusters that ARM gave, then those that only Resource Graph shows, then those only gaps name."""
    reader = answers.reader
    seen: set[str] = set()
    for page in reader.pages(BODIES):
        for index, body in enumerate(items(page.body, "value")):
            cluster_id = str(at(body, "id") or "")
            if cluster_id and cluster_id.lower() not in seen:
                seen.add(cluster_id.lower())
                pointer = f"{answers.prefix(page)}#/value/{index}"
                yield clusters.of_body(answers, kinds, body, pointer, page.provenance.api_version)
    for page in reader.pages(_GRAPH):
        for index, row in enumerate(items(page.body, "data")):
            cluster_id = str(at(row, "id") or "")
            if cluster_id and cluster_id.lower() not in seen:
                seen.add(cluster_id.lower())
                pointer = f"{answers.prefix(page)}#/data/{index}"
                yield clusters.without_body(answers, kinds, cluster_id, str(at(row, "name") or ""), pointer)
    for gap in answers.gaps.values():
        scope = gap.scope.lower()
        if gap.source == BODIES and "/managedclusters/" in scope and scope not in seen:
            seen.add(scope)
            yield clusters.without_body(answers, kinds, gap.scope, gap.scope_name, "")
