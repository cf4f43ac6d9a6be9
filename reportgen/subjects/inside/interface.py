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
    that could not be read. ``pointers`` says by source where the rows of a relation stand, in their order;
    ``issuers`` are the OIDC issuers of all clusters that were read, as `issuer_key` spells them.
    """

    reader: Reader
    cluster: Json
    cluster_id: str
    related: Mapping[str, Json]
    missing: frozenset[str]
    as_of: datetime
    pointers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    issuers: frozenset[str] = frozenset()
    _lists: dict[str, Documents] = field(default_factory=dict)
    _namespaces: dict[str, dict[str, list[Json]]] = field(default_factory=dict)

    def of(self, source: str) -> Documents:
        """The objects of a source, nulls dropped; empty where it could not be read (see ``missing``)."""
        if source not in self._lists:
            once = _Once()
            self._lists[source] = [
                (once.kept(item), f"evidence/{self.reader.header.name}/{page.path}#/items/{index}")
                for page in self.reader.pages(source, self.cluster_id)
                for index, item in enumerate(page.body.get("items") or ())
            ]
        return self._lists[source]

    def inside(self, source: str, namespace: str) -> list[Json]:
        """The objects of a source in one namespace ("" for those that are in none)."""
        if source not in self._namespaces:
            lists = self._namespaces[source] = {}
            for item, _ in self.of(source):
                lists.setdefault(named(item)[0], []).append(item)
        return self._namespaces[source].get(namespace, [])

    def known(self, *sources: str) -> bool:
        """Whether all of these could be read."""
        return self.missing.isdisjoint(sources)


class _Once:
    """Documents in which equal parts are one object: the pods of a workload differ in little.

    Nulls are dropped, since null and absent are one to a control; objects and lists keep their own names.
    """

    def __init__(self) -> None:
        self._known: dict[int, Json] = {}

    def kept(self, value: Json) -> Json:
        """The value to keep in the place of this one."""
        return self._marked(value)[1]

    def _marked(self, value: Json) -> tuple[int, Json]:
        """A hash of the value, which also tells true from 1, and the value to keep."""
        fresh = value
        if isinstance(value, dict):
            parts = [(key, *self._marked(item)) for key, item in value.items() if item is not None]
            fresh = {key: item for key, _, item in parts}
            mark = hash((dict, tuple([(key, mark) for key, mark, _ in parts])))
        elif isinstance(value, list):
            items = [self._marked(item) for item in value if item is not None]
            fresh = [item for _, item in items]
            mark = hash((list, tuple([mark for mark, _ in items])))
        else:
            mark = hash((type(value), value))
        found = self._known.setdefault(mark, fresh)
        return mark, found if found == fresh else fresh


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
    """A subject that is one object; values of None in ``derived`` are left out.

    Names of roles and bindings may be a lone asterisk, which in an id stands for what was not listed. No name
    of Kubernetes has a percent sign in it.
    """
    namespace, name = named(document)
    last = "%2A" if name == "*" else name
    return Found(
        name=f"{namespace}/{name}" if namespace else name,
        path="/".join(part for part in ("kubernetes", kind, namespace, last) if part),
        document=document,
        derived={key: value for key, value in derived.items() if value is not None},
        pointers=pointers,
        part=part,
    )
