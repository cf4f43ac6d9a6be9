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
from reportgen.sources.imported import PREFIX
from reportgen.sources.kubernetes import ACCESS, SECRETS
from reportgen.subjects import derived, versions
from reportgen.subjects.document import at, canonical, raw_key, raw_pools
from reportgen.subjects.image_findings import SOURCE as IMAGES
from reportgen.subjects.image_findings import ImageFindings, digests
from reportgen.subjects.inside import KINDS, Kind, Objects, access
from reportgen.subjects.kubelets import Kubelets, kubelets
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
    images: ImageFindings
    kubelets: Kubelets
    regions: dict[tuple[str, str], tuple[Json, Evidence]] = field(default_factory=dict)

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
    with closing(Shared(reader, wanted)) as shared, closing(ImageFindings(reader, wanted)) as images:
        wanted_kinds = tuple(kind for kind in KINDS if kind.name in set(kinds))
        gaps, issuers = _gap_index(reader.gaps), frozenset(_issuers(reader))
        snapshot = _Snapshot(
            reader, as_of, wanted, gaps, shared, wanted_kinds, issuers, images, kubelets(reader)
        )
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
                name = str(at(row, "name") or cluster_id.rsplit("/", 1)[-1])
                yield _unread(snapshot, cluster_id, name, f"{snapshot.prefix(page)}#/data/{index}")
    for gap in snapshot.gaps.values():
        if (
            gap.source == BODIES
            and "/managedclusters/" in gap.scope.lower()
            and gap.scope.lower() not in seen
        ):
            seen.add(gap.scope.lower())
            yield _unread(snapshot, gap.scope, gap.scope_name or gap.scope.rsplit("/", 1)[-1], "")


def _resources(snapshot: _Snapshot, kind: ResourceKind) -> Iterator[Case]:
    """Every resource of a kind, and one that stands for all where a scope could not be read."""
    for page in snapshot.reader.pages(kind.source):
        for index, row in enumerate(_items(page.body, "data")):
            yield _resource(snapshot, kind, canonical(row), f"{snapshot.prefix(page)}#/data/{index}")
    # Without Azure its list was never asked for: what leaves the clusters' bodies out leaves this out too.
    asked = any(True for _ in snapshot.reader.provenance(kind.source))
    lacking = (kind.source,) if asked else (kind.source, BODIES)
    for (source, scope), gap in sorted(snapshot.gaps.items()):
        if source in lacking and (asked or source == kind.source or gap.excluded):
            cause = Cause.EXCLUDED if gap.excluded else Cause.GAP
            why = f"{BY_NAME[source].title}: {gap.detail}"
            unknown = f"/subscriptions/{scope}/{kind.name}/*"
            subject = Subject(unknown, kind.name, f"unknown {kind.many}", "", "", scope)
            yield Case(Item(subject, {}, (), (cause, why)), (), iter(()), {}, {source: why}, None)


def _resource(snapshot: _Snapshot, kind: ResourceKind, document: Json, pointer: str) -> Case:
    where = shared_place(document)
    related: dict[str, Json] = {}
    evidence = {kind.source: Evidence((pointer,), "", answered=True)}
    gaps: dict[str, str] = {}
    excluded: set[str] = set()
    for source in snapshot.sources:
        if not BY_NAME[source].join:
            continue
        content, found = _rows(snapshot, source, where)
        gap = _gap(snapshot, source, (where.id, where.subscription, "tenant"))
        if gap:
            gaps[source] = f"{BY_NAME[gap.source].title}: {gap.detail}"
            excluded |= {source} if gap.excluded else set()
        elif not found.answered:
            gaps[source] = f"{BY_NAME[source].title}: the snapshot holds no answer about this resource."
        else:
            related[BY_NAME[source].relation] = content
        if found.pointers:
            evidence[source] = found
    values = kind.derive(document, related, snapshot.kubelets)
    name = str(at(document, "name") or where.id.rpartition("/")[2])
    subject = Subject(str(at(document, "id") or ""), kind.name, name, "", "", where.subscription)
    variables = {
        "subject": document,
        "cluster": {},
        "related": related,
        "derived": {name: value for name, value in values.items() if value is not None},
    }
    return Case(Item(subject, variables, (pointer,)), (), iter(()), evidence, gaps, None, frozenset(excluded))


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
    not_imported: set[str] = set()
    for source in snapshot.sources:
        scopes = [subject.id, subject.subscription, f"{subject.subscription}/{region}", "tenant"]
        if BY_NAME[source].join is Join.INSIDE:
            scopes += snapshot.shared.owners(source, shared_place(document))
        gap = _gap(snapshot, source, (*scopes, *_unread_identities(snapshot, source, document)))
        content, found = _related(snapshot, source, document, f"{subject.subscription}/{region}")
        if gap:
            gaps[source] = f"{BY_NAME[gap.source].title}: {gap.detail}"
            excluded |= {source} if gap.excluded else set()
        elif source.startswith(PREFIX) and not found.answered:
            gaps[source] = _not_given(source)
            not_imported.add(source)
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
    pools = tuple(_pools(snapshot, item, body, pointer))
    objects = _objects(snapshot, item, related, evidence, gaps)
    within = _inside(snapshot, item, objects, gaps, excluded)
    held = access.listing(subject, objects, gaps)
    return Case(item, pools, within, evidence, gaps, held, frozenset(excluded), frozenset(not_imported))


