"""Reasons for not assessing that many controls share: said once for all of them, not with each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reportgen.model import Cause, Results, Status
from reportgen.render.names import Names

_MANY = 5
"""Controls from which on a reason is said once: a page has about thirty rows."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """A reason in words, its cause, and in how many controls it stands."""

    cause: str
    reason: str
    controls: int


def repeated(results: Results, names: Names) -> tuple[Repeated, ...]:
    """The reasons of many controls, the most frequent first; those of gaps have their own register."""
    found = {
        (item.control, item.cause, item.reason)
        for item in results.observations
        if item.status is Status.NOT_ASSESSED and item.cause not in (None, Cause.GAP) and item.reason
    }
    counted = Counter(
        (names.strings.cause(cause), str(names.spelled(reason))) for _, cause, reason in found if cause
    )
    ordered = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Repeated(cause, reason, number) for (cause, reason), number in ordered if number >= _MANY)
