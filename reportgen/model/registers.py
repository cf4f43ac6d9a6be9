"""What people decided and stated: exclusions, waivers, attestations, management responses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExclusionState(StrEnum):
    """Whether what the engagement leaves out is left out."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class ExclusionResult:
    """Something of the scope that the engagement leaves out. ``subjects`` counts what was not judged for it.

    ``scope`` is a subscription's id or a cluster's in lower case, ``name`` its name where it is known.
    """

    id: str
    scope: str
    name: str
    owner: str
    reason: str
    expires_on: str
    state: ExclusionState
    subjects: int = 0


class WaiverState(StrEnum):
    """What holds of a waiver, the most telling first; those before `ACTIVE` keep it from being applied."""

    MALFORMED = "malformed"
    SHOWN = "shown"
    UNMAPPED = "unmapped"
    UNREADABLE = "unreadable"
    ABOVE = "above"
    NARROWED = "narrowed"
    EXPIRED = "expired"
    NOT_BEGUN = "not-begun"
    ENDLESS = "endless"
    UNAPPROVED = "unapproved"
    SELF_APPROVED = "self-approved"
    UNDOCUMENTED = "undocumented"
    UNMATCHED = "unmatched"
    TOO_BROAD = "too-broad"
    ACTIVE = "active"
    UNUSED = "unused"
    EXPIRING = "expiring"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """A waiver, or an exemption of Azure Policy (its ``origin``), and what became of it. Days are YYYY-MM-DD.

    ``subject`` is an id, or of an exemption the scope it stands at; of ``subject`` and ``glob`` one is "".
    ``state`` is the first of what holds, ``notes`` the rest. ``matched`` counts subjects of its controls,
    ``waived`` the exceptions beside which it stands. ``late_days``: approved so long after one of them was
    first seen. ``name`` and ``category`` are those of an exemption, "" else. Of one that is malformed
    ``problems`` say what is wrong, ``where`` file and line; it has those of its texts that could be read.
    """

    id: str
    origin: str
    controls: tuple[str, ...]
    subject: str
    glob: str
    reason: str
    ticket: str
    requested_by: str
    approved_by: str
    approved_on: str
    begins_on: str
    expires_on: str
    approval: str
    approval_file: str
    approval_sha256: str
    state: WaiverState
    notes: tuple[WaiverState, ...] = ()
    matched: int = 0
    waived: int = 0
    late_days: int = 0
    name: str = ""
    category: str = ""
    problems: tuple[str, ...] = ()
    where: str = ""

    @property
    def needs_reader(self) -> bool:
        """Whether somebody has to look at it: all but what is applied, ends later, and came in time.

        Exemptions of Azure Policy that nobody asked to be applied are no waivers, and need no one.
        """
        if self.state in (WaiverState.SHOWN, WaiverState.UNMAPPED):
            return False
        return not {WaiverState.ACTIVE, WaiverState.UNUSED}.issuperset((self.state, *self.notes))


class AttestationState(StrEnum):
    """What is to be said of an attestation; `CURRENT` alone is relied on."""

    MALFORMED = "malformed"
    CURRENT = "current"
    BESIDE = "beside"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class AttestationResult:
    """What a person states. ``kind`` is control, requirement or entity-control; ``about`` its id.

    ``framework`` goes with a requirement; ``subject`` is "" where the whole control is meant. `BESIDE` is a
    statement about a control that is tested: it stands beside the result and changes nothing. ``relied_on``
    counts observations that are satisfied by it; ``copy`` is the path of the file in the pack.
    ``problems`` and ``where`` are as those of a waiver.
    """

    id: str
    kind: str
    about: str
    framework: str
    subject: str
    person: str
    role: str
    statement: str
    stated_on: str
    valid_until: str
    file: str
    file_sha256: str
    copy: str
    state: AttestationState
    relied_on: int = 0
    problems: tuple[str, ...] = ()
    where: str = ""


class ResponseState(StrEnum):
    """What became of what a management response is about."""

    MALFORMED = "malformed"
    OVERDUE = "overdue"
    OPEN = "open"
    UNASSESSED = "unassessed"
    SETTLED = "settled"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class ResponseResult:
    """What management does about a control's exceptions, or (``subject``) about those of one subject.

    ``exceptions`` are those that there are still; ``waived`` of them have a waiver. ``problems`` and
    ``where`` are as those of a waiver.
    """

    id: str
    control: str
    subject: str
    owner: str
    plan: str
    due_on: str
    state: ResponseState
    exceptions: int = 0
    waived: int = 0
    problems: tuple[str, ...] = ()
    where: str = ""
