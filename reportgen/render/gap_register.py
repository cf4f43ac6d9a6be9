"""The gaps register: each gap by itself on screen, on paper gaps that are alike in one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.model import Results
from reportgen.render.caps import Caps
from reportgen.render.completeness import GapRow, gap_row
from reportgen.render.names import Names

_NAMED = 6
"""Places that a row for several gaps names."""


@dataclass(frozen=True, slots=True)
class GapLine:
    """Gaps with one source, reason and answer: ``first`` of ``number``, with the first ``places``."""

    first: GapRow
    number: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapRegister:
    """``shown`` and ``all`` count gaps, not lines."""

    lines: tuple[GapLine, ...]
    shown: int
    all: int


def gap_register(results: Results, names: Names, caps: Caps, medium: str) -> GapRegister:
    """The register, by source and place; a row of several stands where the first of them would."""
    gaps = sorted(results.gaps, key=lambda gap: (gap.source, gap.scope_name.casefold(), gap.scope))
    rows = [gap_row(gap, names) for gap in gaps]
    alike: dict[object, list[GapRow]] = defaultdict(list)
    for place, row in enumerate(rows):
        alike[(row.source, row.reason, row.detail) if medium == "pdf" else place].append(row)
    lines = tuple(map(_line, list(alike.values())[: caps.gaps]))
    return GapRegister(lines, sum(line.number for line in lines), len(rows))


def _line(rows: Sequence[GapRow]) -> GapLine:
    return GapLine(rows[0], len(rows), tuple(row.scope_name for row in rows[:_NAMED]))
