"""Each control over the period in words: how many collection points, and what is known between them."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.model import Control, ControlPeriod, ExceptionHistory, PeriodView, Results, Status
from reportgen.render.strings import Strings
from reportgen.render.time_line import Cell, Column, cells, changed, signs

_INSIDE = "k8s."
_RECORDED = frozenset({"arm.managed-clusters", "arm.agent-pools"})
"""The sources of whose documents Resource Graph's changes tell, as far as they are collected."""
_MOST_POINTS = 6
"""That a control names in words for its recorded changes; all of them bear the sign."""


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A control as of the end and over the period.

    ``told`` counts points, ``between`` says what is known of the time between them. ``cells`` has one for
    each column of the time line, ``line`` the signs of all points; ``steady`` is one status wherever it could
    be told. ``waived`` says at how many points waivers stood beside all exceptions, "" where at none;
    ``changed`` when properties that it judges changed, as far as that is recorded, "" where none did.
    """

    anchor: str
    title: str
    as_of: Status
    period: Status
    told: str
    between: str
    blind: str
    waived: str
    changed: str
    recorded: bool
    cells: tuple[Cell, ...]
    line: str
    steady: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """What all controls are told with."""

    results: Results
    view: PeriodView
    shown: tuple[Column, ...]
    strings: Strings

    def control(self, line: ControlPeriod, control: Control) -> ControlRow:
        """A control's row."""
        as_of = next(one.status for one in self.results.findings if one.control == line.control)
        states = [state[0] if state else None for state in line.states]
        blind = line.blind_hours > self.view.max_blind_spot_days * 24
        inside = any(source.startswith(_INSIDE) for source in control.needs)
        times = (one.at for one in self.view.changes if control.id in one.controls)
        changes = changed(self.view.points, times)
        between = "inside" if inside else "recorded" if _RECORDED & {*control.needs} else "unrecorded"
        return ControlRow(
            anchor=f"c-{control.id}",
            title=control.title,
            as_of=as_of,
            period=line.status,
            told=self._told(line),
            between=self.strings.text(f"period.between_{between}"),
            blind=self.strings.text("period.blind", n=line.blind_hours // 24) if blind else "",
            waived=self._waived(line),
            changed=self._changed(changes),
            recorded=not inside,
            cells=cells(self.shown, states, changes=changes),
            line=signs(states),
            steady=line.status is as_of and not {*states} - {as_of, Status.NOT_ASSESSED, None},
        )

    def _waived(self, line: ControlPeriod) -> str:
        number = line.points_waived
        failed = sum(state is not None and state[0] is Status.NOT_SATISFIED for state in line.states)
        return self.strings.text("period.all_waived", n=failed, waived=number) if number else ""

    def changes_of(self, line: ExceptionHistory) -> tuple[int, ...]:
        """Recorded changes of the very subject of an exception, by the points after them."""
        known = line.subject.id.lower()
        times = (
            one.at
            for one in self.view.changes
            if line.control in one.controls and one.resource.lower() == known
        )
        return changed(self.view.points, times)

    def _changed(self, changes: tuple[int, ...]) -> str:
        """The points that came after recorded changes, by their day and number."""
        points = [
            self.strings.text("period.changed_point", n=number, day=self.view.points[place].as_of[:10])
            for place, number in enumerate(changes)
            if number
        ]
        if not points:
            return ""
        shown, more = points[:_MOST_POINTS], len(points) - _MOST_POINTS
        told = [*shown, *([self.strings.text("period.more", n=more)] if more > 0 else [])]
        return self.strings.text("period.changed", n=sum(changes), points=", ".join(told))

    def _told(self, line: ControlPeriod) -> str:
        missed = len(self.view.missed)
        scheduled = missed or bool(self.results.runs and self.results.runs.schedule)
        counts = [("scheduled" if scheduled else "in_all", line.expected)]
        counts += [("of_missed", missed)] if missed else []
        counts += [("of_idle", line.not_applicable)] if line.not_applicable else []
        left = line.expected - missed - line.assessed - line.not_applicable
        counts += [("of_unassessed", left)] if left > 0 else []
        words = ", ".join(self.strings.text(f"period.{key}", n=number) for key, number in counts)
        if not line.assessed:
            return self.strings.text("period.at_none", counts=words)
        return self.strings.text(
            "period.satisfied_at", satisfied=line.satisfied, n=line.assessed, counts=words
        )
