"""The access listing as it is printed: a line for each grant, the strongest first, in words."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from reportgen.model import Access, AccessListing, Principal, Results
from reportgen.render.caps import Caps
from reportgen.render.names import Names, resource_group
from reportgen.render.strings import Strings
from reportgen.render.text import cut
from reportgen.subjects.inside.powers import CLUSTER_ADMIN, WHOLE_CLUSTER

RIGHTS = (
    CLUSTER_ADMIN,
    "assigns-roles",
    "changes-cluster",
    "unknown-role",
    "impersonates",
    "escalates",
    "binds-roles",
    "approves-csrs",
    "creates-tokens",
    "reaches-nodes-proxy",
    "reads-secrets",
    "execs-pods",
    "creates-pods",
    "creates-persistent-volumes",
    "edits-webhooks",
    "edits-coredns",
    "edits-endpoints",
    "deletes-events",
    "wildcard",
)
"""The rights, the strongest first; what each lets its holder do is the text ``rights.<right>``."""
_AZURE_OWN = frozenset({"assigns-roles", "changes-cluster"})
"""Rights in Azure, which cluster-admin inside the cluster does not hold."""
_RANK = {right: rank for rank, right in enumerate(RIGHTS)}
_ALL_GRANTS, _LEAST_GRANTS = 120, 3
"""Lines that the listing has room for on paper, shared by its clusters, and the least of each."""
_Listings = list[tuple[str, AccessListing]]
_MEMBERS = 8
_LONGEST_MEMBER = 40
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one binding or role assignment gives to one principal at one place.

    ``name`` is "" where an id of Entra ID was not resolved to one, ``id`` is "" where the name says it all.
    ``remark`` names members of a group, or says that the directory has no such principal.
    """

    kind: str
    name: str
    id: str
    rights: str
    place: str
    through: str
    scope: str
    marks: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """The listing of one cluster.

    ``all_grants`` is the number of grants before the cap, ``rows`` that of the rights behind them, ``system``
    that of the rows left out.
    """

    anchor: str
    cluster: str
    subscription: str
    grants: tuple[Grant, ...]
    all_grants: int
    rows: int
    system: int
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """Clusters whose listings lack something for one reason, each with its anchor."""

    reason: str
    clusters: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Clusters in which nobody has a right that could be read, on paper in one row; ``system`` as theirs."""

    number: int
    incomplete: bool
    system: int
    clusters: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class AccessView:
    """The section: what could not be read comes first. ``listed`` counts those by themselves."""

    incomplete: int
    unread: tuple[Unread, ...]
    clusters: tuple[ClusterAccess, ...]
    listed: int
    alike: tuple[Alike, ...]
    all_clusters: int
    resolved: bool


def access_view(results: Results, names: Names, caps: Caps) -> AccessView:
    """The access listings of all clusters, in the order of the list of clusters."""
    by_id = {listing.cluster.id.lower(): listing for listing in results.access}
    ordered = [(key, by_id[key]) for key in names.anchors if key in by_id]
    reasons: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, listing in ordered:
        for reason in listing.missing:
            reasons[reason].append((names.clusters[key], names.link(key)))
    single, alike = _told_apart(ordered) if caps.access_clusters else (ordered, [])
    shown = single[: caps.access_clusters]
    most = caps.grants and min(caps.grants, max(_LEAST_GRANTS, _ALL_GRANTS // max(len(shown), 1)))
    return AccessView(
        incomplete=sum(bool(listing.missing) for _, listing in ordered),
        unread=tuple(
            Unread(reason, tuple(members[: caps.names]), max(0, len(members) - (caps.names or len(members))))
            for reason, members in sorted(reasons.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        ),
        clusters=tuple(_cluster(key, listing, names, most) for key, listing in shown),
        listed=len(single),
        alike=tuple(_alike(listings, names, caps) for listings in alike),
        all_clusters=len(ordered),
        resolved=results.principals is not None,
    )


def _told_apart(ordered: _Listings) -> tuple[_Listings, list[_Listings]]:
    """Listings to print by themselves, and those where only the system has rights, whole ones first."""
    idle = [entry for entry in ordered if all(row.system for row in entry[1].rows)]
    groups = [[entry for entry in idle if bool(entry[1].missing) is lacks] for lacks in (False, True)]
    alike = [group for group in groups if len(group) > 1]
    grouped = {key for group in alike for key, _ in group}
    return [entry for entry in ordered if entry[0] not in grouped], alike


def _alike(listings: _Listings, names: Names, caps: Caps) -> Alike:
    shown = listings[: caps.access_clusters]
    return Alike(
        number=len(listings),
        incomplete=bool(listings[0][1].missing),
        system=sum(len(listing.rows) for _, listing in listings),
        clusters=tuple((names.clusters[key], names.link(key)) for key, _ in shown),
        more=len(listings) - len(shown),
    )


def _cluster(key: str, listing: AccessListing, names: Names, most: int | None) -> ClusterAccess:
    shown = [row for row in listing.rows if not row.system]
    grants = _grants(shown, names)
    return ClusterAccess(
        anchor=f"access-{names.anchors[key]}",
        cluster=names.clusters[key],
        subscription=names.cluster_subscription(key),
        grants=grants[:most],
        all_grants=len(grants),
        rows=len(shown),
        system=len(listing.rows) - len(shown),
        incomplete=bool(listing.missing),
    )


def _grants(rows: list[Access], names: Names) -> tuple[Grant, ...]:
    """Rows that differ in nothing but the right make one line."""
    rights: dict[tuple[str, str, str, str, str, bool, bool], list[str]] = defaultdict(list)
    for row in rows:
        grant = (row.place, row.principal, row.by, row.through, row.scope, row.eligible, row.conditional)
        rights[grant].append(row.right)
    ranked = sorted((tuple(sorted(map(_RANK.__getitem__, held))), grant) for grant, held in rights.items())
    return tuple(_grant(grant, held, names) for held, grant in ranked)


def _grant(
    grant: tuple[str, str, str, str, str, bool, bool],
    held: tuple[int, ...],
    names: Names,
) -> Grant:
    place, principal, by, through, scope, eligible, conditional = grant
    kind, _, principal_id = principal.partition("/")
    known, strings = names.principals.get(principal_id.lower()), names.strings
    name = known.name if known else ""
    gone = known is not None and not known.found
    return Grant(
        kind=names.principal_kind(known.kind if known and known.kind else kind),
        name=name or ("" if _GUID.fullmatch(principal_id) else principal_id),
        id=principal_id if name or _GUID.fullmatch(principal_id) else "",
        rights=_rights(held, strings),
        place=strings.text("access.whole_cluster") if place == WHOLE_CLUSTER else place,
        through=_through(by, through, place, strings),
        scope=_scope(scope, names) if by == "azure" else "",
        marks=tuple(
            strings.text(f"access.{mark}")
            for mark, holds in (("eligible", eligible), ("conditional", conditional))
            if holds
        ),
        remark=strings.text("principals.not_found") if gone else _members(known, names),
    )


def _members(known: Principal | None, names: Names) -> str:
    """How many members a group has, nested ones included, and the first of them by name."""
    if known is None or known.members is None:
        return ""
    called = sorted(
        (cut(member.name, _LONGEST_MEMBER) if (member := names.principals.get(one)) and member.name else one)
        for one in known.members
    )
    if not called:
        return names.strings.text("access.no_members")
    more = len(called) - _MEMBERS
    listed = ", ".join(called[:_MEMBERS])
    if more > 0:
        listed += f" {names.strings.text('list.more', n=more)}"
    key = "access.members" if known.all_members else "access.members_at_least"
    return names.strings.text(key, members=names.strings.text("counts.members", n=len(called)), names=listed)


def _rights(held: tuple[int, ...], strings: Strings) -> str:
    """Rights in words; cluster-admin holds all others of the cluster, so these are not told beside it."""
    order = [right for rank, right in enumerate(RIGHTS) if rank in held]
    if CLUSTER_ADMIN in order:
        order = [right for right in order if right == CLUSTER_ADMIN or right in _AZURE_OWN]
    return ", ".join(strings.text(f"rights.{right}") for right in order)


def _through(by: str, through: str, place: str, strings: Strings) -> str:
    if by == "azure":
        # A role without its definition is named by its id, of which the last part tells.
        return strings.text("access.role", name=through.rpartition("/")[2])
    key = "access.cluster_binding" if place == WHOLE_CLUSTER else "access.binding"
    return strings.text(key, name=through)


def _scope(scope: str, names: Names) -> str:
    """Where a role was assigned, in words."""
    parts, text = scope.strip("/").split("/"), names.strings.text
    if parts == [""]:
        return text("access.at_root")
    if len(parts) == 2 and parts[0].lower() == "subscriptions":
        return text("access.at_subscription", name=names.subscription(parts[1]))
    if len(parts) == 4 and parts[2].lower() == "resourcegroups":
        return text("access.at_group", name=resource_group(scope))
    kinds = {
        "managementgroups": "management_group",
        "managedclusters": "cluster",
        "namespaces": "namespace",
    }
    kind = kinds.get(parts[-2].lower(), "resource") if len(parts) > 1 else "resource"
    return text(f"access.at_{kind}", name=parts[-1])
