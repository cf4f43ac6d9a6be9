"""One control as it is printed: the conclusion in counts, exceptions, what was not assessed, the rest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from reportgen.model import Control, Finding
from reportgen.render.ipe import IpeSheet
from reportgen.render.widths import column_widths


class Level(IntEnum):
    """How a control is printed: the line of the index alone, a short row, a row, a block of its own."""

    INDEX = 0
    SHORT = 1
    ROW = 2
    FULL = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One subject with what was observed on it, as (label, value): one a column, or all for one cell."""

    name: str
    cluster: str
    anchor: str
    subscription: str
    cells: tuple[tuple[str, str], ...]
    reason: str
    waiver: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Shared:
    """Exceptions with one reason; ``reason`` is "" where the rows bear reasons of their own."""

    reason: str
    number: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects that share one reason (``cause`` is "" where they are not applicable).

    ``elsewhere`` says that the gaps register has the reason, or the section in front for many controls.
    """

    cause: str
    reason: str
    number: int
    names: tuple[tuple[str, str], ...]
    more: int
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class ControlView:
    """One control with its finding, ready to print. ``all_*`` are the numbers before the caps.

    ``counts`` are the conclusion without its time; ``defaults`` are parameters that have their default value
    and are not printed with the control; ``level`` is how much room it has; ``subscription`` is the head of
    that column.
    """

    control: Control
    finding: Finding
    area: str
    anchor: str
    conclusion: str
    counts: str
    short: tuple[str, ...]
    procedure: str
    commands: str
    parameters: tuple[tuple[str, str], ...]
    defaults: tuple[str, ...]
    columns: tuple[str, ...]
    inside: str
    subscription: str
    exceptions: tuple[Shared, ...]
    all_exceptions: int
    not_assessed: tuple[Group, ...]
    all_not_assessed: int
    satisfied: tuple[Row, ...]
    all_satisfied: int
    not_applicable: tuple[Group, ...]
    all_not_applicable: int
    ipe: tuple[IpeSheet, ...]
    csv: str
    level: Level = Level.FULL

    @property
    def brief(self) -> bool:
        """Whether it is a row."""
        return self.level in (Level.SHORT, Level.ROW)

    @property
    def told_apart(self) -> tuple[Group, ...]:
        """What was not assessed for a reason that is said nowhere else."""
        return tuple(group for group in self.not_assessed if not group.elsewhere)

    @property
    def shown_exceptions(self) -> int:
        """How many exceptions are printed."""
        return sum(len(shared.rows) for shared in self.exceptions)

    def widths(self, own_reasons: bool, room: int) -> tuple[int, ...]:
        """The percentages of all columns but the last, of ``room`` for all: name to values, and reason."""
        rows = [row for shared in self.exceptions for row in shared.rows] + list(self.satisfied)
        texts = [[text for row in rows for text in (row.name, row.cluster)]]
        if self.inside:
            texts[0] += [f"{row.cluster} · {row.subscription}" for row in rows]
        else:
            texts.append([self.subscription, *(row.subscription for row in rows)])
        if self.columns == ("",):
            texts.append(["; ".join(map(": ".join, row.cells)) for row in rows])
        else:
            texts += [
                [*label.split(), *(row.cells[place][1] for row in rows)]
                for place, label in enumerate(self.columns)
            ]
        if own_reasons:
            texts.append([row.reason for row in rows])
        return column_widths([max(map(len, column), default=0) for column in texts], room)
