"""What every kind of subject inside a cluster is: which sources it comes from, and how it is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reportgen.model import Json
from reportgen.snapshot import Reader

Documents = list[tuple[Json, str]]
"""Objects with the place each stands at (``<page>#<pointer>``)."""


@dataclass(slots=True)
class Objects:
    """The objects of one cluster, each list read once and kept while the cluster is looked at.

    ``cluster`` is the cluster's ARM document, ``related`` what Azure says about it, ``missing`` the sources
    that could not be read.
    """

    reader: Reader
    cluster: Json
    cluster_id: str
    related: Mapping[str, Json]
    missing: frozenset[str]
    as_of: datetime
    _lists: dict[str, Documents] = field(default_factory=dict)

    def of(self, source: str) -> Documents:
        """The objects of a source, nulls dropped; empty where it could not be read (see ``missing``)."""
        if source not in self._lists:
            self._lists[source] = [
                (_without_nulls(item), f"evidence/{self.reader.header.name}/{page.path}#/items/{index}")
                for page in self.reader.pages(source, self.cluster_id)
                for index, item in enumerate(page.body.get("items") or ())
            ]
        return self._lists[source]

    def known(self, *sources: str) -> bool:
        """Whether all of these could be read."""
        return self.missing.isdisjoint(sources)


def _without_nulls(value: Json) -> Json:
    """Null and absent are one to a control, and objects and lists keep their own names."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


@dataclass(frozen=True, slots=True)
class Found:
    """One subject inside a cluster.

    ``name`` is what a reader sees, ``path`` what follows the cluster's id in the subject's id. ``derived``
    lacks what is not known. ``part`` is what follows the cluster's id in the id of the part of the cluster
    that it belongs to, such as an agent pool ("" where it is the whole): a gap there is one in the subject.
    """

    name: str
    path: str
    document: Json
    derived: Mapping[str, Json]
    pointers: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject.

    ``sources`` are those that tell which subjects there are: a gap in one makes the cluster's population of
    this kind unknown. ``derived`` gives each derived value's own sources beside them: a control that reads
    the value has to list these in ``needs``.
    """

    name: str
    one: str
    many: str
    sources: tuple[str, ...]
    derived: Mapping[str, tuple[str, ...]]
    build: Callable[[Objects], Iterator[Found]]


def named(document: Json) -> tuple[str, str]:
    """Namespace ("" where it has none) and name of an object."""
    metadata = document.get("metadata") or {}
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def found(
    kind: str, document: Json, pointers: tuple[str, ...], derived: Mapping[str, Json], part: str = ""
) -> Found:
    """A subject that is one object; values of None in ``derived`` are left out."""
    namespace, name = named(document)
    return Found(
        name=f"{namespace}/{name}" if namespace else name,
        path="/".join(part for part in ("kubernetes", kind, namespace, name) if part),
        document=document,
        derived={key: value for key, value in derived.items() if value is not None},
        pointers=pointers,
        part=part,
    )
