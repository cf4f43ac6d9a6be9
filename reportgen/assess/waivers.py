"""Waivers against observations: which are applied, and why the others are not. The status never changes.

Applied is what somebody else approved than who asked for it, by an approval that a reference or a file shows;
that has begun, has an end that has not come, matches a subject, and is not too broad.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from reportgen.engagement.registers import Malformed, Registers, Waiver, same_person
from reportgen.model import Observation, Status, WaiverResult, WaiverState

MOST_SUBJECTS = 50
"""A pattern over more subjects than this is too broad: nobody who approves it looks at each of them."""
ENGAGEMENT = "engagement"
FirstSeen = Mapping[tuple[str, str], str]
"""When an exception was first seen (RFC 3339), by control and lower-cased id of the subject."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that asks to stand beside exceptions: a waiver, or an exemption from elsewhere.

    ``key`` is the same at every collection point. ``result`` bears the words, its state is not judged yet;
    ``begins`` and ``ends`` are days, both included, None where there is none; ``covers`` says of a
    lower-cased id of a subject whether it is meant.
    ``against`` is what its origin holds against it already.
    """

    key: str
    result: WaiverResult
    covers: Callable[[str], bool]
    exact: bool
    begins: date | None
    ends: date | None
    against: tuple[WaiverState, ...] = ()


def claims(registers: Registers) -> tuple[Claim, ...]:
    """The waivers of the engagement, numbered in its order: ``W-01``, ``W-02``."""
    return tuple(
        _malformed(f"W-{number:02d}", waiver)
        if isinstance(waiver, Malformed)
        else _claim(f"W-{number:02d}", waiver, registers.files)
        for number, waiver in enumerate(registers.waivers, start=1)
    )


def apply(
    claimed: Sequence[Claim],
    observations: Iterable[Observation],
    as_of: str,
    period_end: date | None = None,
    first_seen: FirstSeen | None = None,
) -> tuple[tuple[Observation, ...], tuple[WaiverResult, ...]]:
    """The observations with the waivers beside their exceptions, and what became of each waiver.

    ``first_seen`` is known where several snapshots were looked at; without it, or for an exception that it
    lacks, the exception was first seen at ``as_of``.
    """
    ordered = tuple(observations)
    by_control: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(ordered):
        by_control[item.control].append(place)
    beside: dict[int, list[str]] = defaultdict(list)
    results = []
    for claim in claimed:
        matched = [
            place
            for control in claim.result.controls
            for place in by_control[control]
            if claim.covers(ordered[place].subject.id.lower())
        ]
        failed = [place for place in matched if ordered[place].status is Status.NOT_SATISFIED]
        sizes = {control: len(by_control[control]) for control in claim.result.controls}
        broad = not claim.exact and _too_broad(Counter(ordered[place].control for place in matched), sizes)
        states = list(_against(claim, len(matched), broad, _day(as_of)))
        late = max((_late(claim, ordered[place], as_of, first_seen or {}) for place in failed), default=0)
        if not states:
            for place in failed:
                beside[place].append(claim.result.id)
            states.append(WaiverState.ACTIVE if failed else WaiverState.UNUSED)
            if claim.ends and period_end and claim.ends <= period_end:
                states.append(WaiverState.EXPIRING)
        states += [WaiverState.LATE] if late else []
        results.append(
            replace(
                claim.result,
                state=states[0],
                notes=tuple(states[1:]),
                matched=len(matched),
                waived=len(failed) if states[0] is WaiverState.ACTIVE else 0,
                late_days=late,
            )
        )
    return _with_waivers(ordered, beside), tuple(results)


def _with_waivers(
    ordered: tuple[Observation, ...], beside: Mapping[int, list[str]]
) -> tuple[Observation, ...]:
    if not beside:
        return ordered
    return tuple(
        replace(item, waiver=", ".join(beside[place])) if place in beside else item
        for place, item in enumerate(ordered)
    )


def _against(claim: Claim, matched: int, broad: bool, today: date) -> Iterable[WaiverState]:
    """What keeps a claim from being applied, the most telling first."""
    told, holds = claim.result, set(claim.against)
    tests = (
        (WaiverState.EXPIRED, claim.ends is not None and claim.ends < today),
        (WaiverState.NOT_BEGUN, claim.begins is not None and claim.begins > today),
    )
    # What no control is waived by is a line in the register; whether it could be is nobody's concern.
    asks = bool(told.controls) and holds.isdisjoint((WaiverState.SHOWN, WaiverState.MALFORMED))
    tests_of_waivers = (
        (WaiverState.UNAPPROVED, not told.approved_by),
        (
            WaiverState.SELF_APPROVED,
            bool(told.approved_by) and same_person(told.approved_by, told.requested_by),
        ),
        (WaiverState.UNDOCUMENTED, not (told.approval or told.approval_sha256)),
        (WaiverState.UNMATCHED, not matched),
        (WaiverState.TOO_BROAD, broad),
    )
    holds |= {state for state, is_so in (*tests, *(tests_of_waivers if asks else ())) if is_so}
    return (state for state in WaiverState if state in holds)


def _too_broad(matched: Mapping[str, int], sizes: Mapping[str, int]) -> bool:
    """Whether a pattern matches too many subjects of a control, or all of several."""
    return any(
        number > MOST_SUBJECTS or (number == sizes[control] and number > 1)
        for control, number in matched.items()
    )


def _late(claim: Claim, item: Observation, as_of: str, first_seen: FirstSeen) -> int:
    """Days from when an exception was first seen to the approval; 0 where that came first."""
    if not claim.result.approved_on:
        return 0
    seen = first_seen.get((item.control, item.subject.id.lower()), as_of)
    return max(0, (date.fromisoformat(claim.result.approved_on) - _day(seen)).days)


def _day(time: str) -> date:
    return datetime.fromisoformat(time).astimezone(UTC).date()


def _claim(known: str, waiver: Waiver, files: Mapping[str, str]) -> Claim:
    pattern = _pattern(waiver.glob or "")
    subject = (waiver.subject or "").lower().rstrip("/")
    file = waiver.approval_file.as_posix() if waiver.approval_file else ""
    return Claim(
        key=known,
        result=WaiverResult(
            id=known,
            origin=ENGAGEMENT,
            controls=(waiver.control,),
            subject=waiver.subject or "",
            glob=waiver.glob or "",
            reason=waiver.reason,
            ticket=waiver.ticket,
            requested_by=waiver.requested_by,
            approved_by=waiver.approved_by,
            approved_on=waiver.approved_on.isoformat(),
            begins_on=waiver.begins.isoformat(),
            expires_on=waiver.expires_on.isoformat(),
            approval=waiver.approval or "",
            approval_file=file,
            approval_sha256=files[file] if file else "",
            state=WaiverState.UNMATCHED,
        ),
        covers=(lambda known: known == subject) if waiver.subject else (lambda known: bool(pattern(known))),
        exact=waiver.subject is not None,
        begins=max(waiver.begins, waiver.approved_on),
        ends=waiver.expires_on,
    )


def _malformed(known: str, entry: Malformed) -> Claim:
    """A waiver that is none: it covers nothing, and bears what can be read of it."""
    said = entry.said
    return Claim(
        key=known,
        result=WaiverResult(
            id=known,
            origin=ENGAGEMENT,
            controls=(said["control"],) if "control" in said else (),
            subject=said.get("subject", ""),
            glob="" if "subject" in said else said.get("glob", ""),
            reason=said.get("reason", ""),
            ticket=said.get("ticket", ""),
            requested_by=said.get("requested_by", ""),
            approved_by=said.get("approved_by", ""),
            approved_on="",
            begins_on="",
            expires_on="",
            approval=said.get("approval", ""),
            approval_file="",
            approval_sha256="",
            state=WaiverState.MALFORMED,
            problems=entry.problems,
            where=entry.where,
        ),
        covers=lambda _: False,
        exact=True,
        begins=None,
        ends=None,
        against=(WaiverState.MALFORMED,),
    )


def _pattern(glob: str) -> Callable[[str], re.Match[str] | None]:
    """A glob over ids, of which only ``*`` (any text, slashes too) and ``?`` (one letter) mean something."""
    parts = ({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in glob.lower())
    return re.compile("".join(parts), re.DOTALL).fullmatch
