"""What clusters share (networks, role assignments, policies), read by id from an index on disk.

Memory holds the rows of one cluster; the index is a file beside the process that ends with it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.model import Json
from reportgen.snapshot import Page, Reader
from reportgen.sources import BY_NAME, Join
from reportgen.subjects.document import at, canonical, issuer_key, last, of_row

_SUBSCRIPTIONS = "arg.subscriptions"
_TARGETS = (
    ("properties", "scope"),
    ("properties", "resourceId"),
    ("properties", "targetResourceId"),
    ("properties", "resourceMetadata", "resourceId"),
    ("properties", "resourceDetails", "Id"),
    ("properties", "resourceDetails", "id"),
    ("resourceId",),
    ("properties", "datasourceSetInfo", "resourceID"),
    ("properties", "dataSourceInfo", "resourceID"),
)
"""Where a row says what it is about, in the order in which that is looked for; else its own id says it."""
_ROLES_NAMED_IN = ("arg.role-assignments", "arm.role-eligibilities")
"""The sources whose rows name the roles of a cluster; they have to have a join."""
_CREDENTIALS = "/federatedidentitycredentials/"
_EXTENSION = "/providers/microsoft."
_VAULT = re.compile(r"https://([a-z0-9-]+)\.(?:vault|managedhsm)\.")
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its document, where it stands (``<page>#<pointer>``) and the API version it was read with."""

    document: Json
    pointer: str
    api_version: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster, or another resource, is: ids in lower case.

    ``mentioned`` are all resource ids that its body names, ``vaults`` the names of the key vaults whose
    address it has: these are unique in a cloud. ``issuer`` is a cluster's OIDC issuer as `issuer_key` spells
    it, "" where it has none.
    """

    id: str
    subscription: str
    node_group: str
    mentioned: frozenset[str]
    vaults: frozenset[str] = frozenset()
    issuer: str = ""


Rows = dict[tuple[str, str], Row]
"""By id and pointer."""


def place(cluster: Json) -> Place:
    """The place of a cluster document."""
    cluster_id = str(at(cluster, "id") or "").lower()
    parts = cluster_id.split("/")
    group = str(at(cluster, "properties", "nodeResourceGroup") or "").lower()
    return Place(
        cluster_id,
        parts[2] if len(parts) > 2 else "",
        group,
        frozenset(_mentioned(cluster)) - {cluster_id},
        frozenset(_vaults(cluster)),
        issuer_key(at(cluster, "properties", "oidcIssuerProfile", "issuerURL")),
    )


def _vaults(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        address = _VAULT.match(value.lower())
        if address:
            yield address[1]
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _vaults(item)


def _mentioned(value: Json) -> Iterator[str]:
    if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
        yield value.lower().rstrip("/")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _mentioned(key)
            yield from _mentioned(item)
    elif isinstance(value, list):
        for item in value:
            yield from _mentioned(item)


class Shared:
    """The index over the pages of the sources that have a join."""

    def __init__(self, reader: Reader, sources: Iterable[str]) -> None:
        self._reader = reader
        self._prefix = f"evidence/{reader.header.name}"
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-")
        self._db = sqlite3.connect(Path(self._folder.name) / "shared.sqlite")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE rows (source TEXT, id TEXT, subscription TEXT, grp TEXT, target TEXT, body TEXT, "
            "pointer TEXT, api_version TEXT)"
        )
        self._db.execute("CREATE TABLE names (source TEXT, name TEXT, id TEXT)")
        self._answered: dict[tuple[str, str], str] = {}
        for source in sorted(_with_those_between(sources)):
            if BY_NAME[source].join:
                for page in reader.pages(source):
                    self._take(source, page)
            if BY_NAME[source].scope == "resource" and any(reader.provenance(BY_NAME[source].requires)):
                self._answered.setdefault((source, ""), "")
        for columns in ("id", "subscription, grp", "target"):
            self._db.execute(f"CREATE INDEX {columns.split(',')[0]}_index ON rows (source, {columns})")
        self._db.execute("CREATE INDEX names_index ON names (source, name)")
        self._chains = dict(_chains(reader))

        self._joins: Mapping[Join, Callable[[str, Place], Rows]] = {
            Join.NODE_GROUP: self._node_group,
            Join.SUBSCRIPTION: self._subscription,
            Join.ABOUT: self._about,
            Join.SCOPE: self._scope,
            Join.MENTIONED: self._named,
            Join.LINKED: self._linked,
            Join.VAULT: self._vault,
            Join.INSIDE: self._inside,
            Join.NAMING: self._naming,
            Join.COVERING: self._covering,
            Join.ROLE: self._role,
            Join.TRUST: self._trust,
            Join.BELOW: self._below,
        }

    def close(self) -> None:
        """Remove the index."""
        self._db.close()
        self._folder.cleanup()

    def answered(self, source: str, where: Place) -> bool:
        """Whether the snapshot holds an answer that would show the cluster's rows, if there were any."""
        if _of_one(source) or BY_NAME[source].scope == "cluster":
            return (source, where.id) in self._answered
        scope = where.subscription if BY_NAME[source].scope == "subscription" else ""
        return (source, scope) in self._answered

    def answer(self, source: str, where: Place) -> tuple[str, ...]:
        """Where the answer stands that was given about one resource alone; () for what many share."""
        key = (source, where.id)
        return (self._answered[key],) if _of_one(source) and key in self._answered else ()

    def _take(self, source: str, page: Page) -> None:
        key = "data" if "data" in page.body else "value"
        for scope in ("", page.provenance.scope.lower()):
            self._answered.setdefault((source, scope), f"{self._prefix}/{page.path}#/{key}")
        rows = page.body.get(key) or []
        if BY_NAME[source].join in (Join.NAMING, Join.COVERING):
            self._db.executemany(
                "INSERT INTO names VALUES (?, ?, ?)",
                [
                    (source, name, str(row.get("id") or "").lower())
                    for row in rows
                    for name in sorted(set(_mentioned(row)))
                ],
            )
        self._db.executemany(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    source,
                    *_keys(row, BY_NAME[source].join),
                    json.dumps(row, ensure_ascii=False),
                    f"{self._prefix}/{page.path}#/{key}/{index}",
                    page.provenance.api_version,
                )
                for index, row in enumerate(rows)
            ],
        )

    def rows(self, source: str, where: Place) -> list[Row]:
        """The rows of a source that have to do with a cluster, as the source's join says, by id."""
        join = BY_NAME[source].join
        found = self._joins[join](source, where) if join else {}
        return [found[key] for key in sorted(found)]

    def _node_group(self, source: str, where: Place) -> Rows:
        return self._select(source, "subscription = ? AND grp = ?", (where.subscription, where.node_group))

    def _subscription(self, source: str, where: Place) -> Rows:
        return self._select(source, "subscription = ?", (where.subscription,))

    def _about(self, source: str, where: Place) -> Rows:
        return self._at_or_below(source, where.id)

    def _scope(self, source: str, where: Place) -> Rows:
        above = [*self._chains.get(where.subscription, ("/",)), *_ancestors(where.id)]
        marks = ", ".join("?" * len(above))
        found = self._select(source, f"target IN ({marks})", tuple(above))
        return found | self._at_or_below(source, where.id)

    def _named(self, source: str, where: Place) -> Rows:
        return self._with_ids(source, {part for known in where.mentioned for part in _ancestors(known)})

    def _linked(self, source: str, where: Place) -> Rows:
        between = {
            known
            for name in BY_NAME[source].via
            for document in self._between(name, where)
            for known in _mentioned(document)
        }
        named = where.mentioned | between
        return self._with_ids(source, {part for known in named for part in _ancestors(known)})

    def _between(self, source: str, where: Place) -> Iterator[Json]:
        """What a source that a join goes over says of a cluster: its rows, or the pages read of it alone."""
        if BY_NAME[source].join:
            yield from (row.document for row in self.rows(source, where))
        else:
            yield from (page.body for page in self._reader.pages(source, where.id))

    def _vault(self, source: str, where: Place) -> Rows:
        found = self._linked(source, where)
        for name in sorted(where.vaults):
            found |= self._select(source, "id LIKE ?", (f"%/vaults/{name}",))
        return found

    def _inside(self, source: str, where: Place) -> Rows:
        found: Rows = {}
        for owner in self.owners(source, where):
            found |= self._select(source, "id >= ? AND id < ?", (f"{owner}/", f"{owner}/{_LAST}"))
        return found

    def _naming(self, source: str, where: Place) -> Rows:
        return self._with_names(source, {*where.mentioned, where.id, *self.owners(source, where)})

    def _covering(self, source: str, where: Place) -> Rows:
        return self._with_names(source, _ancestors(where.id))

    def _with_names(self, source: str, names: Iterable[str]) -> Rows:
        ids: set[str] = set()
        for name in sorted(names):
            known = self._db.execute("SELECT id FROM names WHERE source = ? AND name = ?", (source, name))
            ids |= {str(row_id) for (row_id,) in known}
        return self._with_ids(source, ids)

    def _role(self, source: str, where: Place) -> Rows:
        named = {
            last(str(of_row(row.document, "roleDefinitionId") or ""))
            for other in _ROLES_NAMED_IN
            for row in self.rows(other, where)
        }
        return self._by_target(source, named)

    def _trust(self, source: str, where: Place) -> Rows:
        """All credentials of the identities that a cluster's body names or that trust its issuer."""
        trusting = self._by_target(source, {where.issuer} - {""})
        found: Rows = {}
        for identity in {*where.mentioned, *(_identity(credential) for credential, _ in trusting)}:
            own = f"{identity}{_CREDENTIALS}"
            found |= self._select(source, "id >= ? AND id < ?", (own, f"{own}{_LAST}"))
        return found

    def _below(self, source: str, where: Place) -> Rows:
        return self._select(source, "id >= ? AND id < ?", (f"{where.id}/", f"{where.id}/{_LAST}"))

    def owners(self, source: str, where: Place) -> list[str]:
        """The ids, in lower case, of the rows that a join goes over: those of the sources in its ``via``."""
        return sorted(
            str(at(row.document, "id") or "").lower()
            for between in BY_NAME[source].via
            for row in self.rows(between, where)
        )

    def _with_ids(self, source: str, ids: Iterable[str]) -> Rows:
        found: Rows = {}
        for known in sorted(ids):
            found |= self._select(source, "id = ?", (known,))
        return found

    def _by_target(self, source: str, targets: Iterable[str]) -> Rows:
        found: Rows = {}
        for target in targets:
            found |= self._select(source, "target = ?", (target,))
        return found

    def _at_or_below(self, source: str, target: str) -> Rows:
        inside = (f"{target}/", f"{target}/{_LAST}")
        return self._select(source, "(target = ? OR (target >= ? AND target < ?))", (target, *inside))

    def _select(self, source: str, condition: str, values: tuple[str, ...]) -> Rows:
        cursor = self._db.execute(
            f"SELECT id, body, pointer, api_version FROM rows WHERE source = ? AND {condition}",  # noqa: S608
            (source, *values),
        )
        return {
            (str(row_id), str(pointer)): Row(canonical(json.loads(body)), str(pointer), str(version))
            for row_id, body, pointer, version in cursor
        }


