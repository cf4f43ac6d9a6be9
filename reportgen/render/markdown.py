"""Untrusted text in Markdown: shown letter by letter, never markup, a link, a mention or a table's end."""

from __future__ import annotations

import re
from typing import Any

from reportgen.render.strings import Strings
from reportgen.render.text import cleaner

_CLEAN = cleaner()
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NOTHING = "&#8203;"
_FORGED = re.compile(r"(?<=@)(?=\S)|(?<=[#!~%])(?=\w)|(?<=:)(?=//)|(?i:(?<=\bwww))(?=\.)")
"""Where forges find mentions, references and bare addresses, in the text that Markdown has become already:
a backslash does not keep them from it, a space without width does."""
_MARKUP = re.compile(r"[\\`*_\[\]|~^$]|(?<!&)#")


def escaped(value: Any) -> str:
    """A value on one line of text: CommonMark takes punctuation behind a backslash for the letter."""
    return _letters(_one_line(value))


def told(strings: Strings, key: str, **values: object) -> str:
    """A text of the catalogue, whose words are no markup; the values are Markdown already."""
    return strings.written(key, _letters, **values)


def _letters(text: str) -> str:
    """Text without control characters, which has its blanks where they belong."""
    text = _FORGED.sub("\0", text)
    text = _MARKUP.sub(
        lambda found: f"\\{found[0]}", re.sub("[&<>]", lambda found: _ENTITIES[found[0]], text)
    )
    return text.replace("\0", _NOTHING)


def code(value: Any) -> str:
    """A name as code in a table's cell or in text, where no forge looks for anything; "" stays as it is.

    The fence is longer than any run of backticks inside. A vertical line would end the cell of a table, and
    its escape is shown outside of one: it is replaced by the one of full width.
    """
    text = _one_line(value).replace("|", "｜")
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    padding = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _one_line(value: Any) -> str:
    return " ".join(str(_CLEAN(value)).split())
