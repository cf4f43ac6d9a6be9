"""What changed since the previous pack, as it is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.changes import ChangedException, ChangedPopulation, Changes, ExceptionChange
from reportgen.model import Results
from reportgen.render.strings import Strings
from reportgen.render.text import cut
from reportgen.render.values import observed

_LISTED = (
    ExceptionChange.NEW,
    ExceptionChange.FIRST_ASSESSED,
    ExceptionChange.NOT_ASSESSED,
    ExceptionChange.FIXED,
)
_ROWS = 30
_NAMES = 12
_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class ControlRow:
    """The exceptions of one control that became the same, by the names of their subjects."""

    title: str
    anchor: str
    severity: str
    number: int
    subjects: tuple[str, ...]
    judged_differently: bool


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """A table of exceptions that became ``change``; ``all_rows`` counts its controls before the cap."""

    change: ExceptionChange
    number: int
    rows: tuple[ControlRow, ...]
    all_rows: int


@dataclass(frozen=True, slots=True)
class PopulationLine:
    """Subjects of one kind that one pack has and the other has not, by the last part of their ids."""

    kind: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    first_read: tuple[str, ...]
    not_read: tuple[str, ...]
    controls: int


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A control that was added or removed, or what of it is judged otherwise, with both values."""

    control: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangesView:
    """The section; rows are capped in print, ``cap`` is None where they are not."""

    changes: Changes
    counts: tuple[tuple[ExceptionChange, int], ...]
    tables: tuple[ChangeTable, ...]
    populations: tuple[PopulationLine, ...]
    catalogue: tuple[CatalogueLine, ...]
    cap: int | None


def changes_view(results: Results, medium: str, strings: Strings) -> ChangesView | None:
    """The section, None where the pack has none before it."""
    changes = results.changes
    if changes is None:
        return None
    cap = None if medium == "html" else _ROWS
    titles = {control.id: control.title for control in results.controls}
    return ChangesView(
        changes=changes,
        counts=tuple((change, changes.count(change)) for change in ExceptionChange),
        tables=tuple(
            table for change in _LISTED if (table := _table(changes, change, titles, cap)) is not None
        ),
        populations=tuple(_population(line, strings) for line in changes.populations),
        catalogue=tuple(
            CatalogueLine(
                line.control,
                line.what,
                cut(observed(line.before, strings), _LONGEST_VALUE),
                cut(observed(line.after, strings), _LONGEST_VALUE),
            )
            for line in changes.catalogue
        ),
        cap=cap,
    )


def _table(
    changes: Changes, change: ExceptionChange, titles: dict[str, str], cap: int | None
) -> ChangeTable | None:
    grouped: dict[str, list[ChangedException]] = defaultdict(list)
    for one in changes.exceptions:
        if one.change is change:
            grouped[one.control].append(one)
    if not grouped:
        return None
    rows = tuple(
        ControlRow(
            titles.get(control, control),
            f"c-{control}" if control in titles else "",
            members[0].severity,
            len(members),
            tuple(map(_named, members)),
            members[0].judged_differently,
        )
        for control, members in grouped.items()
    )
    return ChangeTable(change, sum(row.number for row in rows), rows[:cap], len(rows))


def _named(one: ChangedException) -> str:
    return f"{one.cluster}/{one.subject}" if one.cluster not in ("", one.subject) else one.subject


def _population(line: ChangedPopulation, strings: Strings) -> PopulationLine:
    return PopulationLine(
        kind=strings.kind(line.kind),
        came=_names(line.came),
        went=_names(line.went),
        first_read=_names(line.first_read),
        not_read=_names(line.not_read),
        controls=len(line.controls),
    )


def _names(ids: Sequence[str]) -> tuple[str, ...]:
    """The first few by the last part of their ids, and how many more there are."""
    names = tuple(one.rpartition("/")[2] for one in ids[:_NAMES])
    return (*names, f"+{len(ids) - _NAMES:,}") if len(ids) > _NAMES else names