def _with_what_they_name(sources: Iterable[str]) -> list[str]:
    """The sources, and those whose rows say which rows of one of them are a cluster's."""
    wanted = dict.fromkeys(sources)
    by_role = any(BY_NAME[source].join is Join.ROLE for source in wanted)
    return [*dict.fromkeys((*wanted, *(_ROLES_NAMED_IN if by_role else ())))]


def _keys(row: Mapping[str, Any], join: Join | None) -> tuple[str, str, str, str]:
    """Id, subscription, resource group and target of a row, in lower case.

    The target of a role is its GUID, that of a federated credential the issuer that it trusts.
    """
    row_id = str(row.get("id") or "").lower().rstrip("/")
    parts = row_id.split("/")
    subscription = parts[2] if row_id.startswith("/subscriptions/") and len(parts) > 2 else ""
    group = parts[4] if len(parts) > 4 and parts[3] == "resourcegroups" else ""
    if join is Join.ROLE:
        return row_id, subscription, group, last(row_id)
    if join is Join.TRUST:
        return row_id, subscription, group, issuer_key(at(dict(row), "properties", "issuer"))
    targets = (at(dict(row), *path) for path in _TARGETS)
    target = next((value for value in targets if isinstance(value, str) and value.startswith("/")), "")
    return row_id, subscription, group, (target.lower().rstrip("/") or "/") if target else _owner(row_id)


