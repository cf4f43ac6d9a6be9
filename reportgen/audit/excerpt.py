"""The part of a stored value that a control speaks of, short enough for a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from reportgen.model import Json

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_IDENTITY = frozenset({"id", "name", "namespace", "kind", "metadata"})
"""Keys that say what an object is: always shown, and no sign that a control speaks of what holds them."""
_LINES, _LETTERS, _SMALL = 34, 2200, 200
"""What a page has room for beside everything else about an item, and a value that needs no shortening."""
_REST = "…"
"""Stands for the keys of an object of which the control names none."""


def excerpt(value: Json, texts: Iterable[str], among: int = 1) -> tuple[str, bool]:
    """A value as indented JSON, and whether that is all of it.

    Where it is too long, keys that ``texts`` (a control's expressions and test procedure) do not name are
    left out with what they hold, unless there is a named one inside; of an object without any, the keys are
    listed behind `_REST`. Where it is too
    long still, its beginning is given. A page holds ``among`` excerpts.
    """
    room = (_LINES // among, _LETTERS // among)
    whole = _text(value)
    if _fits(whole, room):
        return whole, True
    words = frozenset(word.lower() for text in texts for word in _WORD.findall(text)) - _IDENTITY
    named = _text(_named(value, words))
    return (named if _fits(named, room) else _beginning(named, room)), False


def _text(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


def _fits(text: str, room: tuple[int, int]) -> bool:
    return text.count("\n") < room[0] and len(text) <= room[1]


def _named(value: Json, words: frozenset[str]) -> Json:
    """Without the keys that are not named and hold none that is."""
    if isinstance(value, list):
        return [_named(item, words) for item in value]
    if not isinstance(value, dict) or len(_text(value)) <= _SMALL:
        return value
    kept = {key: _named(item, words) for key, item in value.items() if _holds(key, item, words)}
    identity = {key: _identity(item) for key, item in value.items() if key in _IDENTITY and key not in kept}
    return identity | (kept or {_REST: ", ".join(sorted(value.keys() - identity.keys()))})


def _holds(key: str, value: Json, words: frozenset[str]) -> bool:
    if key.lower() in words:
        return True
    if isinstance(value, dict):
        return any(_holds(inner, item, words) for inner, item in value.items())
    return isinstance(value, list) and any(_holds("", item, words) for item in value)


def _identity(value: Json) -> Json:
    """A name or id, or of Kubernetes' metadata those two."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key in _IDENTITY}


def _beginning(text: str, room: tuple[int, int]) -> str:
    return "\n".join(text[: room[1]].splitlines()[: room[0]])
