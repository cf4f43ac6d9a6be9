"""Where Resource Graph and Resource Manager say different things of one cluster.

Resource Manager's body is judged and both are kept. Resource Graph lags behind, and shows the shape of some
other API version; a difference is for the reader to see, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from reportgen.model import Difference, Json
from reportgen.snapshot import Reader
from reportgen.subjects.document import canonical

_ARM, _GRAPH = "arm.managed-clusters", "arg.managed-clusters"
_COMPARED = ("location", "sku", "identity", "tags", "properties")
_NAMED_BY = "name"


def differences(reader: Reader) -> Iterator[Difference]:
    """Every property that differs, a cluster at a time, in the order of Resource Manager's lists."""
    rows = _Rows(reader)
    for page in reader.pages(_ARM):
        for body in page.body.get("value") or ():
            row = rows.of(str(body.get("id", "")))
            if row is not None:
                yield from _compared(str(body["id"]), row, body)


class _Rows:
    """Resource Graph's rows by cluster; one page of them in memory."""

    def __init__(self, reader: Reader) -> None:
        self._places = {
            str(row.get("id", "")).lower(): (page.path, index)
            for page in reader.pages(_GRAPH)
            for index, row in enumerate(page.body["data"])
        }
        self._page = lru_cache(maxsize=1)(reader.body)

    def of(self, cluster: str) -> dict[str, Any] | None:
        """The row of a cluster, None where there is none."""
        place = self._places.get(cluster.lower())
        return self._page(place[0])["data"][place[1]] if place else None


def _compared(cluster: str, row: dict[str, Any], body: dict[str, Any]) -> Iterator[Difference]:
    graph, arm = canonical(row), canonical(body)
    for key in _COMPARED:
        for path, left, right in _unlike(graph.get(key), arm.get(key), key):
            yield Difference(cluster, path, left, right)


def _unlike(graph: Json, arm: Json, path: str) -> Iterator[tuple[str, Json, Json]]:
    """Paths with the two values; None where a side has nothing (documents hold no nulls)."""
    if isinstance(graph, dict) and isinstance(arm, dict):
        left = {key.lower(): key for key in graph}
        right = {key.lower(): key for key in arm}
        for key in sorted(left.keys() | right.keys()):
            name = right.get(key) or left[key]
            yield from _unlike(graph.get(left.get(key, "")), arm.get(right.get(key, "")), f"{path}.{name}")
    elif isinstance(graph, list) and isinstance(arm, list) and _named(graph) and _named(arm):
        by_name = {item[_NAMED_BY].lower(): item for item in graph}
        ours = {item[_NAMED_BY].lower(): item for item in arm}
        for name in sorted(by_name.keys() | ours.keys()):
            yield from _unlike(by_name.get(name), ours.get(name), f"{path}[{name}]")
    elif not _same(graph, arm):
        yield path, graph, arm


def _named(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and isinstance(item.get(_NAMED_BY), str) for item in items)


def _same(graph: Json, arm: Json) -> bool:
    """Equal; text without regard to case, and nothing like an empty list, map or text."""
    if isinstance(graph, str) and isinstance(arm, str):
        return graph.lower() == arm.lower()
    if not graph and not arm and not {type(graph), type(arm)} & {bool, int, float}:
        return True
    return bool(graph == arm) and type(graph) is type(arm)
