"""Untrusted values as text that a reader can trust: nothing invisible, nothing absent without a word."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories without a shape of their own: controls, marks that turn text round, unassigned."""
_MAY_BREAK = re.compile(
    r"(?<=[/.,:;_?&=@])(?=\S)|(?<=-)(?=[\d/])|(?<=[a-z0-9])(?=[A-Z])|(?<=[^\sA-Z/.,:;_?&=@-]{12})(?=[^\sA-Z/.,:;_?&=@-]{5})"
    r"|(?<=[A-Z0-9]{12})(?=[A-Z0-9]{5})"
)
"""After a separator, between the words of a camelCased name, and inside a run of more than 16 letters;
after a hyphen before a letter every layout breaks by itself."""
_ONE_WORD = 60


def cleaner(covered: Collection[int] | None = None, absent: str = "") -> Callable[[Any], Any]:
    r"""The function that every printed expression goes through.

    Characters without a shape, and with ``covered`` those that no packaged font can draw, are printed as
    ``\u{202E}``: a name can neither hide a part of itself nor come out as an empty box. An absent value
    prints as ``absent``.
    """

    def clean(value: Any) -> Any:
        if isinstance(value, Markup):
            return value
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return absent
        if isinstance(value, bool):
            return "true" if value else "false"
        text = str(value)
        if text.isascii() and text.isprintable():
            return text
        return "".join(_shown(character, covered) for character in text)

    return clean


def _shown(character: str, covered: Collection[int] | None) -> str:
    if " " <= character <= "~" or character == "\n":
        return character
    if character == "\t":
        return " "
    hidden = unicodedata.category(character) in _HIDDEN and character not in _JOINERS
    if hidden or (covered is not None and ord(character) not in covered):
        return f"\\u{{{ord(character):04X}}}"
    return character


def cut(text: str, length: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def lead(text: str, length: int) -> str:
    """The text, or as many of its sentences as fit, or where not even the first fits, its beginning."""
    if len(text) <= length:
        return text
    end = text.rfind(". ", 0, length)
    return text[: end + 1] if end > 0 else cut(text, length)


def moment(value: str) -> str:
    """An RFC 3339 time as ``2026-11-15 06:00:00 UTC``; anything else as it is.

    Services write the year 1 where they mean that there is none; in some zones that is before the first day.
    """
    try:
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            return value
        utc = parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return value
    return f"{utc.replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


def breakable(value: str) -> Markup:
    """A name or id with the places marked where a line may end."""
    return Markup("<wbr>").join(break_places(value))


def break_places(value: str) -> list[str]:
    """The parts of a name or id between which a line may end."""
    return _MAY_BREAK.split(value)


def shell(value: str) -> Markup:
    """Commands to copy: a line ends between two words only, and goes on with an indent."""
    return Markup("").join(
        Markup('<span class="line">{}</span>').format(Markup(" ").join(map(_word, line.split(" "))))
        for line in value.strip().splitlines()
    )


def _word(word: str) -> Markup:
    return breakable(word) if len(word) > _ONE_WORD else Markup('<span class="nobr">{}</span>').format(word)
