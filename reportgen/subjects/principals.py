"""Who stands behind the ids of principals, as far as the directory was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reportgen.model import Json, Principal
from reportgen.snapshot import Reader
from reportgen.sources.directory import MEMBERS, PRINCIPALS

_KINDS = {"group": "group", "device": "device", "orgcontact": "contact"}
_GUEST_MARK = "#ext#"
"""In the principal name of users of other tenants, whose userType Microsoft Graph does not always send."""


_SHOWN = 20
"""Ids that a note lists."""
_NOT_ASKED = (
    "Principals of the directory are shown by their ids: member names not resolved. An engagement has them "
    "read with `principals: {resolve: true}`."
)
_GONE = (
    "Not found in the directory: {}. Roles or bindings that reach clusters, or changes of these, name them; "
    "their objects were deleted, or belong to another directory."
)


def principals(reader: Reader) -> dict[str, Principal] | None:
    """By object id in lower case: all that were asked for, and all members of groups; None if nobody asked.

    An id that was asked for and is not in the answer belongs to nothing in this directory: its object was
    deleted, or lies in another tenant.
    """
    pages = list(reader.pages(PRINCIPALS))
    if not pages and not any(gap.source == PRINCIPALS for gap in reader.gaps):
        return None
    asked = (str(one).lower() for page in pages for one in page.provenance.parameters["ids"])
    found = {one: Principal(one, "", "", found=False) for one in asked}
    found |= _objects(row for page in pages for row in page.body["value"])
    members: dict[str, tuple[str, ...]] = {}
    for page in reader.pages(MEMBERS):
        inside = _objects(page.body["value"])
        found = inside | found
        group = _group(page.provenance.scope)
        members[group] = (*members.get(group, ()), *inside)
    unfinished = {_group(gap.scope) for gap in reader.gaps if gap.source == MEMBERS}
    return found | {
        group: replace(found[group], members=tuple(sorted(ids)), all_members=group not in unfinished)
        for group, ids in members.items()
    }


def with_actors(
    known: Mapping[str, Principal] | None, earlier: Iterable[Reader], named: Iterable[str]
) -> Mapping[str, Principal] | None:
    """The principals of a snapshot, with those of earlier ones that changed something in the period.

    ``named`` are object ids, sign-in names or application ids of whom changes name; an earlier snapshot may
    know who has left since. Nothing is added where nobody asked the directory at the last.
    """
    if known is None:
        return None
    wanted = {one.lower() for one in named} - known.keys() - {one.sign_in.lower() for one in known.values()}
    found: dict[str, Principal] = {}
    for reader in earlier if wanted else ():
        for one in (principals(reader) or {}).values():
            if one.name and wanted.intersection((one.id, one.sign_in.lower())):
                found[one.id] = replace(one, members=None)
    return {**found, **known}


def notes(found: Mapping[str, Principal] | None) -> tuple[str, ...]:
    """What a reader has to know of the names in a report."""
    if found is None:
        return (_NOT_ASKED,)
    gone = sorted(one.id for one in found.values() if not one.found)
    if not gone:
        return ()
    more = f" and {len(gone) - _SHOWN:,} more" if len(gone) > _SHOWN else ""
    return (_GONE.format(", ".join(gone[:_SHOWN]) + more),)


def _group(scope: str) -> str:
    """The id of the group that a page or a gap is about."""
    return scope.rpartition("/")[2].lower()


def _objects(rows: Iterable[Json]) -> dict[str, Principal]:
    return {one.id: one for one in map(_principal, rows)}


def _principal(row: Json) -> Principal:
    return Principal(
        id=str(row["id"]).lower(),
        kind=_kind(row),
        name=str(row.get("displayName") or ""),
        found=True,
        sign_in=str(row.get("userPrincipalName") or row.get("appId") or ""),
    )


def _kind(row: Json) -> str:
    """In a reader's words; a type that is not known here as Microsoft Graph calls it."""
    kind = str(row.get("@odata.type") or "").rpartition(".")[2]
    if kind == "user":
        away = _GUEST_MARK in str(row.get("userPrincipalName")).lower()
        return "guest" if row.get("userType") == "Guest" or away else "user"
    if kind == "servicePrincipal":
        managed = row.get("servicePrincipalType") == "ManagedIdentity"
        return "managed identity" if managed else "service principal"
    return _KINDS.get(kind.lower(), kind)
