"""`reportgen population`: numbered, hashed, and from nothing but an intact pack."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from reportgen import sampling
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA, cluster_id

PRIVATE = "api-server-private"


def document(pack: Path, control: str = PRIVATE) -> dict[str, object]:
    result = line.command("population", pack, "--control", control, "--json")
    assert (result.code, result.err) == (0, "")
    found: dict[str, object] = json.loads(result.out)
    return found


def test_every_subject_has_a_number_in_the_order_of_ids(mixed_run: Run) -> None:
    found = document(mixed_run.pack)
    items = found["items"]
    assert isinstance(items, list)
    assert [item["number"] for item in items] == [1, 2, 3, 4]
    ids = [cluster_id(ALPHA, "aks-good"), *(cluster_id(BETA, name) for name in
           (line.FORMULA, "aks-weak", line.ESCAPES))]  # fmt: skip
    assert [item["subject_id"] for item in items] == list(sampling.numbered(ids))
    assert found["sha256"] == sampling.population_sha256(ids)
    assert {item["subject"]: item["status"] for item in items}["aks-good"] == "satisfied"


def test_folder_and_zip_have_the_same_population(mixed_run: Run) -> None:
    assert document(mixed_run.zip) == document(mixed_run.pack)


def test_findings_json_states_the_same_hash(mixed_run: Run) -> None:
    findings = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())["findings"]
    stated = {found["control"]: found["population_sha256"] for found in findings}
    for control in (PRIVATE, "nodes-no-public-ip", "network-ingress-tls"):
        assert stated[control] == document(mixed_run.pack, control)["sha256"]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
def test_the_printed_command_gives_the_printed_hash(mixed_run: Run) -> None:
    result = line.command("population", mixed_run.pack, "--control", PRIVATE)
    (command,) = [row for row in result.out.splitlines() if "jq -c" in row]
    ended = subprocess.run(
        ["bash", "-c", command.partition(": ")[2]],
        cwd=mixed_run.pack, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.split()[0] == document(mixed_run.pack)["sha256"]
    assert ended.stdout.split()[0] in result.out


def test_the_table_is_for_a_spreadsheet(mixed_run: Run, tmp_path: Path) -> None:
    target = tmp_path / "population.csv"
    result = line.command("population", mixed_run.zip, "--control", PRIVATE, "--csv", target)
    assert (result.code, result.err) == (0, "")
    assert str(target) in result.out
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["1", "2", "3", "4"]
    assert f"'{line.FORMULA}" in {row["subject"] for row in rows}


def test_a_hostile_name_does_not_steer_the_terminal(mixed_run: Run) -> None:
    result = line.command("population", mixed_run.pack, "--control", PRIVATE)
    assert "\ufffd[2J" in result.out
    assert not set(result.out) & set("\x1b\x9b\u202e")
    assert len(result.out.splitlines()) == 6 + 1 + 4


@pytest.mark.parametrize("spoil", ["change", "add", "remove"])
def test_an_altered_pack_is_refused(own_pack: Path, spoil: str) -> None:
    page = next((own_pack / "evidence").rglob("page-0001.json"))
    if spoil == "change":
        page.write_bytes(page.read_bytes() + b"\n")
    elif spoil == "add":
        (own_pack / "extra.txt").write_text("x", encoding="utf-8")
    else:
        page.unlink()
    for command in (("population",), ("sample", "--n", "1", "--out", own_pack.parent / "s")):
        result = line.command(command[0], own_pack, "--control", PRIVATE, *command[1:])
        assert (result.code, result.out) == (1, "")
        assert "altered since its manifest was written" in result.err
    assert not (own_pack.parent / "s").exists()


@pytest.mark.parametrize(("pack", "control", "problem"), [
    ("none.zip", PRIVATE, "not a pack"),
    ("", "none", "has no control none"),
])  # fmt: skip
def test_what_is_not_there_is_an_error_of_the_user(
    mixed_run: Run, pack: str, control: str, problem: str
) -> None:
    result = line.command("population", pack or mixed_run.pack, "--control", control)
    assert (result.code, result.out) == (2, "")
    assert problem in result.err
