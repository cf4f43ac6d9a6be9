"""How each control operated through the period, from the snapshots in it, each judged at its own time.

Nothing is said of the time between two points but what Resource Graph recorded as changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from reportgen.assess.engine import Assessment
from reportgen.assess.life import changes, roll_forward
from reportgen.assess.operations import Operations
from reportgen.assess.sightings import Records, Sighting
from reportgen.assess.statuses import Statuses, number
from reportgen.assess.stretches import stretches
from reportgen.assess.waived import Waived, at_point
from reportgen.engagement.registers import Registers
from reportgen.model import (
    Control,
    ControlPeriod,
    ExceptionHistory,
    Finding,
    PeriodView,
    Point,
    Seen,
    Status,
    Subject,
)
from reportgen.snapshot import Reader

Window = tuple[str, str]
"""First and last day (ISO) of a stretch in which one snapshot is due."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The period of review, both days included, and what the engagement says of it."""

    start: date
    end: date
    max_blind_spot_days: int
    windows: tuple[Window, ...] = ()


@dataclass(slots=True)
class Period:
    """Takes the points in the order of their times and makes the view of them all."""

    bounds: Bounds
    statuses: Statuses
    registers: Registers = field(default_factory=Registers)
    points: list[Point] = field(default_factory=list)
    _findings: list[dict[str, Finding]] = field(default_factory=list)
    _sightings: list[Sighting] = field(default_factory=list)
    _subjects: dict[tuple[str, int], Subject] = field(default_factory=dict)
    _places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _records: Records = field(default_factory=Records)
    _operations: Operations = field(default_factory=Operations)
    _waived: Waived = field(default_factory=Waived)

    def add(self, point: Point, reader: Reader, assessment: Assessment) -> None:
        """One more point, later than those before."""
        self.statuses.add(len(self.points), assessment.observations)
        for item in assessment.observations:
            self._places[item.control].add(item.subject.subscription)
            if item.status is Status.NOT_SATISFIED:
                self._subjects[item.control, number(item.subject.id)] = item.subject
        self.points.append(point)
        self._findings.append({finding.control: finding for finding in assessment.findings})
        self._sightings.append(Sighting.of(reader, point.as_of, assessment.observations))
        self._records.add(reader)
        self._operations.add(reader)
        self._waived.add(at_point(reader, assessment.observations, self.registers))

    def view(self, controls: Sequence[Control], unused: tuple[tuple[str, str], ...]) -> PeriodView:
        """The view, of the controls that are judged today."""
        held = [self._window_of(point) for point in self.points]
        due = [window for window in self.bounds.windows if window[0] <= self.points[-1].as_of[:10]]
        return PeriodView(
            points=tuple(self.points),
            missed=tuple(window for window in due if window not in held),
            unused=unused,
            max_blind_spot_days=self.bounds.max_blind_spot_days,
            controls=tuple(self._control(control.id, held, len(due)) for control in controls),
            exceptions=tuple(sorted(self._exceptions(), key=_order)),
            clusters=roll_forward(self._sightings, self._records, self._operations),
            changes=changes(self.points[-1].as_of, self._records, controls, self._operations),
            waivers=self._waived.lines(),
        )

    def _window_of(self, point: Point) -> Window | None:
        day = point.as_of[:10]
        return next((window for window in self.bounds.windows if window[0] <= day <= window[1]), None)

    def _control(self, control: str, held: Sequence[Window | None], due: int) -> ControlPeriod:
        found = [self._found(control, index) for index in range(len(self.points))]
        looked = [index for index, one in enumerate(found) if one and one[0] is not Status.NOT_ASSESSED]
        by_place: dict[object, set[Status]] = defaultdict(set)
        for index in looked:
            place = held[index] if self.bounds.windows else index
            state = found[index]
            if place is not None and state:
                by_place[place].add(state[0])
        idle = sum(statuses == {Status.NOT_APPLICABLE} for statuses in by_place.values())
        blind = self._blind(looked)
        return ControlPeriod(
            control=control,
            status=self._status({one[0] for one in found if one}, blind),
            expected=due if self.bounds.windows else len(self.points),
            assessed=len(by_place) - idle,
            satisfied=sum(
                Status.SATISFIED in statuses and Status.NOT_SATISFIED not in statuses
                for statuses in by_place.values()
            ),
            not_applicable=idle,
            blind_hours=int(blind.total_seconds() // 3600),
            states=tuple(found),
            waived=self._waived.counts(control),
        )

    def _found(self, control: str, index: int) -> tuple[Status, int] | None:
        """A control at a point; what was not read of it may be an exception, as other points show it."""
        finding = self._findings[index].get(control)
        if finding is None:
            return None
        seen = self._sightings[index]
        hides = any(not seen.reads(one) for one in self._places.get(control, ()))
        status = Status.NOT_ASSESSED if hides and not finding.exceptions else finding.status
        return status, finding.exceptions

    def _status(self, statuses: set[Status], blind: timedelta) -> Status:
        """Not satisfied at one point is not satisfied; what was not looked at for long is not assessed."""
        if Status.NOT_SATISFIED in statuses:
            return Status.NOT_SATISFIED
        seen = statuses - {Status.NOT_ASSESSED}
        if blind > timedelta(days=self.bounds.max_blind_spot_days) or not seen:
            return Status.NOT_ASSESSED
        return Status.SATISFIED if Status.SATISFIED in seen else Status.NOT_APPLICABLE

    def _blind(self, looked: Sequence[int]) -> timedelta:
        """The longest stretch without a point that could tell, up to the period's end or the last point."""
        start = datetime.combine(self.bounds.start, time(), UTC)
        end = datetime.combine(self.bounds.end + timedelta(days=1), time(), UTC)
        end = min(end, _time(self.points[-1].as_of))
        times = [start, *(_time(self.points[index].as_of) for index in looked), end]
        return max(later - earlier for earlier, later in pairwise(times))

    def _exceptions(self) -> Iterator[ExceptionHistory]:
        for control, subject_number, seen in self.statuses.exceptions():
            subject = self._subjects[control, subject_number]
            states = tuple(self._state(control, subject, index, seen) for index in range(len(self.points)))
            yield self._history(control, subject, states)

    def _state(self, control: str, subject: Subject, index: int, seen: Mapping[int, Seen]) -> Seen:
        """What a point says; where it does not show the subject, it may be gone only if it would be seen."""
        if index in seen:
            return seen[index]
        hidden = (
            control not in self._findings[index]
            or not self._sightings[index].reads(subject.subscription)
            or self.statuses.unread(control, subject.cluster_id, index)
        )
        return Seen.UNKNOWN if hidden else Seen.GONE

    def _history(self, control: str, subject: Subject, states: tuple[Seen, ...]) -> ExceptionHistory:
        times = [_time(point.as_of) for point in self.points]
        found = tuple(stretches(states))
        ended = found[-1][1]
        ends = [times[end] if end is not None else times[-1] for _, end in found]
        open_for = sum(
            ((end - times[start]) for (start, _), end in zip(found, ends, strict=True)), timedelta()
        )
        key = control, number(subject.id)
        waived_times, waived_for = self._waived.times(*key, states, found, times)
        return ExceptionHistory(
            control=control,
            subject=subject,
            states=states,
            first_seen=self.points[found[0][0]].as_of,
            last_seen=self.points[max(i for i, state in enumerate(states) if state is Seen.EXCEPTION)].as_of,
            fixed_at=self.points[ended].as_of if ended is not None else "",
            days_open=open_for.days,
            reopened=len(found) - 1,
            waived=self._waived.at(*key),
            waived_times=waived_times,
            days_waived=waived_for.days,
        )


def _time(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)


def _order(history: ExceptionHistory) -> tuple[str, str, str]:
    return history.control, history.subject.id.lower(), history.subject.id
