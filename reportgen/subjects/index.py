"""An index on disk over rows that clusters share; it ends with the process.

Whoever asks says by which of a row's keys: its id, its subscription and resource group, its target (what it
is about), or a resource that it names.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.model import Json
from reportgen.sources import BY_NAME, Join
from reportgen.subjects.document import at, canonical, issuer_key, last
from reportgen.subjects.place import mentioned

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
_EXTENSION = "/providers/microsoft."
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its document, where it stands (``<page>#<pointer>``) and the API version it was read with."""

    document: Json
    pointer: str
    api_version: str


Rows = dict[tuple[str, str], Row]
"""By id and pointer."""


class Index:
    """The rows of all sources that have a join."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-")
        self._db = sqlite3.connect(Path(self._folder.name) / "shared.sqlite")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE rows (source TEXT, id TEXT, subscription TEXT, grp TEXT, target TEXT, body TEXT, "
            "pointer TEXT, api_version TEXT)"
        )
        self._db.execute("CREATE TABLE names (source TEXT, name TEXT, id TEXT)")

    def close(self) -> None:
        """Remove the index."""
        self._db.close()
        self._folder.cleanup()

    def finish(self) -> None:
        """After the last row, before the first question."""
        for columns in ("id", "subscription, grp", "target"):
            self._db.execute(f"CREATE INDEX {columns.split(',')[0]}_index ON rows (source, {columns})")
        self._db.execute("CREATE INDEX names_index ON names (source, name)")

    def take(self, source: str, rows: Iterable[Mapping[str, Any]], at_pointer: str, api_version: str) -> None:
        """Add the rows of a page, whose list stands at a pointer."""
        join = BY_NAME[source].join
        if join in (Join.NAMING, Join.COVERING):
            self._db.executemany(
                "INSERT INTO names VALUES (?, ?, ?)",
                [
                    (source, name, str(row.get("id") or "").lower())
                    for row in rows
                    for name in sorted(set(mentioned(row)))
                ],
            )
        self._db.executemany(
            "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    source,
                    *_keys(row, join),
                    json.dumps(row, ensure_ascii=False),
                    f"{at_pointer}/{index}",
                    api_version,
                )
                for index, row in enumerate(rows)
            ],
        )

    def in_subscription(self, source: str, subscription: str) -> Rows:
        """The rows whose ids are in a subscription."""
        return self._select(source, "subscription = ?", (subscription,))

    def in_group(self, source: str, subscription: str, group: str) -> Rows:
        """The rows whose ids are in a resource group."""
        return self._select(source, "subscription = ? AND grp = ?", (subscription, group))

    def with_ids(self, source: str, ids: Iterable[str]) -> Rows:
        """The rows with these ids, in lower case."""
        return self._each(source, "id = ?", sorted(ids))

    def below(self, source: str, owner: str) -> Rows:
        """The rows whose ids begin with this one, which ends with a slash."""
        return self._select(source, "id >= ? AND id < ?", (owner, f"{owner}{_LAST}"))

    def vaults_called(self, source: str, names: Iterable[str]) -> Rows:
        """The key vaults of these names."""
        return self._each(source, "id LIKE ?", [f"%/vaults/{name}" for name in sorted(names)])

    def naming(self, source: str, names: Iterable[str]) -> Rows:
        """The rows that name one of these resources."""
        ids: set[str] = set()
        for name in sorted(names):
            known = self._db.execute("SELECT id FROM names WHERE source = ? AND name = ?", (source, name))
            ids |= {str(row_id) for (row_id,) in known}
        return self.with_ids(source, ids)

    def about(self, source: str, targets: Iterable[str]) -> Rows:
        """The rows with one of these targets."""
        return self._each(source, "target = ?", targets)

    def about_or_below(self, source: str, target: str) -> Rows:
        """The rows about a resource, or about a part of it."""
        inside = (f"{target}/", f"{target}/{_LAST}")
        return self._select(source, "(target = ? OR (target >= ? AND target < ?))", (target, *inside))

    def _each(self, source: str, condition: str, values: Iterable[str]) -> Rows:
        found: Rows = {}
        for value in values:
            found |= self._select(source, condition, (value,))
        return found

    def _select(self, source: str, condition: str, values: tuple[str, ...]) -> Rows:
        cursor = self._db.execute(
            f"SELECT id, body, pointer, api_version FROM rows WHERE source = ? AND {condition}",  # noqa: S608
            (source, *values),
        )
        return {
            (str(row_id), str(pointer)): Row(canonical(json.loads(body)), str(pointer), str(version))
            for row_id, body, pointer, version in cursor
        }


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


def _owner(row_id: str) -> str:
    """What a row without a target is about: what its id has before the last provider."""
    return row_id.rpartition(_EXTENSION)[0] or "/"
