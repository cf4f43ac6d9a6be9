"""What differs between two packs, as plain types that `compare` makes and the report prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ExceptionChange(StrEnum):
    """What became of an exception. Only `FIXED` says that its subject was looked at again and satisfied.

    `NEW`: satisfied or not applicable before, or its subject was not there. `FIRST_ASSESSED`: not assessed
    before, or by no control; it may be older. `NOT_APPLICABLE`, `NOT_ASSESSED`: what its subject is now.
    `GONE`: its subject is there no longer. `OUT_OF_SCOPE`: its subscription is no longer looked at.
    `CONTROL_REMOVED`: its control is no longer in the catalogue.
    """

    NEW = "new"
    FIRST_ASSESSED = "first-assessed"
    PERSISTING = "persisting"
    FIXED = "fixed"
    NOT_ASSESSED = "not-assessed"
    NOT_APPLICABLE = "not-applicable"
    GONE = "gone"
    OUT_OF_SCOPE = "out-of-scope"
    CONTROL_REMOVED = "control-removed"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two packs; ``manifest_sha256`` is of its MANIFEST.sha256, "" for one that is being made."""

    pack_id: str
    entity: str
    engagement: str
    period: str
    as_of: str
    collection_mode: str
    tool_version: str
    catalogue_sha256: str
    templates_sha256: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class ChangedException:
    """An exception of either pack. Statuses are "" where there was no observation.

    ``judged_differently`` says that the control's expressions or parameters are not what they were, so that
    the change may come from there.
    """

    change: ExceptionChange
    control: str
    severity: str
    subject_id: str
    subject: str
    kind: str
    cluster: str
    subscription: str
    before: str
    after: str
    reason: str
    waiver: str
    judged_differently: bool


@dataclass(frozen=True, slots=True)
class ChangedFinding:
    """A control whose status changed; exceptions are counted before and after."""

    control: str
    title: str
    before: str
    after: str
    exceptions_before: int
    exceptions_after: int


@dataclass(frozen=True, slots=True)
class ChangedPopulation:
    """Subjects of one kind that only one pack has, by id, and the controls whose populations they changed.

    ``first_read`` and ``not_read`` may have existed all the time: the other pack did not read where they are.
    """

    kind: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    first_read: tuple[str, ...]
    not_read: tuple[str, ...]
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedControl:
    """A control that was added or removed (``what``), or one of its properties with both its JSON values."""

    control: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ChangedGap:
    """Something that could not be read in one of the packs only; ``change`` is new or closed."""

    change: str
    source: str
    scope: str
    scope_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangedSubscription:
    """A subscription that is read, not read or not in scope otherwise than before."""

    id: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs. ``not_assessed`` counts observations, before and after."""

    old: Side
    new: Side
    exceptions: tuple[ChangedException, ...]
    findings: tuple[ChangedFinding, ...]
    populations: tuple[ChangedPopulation, ...]
    catalogue: tuple[ChangedControl, ...]
    gaps: tuple[ChangedGap, ...]
    subscriptions: tuple[ChangedSubscription, ...]
    not_assessed: tuple[int, int]

    def count(self, change: ExceptionChange) -> int:
        """How many exceptions became this."""
        return sum(one.change is change for one in self.exceptions)