def _objects(
    snapshot: _Snapshot,
    cluster: Item,
    related: Mapping[str, Json],
    evidence: Mapping[str, Evidence],
    gaps: Mapping[str, str],
) -> Objects:
    return Objects(
        reader=snapshot.reader,
        cluster=cluster.variables["subject"],
        cluster_id=cluster.subject.id,
        related=related,
        missing=frozenset(gaps),
        as_of=snapshot.as_of,
        pointers={source: found.pointers for source, found in evidence.items()},
        issuers=snapshot.issuers,
    )


def _inside(
    snapshot: _Snapshot,
    cluster: Item,
    objects: Objects,
    gaps: Mapping[str, str],
    excluded: Collection[str],
) -> Iterator[Item]:
    """The subjects inside a cluster; where it is not known which there are, one that stands for all."""
    for kind in snapshot.kinds:
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
            own = _gaps_of_part(snapshot, cluster.subject.id, one.part) if one.part else {}
            subject = _within(cluster.subject, kind.name, one.name, one.path)
            yield Item(subject, variables, one.pointers, gaps=own)


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


def _gaps_of_part(snapshot: _Snapshot, cluster_id: str, part: str) -> dict[str, str]:
    """What is lacking about a part of a cluster, such as an agent pool, by source."""
    scope = f"{cluster_id}/{part}".lower()
    return {
        source: f"{BY_NAME[source].title}: {snapshot.gaps[source, scope].detail}"
        for source in snapshot.sources
        if (source, scope) in snapshot.gaps
    }


def _related(snapshot: _Snapshot, source: str, cluster: Json, place: str) -> tuple[Json, Evidence]:
    """What a source says of a cluster; the lists of a region are read once."""
    if BY_NAME[source].join:
        return _rows(snapshot, source, shared_place(cluster))
    if source == IMAGES:
        found, pages = snapshot.images.of(digests(snapshot.reader, str(at(cluster, "id"))))
        return found, Evidence(pages, "", snapshot.images.answered)
    only = BY_NAME[source].only
    if only and not only(cluster):
        return [], Evidence(answered=True)
    if BY_NAME[source].scope == "cluster":
        return _read(snapshot, source, str(at(cluster, "id")))
    if BY_NAME[source].scope != "location":
        return None, Evidence()
    if (source, place) not in snapshot.regions:
        snapshot.regions[(source, place)] = _read(snapshot, source, place)
    return snapshot.regions[(source, place)]


def _rows(snapshot: _Snapshot, source: str, where: Place) -> tuple[Json, Evidence]:
    """The rows of a source that clusters share which have to do with one place."""
    rows = snapshot.shared.rows(source, where)
    versions = min((row.api_version for row in rows), default="")
    pointers = tuple(row.pointer for row in rows) or snapshot.shared.answer(source, where)
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


def _pools(snapshot: _Snapshot, cluster: Item, body: Json, pointer: str) -> Iterator[Item]:
    document = cluster.variables["cluster"]
    for number, (inside, raw) in enumerate(raw_pools(body)):
        pool = canonical(raw, "agentPoolProfiles")
        variables = {
            "subject": pool,
            "cluster": document,
            "related": cluster.variables["related"],
            "derived": derived.for_pool(pool, document),
        }
        name = str(at(pool, "name") or f"pool {number}")
        own = _gaps_of_part(snapshot, cluster.subject.id, f"agentPools/{name}")
        yield Item(_pool_subject(cluster.subject, name), variables, (pointer + inside,), gaps=own)
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


def _unread(snapshot: _Snapshot, cluster_id: str, name: str, pointer: str) -> Case:
    """A cluster whose body ARM did not give: it is judged by what its own API server said, if it did."""
    subject = _subject(cluster_id, name)
    scopes = (cluster_id, subject.subscription, "tenant")
    gap = next((snapshot.gaps[key] for s in scopes if (key := (BODIES, s.lower())) in snapshot.gaps), None)
    detail = gap.detail if gap else "the snapshot holds no body of this cluster."
    why = f"{BY_NAME[BODIES].title}: {detail}"
    evidence: dict[str, Evidence] = {}
    related: dict[str, Json] = {}
    gaps: dict[str, str] = {}
    excluded: set[str] = set()
    not_imported: set[str] = set()
    for source in (BODIES, *snapshot.sources):
        of_azure = BY_NAME[source].requires != ACCESS and not source.startswith(PREFIX)
        own = gap if of_azure else _gap(snapshot, source, scopes)
        content, found = (None, Evidence()) if own or of_azure else _read(snapshot, source, cluster_id)
        if found.answered:
            evidence[source] = found
            related |= {BY_NAME[source].relation: content} if BY_NAME[source].relation else {}
        elif source.startswith(PREFIX) and not own:
            gaps[source] = _not_given(source)
            not_imported.add(source)
        elif source == SECRETS and not own:
            gaps[source] = _NO_SECRETS
            excluded.add(source)
        else:
            gaps[source] = why if of_azure or not own else f"{BY_NAME[own.source].title}: {own.detail}"
            excluded |= {source} if own and own.excluded else set()
    unseen = (Cause.EXCLUDED if BODIES in excluded else Cause.GAP, why)
    nothing: dict[str, Json] = {"subject": {}, "cluster": {}, "related": related, "derived": {}}
    item = Item(subject, nothing, (pointer,) if pointer else (), unseen)
    pools = (_unseen_pool(item, "unknown pools", "*unknown", *unseen),)
    objects = _objects(snapshot, item, related, evidence, gaps)
    within = _inside(snapshot, item, objects, gaps, excluded)
    held = access.listing(subject, objects, gaps)
    return Case(item, pools, within, evidence, gaps, held, frozenset(excluded), frozenset(not_imported))


def _not_given(source: str) -> str:
    return f"{BY_NAME[source].title}: no result was given for this cluster."
