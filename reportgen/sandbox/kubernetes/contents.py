"""The objects of one cluster, from what ``kubectl get -o json`` (or yaml) printed.

Objects stay bytes, nearly as they were read: a big estate costs little more than its files, and a list is
put together from them without being decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from reportgen.model import Json
from reportgen.sandbox import parsing
from reportgen.sandbox.kubernetes.access import access
from reportgen.sandbox.kubernetes.resources import ApiResource, Seen, resources
from reportgen.sandbox.parsing import BadFile

WHOLE = "*"
"""In an empty.json: there is nothing but what the folder holds."""
_SPECIAL = ("access", "empty", "version")


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    namespace: str | None = None
    resource_version: str | None = None


class _Item(msgspec.Struct, rename="camel"):
    metadata: _Metadata
    kind: str | None = None
    api_version: str | None = None


class _Document(msgspec.Struct, rename="camel"):
    kind: str | None = None
    api_version: str | None = None
    items: list[msgspec.Raw] | None = None


Form = TypeVar("Form", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Thing:
    """An object; ``content`` is its JSON without kind and apiVersion, and without any space."""

    api_version: str
    kind: str
    namespace: str
    name: str
    content: bytes = field(repr=False)
    file: str
    revision: int = 0

    @property
    def key(self) -> str:
        """What it is stored under, below the path of its resource."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def group(self) -> str:
        """Its API group."""
        return self.api_version.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Contents:
    """What one folder holds; ``objects`` by group and plural, in the order of a server's lists.

    ``revision`` is the newest resourceVersion of any of them. ``empty`` are the names of resources that
    there is nothing of; ``access`` and ``version`` the content of those files, None where they are not there.
    """

    resources: Mapping[tuple[str, str], ApiResource]
    objects: Mapping[tuple[str, str], tuple[Thing, ...]]
    revision: int
    empty: frozenset[str]
    access: Json
    version: Json

    def says(self, resource: ApiResource) -> bool:
        """Whether the folder says which objects of a resource there are, be it none."""
        return bool(self.objects.get(resource.key) or self.empty & {WHOLE, *resource.names})


def read(folder: Path, empty: frozenset[str]) -> Contents:
    """The contents of a cluster's folder, ``empty`` being what is said of all; BadFile says what is wrong."""
    reading = _Reading(folder)
    for path in sorted(folder.rglob("*"), key=Path.as_posix):
        if parsing.is_data(path):
            reading.take(path)
    return reading.contents(empty)


def names(documents: list[Json]) -> Iterator[str]:
    """The names in an empty.json: of resources there is nothing of."""
    for value in documents:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise BadFile(
                ': expected a list of resources, such as ["cronjobs", "certificates.cert-manager.io"]'
            )
        yield from value


class _Reading:
    """What was found so far in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._things: list[Thing] = []
        self._empty: set[str] = set()
        self._special: dict[str, Json] = {}

    def take(self, path: Path) -> None:
        file = path.relative_to(self.folder).as_posix()
        try:
            if path.parent == self.folder and path.stem in _SPECIAL:
                self._take_special(path)
                return
            for document in _documents(path):
                self._take_document(document, path, file)
        except BadFile as error:
            raise BadFile(f"{file}{error}") from error
        except OSError as error:
            raise BadFile(f"{file}: cannot be read: {error.strerror}") from error

    def _take_special(self, path: Path) -> None:
        documents = parsing.documents(path)
        if path.stem == "empty":
            self._empty.update(names(documents))
        elif len(documents) != 1 or not isinstance(documents[0], dict):
            raise BadFile(": expected one object")
        else:
            self._special[path.stem] = documents[0]
            if path.stem == "access":
                access(documents[0], (), webhook=None, azure_rbac=False)

    def _take_document(self, document: msgspec.Raw, path: Path, file: str) -> None:
        head = _decoded(document, _Document, "")
        if head.items is None and not (head.kind or "").endswith("List"):
            self._things.append(_thing(document, "", "", file))
            return
        kind = (head.kind or "").removesuffix("List")
        for number, item in enumerate(head.items or [], start=1):
            self._things.append(_thing(item, kind, head.api_version or "", file, number))
        if not head.items:
            self._empty.add(path.stem.lower())

    def contents(self, empty: frozenset[str]) -> Contents:
        known = resources(
            Seen(thing.api_version, thing.kind, bool(thing.namespace), thing.content)
            for thing in self._things
        )
        by_kind = {(resource.group, resource.kind): resource for resource in known.values()}
        objects: dict[tuple[str, str], dict[str, Thing]] = {}
        for thing in self._things:
            resource = by_kind[thing.group, thing.kind]
            _check_namespace(thing, resource)
            other = objects.setdefault(resource.key, {}).setdefault(thing.key, thing)
            if other is not thing:
                where = f"{other.file}, {thing.file}" if other.file != thing.file else f"{thing.file}, twice"
                raise BadFile(f"{where}: two objects of one name, {thing.kind} {thing.key}")
        return Contents(
            known,
            {key: tuple(sorted(found.values(), key=attrgetter("key"))) for key, found in objects.items()},
            max((thing.revision for thing in self._things), default=0) or 1,
            frozenset(self._empty) | empty,
            self._special.get("access"),
            self._special.get("version"),
        )


def _check_namespace(thing: Thing, resource: ApiResource) -> None:
    if resource.namespaced != bool(thing.namespace):
        has = "has no namespace" if resource.namespaced else "has a namespace, and its kind has none"
        raise BadFile(f"{thing.file}: {thing.kind} {thing.name} {has}")


def _documents(path: Path) -> Iterator[msgspec.Raw]:
    """The objects and lists in one file, each still JSON."""
    if path.suffix.lower() != ".json":
        values = parsing.documents(path)
        yield from (msgspec.Raw(msgspec.json.encode(value)) for value in _flat(values))
        return
    text = parsing.read_text(path).encode()
    try:
        if text.lstrip()[:1] == b"[":
            yield from msgspec.json.decode(text, type=list[msgspec.Raw])
        else:
            yield msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        parsing.documents(path)  # says where in the file
        raise BadFile(f": not valid JSON: {error}") from error


def _flat(values: list[Json]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _decoded(raw: msgspec.Raw, form: type[Form], place: str) -> Form:
    try:
        return msgspec.json.decode(raw, type=form)
    except msgspec.DecodeError as error:
        raise BadFile(f":{place} no object of Kubernetes, and no list of them: {error}") from error


def _thing(raw: msgspec.Raw, kind: str, api_version: str, file: str, number: int = 0) -> Thing:
    """An object; what a list says of its items' kind holds for those that do not say it themselves."""
    place = f" item {number}:" if number else ""
    item = _decoded(raw, _Item, place)
    parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    for known in ("kind", "apiVersion"):
        parts.pop(known, None)
    own_kind, own_version = item.kind or kind, item.api_version or api_version
    if not own_kind or not own_version:
        raise BadFile(f":{place} {item.metadata.name} has no kind and apiVersion, and its list names none")
    revision = item.metadata.resource_version or ""
    return Thing(
        own_version,
        own_kind,
        item.metadata.namespace or "",
        item.metadata.name,
        msgspec.json.format(msgspec.json.encode(parts), indent=-1),
        file,
        int(revision) if re.fullmatch("[0-9]+", revision) else 0,
    )
