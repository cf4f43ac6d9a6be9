"""azure/directory.json: users, groups with their members, service principals, as Microsoft Graph has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.parsing import BadFile

_PREFIX = "#microsoft.graph."


@dataclass(frozen=True, slots=True)
class Entry:
    """One object; ``members`` are the ids, in lower case, of the direct members of a group."""

    body: Mapping[str, Json]
    members: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its type in lower case, such as ``user``."""
        return str(self.body["@odata.type"]).removeprefix(_PREFIX).lower()


def read_directory(items: Iterable[Json]) -> dict[str, Entry]:
    """The objects by id in lower case; BadFile says which entry is wrong and what was expected."""
    found: dict[str, Entry] = {}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            raise BadFile(f": entry {number}: expected an object of Microsoft Graph, with an id")
        if not str(item.get("@odata.type", "")).startswith(_PREFIX):
            raise BadFile(f": entry {number}: expected @odata.type, such as {_PREFIX}user")
        body = {key: value for key, value in item.items() if key != "members"}
        entry = Entry(body, tuple(_members(item.get("members") or [], number)))
        if found.setdefault(item["id"].lower(), entry) is not entry:
            raise BadFile(f": entry {number}: the id {item['id']} stands there twice")
    return found


def _members(value: Json, number: int) -> Iterator[str]:
    """Ids, or objects with ids as ``$expand=members`` gives them."""
    if not isinstance(value, list):
        raise BadFile(f": entry {number}: members must be a list")
    for item in value:
        member = item.get("id") if isinstance(item, dict) else item
        if not isinstance(member, str):
            raise BadFile(f": entry {number}: a member is an id, or an object with one")
        yield member.lower()
