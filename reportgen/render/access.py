"""The access listing as it is printed: a line for each grant, the strongest first, in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Access, AccessListing, Principal, Results
from reportgen.render.controls import Caps
from reportgen.render.names import NOT_FOUND, Names, resource_group
from reportgen.render.text import count, cut
from reportgen.subjects.inside.powers import CLUSTER_ADMIN, WHOLE_CLUSTER

RIGHTS: Mapping[str, str] = {
    CLUSTER_ADMIN: "everything (cluster-admin)",
    "assigns-roles": "assign Azure roles",
    "changes-cluster": "change the cluster in Azure",
    "unknown-role": "not known: the role’s definition was not read",
    "impersonates": "impersonate others",
    "escalates": "give roles more rights than its own",
    "binds-roles": "bind roles",
    "approves-csrs": "approve certificate requests",
    "creates-tokens": "create tokens of service accounts",
    "reaches-nodes-proxy": "reach the kubelet through nodes/proxy",
    "reads-secrets": "read secrets",
    "execs-pods": "run commands in pods",
    "creates-pods": "create pods",
    "creates-persistent-volumes": "create persistent volumes",
    "edits-webhooks": "change admission webhooks",
    "edits-coredns": "change CoreDNS",
    "edits-endpoints": "change endpoints",
    "deletes-events": "delete events",
    "wildcard": "more, by wildcards in the role",
}
"""What a right lets its holder do, the strongest first."""
_AZURE_OWN = frozenset({"assigns-roles", "changes-cluster"})
"""Rights in Azure, which cluster-admin inside the cluster does not hold."""
_RANK = {right: rank for rank, right in enumerate(RIGHTS)}
_KINDS = {"ServiceAccount": "service account", "ServicePrincipal": "service principal"}
_ALL_GRANTS, _LEAST_GRANTS = 120, 3
"""Lines that the listing has room for on paper, shared by its clusters, and the least of each."""
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
class AccessView:
    """The section: what could not be read comes first."""

    incomplete: int
    unread: tuple[Unread, ...]
    clusters: tuple[ClusterAccess, ...]
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
    shown = ordered[: caps.access_clusters]
    most = caps.grants and min(caps.grants, max(_LEAST_GRANTS, _ALL_GRANTS // max(len(shown), 1)))
    return AccessView(
        incomplete=sum(bool(listing.missing) for _, listing in ordered),
        unread=tuple(
            Unread(reason, tuple(members[: caps.names]), max(0, len(members) - (caps.names or len(members))))
            for reason, members in sorted(reasons.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        ),
        clusters=tuple(_cluster(key, listing, names, most) for key, listing in shown),
        all_clusters=len(ordered),
        resolved=results.principals is not None,
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
    known = names.principals.get(principal_id.lower())
    name = known.name if known else ""
    gone = known is not None and not known.found
    return Grant(
        kind=known.kind if known and known.kind else _KINDS.get(kind, kind.lower()),
        name=name or ("" if _GUID.fullmatch(principal_id) else principal_id),
        id=principal_id if name or _GUID.fullmatch(principal_id) else "",
        rights=_rights(held),
        place=place,
        through=_through(by, through, place),
        scope=_scope(scope, names) if by == "azure" else "",
        marks=tuple(
            word
            for word, holds in (("to be activated", eligible), ("under a condition", conditional))
            if holds
        ),
        remark=NOT_FOUND if gone else _members(known, names),
    )


def _members(known: Principal | None, names: Names) -> str:
    """How many members a group has, nested ones included, and the first of them by name."""
    if known is None or known.members is None:
        return ""
    called = sorted(
        (cut(member.name, _LONGEST_MEMBER) if (member := names.principals.get(one)) and member.name else one)
        for one in known.members
    )
    more = len(called) - _MEMBERS
    listed = ", ".join(called[:_MEMBERS]) + (f" and {more} more" if more > 0 else "")
    number = count(len(called), "member") if known.all_members else f"at least {count(len(called), 'member')}"
    return f"{number}: {listed}" if called else "no members"


def _rights(held: tuple[int, ...]) -> str:
    """Rights in words; cluster-admin holds all others of the cluster, so these are not told beside it."""
    order = [right for rank, right in enumerate(RIGHTS) if rank in held]
    if CLUSTER_ADMIN in order:
        order = [right for right in order if right == CLUSTER_ADMIN or right in _AZURE_OWN]
    return ", ".join(RIGHTS[right] for right in order)


def _through(by: str, through: str, place: str) -> str:
    if by == "azure":
        # A role without its definition is named by its id, of which the last part tells.
        return f"role {through.rpartition('/')[2]}"
    return f"{'cluster role binding' if place == WHOLE_CLUSTER else 'role binding'} {through}"


def _scope(scope: str, names: Names) -> str:
    """Where a role was assigned, in words."""
    parts = scope.strip("/").split("/")
    if parts == [""]:
        return "at the tenant’s root"
    if len(parts) == 2 and parts[0].lower() == "subscriptions":
        return f"at subscription {names.subscription(parts[1])}"
    if len(parts) == 4 and parts[2].lower() == "resourcegroups":
        return f"at resource group {resource_group(scope)}"
    kind = {
        "managementgroups": "management group",
        "managedclusters": "the cluster",
        "namespaces": "namespace",
    }
    told = kind.get(parts[-2].lower(), "") if len(parts) > 1 else ""
    return f"at {told}" if told == "the cluster" else f"at {told or 'a resource'} {parts[-1]}"
