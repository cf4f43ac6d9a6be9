"""Attestations: a statement decides what no test can, while it is valid, and nothing that is tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import assess, attestations, catalogue
from reportgen.assess.judge import NO_STATEMENT
from reportgen.engagement.registers import Attestation, Malformed, Registers
from reportgen.errors import UsageError
from reportgen.model import AttestationState, Cause, Status
from tests.assess.build import AS_OF, Snapshot, cluster, cluster_id, write_control

STATED: dict[str, Any] = {
    "control": "api-server-private",
    "person": "A. Example",
    "role": "Head",
    "statement": "It is so.",
    "stated_on": "2026-10-01",
    "valid_until": "2027-09-30",
}


def control(folder: Path, **changes: Any) -> None:
    """A control that a person attests: without a check, values and tests."""
    write_control(folder / "controls", method="attestation", check=None, observe={}, tests=[], **changes)


def run(folder: Path, *stated: dict[str, Any] | Malformed, method: str = "attestation") -> Any:
    if method == "attestation":
        control(folder)
    else:
        write_control(folder / "controls")
    bodies = [cluster("a"), cluster("b")]
    reader = Snapshot(folder).arm(*bodies).graph(*bodies).reader()
    given = tuple(
        one if isinstance(one, Malformed) else Attestation.model_validate({**STATED, **one}) for one in stated
    )
    return assess(reader, catalogue.load(folder / "controls"), AS_OF, registers=Registers(attestations=given))


def test_without_a_statement_it_is_not_assessed_and_no_gap(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert {(item.status, item.cause, item.reason) for item in result.observations} == {
        (Status.NOT_ASSESSED, Cause.NOT_ATTESTED, NO_STATEMENT)
    }
    assert result.findings[0].status is Status.NOT_ASSESSED


def test_a_valid_statement_satisfies_and_says_whose_it_is(tmp_path: Path) -> None:
    result = run(tmp_path, {})
    assert {(item.status, item.cause) for item in result.observations} == {(Status.SATISFIED, None)}
    assert result.observations[0].reason == "Stated by A. Example (Head) on 2026-10-01, A-01; not tested."
    assert result.findings[0].status is Status.SATISFIED
    (stated,) = result.attestations
    assert (stated.state, stated.relied_on) == (AttestationState.CURRENT, 2)


@pytest.mark.parametrize(
    ("changes", "state"),
    [({"valid_until": "2026-10-02"}, "expired"), ({"stated_on": "2027-01-01"}, "not-yet")],
)
def test_a_statement_outside_its_days_decides_nothing(
    tmp_path: Path, changes: dict[str, Any], state: str
) -> None:
    result = run(tmp_path, changes)
    assert {item.status for item in result.observations} == {Status.NOT_ASSESSED}
    assert [(one.state.value, one.relied_on) for one in result.attestations] == [(state, 0)]


def test_one_about_a_subject_decides_that_one_in_any_casing(tmp_path: Path) -> None:
    result = run(tmp_path, {"subject": cluster_id("a").upper()}, {"subject": "/nothing"})
    assert [item.status for item in result.observations] == [Status.SATISFIED, Status.NOT_ASSESSED]
    assert [one.state.value for one in result.attestations] == ["current", "unmatched"]


def test_the_last_valid_statement_is_relied_on(tmp_path: Path) -> None:
    result = run(tmp_path, {"stated_on": "2026-10-02"}, {"stated_on": "2026-10-01"})
    assert [one.relied_on for one in result.attestations] == [2, 0]


def test_about_a_control_that_is_tested_it_changes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, {}, method="automated")
    assert {item.status for item in result.observations} == {Status.NOT_SATISFIED}
    assert [(one.state.value, one.relied_on) for one in result.attestations] == [("beside", 0)]


def test_what_a_person_states_has_no_check(tmp_path: Path) -> None:
    write_control(tmp_path / "controls", method="attestation", tests=[])
    with pytest.raises(UsageError, match="check: a statement decides where the method is attestation"):
        catalogue.load(tmp_path / "controls")


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("minutes/Board 2026.PDF", "board-2026.pdf"),
        ("=cmd|x.txt", "cmd-x.txt"),
        ("‮evil", "evil"),
        ("漢字.docx", ".docx"),
        ("n" * 300 + ".txt", "n" * 40 + ".txt"),
    ],
)
def test_a_copy_has_a_plain_name_that_its_hash_makes_unique(name: str, copy: str) -> None:
    path = attestations.copied(name, "ab" * 32)
    assert path == f"evidence/attestations/{'ab' * 6}{'' if copy.startswith('.') else '-'}{copy}"


def test_a_malformed_one_decides_nothing(tmp_path: Path) -> None:
    about = str(STATED["control"])
    wrong = Malformed(file="a.yaml", line=1, problems=("person: missing",), said={"control": about})
    elsewhere = Malformed(file="a.yaml", line=9, problems=("person: missing",), said={"control": "a-b"})
    result = run(tmp_path, wrong, elsewhere)
    assert {item.status for item in result.observations} == {Status.NOT_ASSESSED}
    stated, other = result.attestations
    assert (other.id, other.state, other.where) == ("A-02", AttestationState.MALFORMED, "a.yaml:9")
    assert (stated.id, stated.state, stated.about, stated.relied_on, stated.where) == (
        "A-01", AttestationState.MALFORMED, about, 0, "a.yaml:1",
    )  # fmt: skip
