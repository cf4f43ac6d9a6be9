"""JSON to a file in pieces: documents of a large estate have a hundred megabytes, their items a kilobyte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.model import Json
from reportgen.snapshot import canonical_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def write_json(path: Path, document: Json) -> Path:
    """Write the `canonical_json` of a document in which iterators stand for long lists.

    Iterators are looked for in mappings and in the items of iterators, not in lists; of each no more than one
    item is held at a time. Raises what `canonical_json` raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(_pieces(document, b"\n"))
        file.write(b"\n")
    return path


def members(record: DataclassInstance) -> dict[str, Json]:
    """The fields of a record for `write_json`, as `asdict` has them, but tuples an item at a time."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: map(_plain, value) if isinstance(value, tuple) else _plain(value)
        for name, value in values.items()
    }


def _plain(value: Json) -> Json:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _pieces(value: Json, line: bytes) -> Iterator[bytes]:
    """``line`` is what begins a line at the depth of the value: a line feed and an indent."""
    if isinstance(value, Iterator):
        yield from _enclosed(b"[]", ((b"", item) for item in value), line)
    elif isinstance(value, Mapping) and _has_iterator(value):
        named = ((_whole(name) + b": ", value[name]) for name in sorted(value))
        yield from _enclosed(b"{}", named, line)
    else:
        yield _whole(value).replace(b"\n", line)


def _enclosed(brackets: bytes, items: Iterable[tuple[bytes, Json]], line: bytes) -> Iterator[bytes]:
    before, end = brackets[:1], brackets
    for name, item in items:
        yield before + line + b" " + name
        yield from _pieces(item, line + b" ")
        before, end = b",", line + brackets[1:]
    yield end


def _has_iterator(value: Json) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_iterator, value.values()))
    return isinstance(value, Iterator)


def _whole(value: Json) -> bytes:
    return canonical_json(value).removesuffix(b"\n")
