"""Every resource beside clusters that is a subject of its own, as a case."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import Cause, Json, Subject
from reportgen.sources import BY_NAME
from reportgen.subjects.answers import BODIES, Answers, Evidence, Gathered
from reportgen.subjects.case import Case, Item
from reportgen.subjects.document import at, canonical, items
from reportgen.subjects.place import Place, place
from reportgen.subjects.resources import ResourceKind


def resources(answers: Answers, kind: ResourceKind) -> Iterator[Case]:
    """Every resource of a kind, and one that stands for all where a scope could not be read."""
    for page in answers.reader.pages(kind.source):
        for index, row in enumerate(items(page.body, "data")):
            yield _resource(answers, kind, canonical(row), f"{answers.prefix(page)}#/data/{index}")
    # Without Azure its list was never asked for: what leaves the clusters' bodies out leaves this out too.
    asked = any(True for _ in answers.reader.provenance(kind.source))
    lacking = (kind.source,) if asked else (kind.source, BODIES)
    for (source, scope), gap in sorted(answers.gaps.items()):
        if source in lacking and (asked or source == kind.source or gap.excluded):
            cause = Cause.EXCLUDED if gap.excluded else Cause.GAP
            why = f"{BY_NAME[source].title}: {gap.detail}"
            unknown = f"/subscriptions/{scope}/{kind.name}/*"
            subject = Subject(unknown, kind.name, f"unknown {kind.many}", "", "", scope)
            yield Case(Item(subject, {}, (), (cause, why)), (), iter(()), {}, {source: why}, None)


def _resource(answers: Answers, kind: ResourceKind, document: Json, pointer: str) -> Case:
    where = place(document)
    gathered = Gathered(evidence={kind.source: Evidence((pointer,), "", answered=True)})
    for source in answers.sources:
        if BY_NAME[source].join:
            _gather(answers, source, where, gathered)
    values = kind.derive(document, gathered.related, answers.kubelets)
    name = str(at(document, "name") or where.id.rpartition("/")[2])
    subject = Subject(str(at(document, "id") or ""), kind.name, name, "", "", where.subscription)
    variables = {
        "subject": document,
        "cluster": {},
        "related": gathered.related,
        "derived": {name: value for name, value in values.items() if value is not None},
    }
    item = Item(subject, variables, (pointer,))
    left_out = frozenset(gathered.excluded)
    return Case(item, (), iter(()), gathered.evidence, gathered.gaps, None, left_out)


def _gather(answers: Answers, source: str, where: Place, gathered: Gathered) -> None:
    content, found = answers.rows(source, where)
    gap = answers.gap(source, (where.id, where.subscription, "tenant"))
    if gap:
        gathered.lack(source, gap)
    elif not found.answered:
        gathered.gaps[source] = f"{BY_NAME[source].title}: the snapshot holds no answer about this resource."
    else:
        gathered.related[BY_NAME[source].relation] = content
    if found.pointers:
        gathered.evidence[source] = found
