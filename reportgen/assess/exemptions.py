"""Exemptions of Azure Policy as waivers, where the engagement says which policies stand for which control.

An exemption says that Azure need not hold a resource to a policy. Whether that waives a control is for the
engagement to say, and an exemption needs for it what a waiver needs: an end, and an approval by somebody else
than who asked. Without being asked they are shown in the register and applied to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from reportgen.assess.waivers import Claim
from reportgen.engagement.registers import PolicyExemptions
from reportgen.model import Json, WaiverResult, WaiverState
from reportgen.snapshot import Reader
from reportgen.subjects.document import last, of_row

EXEMPTIONS, ASSIGNMENTS = "arg.policy-exemptions", "arg.policy-assignments"
ORIGIN = "azure-policy"
_TYPE = re.compile(r"/providers/microsoft\.authorization/policyexemptions/[^/]+/?", re.IGNORECASE)
_RESOURCE = re.compile(r"/resourcegroups/[^/]+/providers/", re.IGNORECASE)
_MANAGEMENT_GROUP = "/providers/microsoft.management/"


def claims(reader: Reader, wanted: PolicyExemptions) -> tuple[Claim, ...]:
    """The exemptions of a snapshot, by id, numbered ``P-01``, ``P-02``."""
    rows = sorted(_rows(reader, EXEMPTIONS), key=lambda row: str(row["id"]).lower())
    assigned = {
        str(row["id"]).lower(): str(of_row(row, "policyDefinitionId") or "")
        for row in _rows(reader, ASSIGNMENTS)
    }
    return tuple(_claim(called(number), row, assigned, wanted) for number, row in enumerate(rows, start=1))


def called(number: int) -> str:
    """The id of an exemption in a report."""
    return f"P-{number:02d}"


def _rows(reader: Reader, source: str) -> Iterator[Json]:
    for page in reader.pages(source):
        yield from page.body["data"]


def _claim(known: str, row: Json, assigned: Mapping[str, str], wanted: PolicyExemptions) -> Claim:
    where = _TYPE.sub("", str(row["id"]))
    scope = where.lower()
    controls = _controls(row, assigned, wanted)
    ends, readable_end = _day(of_row(row, "expiresOn"))
    approved, readable_approval = _day(of_row(row, "approvedOn"))
    against = (
        (WaiverState.SHOWN, wanted.apply == "show"),
        (WaiverState.UNMAPPED, wanted.apply == "waive" and not controls),
        (WaiverState.UNREADABLE, not (readable_end and readable_approval)),
        (WaiverState.ABOVE, scope.startswith(_MANAGEMENT_GROUP) and bool(controls)),
        (WaiverState.NARROWED, bool(of_row(row, "resourceSelectors"))),
        (WaiverState.ENDLESS, not of_row(row, "expiresOn")),
    )
    return Claim(
        key=str(row["id"]).lower(),
        result=WaiverResult(
            id=known,
            origin=ORIGIN,
            controls=controls,
            subject=where,
            glob="",
            reason=_text(row, "description"),
            ticket=_text(row, "ticketRef"),
            requested_by=_text(row, "requestedBy"),
            approved_by=_text(row, "approvedBy"),
            approved_on=approved.isoformat() if approved else "",
            begins_on="",
            expires_on=ends.isoformat() if ends else "",
            approval=_text(row, "ticketRef"),
            approval_file="",
            approval_sha256="",
            state=WaiverState.SHOWN,
            name=_text(row, "displayName") or str(row["name"]),
            category=_text(row, "exemptionCategory"),
        ),
        covers=lambda subject: f"{subject}/".startswith(f"{scope}/"),
        exact=bool(_RESOURCE.search(where)),
        begins=approved,
        ends=ends,
        against=tuple(state for state, is_so in against if is_so),
    )


def _controls(row: Json, assigned: Mapping[str, str], wanted: PolicyExemptions) -> tuple[str, ...]:
    """The controls that the engagement lets this exemption speak for."""
    definition = assigned.get(_text(row, "policyAssignmentId").lower(), "").lower()
    references = [str(one).lower() for one in of_row(row, "policyDefinitionReferenceIds") or ()]
    return tuple(
        control
        for control, named in sorted(wanted.controls.items())
        if definition and any(_speaks(one.lower(), definition, references) for one in named)
    )


def _speaks(named: str, definition: str, references: list[str]) -> bool:
    """Whether an exemption from ``definition`` (all of it without references) is one from what is named."""
    policy, _, reference = named.partition("#")
    if policy not in (definition, last(definition)):
        return False
    return not references or (reference in references if reference else False)


def _text(row: Json, key: str) -> str:
    return str(of_row(row, key) or "").strip()


def _day(value: Json) -> tuple[date | None, bool]:
    """The day in UTC, and whether what stands there can be read; nothing can."""
    if not value:
        return None, True
    try:
        time = datetime.fromisoformat(str(value))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).date(), True
    except (ValueError, OverflowError):
        return None, False
