"""The time line of a period: a column for each collection point and for each week that was missed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from reportgen.model import PeriodView, Point, Seen, Status, WaiverState
from reportgen.render.charts import GLYPHS

MOST_COLUMNS = 18
"""What a page has room for beside the words; with more points their signs stand in one line."""
SIGNS = {
    Seen.EXCEPTION: GLYPHS[Status.NOT_SATISFIED],
    Seen.SATISFIED: GLYPHS[Status.SATISFIED],
    Seen.NOT_APPLICABLE: GLYPHS[Status.NOT_APPLICABLE],
    Seen.UNKNOWN: GLYPHS[Status.NOT_ASSESSED],
    Seen.GONE: "·",
}
_KINDS = {
    Seen.EXCEPTION: Status.NOT_SATISFIED.value,
    Seen.UNKNOWN: Status.NOT_ASSESSED.value,
    Seen.SATISFIED: Status.SATISFIED.value,
    Seen.NOT_APPLICABLE: Status.NOT_APPLICABLE.value,
}
_NONE = "·"
WAIVED, VALID = "w", "–"
"""A waiver beside an exception; one in force that finds none."""
CHANGED = "Δ"
"""A recorded change between the point before and this one."""


@dataclass(frozen=True, slots=True)
class Column:
    """``point`` is the number of the collection point, 0 where a stretch was missed.

    ``day`` stands in the head, ``month`` (YYYY-MM) above it; ``told`` is the whole time.
    """

    point: int
    day: str
    month: str
    told: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A sign with the class that colours it; ``missed`` where there was no point.

    ``waived``: a waiver was in force beside what was not satisfied. ``changed`` counts the recorded changes
    since the point before.
    """

    sign: str
    kind: str
    waived: bool = False
    changed: int = 0


def columns(view: PeriodView) -> tuple[Column, ...]:
    """The columns in the order of time; none where there are more than fit."""
    points = [
        Column(number, point.as_of[8:10], point.as_of[:7], point.as_of)
        for number, point in enumerate(view.points, start=1)
    ]
    missed = [Column(0, first[8:10], first[:7], f"{first} – {last}") for first, last in view.missed]
    found = tuple(sorted((*points, *missed), key=lambda column: (column.told[:10], column.point)))
    return found if len(found) <= MOST_COLUMNS else ()


def months(shown: Sequence[Column]) -> tuple[tuple[str, int], ...]:
    """The months above the columns, each with how many it spans."""
    by_month: Iterator[tuple[str, Iterator[Column]]] = groupby(shown, key=lambda column: column.month)
    return tuple((month, sum(1 for _ in group)) for month, group in by_month)


def changed(points: Sequence[Point], times: Iterable[str]) -> tuple[int, ...]:
    """How many of ``times`` (RFC 3339) fall to each point: those after the point before, up to its own.

    A change after the last point falls to none: no snapshot shows what came of it.
    """
    ends = [datetime.fromisoformat(point.as_of) for point in points]
    found = Counter(bisect_left(ends, datetime.fromisoformat(time)) for time in times)
    return tuple(found[place] for place in range(len(ends)))


def cells(
    shown: Sequence[Column],
    states: Sequence[Status | Seen | None],
    waived: Sequence[object] = (),
    changes: Sequence[int] = (),
) -> tuple[Cell, ...]:
    """A cell for each column, of what each point says.

    ``waived`` says of each whether it is, ``changes`` as `changed` counts them; () for none.
    """
    return tuple(
        replace(
            _cell(states[column.point - 1]),
            waived=bool(waived and waived[column.point - 1]),
            changed=changes[column.point - 1] if changes else 0,
        )
        if column.point
        else Cell("", "missed")
        for column in shown
    )


def in_force(shown: Sequence[Column], points: Sequence[str], beside: Sequence[int]) -> tuple[Cell, ...]:
    """A cell for each column of a waiver, by its state and the exceptions beside it at each point."""
    return tuple(
        _force(points[column.point - 1], beside[column.point - 1]) if column.point else Cell("", "missed")
        for column in shown
    )


def force_signs(points: Sequence[str], beside: Sequence[int]) -> str:
    """The same signs in one line."""
    return "".join(_force(*of).sign for of in zip(points, beside, strict=True))


def _force(state: str, beside: int) -> Cell:
    if beside:
        return Cell(WAIVED, "waiver")
    return Cell(VALID, "waiver") if state == WaiverState.UNUSED else Cell(_NONE, "gone")


def signs(states: Sequence[Status | Seen | None]) -> str:
    """The signs of all points in one line."""
    return "".join(_cell(state).sign for state in states)


def _cell(state: Status | Seen | None) -> Cell:
    if isinstance(state, Status):
        return Cell(GLYPHS[state], state.value)
    if isinstance(state, Seen):
        return Cell(SIGNS[state], _KINDS.get(state, "gone"))
    return Cell(_NONE, "gone")
