"""How wide the columns of a table become: what fits on one line stays on one, the longest text gives way."""

from __future__ import annotations

from collections.abc import Sequence

_LETTER = 0.88
"""Percent of the text's width that a letter of a table takes, on average and rounded up."""
_SURE, _MOST, _PADDING = 10, 60, 3
"""Letters: what every column gets if it needs it, what none asks more than, and the space between two."""


def column_widths(longest: Sequence[int], room: int) -> tuple[int, ...]:
    """Whole percentages of all columns but the last, from the letters of each one's longest text."""
    letters = [min(length, _MOST) for length in longest]
    widths = [_LETTER * (min(length, _SURE) + _PADDING) for length in letters]
    spare = max(room - sum(widths), 0.0)
    by_length = sorted(range(len(letters)), key=letters.__getitem__)
    for left, place in zip(range(len(letters), 0, -1), by_length, strict=True):
        more = min(_LETTER * max(letters[place] - _SURE, 0), spare / left)
        widths[place] += more
        spare -= more
    return tuple(int(width + spare / len(widths)) for width in widths[:-1])
