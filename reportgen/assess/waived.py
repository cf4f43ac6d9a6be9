"""Which waivers stood beside which exceptions at each collection point, each judged at that point's time.

The waivers are those of today's engagement, exemptions of Azure Policy those of each point's own snapshot. At
no point is a waiver in force before the day of its approval. It changes no status, at no point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from reportgen.assess import exemptions, waivers
from reportgen.assess.statuses import number
from reportgen.assess.stretches import Stretch
from reportgen.assess.waivers import Claim
from reportgen.engagement.registers import Registers
from reportgen.model import Observation, Seen, WaivedTime, WaiverPeriod, WaiverResult, WaiverState
from reportgen.snapshot import Reader

Span = tuple[datetime, datetime]
_ASKED_FOR_NOTHING = frozenset({"", WaiverState.SHOWN, WaiverState.UNMAPPED})


def claimed(reader: Reader, registers: Registers) -> tuple[Claim, ...]:
    """The waivers of the engagement and the exemptions of a snapshot."""
    return (*waivers.claims(registers), *exemptions.claims(reader, registers.exemptions))


@dataclass(frozen=True, slots=True)
class InForce:
    """What one point shows: each claim with what became of it, and the claims beside each exception.

    Claims are known by their keys; exceptions by control and `number` of the subject.
    """

    judged: Mapping[str, tuple[Claim, WaiverResult]]
    beside: Mapping[tuple[str, int], tuple[str, ...]]


def at_point(reader: Reader, observations: Sequence[Observation], registers: Registers) -> InForce:
    """Judge all claims at the time of a snapshot that was assessed."""
    claims = claimed(reader, registers)
    if not claims:
        return InForce({}, {})
    after, results = waivers.apply(claims, observations, reader.header.as_of)
    keys = {claim.result.id: claim.key for claim in claims}
    return InForce(
        judged={claim.key: (claim, result) for claim, result in zip(claims, results, strict=True)},
        beside={
            (item.control, number(item.subject.id)): tuple(keys[one] for one in item.waiver.split(", "))
            for item in after
            if item.waiver
        },
    )


@dataclass(slots=True)
class Waived:
    """The claims of all points, in the order of these."""

    _points: list[InForce] = field(default_factory=list)

    def add(self, point: InForce) -> None:
        """One more point, later than those before."""
        self._points.append(point)

    def counts(self, control: str) -> tuple[int, ...]:
        """How many exceptions of a control had a waiver in force at each point; none where none ever had."""
        found = tuple(sum(of == control for of, _ in point.beside) for point in self._points)
        return found if any(found) else ()

    def at(self, control: str, subject: int) -> tuple[str, ...]:
        """The ids of the waivers beside an exception at each point, or () where none ever was."""
        beside = self._beside(control, subject)
        if not any(beside):
            return ()
        ids = self._ids()
        return tuple(", ".join(map(ids.__getitem__, keys)) for keys in beside)

    def times(
        self,
        control: str,
        subject: int,
        states: Sequence[Seen],
        stretches: Sequence[Stretch],
        times: Sequence[datetime],
    ) -> tuple[tuple[WaivedTime, ...], timedelta]:
        """From when to when waivers stood beside an exception, and how long that was in all."""
        beside = self._beside(control, subject)
        if not any(beside):
            return (), timedelta()
        ids = self._ids()
        spans: list[tuple[Span, str]] = []
        for key in sorted({key for keys in beside for key in keys}, key=ids.__getitem__):
            claim = next(point.judged[key][0] for point in reversed(self._points) if key in point.judged)
            marks = [key in keys for keys in beside]
            spans += [(span, ids[key]) for span in _spans(claim, marks, states, stretches, times)]
        told = (WaivedTime(known, _stamp(since), _stamp(until)) for (since, until), known in spans)
        return tuple(sorted(told, key=lambda one: (one.since, one.waiver))), _union(span for span, _ in spans)

    def lines(self) -> tuple[WaiverPeriod, ...]:
        """Every waiver at each point, without exemptions that nobody asked to apply."""
        last = self._points[-1].judged
        found = []
        for key, known in self._ids().items():
            claim, result = next(point.judged[key] for point in reversed(self._points) if key in point.judged)
            results = [point.judged[key][1] if key in point.judged else None for point in self._points]
            states = tuple(one.state.value if one else "" for one in results)
            if not _ASKED_FOR_NOTHING.issuperset(states):
                found.append(
                    WaiverPeriod(
                        id=known,
                        origin=result.origin,
                        name=result.name,
                        controls=result.controls,
                        subject=result.subject or result.glob,
                        begins_on=claim.begins.isoformat() if claim.begins else "",
                        expires_on=claim.ends.isoformat() if claim.ends else "",
                        states=states,
                        waived=tuple(one.waived if one else 0 for one in results),
                        removed=key not in last,
                    )
                )
        return tuple(found)

    def _beside(self, control: str, subject: int) -> list[tuple[str, ...]]:
        return [point.beside.get((control, subject), ()) for point in self._points]

    def _ids(self) -> dict[str, str]:
        """The id of every claim by its key: as at the last point, and after those what is gone by then."""
        ids = {key: result.id for key, (_, result) in self._points[-1].judged.items()}
        gone = sorted({key for point in self._points for key in point.judged} - ids.keys())
        there = sum(result.origin == exemptions.ORIGIN for _, result in self._points[-1].judged.values())
        return ids | {key: exemptions.called(there + place) for place, key in enumerate(gone, start=1)}


def _spans(
    claim: Claim,
    marks: Sequence[bool],
    states: Sequence[Seen],
    stretches: Sequence[Stretch],
    times: Sequence[datetime],
) -> Iterator[Span]:
    """The times of a claim beside an exception: its own days, as far as no point contradicts them."""
    begins = _midnight(claim.begins) if claim.begins else datetime.min.replace(tzinfo=UTC)
    ends = _midnight(claim.ends) + timedelta(days=1) if claim.ends else datetime.max.replace(tzinfo=UTC)
    for began, ended in stretches:
        over = times[-1] if ended is None else times[ended]
        inside = range(began, len(times) if ended is None else ended)
        seen = [place for place in inside if states[place] is Seen.EXCEPTION]
        for waived, group in groupby(seen, key=marks.__getitem__):
            if not waived:
                continue
            places = list(group)
            before = [times[place] for place in seen if place < places[0]]
            after = [times[place] for place in seen if place > places[-1]]
            first, final = times[places[0]], times[places[-1]]
            since = begins if before and before[-1] < begins else first
            until = ends if not after or ends <= after[0] else final
            yield min(since, first), max(min(until, over), final)


def _union(spans: Iterable[Span]) -> timedelta:
    """How long spans are together, what they share counted once."""
    total, reached = timedelta(), datetime.min.replace(tzinfo=UTC)
    for since, until in sorted(spans):
        total += max(timedelta(), until - max(since, reached))
        reached = max(reached, until)
    return total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
