"""The columns that a server prints for kubectl: those of secrets, and of anything else name and age."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from reportgen.model import Json
from reportgen.sandbox.kubernetes.contents import Thing
from reportgen.sandbox.kubernetes.resources import ApiResource

_SECRETS = ("", "secrets")
_NAME = {
    "name": "Name",
    "type": "string",
    "format": "name",
    "description": "Name of the object.",
    "priority": 0,
}
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 31_536_000


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    creation_timestamp: str | None = None


class _Shown(msgspec.Struct):
    metadata: _Metadata
    type: Any = None
    data: Any = None


def columns(resource: ApiResource) -> list[Json]:
    """What the cells of a row are."""
    if resource.key == _SECRETS:
        return [_NAME, _column("Type", "string"), _column("Data", "integer"), _column("Age", "string")]
    return [_NAME, _column("Age" if resource.custom else "Created At", "date")]


def cells(thing: Thing, resource: ApiResource, now: datetime) -> list[Json]:
    """One row; the namespace is in none of its cells."""
    shown = msgspec.json.decode(thing.content, type=_Shown)
    created = shown.metadata.creation_timestamp
    if resource.key == _SECRETS:
        return [thing.name, shown.type or "Opaque", len(shown.data or {}), age(created, now)]
    return [thing.name, created or "<unknown>"]


def age(created: str | None, now: datetime) -> str:
    """How long ago, in the one or two largest units.

    >>> from datetime import UTC
    >>> age("2026-11-10T02:00:00Z", datetime(2026, 11, 15, 6, tzinfo=UTC))
    '5d4h'
    """
    if not created:
        return "<unknown>"
    seconds = int((now - datetime.fromisoformat(created)).total_seconds())
    for below, unit, large, smaller, small in _STEPS:
        if seconds < below:
            rest = seconds % unit // smaller if smaller else 0
            return f"{max(seconds, 0) // unit}{large}" + (f"{rest}{small}" if rest > 0 else "")
    return f"{seconds // _YEAR}y"


def _column(name: str, kind: str) -> Json:
    return {"name": name, "type": kind, "format": "", "description": f"{name} of the object.", "priority": 0}


_STEPS = (
    (2 * _MINUTE, 1, "s", 0, ""),
    (10 * _MINUTE, _MINUTE, "m", 1, "s"),
    (3 * _HOUR, _MINUTE, "m", 0, ""),
    (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
    (2 * _DAY, _HOUR, "h", 0, ""),
    (8 * _DAY, _DAY, "d", _HOUR, "h"),
    (2 * _YEAR, _DAY, "d", 0, ""),
    (8 * _YEAR, _YEAR, "y", _DAY, "d"),
)
"""Below how many seconds an age is given in which unit, and in which smaller one beside it."""
