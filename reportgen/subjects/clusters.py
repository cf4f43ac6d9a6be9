"""A cluster as a case: itself, its pools and what is inside it, of the body that ARM gave or without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reportgen.model import Cause, Json, Subject
from reportgen.sources import BY_NAME, Join
from reportgen.sources.imported import PREFIX
from reportgen.sources.kubernetes import ACCESS, SECRETS
from reportgen.subjects import derived, versions
from reportgen.subjects.answers import BODIES, Answers, Evidence, Gathered
from reportgen.subjects.case import Case, Item, within
from reportgen.subjects.document import at, canonical
from reportgen.subjects.inside import Kind, Objects, access
from reportgen.subjects.place import place
from reportgen.subjects.pools import pools, unseen_pool

Kinds = tuple[Kind, ...]
"""The kinds of subjects inside clusters that are wanted."""


def of_body(answers: Answers, kinds: Kinds, body: Json, pointer: str, api_version: str) -> Case:
    """A cluster whose body, at ``pointer``, ARM gave."""
    document = canonical(body)
    subject = _subject(str(body["id"]), str(at(document, "name") or ""))
    region = str(at(document, "location") or "").lower().replace(" ", "")
    gathered = Gathered(evidence={BODIES: Evidence((pointer,), api_version)})
    for source in answers.sources:
        _gather(answers, source, subject, document, region, gathered)
    values = derived.for_cluster(document, gathered.related, answers.as_of, versions.offered_in(region))
    variables = {"subject": document, "cluster": document, "related": gathered.related, "derived": values}
    item = Item(subject, variables, (pointer,))
    return _case(answers, kinds, item, tuple(pools(answers, item, body, pointer)), gathered)


def _gather(
    answers: Answers, source: str, subject: Subject, document: Json, region: str, gathered: Gathered
) -> None:
    place_of_region = f"{subject.subscription}/{region}"
    scopes = [subject.id, subject.subscription, place_of_region, "tenant"]
    if BY_NAME[source].join is Join.INSIDE:
        scopes += answers.shared.owners(source, place(document))
    gap = answers.gap(source, (*scopes, *answers.unread_identities(source, document)))
    content, found = answers.related(source, document, place_of_region)
    if gap:
        gathered.lack(source, gap)
    elif source.startswith(PREFIX) and not found.answered:
        gathered.miss_import(source)
    elif BY_NAME[source].relation and not found.answered:
        gathered.gaps[source] = f"{BY_NAME[source].title}: the snapshot holds no answer about this cluster."
    elif BY_NAME[source].relation:
        gathered.related[BY_NAME[source].relation] = content
    elif source == SECRETS and not found.answered:
        gathered.leave_out_secrets()
    if found.pointers:
        gathered.evidence[source] = found


def without_body(answers: Answers, kinds: Kinds, cluster_id: str, name: str, pointer: str) -> Case:
    """A cluster whose body ARM did not give: it is judged by what its own API server said, if it did.

    ``pointer`` is to what shows that it exists, "" where only a gap does.
    """
    subject = _subject(cluster_id, name)
    gathered, why = _gather_without_body(answers, subject)
    unseen = (Cause.EXCLUDED if BODIES in gathered.excluded else Cause.GAP, why)
    nothing: dict[str, Json] = {
        "subject": {},
        "cluster": {},
        "related": gathered.related,
        "derived": {},
    }
    item = Item(subject, nothing, (pointer,) if pointer else (), unseen)
    unknown = unseen_pool(item, "unknown pools", "*", *unseen)
    return _case(answers, kinds, item, (unknown,), gathered)


def _gather_without_body(answers: Answers, subject: Subject) -> tuple[Gathered, str]:
    """What else is known of a cluster without a body, and why it has none."""
    gathered, scopes = Gathered(), (subject.id, subject.subscription, "tenant")
    keys = ((BODIES, scope.lower()) for scope in scopes)
    gap = next((answers.gaps[key] for key in keys if key in answers.gaps), None)
    detail = gap.detail if gap else "the snapshot holds no body of this cluster."
    why = f"{BY_NAME[BODIES].title}: {detail}"
    for source in (BODIES, *answers.sources):
        of_azure = BY_NAME[source].requires != ACCESS and not source.startswith(PREFIX)
        own = gap if of_azure else answers.gap(source, scopes)
        content, found = (None, Evidence()) if own or of_azure else answers.read(source, subject.id)
        if found.answered:
            gathered.evidence[source] = found
            gathered.related |= {BY_NAME[source].relation: content} if BY_NAME[source].relation else {}
        elif own:
            gathered.lack(source, own)
        elif source.startswith(PREFIX):
            gathered.miss_import(source)
        elif source == SECRETS:
            gathered.leave_out_secrets()
        else:
            gathered.gaps[source] = why
    return gathered, why


def _case(
    answers: Answers, kinds: Kinds, cluster: Item, its_pools: tuple[Item, ...], gathered: Gathered
) -> Case:
    objects = Objects(
        reader=answers.reader,
        cluster=cluster.variables["subject"],
        cluster_id=cluster.subject.id,
        related=gathered.related,
        missing=frozenset(gathered.gaps),
        as_of=answers.as_of,
        pointers={source: found.pointers for source, found in gathered.evidence.items()},
        issuers=answers.issuers,
    )
    return Case(
        cluster=cluster,
        pools=its_pools,
        inside=_inside(answers, kinds, cluster, objects, gathered),
        evidence=gathered.evidence,
        gaps=gathered.gaps,
        access=access.listing(cluster.subject, objects, gathered.gaps),
        excluded=frozenset(gathered.excluded),
        not_imported=frozenset(gathered.not_imported),
    )


def _inside(
    answers: Answers, kinds: Iterable[Kind], cluster: Item, objects: Objects, gathered: Gathered
) -> Iterator[Item]:
    """The subjects inside a cluster; where it is not known which there are, one that stands for all."""
    gaps = gathered.gaps
    for kind in kinds:
        missing = [source for source in kind.sources if source in gaps]
        if missing:
            cause = Cause.EXCLUDED if gathered.excluded.issuperset(missing) else Cause.GAP
            why = " ".join(dict.fromkeys(gaps[source] for source in missing))
            subject = within(cluster.subject, kind.name, f"unknown {kind.many}", f"kubernetes/{kind.name}/*")
            yield Item(subject, {}, cluster.pointers, (cause, why))
            continue
        for one in kind.build(objects):
            variables = {
                "subject": one.document,
                "cluster": objects.cluster,
                "related": objects.related,
                "derived": one.derived,
            }
            own = answers.gaps_of_part(cluster.subject.id, one.part) if one.part else {}
            subject = within(cluster.subject, kind.name, one.name, one.path)
            yield Item(subject, variables, one.pointers, gaps=own)


def _subject(cluster_id: str, name: str) -> Subject:
    parts = cluster_id.split("/")
    subscription = parts[2].lower() if len(parts) > 2 else ""
    shown = name or parts[-1]
    return Subject(cluster_id, "cluster", shown, shown, cluster_id, subscription)
