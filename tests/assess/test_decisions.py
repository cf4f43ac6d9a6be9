"""Decisions over an assessment: statuses stay, what is waived is counted, sightings come from the period."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.assess import assess, catalogue
from reportgen.assess.decisions import Decided, decide
from reportgen.engagement.registers import Registers, Response
from reportgen.model import ExceptionHistory, Seen, Status
from tests.assess.build import AS_OF, Snapshot, cluster, cluster_id, write_control
from tests.assess.test_waivers import waiver

CONTROL = "api-server-private"


def decided(folder: Path, registers: Registers, *history: ExceptionHistory) -> tuple[Any, Decided]:
    """Two clusters that fail the one control, assessed and decided."""
    write_control(folder / "controls")
    bodies = [cluster("a"), cluster("b")]
    reader = Snapshot(folder).arm(*bodies).graph(*bodies).reader()
    assessment = assess(reader, catalogue.load(folder / "controls"), AS_OF, registers=registers)
    return assessment, decide(assessment, reader, registers, history)


def ours(**changes: Any) -> Registers:
    given = waiver(**{"control": CONTROL, "subject": cluster_id("A"), **changes})
    left = Response(control=CONTROL, owner="Head", plan="It ends.", due_on="2026-11-01")  # type: ignore[arg-type]
    return Registers(waivers=(given,), responses=(left,))


def test_a_finding_counts_what_is_waived_and_keeps_its_status(tmp_path: Path) -> None:
    before, after = decided(tmp_path, ours())
    (finding,) = after.findings
    assert (finding.status, finding.exceptions, finding.waived) == (Status.NOT_SATISFIED, 2, 1)
    assert not finding.all_waived
    assert [item.status for item in after.observations] == [item.status for item in before.observations]
    assert [item.waiver for item in after.observations] == ["W-01", None]
    assert [(one.state.value, one.exceptions, one.waived) for one in after.responses] == [("overdue", 2, 1)]


def test_an_exception_was_first_seen_when_the_period_shows_it(tmp_path: Path) -> None:
    assessment, _ = decided(tmp_path, Registers())
    subject = assessment.observations[0].subject
    history = ExceptionHistory(CONTROL, subject, (Seen.EXCEPTION,), "2026-10-04T06:00:00Z", AS_OF, "", 41, 0)
    _, after = decided(tmp_path / "again", ours(approved_on="2026-11-14"), history)
    assert [(one.state.value, one.late_days) for one in after.waivers] == [("active", 41)]
    _, alone = decided(tmp_path / "alone", ours(approved_on="2026-11-14"))
    assert [(one.state.value, one.late_days) for one in alone.waivers] == [("active", 0)]


def test_without_registers_nothing_changes(tmp_path: Path) -> None:
    before, after = decided(tmp_path, Registers())
    assert (after.observations, after.findings) == (before.observations, before.findings)
    assert (after.waivers, after.responses) == ((), ())
