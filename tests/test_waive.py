"""``reportgen waive``: a skeleton that is malformed until it is filled in, beside whatever is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen import engagement
from reportgen.engagement.registers import Malformed, Waiver
from tests import line
from tests.engagement.test_engagement import GOOD
from tests.engagement.test_registers import WAIVER, folder

CONTROL = "api-server-private"
ODD = '/subscriptions/S/x: "q" #\u202e [] {{ }}'


def waive(path: Path, *more: str) -> line.Result:
    return line.command("waive", str(path), "--control", CONTROL, *more)


def filled(text: str) -> str:
    """A skeleton as somebody fills it in."""
    days = {"approved_on": "2026-09-14", "expires_on": "2027-03-31"}
    rows = []
    for row in text.splitlines():
        key = row.strip().partition(":")[0]
        empty = row.partition("#")[0].rstrip().endswith(f"{key}:")
        rows.append(f"  {key}: {days.get(key, 'x y')}" if empty and row.startswith("  ") else row)
    return "\n".join(rows) + "\n"


def test_a_skeleton_is_malformed_until_it_is_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(GOOD, encoding="utf-8")
    result = waive(path, "--subject", ODD)
    assert result.code == 0, result.err
    assert "It is no waiver yet" in result.out
    assert f"Add this line to {path}:  waivers: waivers.yaml" in result.out
    path.write_text(f"{GOOD}waivers: waivers.yaml\n", encoding="utf-8")
    (begun,) = engagement.load(path).waivers
    assert isinstance(begun, Malformed)
    assert [problem.split(":")[0] for problem in begun.problems] == [
        "reason", "ticket", "requested_by", "approved_by", "approved_on", "expires_on",
    ]  # fmt: skip
    told = line.command("report", str(path), "--out", str(tmp_path / "out")).err
    assert (
        f"warning: {tmp_path}/waivers.yaml:2: waivers, entry 1: malformed, not applied: reason: is empty"
        in told
    )
    beside = tmp_path / "waivers.yaml"
    beside.write_text(filled(beside.read_text(encoding="utf-8")), encoding="utf-8")
    (found,) = engagement.load(path).waivers
    assert isinstance(found, Waiver)
    assert (found.control, found.subject, found.glob) == (CONTROL, ODD, None)


def test_it_is_appended_to_the_file_that_the_engagement_names(tmp_path: Path) -> None:
    path = folder(tmp_path, waivers=WAIVER.rstrip("\n"))
    assert waive(path, "--glob", "*/dev-*").code == 0
    result = waive(path, "--subject", "x")
    assert (result.code, "Add this line" in result.out) == (0, False)
    text = (tmp_path / "waivers.yaml").read_text(encoding="utf-8")
    assert text.startswith(WAIVER)
    (tmp_path / "waivers.yaml").write_text(filled(text), encoding="utf-8")
    assert [one.glob or one.subject for one in engagement.load(path).waivers if isinstance(one, Waiver)] == [
        "/subscriptions/S/x", "*/dev-*", "x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "what"),
    [("[]\n", "not valid YAML"), ("a: 1\n", "not valid YAML"), ("- [\n", "not valid YAML")],
)
def test_what_nothing_can_be_appended_to_stays_as_it_is(tmp_path: Path, before: str, what: str) -> None:
    path = folder(tmp_path, waivers=before)
    result = waive(path, "--subject", "x")
    assert (result.code, what in result.err) == (2, True)
    assert (tmp_path / "waivers.yaml").read_text(encoding="utf-8") == before


def test_waivers_in_the_engagement_itself_are_left_to_people(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(f"{GOOD}waivers: []\n", encoding="utf-8")
    result = waive(path, "--subject", "x")
    assert (result.code, "stand in the engagement itself" in result.err) == (2, True)
    assert not (tmp_path / "waivers.yaml").exists()


@pytest.mark.parametrize("more", [(), ("--subject", "x", "--glob", "y")], ids=["neither", "both"])
def test_either_an_id_or_a_pattern(tmp_path: Path, more: tuple[str, ...]) -> None:
    result = waive(folder(tmp_path), *more)
    assert (result.code, "Name either --subject" in result.err) == (2, True)


def test_an_unknown_control_is_told(tmp_path: Path) -> None:
    result = line.command("waive", str(folder(tmp_path)), "--control", "no-such", "--subject", "x")
    assert (result.code, "no-such: no control has this id" in result.err) == (2, True)
