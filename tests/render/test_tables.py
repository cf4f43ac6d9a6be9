"""The tables over all controls: every exception, every gap, every control, in an order to work through."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

from reportgen.model import Gap, Status
from reportgen.render.tables import ControlsTable, ExceptionsTable, GapsTable
from tests.render import factory


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_exceptions_of_all_controls_come_by_severity(tmp_path: Path) -> None:
    results = factory.results(12)
    found = rows(ExceptionsTable().render(results, tmp_path))
    failed = [item for item in results.observations if item.status is Status.NOT_SATISFIED]
    assert sorted(row["control"] for row in found) == sorted(item.control for item in failed)
    order = [row["severity"] for row in found]
    assert order == sorted(order, key=["critical", "high", "medium", "low"].index)
    assert sum(bool(row["waiver"]) for row in found) == sum(bool(item.waiver) for item in failed) > 0
    assert json.loads(found[0]["observed"])
    assert "#/value/" in found[0]["evidence"]


def test_every_control_has_its_counts(tmp_path: Path) -> None:
    results = factory.results(12)
    found = rows(ControlsTable().render(results, tmp_path))
    assert [row["control"] for row in found] == [control.id for control in results.controls]
    for row, finding in zip(found, results.findings, strict=True):
        assert (row["status"], row["exceptions"]) == (finding.status.value, str(finding.exceptions))
        assert int(row["population"]) == sum(
            int(row[name]) for name in ("satisfied", "exceptions", "not_assessed", "not_applicable")
        )


def test_gaps_and_exclusions_are_told_apart(tmp_path: Path) -> None:
    left_out = Gap("arm.managed-clusters", "s", "=name", "excluded", "Left out.")
    results = replace(factory.results(1), gaps=(*factory.results(1).gaps, left_out))
    found = rows(GapsTable().render(results, tmp_path))
    assert [row["excluded"] for row in found] == ["false", "false", "true"]
    assert found[-1]["scope_name"] == "'=name"
    assert found[-1]["title"]
