"""What a request to an API server is about, as its authoriser sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}
_OF_NAMESPACES = ("status", "finalize")


@dataclass(frozen=True, slots=True)
class Attributes:
    """A verb on a resource, or on a ``path`` that is none (then ``resource`` is "")."""

    verb: str
    path: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def resource_path(self) -> str:
        """The resource with its subresource, as rules name it."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def full_name(self) -> str:
        """The resource with its group, as messages name it."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


def attributes(method: str, path: str, query: Mapping[str, str]) -> Attributes:
    """The attributes of a request."""
    parts = [part for part in path.split("/") if part]
    start = {"api": 2, "apis": 3}.get(parts[0] if parts else "", len(parts))
    if len(parts) <= start:
        return Attributes(_plain(method), path)
    group = parts[1] if start == 3 else ""
    watched = parts[start] == "watch"
    rest = parts[start + watched :]
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in _OF_NAMESPACES:
        namespace, rest = rest[1], rest[2:]
    resource, name, *below = [*rest, "", ""][: max(len(rest), 2)]
    watching = watched or query.get("watch", "").lower() in ("1", "true")
    return Attributes(
        _verb(method, bool(name), watching=watching),
        path,
        group,
        parts[start - 1],
        resource,
        "/".join(below),
        namespace if resource != "namespaces" else name,
        name,
    )


def _plain(method: str) -> str:
    return "get" if method == "HEAD" else method.lower()


def _verb(method: str, named: bool, *, watching: bool) -> str:
    if method in ("GET", "HEAD"):
        if watching:
            return "watch"
        return "get" if named else "list"
    if method == "DELETE":
        return "delete" if named else "deletecollection"
    return _VERBS.get(method, method.lower())
