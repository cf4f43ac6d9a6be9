"""The whole line with registers: pack id, exit code, the files in the pack, and entries with mistakes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from reportgen.pack import verify
from reportgen.show import lines as shown
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import BETA, cluster_id

pytestmark = pytest.mark.usefixtures("without_pdf", "few_controls")
WEAK = cluster_id(BETA, "aks-weak")
WAIVERS = f"""\
- control: api-server-private
  subject: {WEAK.upper()}
  reason: Until the private link is built.
  ticket: RISK-1
  requested_by: ops
  approved_by: Risk Committee
  approved_on: 2026-09-14
  expires_on: 2027-03-31
  approval: minutes
"""
STATED = """\
- control: api-server-private
  person: A. Example
  role: Head
  statement: It is so.
  stated_on: 2026-10-01
  valid_until: 2027-10-01
  file: shown/List of 2026.txt
"""


@pytest.fixture
def engagement(mixed_run: Run, tmp_path: Path) -> Path:
    """The engagement of `mixed_run` with registers beside it."""
    path = tmp_path / "engagement.yaml"
    text = (mixed_run.estate / "engagement.yaml").read_text(encoding="utf-8")
    (tmp_path / "waivers.yaml").write_text(WAIVERS, encoding="utf-8")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "List of 2026.txt").write_text("14 of 14", encoding="utf-8")
    stated = "".join(f"  {row}\n" for row in STATED.splitlines())
    path.write_text(
        f"{text.partition('parameters')[0]}frameworks: []\nwaivers: waivers.yaml\nattestations:\n{stated}",
        encoding="utf-8",
    )
    return path


def report(engagement: Path, snapshot: Path, out: Path) -> tuple[line.Result, dict[str, Any]]:
    result = line.command("report", engagement, "--snapshot", snapshot, "--out", out)
    found = json.loads((result.pack / "results" / "findings.json").read_bytes())
    return result, found


@pytest.fixture
def snapshot(mixed_run: Run, tmp_path: Path) -> Path:
    """The snapshot of `mixed_run` alone in its folder."""
    return Path(shutil.copytree(mixed_run.snapshot, tmp_path / "snapshots" / mixed_run.snapshot.name))


def test_the_pack_shows_the_waiver_and_holds_what_was_shown(
    engagement: Path, snapshot: Path, tmp_path: Path
) -> None:
    result, document = report(engagement, snapshot, tmp_path / "out")
    lines = (result.pack / "results" / "observations.jsonl").read_text(encoding="utf-8").splitlines()
    waived = [found for found in map(json.loads, lines) if found["waiver"]]
    assert [(one["subject"]["id"], one["status"], one["waiver"]) for one in waived] == [
        (WEAK, "not-satisfied", "W-01")
    ]
    assert [one["state"] for one in document["waivers"]] == ["active"]
    (stated,) = document["attestations"]
    digest = hashlib.sha256(b"14 of 14").hexdigest()
    assert stated["copy"] == f"evidence/attestations/{digest[:12]}-list-of-2026.txt"
    assert (result.pack / stated["copy"]).read_bytes() == b"14 of 14"
    assert verify(result.pack).intact
    told = list(shown(result.pack, "api-server-private", WEAK))
    (line_of_waiver,) = [text for text in told if text.startswith("  waiver:")]
    assert line_of_waiver == (
        "  waiver:  W-01 until 2027-03-31, approved by Risk Committee: Until the private link is built."
    )
    assert "1 exception waived; 0 waivers to look at" in result.out


def test_the_pack_id_covers_waivers_and_attached_files(
    engagement: Path, snapshot: Path, tmp_path: Path
) -> None:
    first = report(engagement, snapshot, tmp_path / "1")[1]["pack"]["pack_id"]
    assert report(engagement, snapshot, tmp_path / "2")[1]["pack"]["pack_id"] == first
    (tmp_path / "shown" / "List of 2026.txt").write_text("13 of 14", encoding="utf-8")
    second = report(engagement, snapshot, tmp_path / "3")[1]["pack"]["pack_id"]
    (tmp_path / "waivers.yaml").write_text(WAIVERS.replace("RISK-1", "RISK-2"), encoding="utf-8")
    third = report(engagement, snapshot, tmp_path / "4")[1]["pack"]["pack_id"]
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("command", ["collect", "run"])
def test_an_entry_with_a_mistake_costs_no_evidence(
    mixed_run: Run, engagement: Path, tmp_path: Path, command: str
) -> None:
    whole = line.command(command, engagement, "--estate", mixed_run.estate, "--out", tmp_path / "whole")
    (tmp_path / "waivers.yaml").write_text(WAIVERS.replace("2027-03-31", "soon"), encoding="utf-8")
    result = line.command(command, engagement, "--estate", mixed_run.estate, "--out", tmp_path / "out")
    assert result.code == whole.code
    assert (
        f"warning: {tmp_path}/waivers.yaml:1: waivers, entry 1: malformed, not applied: expires_on: expected "
        "a day such as 2026-10-01; found 'soon' (line 8). Correct it in the file\n"
    ) in result.err
    assert len(list((tmp_path / "out" / "snapshots").iterdir())) == 1


def test_a_malformed_waiver_stands_in_front_and_waives_nothing(
    engagement: Path, snapshot: Path, tmp_path: Path
) -> None:
    wrong = WAIVERS.replace("2027-03-31", "soon").replace("RISK-1", "<b>{{ 7 }}</b>\u202e")
    (tmp_path / "waivers.yaml").write_text(wrong + WAIVERS, encoding="utf-8")
    result, document = report(engagement, snapshot, tmp_path / "out")
    assert result.err.count("warning: ") == 1 + result.err.count("report.pdf cannot be made")
    assert [(one["id"], one["state"], one["waived"]) for one in document["waivers"]] == [
        ("W-01", "malformed", 0),
        ("W-02", "active", 1),
    ]
    assert (document["waivers"][0]["where"], document["waivers"][0]["problems"]) == (
        "waivers.yaml:1",
        ["expires_on: expected a day such as 2026-10-01; found 'soon' (line 8)"],
    )
    page = (result.pack / "report.html").read_text(encoding="utf-8")
    front = page[page.index('id="waivers-front"') : page.index('id="summary"')]
    assert "Malformed, not applied" in front
    assert "entry at waivers.yaml:1: expires_on: expected a day" in front
    assert "<b>{{" not in page
    assert "\u202e" not in page
    (tmp_path / "waivers.yaml").write_text(wrong, encoding="utf-8")
    _, alone = report(engagement, snapshot, tmp_path / "alone")
    (finding,) = [one for one in alone["findings"] if one["control"] == "api-server-private"]
    assert (finding["status"], finding["waived"]) == ("not-satisfied", 0)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("control: api-server-private\n  person", "control: api-private\n  person",
         "attestations: 1: no control has the id api-private"),
        ("control: api-server-private\n  person", "entity_control: X-1\n  person",
         "attestations: 1: entity_controls has no X-1"),
        ("control: api-server-private\n  person", "framework: soc2-tsc\n    requirement: ZZ\n    person",
         "attestations: 1: soc2-tsc has no requirement ZZ"),
    ],
)  # fmt: skip
def test_what_an_entry_is_about_has_to_be_there(
    engagement: Path, snapshot: Path, tmp_path: Path, old: str, new: str, what: str
) -> None:
    text = engagement.read_text(encoding="utf-8").replace(
        old.replace("\n", "\n  "), new.replace("\n  p", "\n    p")
    )
    engagement.write_text(text, encoding="utf-8")
    result = line.command("report", engagement, "--snapshot", snapshot, "--out", tmp_path / "out")
    assert (result.code, what in result.err) == (2, True), result.err
