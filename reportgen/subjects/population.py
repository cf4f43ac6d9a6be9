"""The population of a snapshot: every cluster with its pools, its evidence and its gaps, one at a time.

A cluster that Resource Graph shows and ARM did not give is a subject too, as are nodes that no pool
lists: what could not be seen stays in the count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reportgen.model import AccessListing, Cause, Gap, Json, Subject
from reportgen.snapshot import Page, Reader
from reportgen.sources import BY_NAME, Join
from reportgen.sources.kubernetes import SECRETS
from reportgen.subjects import derived, versions
from reportgen.subjects.document import at, canonical, raw_key, raw_pools
from reportgen.subjects.inside import KINDS, Kind, Objects, access
from reportgen.subjects.resources import RESOURCES, ResourceKind
from reportgen.subjects.shared import Place, Shared
from reportgen.subjects.shared import place as shared_place

BODIES = "arm.managed-clusters"
_GRAPH = "arg.managed-clusters"
_VERSIONS = "arm.kubernetes-versions"
_NO_SECRETS = "Secrets of clusters were left out: the engagement does not ask for them (clusters.secrets)."
_LISTS = {"arm.upgrade-profiles": "", "arm.kubernetes-versions": "values"}
"""Where the items of a source's page are, if not under ``value``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one source says of one cluster: pointers into the pages, and the oldest API version of them.

    ``answered``: the source was asked, so that where there is nothing there is none.
    """

    pointers: tuple[str, ...] = ()
    api_version: str = ""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One subject. ``unseen`` is set where there is nothing to judge: the cause and a sentence."""

    subject: Subject
    variables: Mapping[str, Json]
    pointers: tuple[str, ...]
    unseen: tuple[Cause, str] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster: itself, its pools and what is inside it as subjects, with evidence and gaps by source.

    A resource beside clusters is a case of its own, in the place of the cluster and with nothing inside.

    ``gaps`` holds, for each source that lacks evidence on this cluster, the sentence that says why;
    ``excluded`` are those of them that the engagement left out. ``access`` says who may do what
    in a cluster, None for a resource beside clusters.
    """

    cluster: Item
    pools: tuple[Item, ...]
    inside: tuple[Item, ...]
    evidence: Mapping[str, Evidence]
    gaps: Mapping[str, str]
    access: AccessListing | None
    excluded: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Snapshot:
    """What is shared by all clusters of one walk."""

    reader: Reader
    as_of: datetime
    sources: tuple[str, ...]
    gaps: Mapping[tuple[str, str], Gap]
    shared: Shared
    kinds: tuple[Kind, ...]
    issuers: frozenset[str]
    regions: dict[str, tuple[Json, Evidence]] = field(default_factory=dict)

    def prefix(self, page: Page) -> str:
        return f"evidence/{self.reader.header.name}/{page.path}"


def population(
    reader: Reader, as_of: datetime, sources: Iterable[str], kinds: Iterable[str] = ()
) -> Iterator[Case]:
    """Every cluster of the snapshot, once, with the evidence of ``sources`` about it.

    ``kinds`` are the kinds of subjects inside clusters that are wanted.

    Memory holds one page of the list at a time, one cluster's reads, and the ids seen.
    """
    wanted = tuple(sorted({*sources, *access.SOURCES, _VERSIONS}))
    with closing(Shared(reader, wanted)) as shared:
        wanted_kinds = tuple(kind for kind in KINDS if kind.name in set(kinds))
        gaps, issuers = _gap_index(reader.gaps), frozenset(_issuers(reader))
        snapshot = _Snapshot(reader, as_of, wanted, gaps, shared, wanted_kinds, issuers)
        yield from _cases(snapshot)
        for kind in RESOURCES:
            if kind.name in set(kinds):
                yield from _resources(snapshot, kind)


def _issuers(reader: Reader) -> Iterator[str]:
    """The OIDC issuers of all clusters whose bodies were read."""
    for page in reader.pages(BODIES):
        yield from (shared_place(canonical(body)).issuer for body in _items(page.body, "value"))


def _cases(snapshot: _Snapshot) -> Iterator[Case]:
    reader = snapshot.reader
    seen: set[str] = set()
    for page in reader.pages(BODIES):
        for index, body in enumerate(_items(page.body, "value")):
            cluster_id = str(at(body, "id") or "")
            if cluster_id and cluster_id.lower() not in seen:
                seen.add(cluster_id.lower())
                pointer = f"{snapshot.prefix(page)}#/value/{index}"
                yield _case(snapshot, body, pointer, page.provenance.api_version)
    for page in reader.pages(_GRAPH):
        for index, row in enumerate(_items(page.body, "data")):
            cluster_id = str(at(row, "id") or "")
            if cluster_id and cluster_id.lower() not in seen:
                seen.add(cluster_id.lower())
                yield _unread(snapshot, cluster_id, f"{snapshot.prefix(page)}#/data/{index}")
    for gap in snapshot.gaps.values():
        if (
            gap.source == BODIES
            and "/managedclusters/" in gap.scope.lower()
            and gap.scope.lower() not in seen
        ):
            seen.add(gap.scope.lower())
            yield _unread(snapshot, gap.scope, "")


def _resources(snapshot: _Snapshot, kind: ResourceKind) -> Iterator[Case]:
    """Every resource of a kind, and one that stands for all where a scope could not be read."""
    for page in snapshot.reader.pages(kind.source):
        for index, row in enumerate(_items(page.body, "data")):
            yield _resource(snapshot, kind, canonical(row), f"{snapshot.prefix(page)}#/data/{index}")
    for (source, scope), gap in sorted(snapshot.gaps.items()):
        if source == kind.source:
            cause = Cause.EXCLUDED if gap.excluded else Cause.GAP
            why = f"{BY_NAME[source].title}: {gap.detail}"
            unknown = f"/subscriptions/{scope}/{kind.name}/*"
            subject = Subject(unknown, kind.name, f"unknown {kind.many}", "", "", scope)
            yield Case(Item(subject, {}, (), (cause, why)), (), (), {}, {source: why}, None)


def _resource(snapshot: _Snapshot, kind: ResourceKind, document: Json, pointer: str) -> Case:
    where = shared_place(document)
    related: dict[str, Json] = {}
    evidence = {kind.source: Evidence((pointer,), "", answered=True)}
    gaps: dict[str, str] = {}
    for source in snapshot.sources:
        if not BY_NAME[source].join:
            continue
        content, found = _rows(snapshot, source, where)
        gap = _gap(snapshot, source, (where.id, where.subscription, "tenant"))
        if gap:
            gaps[source] = f"{BY_NAME[gap.source].title}: {gap.detail}"
        elif not found.answered:
            gaps[source] = f"{BY_NAME[source].title}: the snapshot holds no answer about this resource."
        else:
            related[BY_NAME[source].relation] = content
        if found.pointers:
            evidence[source] = found
    name = str(at(document, "name") or where.id.rpartition("/")[2])
    subject = Subject(str(at(document, "id") or ""), kind.name, name, "", "", where.subscription)
    variables = {
        "subject": document,
        "cluster": {},
        "related": related,
        "derived": kind.derive(document),
    }
    return Case(Item(subject, variables, (pointer,)), (), (), evidence, gaps, None)


def _gap_index(gaps: Iterable[Gap]) -> dict[tuple[str, str], Gap]:
    index: dict[tuple[str, str], Gap] = {}
    for gap in gaps:
        index.setdefault((gap.source, gap.scope.lower()), gap)
    return index


def _items(body: Json, key: str) -> list[Any]:
    found = at(body, key)
    return found if isinstance(found, list) else []


def _subject(cluster_id: str, name: str) -> Subject:
    parts = cluster_id.split("/")
    subscription = parts[2].lower() if len(parts) > 2 else ""
    return Subject(cluster_id, "cluster", name, name, cluster_id, subscription)


def _case(snapshot: _Snapshot, body: Json, pointer: str, api_version: str) -> Case:
    document = canonical(body)
    subject = _subject(str(body["id"]), str(at(document, "name") or str(body["id"]).rsplit("/", 1)[-1]))
    region = str(at(document, "location") or "").lower().replace(" ", "")
    related: dict[str, Json] = {}
    evidence = {BODIES: Evidence((pointer,), api_version)}
    gaps: dict[str, str] = {}
    excluded: set[str] = set()
    for source in snapshot.sources:
        scopes = [subject.id, subject.subscription, f"{subject.subscription}/{region}", "tenant"]
        if BY_NAME[source].join is Join.INSIDE:
            scopes += snapshot.shared.owners(source, shared_place(document))
        gap = _gap(snapshot, source, (*scopes, *_unread_identities(snapshot, source, document)))
        content, found = _related(snapshot, source, document, f"{subject.subscription}/{region}")
        if gap:
            gaps[source] = f"{BY_NAME[gap.source].title}: {gap.detail}"
            excluded |= {source} if gap.excluded else set()
        elif BY_NAME[source].relation and not found.answered:
            gaps[source] = f"{BY_NAME[source].title}: the snapshot holds no answer about this cluster."
        elif BY_NAME[source].relation:
            related[BY_NAME[source].relation] = content
        elif source == SECRETS and not found.answered:
            gaps[source] = _NO_SECRETS
            excluded.add(source)
        if found.pointers:
            evidence[source] = found
    offered_from = versions.offered_in(region)
    values = derived.for_cluster(document, related, snapshot.as_of, offered_from)
    variables = {"subject": document, "cluster": document, "related": related, "derived": values}
    item = Item(subject, variables, (pointer,))
    pools = tuple(_pools(item, body, document, related, pointer))
    pointers = {source: found.pointers for source, found in evidence.items()}
    objects = Objects(
        reader=snapshot.reader,
        cluster=document,
        cluster_id=subject.id,
        related=related,
        missing=frozenset(gaps),
        as_of=snapshot.as_of,
        pointers=pointers,
        issuers=snapshot.issuers,
    )
    within = tuple(_inside(snapshot.kinds, item, objects, gaps, excluded))
    held = access.listing(subject, objects, gaps)
    return Case(item, pools, within, evidence, gaps, held, frozenset(excluded))


def _inside(
    kinds: Iterable[Kind],
    cluster: Item,
    objects: Objects,
    gaps: Mapping[str, str],
    excluded: Collection[str],
) -> Iterator[Item]:
    """The subjects inside a cluster; where it is not known which there are, one that stands for all."""
    for kind in kinds:
        missing = [source for source in kind.sources if source in gaps]
        if missing:
            cause = Cause.EXCLUDED if set(missing) <= set(excluded) else Cause.GAP
            why = " ".join(dict.fromkeys(gaps[source] for source in missing))
            subject = _within(cluster.subject, kind.name, f"unknown {kind.many}", f"kubernetes/{kind.name}/*")
            yield Item(subject, {}, cluster.pointers, (cause, why))
            continue
        for one in kind.build(objects):
            variables = {
                "subject": one.document,
                "cluster": objects.cluster,
                "related": objects.related,
                "derived": one.derived,
            }
            yield Item(_within(cluster.subject, kind.name, one.name, one.path), variables, one.pointers)


def _within(cluster: Subject, kind: str, name: str, path: str) -> Subject:
    return Subject(
        id=f"{cluster.id}/{path}",
        kind=kind,
        name=name,
        cluster=cluster.name,
        cluster_id=cluster.id,
        subscription=cluster.subscription,
    )


def _gap(snapshot: _Snapshot, source: str, scopes: Iterable[str]) -> Gap | None:
    """What a source lacks in the first of these scopes, or what one that it stands on lacks."""
    names = (source, BY_NAME[source].requires, *BY_NAME[source].via)
    keys = ((name, scope.lower()) for name in names for scope in scopes)
    return next((snapshot.gaps[key] for key in keys if key in snapshot.gaps), None)


def _unread_identities(snapshot: _Snapshot, source: str, cluster: Json) -> Iterator[str]:
    """The scopes of gaps that may hide federated credentials of a cluster.

    They are the identities that it names, and where it is an issuer any identity, since any may trust it.
    """
    if BY_NAME[source].join is not Join.TRUST:
        return
    where = shared_place(cluster)
    for name, scope in snapshot.gaps:
        if name in (source, BY_NAME[source].requires) and (where.issuer or scope in where.mentioned):
            yield scope


def _related(snapshot: _Snapshot, source: str, cluster: Json, place: str) -> tuple[Json, Evidence]:
    """What a source says of a cluster; the lists of a region are read once."""
    if BY_NAME[source].join:
        return _rows(snapshot, source, shared_place(cluster))
    if BY_NAME[source].scope == "cluster":
        return _read(snapshot, source, str(at(cluster, "id")))
    if source != _VERSIONS:
        return None, Evidence()
    if place not in snapshot.regions:
        snapshot.regions[place] = _read(snapshot, source, place)
    return snapshot.regions[place]


def _rows(snapshot: _Snapshot, source: str, where: Place) -> tuple[Json, Evidence]:
    """The rows of a source that clusters share which have to do with one place."""
    rows = snapshot.shared.rows(source, where)
    versions = min((row.api_version for row in rows), default="")
    pointers = tuple(row.pointer for row in rows)
    return [row.document for row in rows], Evidence(
        pointers, versions, snapshot.shared.answered(source, where)
    )


def _read(snapshot: _Snapshot, source: str, scope: str) -> tuple[Json, Evidence]:
    key = _LISTS.get(source, "value")
    content: Json = [] if key else {}
    pointers: list[str] = []
    api_versions: list[str] = []
    for page in snapshot.reader.pages(source, scope):
        name = raw_key(page.body, key) if key else None
        if name:
            content += canonical(page.body[name]) or []
        elif not key:
            content = canonical(page.body)
        pointers.append(f"{snapshot.prefix(page)}#{f'/{name}' if name else ''}")
        api_versions.append(page.provenance.api_version)
    return content, Evidence(tuple(pointers), min(api_versions, default=""), bool(pointers))


def _pools(
    cluster: Item, body: Json, document: Json, related: dict[str, Json], pointer: str
) -> Iterator[Item]:
    for number, (inside, raw) in enumerate(raw_pools(body)):
        pool = canonical(raw, "agentPoolProfiles")
        variables = {
            "subject": pool,
            "cluster": document,
            "related": related,
            "derived": derived.for_pool(pool, document),
        }
        name = str(at(pool, "name") or f"pool {number}")
        yield Item(_pool_subject(cluster.subject, name), variables, (pointer + inside,))
    if derived.auto_provisioning(document):
        reason = (
            "Node auto-provisioning is on: it creates nodes that are in no agent pool, so their settings "
            "are not in the cluster's body."
        )
        yield _unseen_pool(cluster, "auto-provisioned nodes", "*auto-provisioned", Cause.UNLISTED, reason)
    if derived.hosted_system(document):
        reason = (
            "The system nodes are hosted and run by Azure and are in no agent pool: the provider's "
            "responsibility, not tested here."
        )
        yield _unseen_pool(cluster, "hosted system pool", "*hosted-system", Cause.INHERITED, reason)


def _pool_subject(cluster: Subject, name: str, last: str = "") -> Subject:
    return _within(cluster, "agent-pool", name, f"agentPools/{last or name}")


def _unseen_pool(cluster: Item, name: str, last: str, cause: Cause, reason: str) -> Item:
    return Item(_pool_subject(cluster.subject, name, last), {}, cluster.pointers, (cause, reason))


def _unread(snapshot: _Snapshot, cluster_id: str, pointer: str) -> Case:
    """A cluster that exists as far as is known, and whose body ARM did not give."""
    subject = _subject(cluster_id, cluster_id.rsplit("/", 1)[-1])
    scopes = (cluster_id, subject.subscription, "tenant")
    gap = next((snapshot.gaps[key] for s in scopes if (key := (BODIES, s.lower())) in snapshot.gaps), None)
    detail = gap.detail if gap else "the snapshot holds no body of this cluster."
    why = f"{BY_NAME[BODIES].title}: {detail}"
    item = Item(subject, {}, (pointer,) if pointer else (), (Cause.GAP, why))
    pools = (_unseen_pool(item, "unknown pools", "*unknown", Cause.GAP, why),)
    within = tuple(
        Item(
            _within(subject, kind.name, f"unknown {kind.many}", f"kubernetes/{kind.name}/*"),
            {},
            item.pointers,
            (Cause.GAP, why),
        )
        for kind in snapshot.kinds
    )
    return Case(item, pools, within, {}, {BODIES: why}, AccessListing(subject, (), (why,)))
