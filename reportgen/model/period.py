"""The period of review: collection points, time lines, populations that roll forward."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reportgen.model.observation import Subject
from reportgen.model.registers import WaiverState
from reportgen.model.values import Status


@dataclass(frozen=True, slots=True)
class Point:
    """A collection point: a finished snapshot within the period of review, judged at its own time.

    ``catalogue_sha256`` is that of the controls it was judged by, ``gaps`` how many it has.
    """

    snapshot: str
    as_of: str
    root_sha256: str
    catalogue_sha256: str
    gaps: int


@dataclass(frozen=True, slots=True)
class ControlPeriod:
    """One control over all collection points.

    ``expected`` counts the windows of the schedule (the points themselves where there is none), ``assessed``
    and ``satisfied`` those of them; a window with two points is satisfied where both are. ``not_applicable``
    are those at which there was nothing that it applies to. ``blind_hours`` is the longest stretch of the
    period without a point that could tell. ``states`` has the status and the number of exceptions at each
    point, None where the catalogue of that time had no such control; ``waived`` how many of these exceptions
    had a waiver in force then, () where none ever had. The status is that of the finding, but
    not-assessed in place of satisfied where a subscription was not read in which other points show subjects
    of the control.
    """

    control: str
    status: Status
    expected: int
    assessed: int
    satisfied: int
    not_applicable: int
    blind_hours: int
    states: tuple[tuple[Status, int] | None, ...]
    waived: tuple[int, ...] = ()

    @property
    def points_waived(self) -> int:
        """Points that are not satisfied, and at which every exception had a waiver in force."""
        both = zip(self.states, self.waived, strict=bool(self.waived))
        return sum(state is not None and 0 < state[1] == number for state, number in both)


class Seen(StrEnum):
    """What a collection point says of a subject that was an exception at some point."""

    EXCEPTION = "exception"
    SATISFIED = "satisfied"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class WaivedTime:
    """From when to when (RFC 3339) a waiver, by its id, stood beside an exception."""

    waiver: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class WaiverPeriod:
    """A waiver or an exemption of Azure Policy over all collection points, each judged at its own time.

    ``begins_on`` is the first day that it is in force, not before its approval, and ``expires_on`` the last;
    "" where there is none. ``states`` has what most tells at each point, "" where an exemption was not there;
    ``waived`` the exceptions beside which it stood. ``removed`` says that the last point has it no more.
    """

    id: str
    origin: str
    name: str
    controls: tuple[str, ...]
    subject: str
    begins_on: str
    expires_on: str
    states: tuple[str, ...]
    waived: tuple[int, ...]
    removed: bool

    @property
    def points(self) -> int:
        """At how many points it was in force."""
        return sum(state in (WaiverState.ACTIVE, WaiverState.UNUSED) for state in self.states)


@dataclass(frozen=True, slots=True)
class ExceptionHistory:
    """A subject that was not satisfied at one point at least; times are those of points (RFC 3339).

    ``fixed_at`` is the first point at which it no longer was, for good ("" while open or not known);
    ``days_open`` counts whole days as exception, each time up to the point that shows it fixed or gone, or to
    the last point. ``reopened`` is how often it came back. ``waived`` has the ids of the waivers that were in
    force beside it at each point, () where none ever was; ``waived_times`` from when to when, and
    ``days_waived`` the whole days of these.
    """

    control: str
    subject: Subject
    states: tuple[Seen, ...]
    first_seen: str
    last_seen: str
    fixed_at: str
    days_open: int
    reopened: int
    waived: tuple[str, ...] = ()
    waived_times: tuple[WaivedTime, ...] = ()
    days_waived: int = 0


@dataclass(frozen=True, slots=True)
class ClusterLife:
    """A cluster that came or went within the period, once for each time that it did.

    ``created`` and ``deleted`` are times of recorded changes, or "between <point> and <point>" where none is
    on record, or "". ``created_by`` and ``deleted_by`` are whom the record names. ``observed`` is False where
    no collection point saw it.
    """

    id: str
    name: str
    subscription: str
    created: str
    created_by: str
    created_by_log: bool
    deleted: str
    deleted_by: str
    deleted_by_log: bool
    observed: bool


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A change of a property that Resource Graph recorded, with the controls that judge it.

    ``by`` is whom the record names, or with ``by_log`` the caller in the activity log.
    """

    at: str
    resource: str
    property: str
    before: str
    after: str
    by: str
    by_log: bool
    client: str
    operation: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RollForward:
    """The population of clusters: ``opening + created - deleted == closing``.

    ``unrecorded`` are stretches (from, to) for which changes are not on record, so that a cluster which lived
    within one alone would not be seen.
    """

    opening: int
    created: int
    deleted: int
    closing: int
    lives: tuple[ClusterLife, ...]
    unrecorded: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    """How the controls operated through the period, as far as collection points show.

    ``unused`` are snapshots within the period that are no point, each with the reason in words. ``missed``
    are windows of the schedule (first and last day) without a point; ``max_blind_spot_days`` is the longest
    stretch without one at which a control still counts as assessed.
    """

    points: tuple[Point, ...]
    missed: tuple[tuple[str, str], ...]
    unused: tuple[tuple[str, str], ...]
    max_blind_spot_days: int
    controls: tuple[ControlPeriod, ...]
    exceptions: tuple[ExceptionHistory, ...]
    clusters: RollForward
    changes: tuple[PropertyChange, ...]
    waivers: tuple[WaiverPeriod, ...] = ()
