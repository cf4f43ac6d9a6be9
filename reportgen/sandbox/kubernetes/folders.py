"""Which folder below ``kubernetes/`` is which cluster's; read when a cluster is asked, and not all kept.

See `reportgen.sandbox.estate` for what may lie in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from reportgen.sandbox import parsing
from reportgen.sandbox.ids import ResourceId
from reportgen.sandbox.kubernetes.contents import Contents, names, read
from reportgen.sandbox.parsing import BadFile

HELD = 16
"""Clusters whose objects are kept in memory, those asked last."""


class Folders:
    """The Kubernetes folders of an estate, by the lower-case id of the cluster."""

    def __init__(self, by_cluster: Mapping[str, Path], empty: Iterable[str] = ()) -> None:
        self._by_cluster = by_cluster
        self._empty = frozenset(empty)
        self._read = lru_cache(maxsize=HELD)(self._contents)

    def __contains__(self, cluster_key: object) -> bool:
        return cluster_key in self._by_cluster

    def __len__(self) -> int:
        return len(self._by_cluster)

    def contents(self, cluster_key: str) -> Contents:
        """What a cluster's folder holds; BadFile where it is wrong, or became so."""
        return self._read(cluster_key)

    def problems(self) -> Iterator[str]:
        """What is wrong in any of them, a line each."""
        for key, folder in self._by_cluster.items():
            try:
                self.contents(key)
            except BadFile as error:
                yield f"{folder.parent.name}/{folder.name}/{error}"

    def _contents(self, cluster_key: str) -> Contents:
        return read(self._by_cluster[cluster_key], self._empty)


def find(root: Path, clusters: Iterable[ResourceId]) -> tuple[Folders, list[str]]:
    """The folders below ``root``, which may not be there, and what is wrong with any, a line each."""
    if not root.is_dir():
        return Folders({}), []
    by_cluster: dict[str, Path] = {}
    empty: list[str] = []
    problems: list[str] = []
    known = tuple(clusters)
    for path in sorted(root.iterdir()):
        try:
            if path.is_dir() and path.name[0] != ".":
                key = _cluster(path.name, known)
                other = by_cluster.setdefault(key, path)
                if other is not path:
                    raise BadFile(f": {other.name} is the same cluster; put all of it into one folder")
            elif path.stem == "empty" and parsing.is_data(path):
                empty += names(parsing.documents(path))
            elif parsing.is_data(path):
                raise BadFile(": belongs into the folder of a cluster")
        except BadFile as error:
            problems.append(f"{root.name}/{path.name}{error}")
    folders = Folders(by_cluster, empty)
    return folders, [*problems, *folders.problems()]


def _cluster(name: str, clusters: tuple[ResourceId, ...]) -> str:
    """The key of the cluster that a folder's name means."""
    wanted = name.lower()
    found = [one for one in clusters if wanted in (one.name.lower(), _whole(one).lower())]
    if not found:
        raise BadFile(
            ": no cluster in azure/ has this name; a folder is named <cluster name> or "
            "<subscription id>.<resource group>.<cluster name>"
        )
    if len(found) > 1:
        raise BadFile(f": {len(found)} clusters have this name: call it {' or '.join(map(_whole, found))}")
    return found[0].key


def _whole(cluster: ResourceId) -> str:
    return f"{cluster.subscription}.{cluster.group}.{cluster.name}"
