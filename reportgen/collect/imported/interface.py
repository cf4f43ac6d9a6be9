"""What the readers of other tools' results share: what they make of a file, and how they refuse one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reportgen.model import Json


class Unusable(Exception):
    """The file is not what its tool writes; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Told:
    """One file as read, without what nobody needs and without whatever could be a secret.

    ``version`` is the tool's, ``content`` names what it tested with (a benchmark, frameworks), ``calls_it``
    is its name for the cluster, ``taken_at`` RFC 3339 in UTC: each "" where the file does not say it.
    """

    results: list[Json]
    version: str = ""
    content: str = ""
    calls_it: str = ""
    taken_at: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its name in an engagement, the one that a reader sees, and how its JSON is read.

    ``read`` raises `Unusable`.
    """

    name: str
    title: str
    read: Callable[[Json], Told]


def at(value: Json, *path: str) -> Json:
    """The value at a path, None where a step is absent or no map."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def text(value: Json) -> str:
    """A text or a number as text, "" for anything else."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def maps(value: Json) -> list[dict[str, Any]]:
    """The maps in a list; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def moment(value: Json) -> str:
    """A time as RFC 3339 in UTC, to the second; "" where it is none, or Go's zero time."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return ""
    if found.year == 1:
        return ""
    return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))


def stamp(time: datetime) -> str:
    """A time that knows its zone, as RFC 3339 in UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
