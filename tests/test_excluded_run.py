"""The whole line with exclusions: what is left out is in front, not assessed, and makes no gap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from reportgen.render.schemas import load
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster_id

pytestmark = pytest.mark.usefixtures("without_pdf", "few_controls")
WEAK = cluster_id(BETA, "aks-weak")
REASON = '<script>alert("x")</script> is being taken down'


def report(
    mixed_run: Run, folder: Path, exclusions: list[dict[str, str]]
) -> tuple[line.Result, dict[str, Any]]:
    text = (mixed_run.estate / "engagement.yaml").read_text(encoding="utf-8").partition("parameters")[0]
    path = folder / "engagement.yaml"
    path.write_text(f"{text}frameworks: []\nexclusions: {json.dumps(exclusions)}\n", encoding="utf-8")
    result = line.command("report", path, "--snapshot", mixed_run.snapshot, "--out", folder / "out")
    return result, json.loads((result.pack / "results" / "findings.json").read_bytes())


def entry(scope: str, **changes: str) -> dict[str, str]:
    return {"scope": scope, "owner": "Ada", "reason": REASON, "expires_on": "2026-12-31"} | changes


def observed(pack: Path) -> list[dict[str, Any]]:
    lines = (pack / "results" / "observations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(text) for text in lines]


def test_what_could_not_be_read_and_is_left_out_makes_nothing_incomplete(
    mixed_run: Run, tmp_path: Path
) -> None:
    before = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())["gaps"]
    inside = {gap["scope"] for gap in before if HIDDEN in gap["scope"]}
    assert inside
    result, document = report(mixed_run, tmp_path, [entry(HIDDEN)])
    assert result.code == 3
    assert "1 part of the scope left out by the engagement; 0 exclusions to look at" in result.out
    already = {gap["scope"] for gap in before if gap["reason"] == "excluded"}
    excluded = {gap["scope"] for gap in document["gaps"] if gap["reason"] == "excluded"}
    assert excluded == inside | already
    assert [gap["scope"] for gap in document["gaps"]] == [gap["scope"] for gap in before]
    hidden = next(one for one in document["scope"]["subscriptions"] if one["id"] == HIDDEN)
    assert hidden["excluded"]
    assert hidden["reason"].startswith("Left out by the engagement until 2026-12-31 (X-01).")
    jsonschema.validate(document, load("findings"))
    page = (result.pack / "report.html").read_text(encoding="utf-8")
    assert "The engagement leaves 1 part of the scope out, named below." in page
    everywhere = [entry(scope) for scope in (ALPHA, BETA, HIDDEN)]
    (tmp_path / "all").mkdir()
    result, document = report(mixed_run, tmp_path / "all", everywhere)
    assert {gap["reason"] for gap in document["gaps"]} == {"excluded"}
    assert {finding["status"] for finding in document["findings"]} == {"not-assessed"}
    assert result.code == 0


def test_a_cluster_that_is_left_out_keeps_its_place_and_is_not_assessed(
    mixed_run: Run, tmp_path: Path
) -> None:
    before = observed(mixed_run.pack)
    result, document = report(mixed_run, tmp_path, [entry(WEAK), entry(WEAK, expires_on="2026-11-14")])
    found = observed(result.pack)
    controls = {one["control"] for one in found}
    key = [(one["control"], one["subject"]["id"]) for one in found]
    assert key == [(one["control"], one["subject"]["id"]) for one in before if one["control"] in controls]
    inside = [one for one in found if one["subject"]["cluster_id"].lower() == WEAK.lower()]
    assert {(one["status"], one["cause"]) for one in inside} == {("not-assessed", "excluded")}
    assert all(REASON in one["reason"] and not one["observed"] for one in inside)
    outside = [one for one in found if one not in inside]
    assert {one["cause"] for one in outside} <= {None, "gap", "undetermined", "unlisted"}
    subjects = len({one["subject"]["id"] for one in inside})
    assert [(one["id"], one["state"], one["subjects"]) for one in document["exclusions"]] == [
        ("X-01", "active", subjects), ("X-02", "expired", 0),
    ]  # fmt: skip
    _is_told(result.pack, subjects)


def _is_told(pack: Path, subjects: int) -> None:
    """In the HTML report, the workbook, the ticket's summary and OSCAL's log, as text."""
    page = (pack / "report.html").read_text(encoding="utf-8")
    table = page.partition('id="exclusions-of-scope"')[2].partition("</table>")[0]
    assert "aks-weak" in table
    assert f"Left out; {subjects} subject" in table
    assert "Expired, not applied" in table
    assert "&lt;script&gt;alert" in table
    assert "<script>alert" not in page
    sheet = openpyxl.load_workbook(pack / "workbook.xlsx")["Exclusions"]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[:2] for row in rows] == [("X-01", "Left out"), ("X-02", "Expired, not applied")]
    assert rows[0][4] == REASON
    told = (pack / "summary.md").read_text(encoding="utf-8")
    assert "Left out by the engagement: `aks-weak` (X-01, Ada, until 2026-12-31;" in told
    oscal = json.loads((pack / "results" / "oscal-assessment-results.json").read_bytes())
    entries = oscal["assessment-results"]["results"][0]["assessment-log"]["entries"]
    assert any("X-01, Ada" in one["description"] for one in entries)
