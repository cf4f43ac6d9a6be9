"""Text as Markdown that shows it and does nothing else: names and titles are not ours to trust."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reportgen.render.text import cleaner

_CLEAN = cleaner()
_MARKUP = re.compile(r"[\\`*_\[\]<>|&~]")
_BLOCK = re.compile(r"^(\d+)(?=[.)](?:\s|$))|^(?=[#+=-])")
"""What begins a list, a heading or a rule at the head of a line."""
_ADDRESS = re.compile(r"https?://[^\s<>\\]+")


def text(value: str) -> str:
    """One line of plain text."""
    line = _MARKUP.sub(r"\\\g<0>", " ".join(_CLEAN(value).split()))
    return _BLOCK.sub(lambda found: f"{found[1]}\\" if found[1] else "\\", line)


def code(value: str) -> str:
    """A name or a value, as it is; a pipe is escaped as tables want it, so it must not stand outside one."""
    line = " ".join(_CLEAN(value).split()).replace("|", r"\|")
    fence = _longer_than_any("`", line, 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def fenced(value: str, language: str) -> Iterator[str]:
    """Lines to copy, with an empty line before them."""
    lines = [_CLEAN(line) for line in value.strip().splitlines()]
    fence = _longer_than_any("`", value, 3)
    yield from ("", f"{fence}{language}", *lines, fence)


def address(value: str) -> str:
    """A link that shows where it leads, or plain text where it is no web address."""
    return f"<{value}>" if _ADDRESS.fullmatch(value) else text(value)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table of cells that are Markdown already, with an empty line before it; nothing without rows."""
    listed = [f"| {' | '.join(row)} |" for row in rows]
    names = tuple(heads)
    if listed:
        yield from ("", f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *listed)


def _longer_than_any(mark: str, value: str, least: int) -> str:
    runs = re.findall(re.escape(mark) + "+", value)
    return mark * max([least, *(len(run) + 1 for run in runs)])
