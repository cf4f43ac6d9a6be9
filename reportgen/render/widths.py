"""How wide the columns of a table become: what fits on one line stays on one, the longest text gives way."""

from __future__ import annotations

from collections.abc import Sequence

_LETTER = 0.88
"""Percent of the text's width that a letter of a table takes, on average and rounded up."""
_SURE, _MOST, _PADDING = 10, 46, 2
"""Letters: what every column gets if it needs it, what none asks more than, and the space between two."""


def column_widths(longest: Sequence[int], room: int) -> tuple[int, ...]:
    """Even percentages of all columns but the last, from the letters of each one's longest text."""
    letters = [min(length, _MOST) for length in longest]
    sure = [_LETTER * (min(length, _SURE) + _PADDING) for length in letters]
    extra = [_LETTER * max(length - _SURE, 0) for length in letters]
    spare = max(room - sum(sure), 0.0)
    share = min(1.0, spare / sum(extra)) if any(extra) else 0.0
    left = (spare - share * sum(extra)) / len(letters)
    widths = [base + share * more + left for base, more in zip(sure, extra, strict=True)]
    return tuple(int(width) // 2 * 2 for width in widths[:-1])
