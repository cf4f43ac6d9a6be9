"""azure/empty.json: what there is none of, or one answer for many paths, by patterns of paths."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.bodies import http_status
from reportgen.sandbox.parsing import BadFile


@dataclass(frozen=True, slots=True)
class Pattern:
    """An answer for each path that fits: ``*`` stands for one segment, casing does not count.

    ``wordless`` is a 403 or 404 that is left to Azure's own words.
    """

    path: str
    status: int
    body: Json
    wordless: bool
    expression: re.Pattern[str]

    def fits(self, key: str) -> bool:
        """Whether this is the answer for a path (lower case)."""
        return self.expression.fullmatch(key) is not None


def read_patterns(items: Iterable[Json]) -> tuple[Pattern, ...]:
    """The patterns described; BadFile says which entry is wrong and what was expected."""
    return tuple(_pattern(item, number) for number, item in enumerate(items, start=1))


def _pattern(item: Json, number: int) -> Pattern:
    entry = {"path": item} if isinstance(item, str) else item
    path = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(path, str) or not path.startswith("/"):
        raise BadFile(f": entry {number}: expected a path from the root, such as {_EXAMPLE}, or {_LONG}")
    status = http_status(entry.get("status", 200), f"entry {number}: status")
    wordless = "body" not in entry and status in (403, 404)
    if "body" not in entry and status != 200 and not wordless:
        raise BadFile(f": entry {number}: status {status} needs a body")
    return Pattern(path, status, entry.get("body", {"value": []}), wordless, _expression(path))


_EXAMPLE = '"/subscriptions/*/providers/Microsoft.Authorization/locks"'
_LONG = '{"path": <such a path>, "status": 404, "body": {...}}'


def _expression(path: str) -> re.Pattern[str]:
    segments = path.strip("/").lower().split("/")
    parts = ("[^/]+" if segment == "*" else re.escape(segment) for segment in segments)
    return re.compile("/" + "/".join(parts))
