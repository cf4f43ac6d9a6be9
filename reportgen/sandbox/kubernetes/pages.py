"""Lists in pages: limit, continue tokens, and the state of the cluster that a page shows.

Nothing changes in a sandbox, so all states have the same objects; their revisions tell them apart.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.exchange import Refused
from reportgen.sandbox.kubernetes.contents import Thing
from reportgen.sandbox.kubernetes.selectors import Test
from reportgen.sandbox.kubernetes.statuses import bad_request, expired

_VERSION = "meta.k8s.io/v1"
_PRESENT = -1
"""In a token: go on with what there is now."""
_CACHE_LAG = 25
_LATER = 1000
"""By how much the cluster has gone on when a list had to be gone on with at its present state."""


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on: the key to start at, and the revision of the list."""

    start: str
    revision: int

    def __str__(self) -> str:
        text = json.dumps({"v": _VERSION, "rv": self.revision, "start": self.start}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Stored:
    """The objects of one list in their order, each under its key; ``revision`` is that of the newest."""

    things: Sequence[Thing]
    key: Callable[[Thing], str]
    revision: int


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list with its metadata."""

    things: Sequence[Thing]
    metadata: Mapping[str, Json]


def page(query: Mapping[str, str], stored: Stored, test: Test | None, is_expired: Callable[[], bool]) -> Page:
    """The page that is asked for; ``is_expired`` says whether the list's state is gone by now."""
    version, limit = query.get("resourceVersion", ""), _limit(query.get("limit", ""))
    token = _token(query["continue"]) if query.get("continue") else None
    if token and version not in ("", "0"):
        raise bad_request("specifying resource version is not allowed when using continue")
    if version and not version.isdecimal():
        raise bad_request(
            f'invalid resource version "{version}": strconv.ParseUint: parsing "{version}": invalid syntax'
        )
    if token and token.revision != _PRESENT and is_expired():
        raise Refused(expired(str(Token(token.start, _PRESENT))))
    if version == "0" and not token:
        # From the server's cache, which knows of no limit and may lag behind.
        return _cut(stored, 0, 0, stored.revision, test)
    start = bisect_left(stored.things, token.start, key=stored.key) if token else 0
    return _cut(stored, start, limit, _revision(stored, token), test)


def _revision(stored: Stored, token: Token | None) -> int:
    if token is None:
        return stored.revision + _CACHE_LAG
    return stored.revision + _LATER if token.revision == _PRESENT else token.revision


def _cut(stored: Stored, start: int, limit: int, revision: int, test: Test | None) -> Page:
    found: list[Thing] = []
    end = start
    for end, thing in enumerate(stored.things[start:], start=start + 1):  # noqa: B007 (where it ended)
        if test is None or test(thing):
            found.append(thing)
        if limit and len(found) == limit:
            break
    metadata: dict[str, Json] = {"resourceVersion": str(revision)}
    if end < len(stored.things):
        metadata["continue"] = str(Token(f"{stored.key(stored.things[end - 1])}\0", revision))
        if test is None:
            metadata["remainingItemCount"] = len(stored.things) - end
    return Page(found, metadata)


def _limit(text: str) -> int:
    """Objects a page, 0 for all of them; a negative number is none."""
    try:
        return max(int(text or "0"), 0)
    except ValueError as error:
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def _token(text: str) -> Token:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid("illegal base64 data at input byte 0") from error
    try:
        said = json.loads(raw)
    except ValueError as error:
        raise _invalid(_json_problem(raw)) from error
    if not isinstance(said, dict) or said.get("v") != _VERSION:
        version = said.get("v", "") if isinstance(said, dict) else ""
        raise _invalid(f'server does not recognize this encoded version "{version}"')
    start, revision = said.get("start"), said.get("rv")
    if not isinstance(start, str) or not start:
        raise _invalid(f"encoded start key empty (version {_VERSION})")
    if not isinstance(revision, int) or not revision:
        raise _invalid(f"incorrect encoded start resourceVersion (version {_VERSION})")
    return Token(start, revision)


def _json_problem(raw: bytes) -> str:
    """In the words of Go's decoder, which takes bytes one by one."""
    if raw[:1] in (b"", b"{", b"["):
        return "unexpected end of JSON input"
    first = chr(raw[0]) if 0x20 <= raw[0] < 0x7F else f"\\u{raw[0]:04x}"
    return f"invalid character '{first}' looking for beginning of value"


def _invalid(why: str) -> Refused:
    return bad_request(f"invalid continue token: continue key is not valid: {why}")
