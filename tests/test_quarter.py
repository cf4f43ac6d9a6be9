"""A whole quarter in the sandbox: a run each week, then the quarterly pack against what its plan expects.

What is expected is written by the sample's own generator, which imports nothing of the package.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reportgen import render
from reportgen.model import Seen, Status
from tests import line
from tests.deliver.postbox import PASSWORD, USER, postbox

SAMPLE = line.ROOT / "samples" / "quarter"
DATA = {"findings.json", "period.json", "runs.json", "schemas"}
SIGNS = {
    Seen.EXCEPTION: "✗",
    Seen.SATISFIED: "✓",
    Seen.UNKNOWN: "?",
    Seen.GONE: "·",
    Status.NOT_SATISFIED: "✗",
    Status.NOT_ASSESSED: "?",
}
FAILED, INCOMPLETE = 2, 3
Row = dict[str, str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's folder after its quarter: engagement, store, estates, expected.csv and one pack."""
    place = tmp_path_factory.mktemp("quarter")
    for name in ("engagement.yaml", "waivers.yaml"):
        shutil.copy(SAMPLE / name, place)
    generate(place / "estates")
    for run in json.loads((place / "estates" / "runs.json").read_bytes()):
        estate = place / "estates" / run["estate"]
        result = line.command(
            "collect", place / "engagement.yaml", "--estate", estate, "--as-of", run["as_of"],
            "--out", place / "out",
        )  # fmt: skip
        assert result.code in (0, FAILED, INCOMPLETE), result.err
    with pytest.MonkeyPatch.context() as patch:
        kept = tuple(one for one in render.RENDERERS if one.name in DATA)
        patch.setattr("reportgen.render.RENDERERS", kept)
        result = line.command("report", place / "engagement.yaml", "--out", place / "out")
    assert result.code == 1, result.err
    return place


def generate(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "tools.quarter", folder], check=True, cwd=line.ROOT)


@pytest.fixture(scope="module")
def results(played: Path) -> dict[str, Any]:
    (pack,) = (path for path in (played / "out").glob("pack-*") if path.is_dir())
    return {path.stem: json.loads(path.read_bytes()) for path in (pack / "results").glob("*.json")}


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(record: str) -> list[str]:
    return _lines(row for row in rows_of(SAMPLE / "expected.csv") if row["record"] == record)


def told(record: str, rows: Iterator[Mapping[str, Any]]) -> list[str]:
    """What a pack says, as lines of the same columns."""
    heads = rows_of(SAMPLE / "expected.csv")[0].keys()
    return _lines({head: str(row.get(head, "")) for head in heads} | {"record": record} for row in rows)


def _lines(rows: Iterable[Row]) -> list[str]:
    """Sorted, with ids in lower case: Azure spells them in several ways."""
    return sorted(" | ".join((row | {"subject": row["subject"].lower()}).values()) for row in rows)


def plan() -> set[str]:
    """The controls that the sample's plan is about."""
    return {row["control"] for row in rows_of(SAMPLE / "expected.csv") if row["record"] == "control"}


def test_the_committed_expectations_are_those_of_the_generator(played: Path) -> None:
    written = (played / "estates" / "expected.csv").read_bytes()
    assert written == (SAMPLE / "expected.csv").read_bytes()


def test_every_run_stands_in_the_pack(results: dict[str, Any]) -> None:
    runs = results["runs"]["runs"]
    used = ({"first_seen": one["started_at"], "told": f"{one['result']}, {_used(one)}"} for one in runs)
    assert told("run", used) == expected("run")
    assert results["runs"]["problems"] == []


def _used(run: Mapping[str, Any]) -> str:
    return "used" if run["used"] else "not used"


def test_missed_weeks_are_named(results: dict[str, Any]) -> None:
    for missed in (results["runs"]["missed"], results["period"]["missed"]):
        found = ({"first_seen": first, "last_seen": last} for first, last in missed)
        assert told("missed", found) == expected("missed")


def test_each_control_is_told_over_the_period(results: dict[str, Any]) -> None:
    def found() -> Iterator[Row]:
        for one in results["period"]["controls"]:
            if one["control"] in plan():
                states = "".join(SIGNS.get(state[0], "✓") for state in one["states"])
                words = (
                    f"{one['status']}: satisfied at {one['satisfied']} of {one['assessed']} assessed, "
                    f"{one['expected']} scheduled; longest blind spot {one['blind_hours']} h"
                )
                yield {"control": one["control"], "states": states, "told": words}

    assert told("control", found()) == expected("control")


