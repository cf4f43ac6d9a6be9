"""Exemptions of Azure Policy: shown, or applied as waivers where the engagement says for which control."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import exemptions, waivers
from reportgen.engagement.registers import PolicyExemptions
from reportgen.model import Observation, Status, Subject, WaiverResult
from tests.assess.build import AS_OF, SUB, Snapshot, cluster_id

GROUPS = "/providers/Microsoft.Management/managementGroups"
ASSIGNED = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/policyAssignments"
DEFINITION = "040732e8-d947-40b8-95d6-854c95024bf8"
INITIATIVE = "1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
ASSIGNMENTS = [
    {"id": f"{ASSIGNED}/private", "name": "private",
     "policyDefinitionId": f"/providers/Microsoft.Authorization/policyDefinitions/{DEFINITION}"},
    {"id": f"{GROUPS}/mg/providers/Microsoft.Authorization/policyAssignments/mcsb", "name": "mcsb",
     "policyDefinitionId": f"/providers/Microsoft.Authorization/policySetDefinitions/{INITIATIVE}"},
]  # fmt: skip
BY_DEFINITION = {"api-server-private": (DEFINITION.upper(),)}


def exemption(scope: str = cluster_id("one"), **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/policyExemptions/ours",
        "name": "ours",
        "displayName": "Ours",
        "description": "Until then.",
        "policyAssignmentId": f"{ASSIGNED}/PRIVATE",
        "policyDefinitionReferenceIds": [],
        "exemptionCategory": "Waiver",
        "expiresOn": "2027-01-31T00:00:00Z",
        "requestedBy": "ops",
        "approvedBy": "Risk Committee",
        "approvedOn": "2026-09-14T12:00:00.0000000Z",
        "ticketRef": "RISK-1",
        **changes,
    }


def result(
    folder: Path, row: dict[str, Any], names: tuple[str, ...] = ("one", "two", "three"), **wanted: Any
) -> WaiverResult:
    """What becomes of one exemption over clusters that all fail one control."""
    snapshot = Snapshot(folder)
    snapshot.page("arg.policy-exemptions", "tenant", {"data": [row]})
    snapshot.page("arg.policy-assignments", "tenant", {"data": ASSIGNMENTS})
    subjects = (Subject(cluster_id(name), "cluster", name, name, cluster_id(name), SUB) for name in names)
    failed = [
        Observation("api-server-private", subject, Status.NOT_SATISFIED, {}, "why", ())
        for subject in subjects
    ]
    claimed = exemptions.claims(snapshot.reader(), PolicyExemptions(**wanted))
    after, (found,) = waivers.apply(claimed, failed, AS_OF)
    assert sum(item.waiver == found.id for item in after) == found.waived
    return found


def waived(folder: Path, row: dict[str, Any], **more: Any) -> list[str]:
    found = result(folder, row, apply="waive", **{"controls": BY_DEFINITION, **more})
    return [found.state.value, *(note.value for note in found.notes)]


def test_without_being_asked_it_is_shown_and_applied_to_nothing(tmp_path: Path) -> None:
    found = result(tmp_path, exemption())
    assert (found.id, found.origin, found.name, found.category) == ("P-01", "azure-policy", "Ours", "Waiver")
    assert (found.state.value, found.notes, found.waived) == ("shown", (), 0)
    assert (found.subject, found.approved_on, found.expires_on) == (
        cluster_id("one"), "2026-09-14", "2027-01-31",
    )  # fmt: skip
    assert not found.needs_reader


def test_what_is_mapped_to_a_control_is_applied_there(tmp_path: Path) -> None:
    found = result(tmp_path, exemption(), apply="waive", controls=BY_DEFINITION)
    assert (found.controls, found.state.value, found.waived) == (("api-server-private",), "active", 1)


@pytest.mark.parametrize(
    ("changes", "states"),
    [
        ({"policyAssignmentId": f"{ASSIGNED}/another"}, ["unmapped"]),
        ({"expiresOn": None}, ["endless"]),
        ({"expiresOn": "2026-09-30T00:00:00Z"}, ["expired"]),
        ({"expiresOn": "next year"}, ["unreadable"]),
        ({"approvedOn": "14/09/2026"}, ["unreadable"]),
        ({"approvedBy": None}, ["unapproved"]),
        ({"approvedBy": "Ops"}, ["self-approved"]),
        ({"ticketRef": None}, ["undocumented"]),
        ({"resourceSelectors": [{"selectors": []}]}, ["narrowed"]),
    ],
)
def test_what_keeps_it_from_being_applied(tmp_path: Path, changes: dict[str, Any], states: list[str]) -> None:
    assert waived(tmp_path, exemption(**changes)) == states


@pytest.mark.parametrize(
    ("scope", "names", "states"),
    [
        (cluster_id("ONE").upper(), ("one", "two"), ["active"]),
        (cluster_id("on"), ("one", "two"), ["unmatched"]),
        (f"/subscriptions/{SUB}", ("one", "two"), ["too-broad"]),
        (f"/subscriptions/{SUB}", ("one",), ["active"]),
        (f"{GROUPS}/mg", ("one",), ["above", "unmatched"]),
    ],
)
def test_its_scope_is_what_it_covers(
    tmp_path: Path, scope: str, names: tuple[str, ...], states: list[str]
) -> None:
    assert waived(tmp_path, exemption(scope), names=names) == states


@pytest.mark.parametrize(
    ("references", "named", "states"),
    [
        (["privateClusters"], f"{INITIATIVE}#privateclusters", ["active"]),
        (["other"], f"{INITIATIVE}#privateClusters", ["unmapped"]),
        ([], f"{INITIATIVE}#privateClusters", ["active"]),
        (["privateClusters"], INITIATIVE, ["unmapped"]),
        ([], INITIATIVE, ["active"]),
    ],
)
def test_of_an_initiative_the_policy_is_named(
    tmp_path: Path, references: list[str], named: str, states: list[str]
) -> None:
    row = exemption(policyAssignmentId=ASSIGNMENTS[1]["id"].lower(), policyDefinitionReferenceIds=references)
    assert waived(tmp_path, row, controls={"api-server-private": (named,)}) == states
