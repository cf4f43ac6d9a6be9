"""Exclusions: what the engagement leaves out is said in front and not assessed, and is no gap.

Subjects inside keep their place in every population. After its last day an exclusion leaves nothing out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reportgen.engagement.registers import Exclusion
from reportgen.model import (
    Cause,
    ExclusionResult,
    ExclusionState,
    Gap,
    Observation,
    ScopeReport,
    Subject,
    SubscriptionScope,
)
from reportgen.snapshot import Reader

REASON = "excluded"
"""Of a gap that is none, since the engagement leaves out where it is."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The exclusions of an engagement at one time, numbered in its order: ``X-01``, ``X-02``."""

    entries: tuple[ExclusionResult, ...]

    @classmethod
    def at(cls, exclusions: Iterable[Exclusion], as_of: str, scope: ScopeReport) -> Exclusions:
        """As they stand at a time (RFC 3339); ``scope`` knows the names of subscriptions."""
        today = datetime.fromisoformat(as_of).astimezone(UTC).date()
        names = {line.id.lower(): line.name for line in scope.subscriptions}
        return cls(
            tuple(
                ExclusionResult(
                    id=f"X-{number:02d}",
                    scope=(place := item.scope.lower().rstrip("/")),
                    name=names.get(place, "") if "/" not in place else item.scope.rstrip("/").split("/")[-1],
                    owner=item.owner,
                    reason=item.reason,
                    expires_on=item.expires_on.isoformat(),
                    state=ExclusionState.EXPIRED if item.expires_on < today else ExclusionState.ACTIVE,
                )
                for number, item in enumerate(exclusions, start=1)
            )
        )

    def why(self, subject: Subject) -> str:
        """The sentence that says why a subject is not judged, "" where it is."""
        found = self._over(subject.id, subject.subscription)
        return _said(found) if found else ""

    def gaps(self, gaps: Iterable[Gap]) -> tuple[Gap, ...]:
        """The gaps, of which those inside what is left out are exclusions."""
        return tuple(self._gap(gap) for gap in gaps)

    def scope(self, scope: ScopeReport) -> ScopeReport:
        """The comparison of scopes, with what is said of a subscription that is left out."""
        lines = tuple(
            _marked(line, found) if found else line
            for line in scope.subscriptions
            for found in (self._over(line.id, line.id),)
        )
        return replace(scope, subscriptions=lines)

    def results(
        self, observations: Iterable[Observation], gaps: Iterable[Gap], scope: ScopeReport
    ) -> tuple[ExclusionResult, ...]:
        """What became of each: how many subjects it left out, and whether there is anything in its scope."""
        subjects: dict[str, set[str]] = defaultdict(set)
        for item in observations if self.entries else ():
            if item.cause is Cause.EXCLUDED:
                found = self._over(item.subject.id, item.subject.subscription)
                if found:
                    subjects[found.id].add(item.subject.id)
        known = {found.id for gap in gaps if (found := self._over(*_place(gap)))}
        known |= {found.id for line in scope.subscriptions if (found := self._over(line.id, line.id))}
        return tuple(self._result(entry, len(subjects[entry.id]), known) for entry in self.entries)

    def _result(self, entry: ExclusionResult, subjects: int, known: set[str]) -> ExclusionResult:
        idle = entry.state is ExclusionState.ACTIVE and not subjects and entry.id not in known
        return replace(entry, subjects=subjects, state=ExclusionState.UNMATCHED if idle else entry.state)

    def _over(self, place: str, subscription: str) -> ExclusionResult | None:
        """The first that is in force over an id, which lies in a subscription."""
        lowered = f"{place.lower()}/"
        for entry in self.entries:
            if entry.state is ExclusionState.ACTIVE and (
                entry.scope == subscription.lower() or lowered.startswith(f"{entry.scope}/")
            ):
                return entry
        return None

    def _gap(self, gap: Gap) -> Gap:
        found = None if gap.excluded else self._over(*_place(gap))
        return replace(gap, reason=REASON, detail=f"{_said(found)} {gap.detail}") if found else gap


def lacking(reader: Reader, exclusions: Iterable[Exclusion]) -> tuple[Gap, ...]:
    """The gaps of a finished snapshot that make it incomplete, at its own time."""
    known = Exclusions.at(exclusions, reader.header.as_of, reader.scope)
    return tuple(gap for gap in known.gaps(reader.gaps) if not gap.excluded)


def _place(gap: Gap) -> tuple[str, str]:
    """Where a gap is, and its subscription: the first part of it, or the second of an ARM id."""
    parts = gap.scope.strip("/").split("/")
    return gap.scope, parts[1] if parts[0].lower() == "subscriptions" and len(parts) > 1 else parts[0]


def _marked(line: SubscriptionScope, found: ExclusionResult) -> SubscriptionScope:
    told = f"Left out by the engagement until {found.expires_on} ({found.id})."
    return replace(line, reason=f"{told} {line.reason}".strip(), excluded=True)


def _said(found: ExclusionResult) -> str:
    reason = found.reason if found.reason.endswith((".", "!", "?")) else f"{found.reason}."
    return f"Left out by the engagement until {found.expires_on} ({found.id}, {found.owner}): {reason}"