def test_findings_keep_both_results_apart(results: dict[str, Any]) -> None:
    by_control = {one["control"]: one for one in results["period"]["controls"]}
    for finding in results["findings"]["findings"]:
        period = by_control[finding["control"]]
        assert finding["period"] == {
            "status": period["status"],
            "points_expected": period["expected"],
            "points_assessed": period["assessed"],
            "points_satisfied": period["satisfied"],
            "points_not_applicable": period["not_applicable"],
            "longest_blind_spot_hours": period["blind_hours"],
        }


def test_each_exception_has_its_time_line(results: dict[str, Any]) -> None:
    same = ("control", "first_seen", "last_seen", "fixed_at", "days_open", "reopened")
    found = (
        {name: one[name] for name in same}
        | {
            "subject": one["subject"]["id"],
            "states": "".join(SIGNS[state] for state in one["states"]),
            "told": _waived(one),
        }
        for one in results["period"]["exceptions"]
        if one["control"] in plan()
    )
    assert told("exception", found) == expected("exception")


def _waived(exception: Mapping[str, Any]) -> str:
    """Each waiver of the sample is alone beside its exception."""
    times = exception["waived_times"]
    return "; ".join(
        f"{one['waiver']} {one['since']} to {one['until']}, {exception['days_waived']} days" for one in times
    )


def test_the_population_rolls_forward(results: dict[str, Any]) -> None:
    clusters = results["period"]["clusters"]
    words = "{opening} + {created} - {deleted} = {closing}".format(**clusters)
    assert told("population", iter([{"told": words}])) == expected("population")
    assert clusters["unrecorded"] == []
    assert told("cluster", map(_life, clusters["lives"])) == expected("cluster")


def _life(life: Mapping[str, Any]) -> Row:
    by = [f"{what} by {_who(life, f'{what}_by')}" for what in ("created", "deleted") if life[what]]
    words = "; ".join([*by, *([] if life["observed"] else ["seen at no point"])])
    return {
        "subject": life["id"], "first_seen": life["created"], "last_seen": life["deleted"], "told": words,
    }  # fmt: skip


def _who(record: Mapping[str, Any], name: str) -> str:
    known = "activity log" if record[f"{name}_log"] else "change"
    return f"{record[name]} ({known})"


def test_changes_of_what_is_judged_say_by_whom(results: dict[str, Any]) -> None:
    found = (
        {
            "control": control,
            "subject": one["resource"],
            "first_seen": one["at"],
            "told": f"{one['property']}: {one['before']} -> {one['after']} by {_who(one, 'by')}",
        }
        for one in results["period"]["changes"]
        for control in one["controls"]
        if control in plan()
    )
    assert told("change", found) == expected("change")


def test_waivers_are_judged_at_each_point_and_at_the_end(results: dict[str, Any]) -> None:
    through = {one["id"]: _force(one) for one in results["period"]["waivers"]}

    def found() -> Iterator[Row]:
        for one in results["findings"]["waivers"]:
            states = [one["id"], one["state"], *one["notes"]]
            late = [f"approved {one['late_days']} days late"] if one["late_days"] else []
            yield {
                "control": one["controls"][0],
                "subject": one["subject"],
                "states": through[one["id"]],
                "told": ", ".join([*states, *late]),
            }

    assert told("waiver", found()) == expected("waiver")


def _force(waiver: Mapping[str, Any]) -> str:
    signs = zip(waiver["states"], waiver["waived"], strict=True)
    return "".join("w" if beside else "–" if state == "unused" else "·" for state, beside in signs)


def test_the_quarterly_pack_is_mailed_and_stored(
    played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTGEN_TEST_MAIL", PASSWORD)
    (pack,) = (path for path in (played / "out").glob("pack-*") if path.is_dir())
    with postbox(tmp_path) as box:
        mailed = played / "mailed.yaml"
        mailed.write_text(
            (played / "engagement.yaml").read_text(encoding="utf-8")
            + "deliver:\n  release: automatic\n  allow_simulated: true\n  to: [audit@auditors.example]\n"
            + f"  smtp: {{{box.settings}, username: {USER}, password_env: REPORTGEN_TEST_MAIL}}\n"
            + f"  folder: {tmp_path / 'stored'}\n",
            encoding="utf-8",
        )
        for state in ("delivered", "already"):
            result = line.command("deliver", pack, mailed, "--out", played / "out", "--json")
            assert result.code == 0, result.err
            outcomes = {one["channel"]: one["state"] for one in json.loads(result.out)}
            assert outcomes == {"smtp": state, "folder": state}
    ((envelope, mail),) = box.mails
    assert envelope.rcpt_tos == ["audit@auditors.example"]
    assert "Fabrikam Mutual" in mail["Subject"]
    assert list((tmp_path / "stored").rglob(f"{pack.name}.zip"))
