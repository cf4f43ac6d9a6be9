"""Secrets, where an engagement asks for them: name, type, number of keys and age, and never more.

Asked for as a table without the objects: a list of secrets, even of their metadata alone, can hold values (in
``kubectl.kubernetes.io/last-applied-configuration``). The namespace is no cell, so it is a list a namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from reportgen.collect.azure import Answer
from reportgen.collect.kubernetes.client import Client
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.objects.base import Kube, ListMetadata
from reportgen.collect.kubernetes.pager import be_of_kind, pages
from reportgen.model import Json
from reportgen.sources import BY_NAME
from reportgen.sources.kubernetes import SECRETS

TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"
_COLUMNS = ["Name", "Type", "Data", "Age"]


class Column(Kube):
    """A column."""

    name: str | None = None


class Row(Kube):
    """A row: what the columns say, in their order."""

    cells: tuple[str, str, int, str]


class Table(Kube):
    """A page of the table."""

    column_definitions: list[Column] | None = None
    metadata: ListMetadata | None = None
    rows: list[Row] | None = None


_TABLE = msgspec.json.Decoder(Table)


@dataclass(frozen=True, slots=True)
class TableCall:
    """The table of one namespace."""

    namespace: str

    @property
    def path(self) -> str:
        """See `Call`."""
        return f"/api/v1/namespaces/{self.namespace}/secrets"

    @property
    def accept(self) -> str:
        """See `Call`."""
        return TABLE

    @property
    def api_version(self) -> str:
        """See `Call`."""
        return "meta.k8s.io/v1"

    @property
    def right(self) -> str:
        """See `Call`."""
        return BY_NAME[SECRETS].rules[0].words

    @property
    def parameters(self) -> Mapping[str, str]:
        """See `Call`."""
        return {"includeObject": "None"}

    def decoded(self, content: bytes) -> tuple[Json, str]:
        """See `Call`; columns that are not the four known ones are not read."""
        be_of_kind(content, "Table", self.path)
        table = _TABLE.decode(content)
        if [column.name for column in table.column_definitions or []] != _COLUMNS:
            raise Unread("failed", f"{self.path}: the table's columns are not {', '.join(_COLUMNS)}.")
        metadata = table.metadata or ListMetadata()
        body = {
            "kind": "Table",
            "apiVersion": self.api_version,
            "metadata": {"resourceVersion": metadata.resource_version or ""},
            "items": [
                {
                    "metadata": {"namespace": self.namespace, "name": name},
                    "type": kind,
                    "keys": keys,
                    "age": age,
                }
                for name, kind, keys, age in (row.cells for row in table.rows or [])
            ],
        }
        return body, metadata.following or ""


def tables(client: Client, namespaces: Iterable[str], *, again: bool) -> Iterator[Answer]:
    """The tables of the namespaces, one or more pages each."""
    for namespace in namespaces:
        yield from pages(client, TableCall(namespace), again=again)