def _of_one(source: str) -> bool:
    """Whether each resource was asked by itself, so that an answer without rows is one about it."""
    return BY_NAME[source].join is Join.BELOW and BY_NAME[source].scope == "resource"


def _with_those_between(sources: Iterable[str]) -> set[str]:
    """The sources, and those that their joins go over."""
    wanted: set[str] = set()
    left = list(sources)
    while left:
        source = left.pop()
        if source not in wanted:
            wanted.add(source)
            left += BY_NAME[source].via
            left += _ROLES_NAMED_IN if BY_NAME[source].join is Join.ROLE else ()
    return wanted


def _owner(row_id: str) -> str:
    """What a row without a target is about: what its id has before the last provider."""
    return row_id.rpartition(_EXTENSION)[0] or "/"


def _identity(credential_id: str) -> str:
    """The id of the identity that a federated credential is of."""
    return credential_id.rpartition(_CREDENTIALS)[0]


def _ancestors(resource: str) -> list[str]:
    """An id and every id above it, up to its subscription."""
    parts = resource.split("/")
    return ["/".join(parts[:length]) for length in range(3, len(parts) + 1)]


def _chains(reader: Reader) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of each subscription the scopes above it: its management groups and the tenant's root."""
    for page in reader.pages(_SUBSCRIPTIONS):
        for row in page.body["data"]:
            groups = row.get("managementGroups") or ()
            scopes = (
                f"/providers/microsoft.management/managementgroups/{group['name'].lower()}"
                for group in groups
                if isinstance(group, dict) and isinstance(group.get("name"), str)
            )
            yield str(row["subscriptionId"]).lower(), (*scopes, "/")
