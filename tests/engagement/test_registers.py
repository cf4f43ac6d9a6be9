"""Waivers, attestations and responses as people write them: what is wrong is named by file, line and key."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from reportgen import engagement
from reportgen.engagement import registers
from reportgen.engagement.registers import Malformed, Waiver
from reportgen.errors import UsageError
from reportgen.model import AttestationResult, AttestationState
from tests.engagement.test_engagement import GOOD

WAIVER = """\
- control: api-server-private
  subject: /subscriptions/S/x
  reason: Until the private link is built.
  ticket: RISK-1
  requested_by: ops
  approved_by: Risk Committee
  approved_on: 2026-09-14
  expires_on: 2027-03-31
"""
STATED = """\
- framework: soc2-tsc
  requirement: CC1.4
  person: A. Example
  role: Head
  statement: It is so.
  stated_on: 2026-10-01
  valid_until: 2027-10-01
"""
RESPONSE = "- {control: api-server-private, owner: Head, plan: It will be so., due_on: 2027-01-31}\n"


def folder(path: Path, **files: str) -> Path:
    """An engagement that names a file for each of the registers given, and these files."""
    lines = [f"{key}: {key}.yaml\n" for key in files]
    (path / "engagement.yaml").write_text(GOOD + "".join(lines), encoding="utf-8")
    for key, text in files.items():
        (path / f"{key}.yaml").write_text(text, encoding="utf-8")
    return path / "engagement.yaml"


def test_the_entries_of_files_and_of_the_engagement_are_the_same(tmp_path: Path) -> None:
    beside = engagement.load(folder(tmp_path, waivers=WAIVER, attestations=STATED, responses=RESPONSE))
    inline = GOOD
    for key, text in {"waivers": WAIVER, "attestations": STATED, "responses": RESPONSE}.items():
        inline += f"{key}:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    found = engagement.parse(inline, "engagement.yaml", tmp_path)
    assert found.registers == beside.registers
    assert found.sha256 == beside.sha256
    assert beside.registers.period_end == date(2026, 12, 31)
    (only,) = beside.waivers
    assert isinstance(only, Waiver)
    assert only.begins == date(2026, 9, 14)


def test_the_engagement_s_hash_covers_every_entry(tmp_path: Path) -> None:
    before = engagement.load(folder(tmp_path, waivers=WAIVER, attestations=STATED, responses=RESPONSE)).sha256
    changes = {
        "waivers": WAIVER.replace("RISK-1", "RISK-2"),
        "attestations": STATED.replace("It is so", "It is not so"),
        "responses": RESPONSE.replace("2027-01-31", "2027-02-01"),
    }
    same = {"waivers": WAIVER, "attestations": STATED, "responses": RESPONSE}
    for key, text in changes.items():
        assert engagement.load(folder(tmp_path, **{**same, key: text})).sha256 != before
    assert engagement.load(folder(tmp_path, **same)).sha256 == before


def test_the_engagement_s_hash_covers_the_files_that_entries_name(tmp_path: Path) -> None:
    shown = tmp_path / "minutes.txt"
    shown.write_text("item 6", encoding="utf-8")
    path = folder(tmp_path, waivers=WAIVER + "  approval_file: minutes.txt\n")
    first = engagement.load(path)
    assert first.registers.files == {"minutes.txt": hashlib.sha256(b"item 6").hexdigest()}
    shown.write_text("item 7", encoding="utf-8")
    assert engagement.load(path).sha256 != first.sha256


WRONG = {
    "no reason": (WAIVER.replace("  reason: Until the private link is built.\n", ""),
                  "reason: missing; this key is needed"),
    "an empty ticket": (WAIVER.replace("RISK-1", ""), "ticket: is empty; fill it in; found None (line 7)"),
    "an empty day": (WAIVER.replace("2027-03-31", ""),
                     "expires_on: is empty; fill it in; found None (line 11)"),
    "a blank approver": (WAIVER.replace("Risk Committee", '"  "'),
                         "approved_by: is empty; fill it in; found '  ' (line 9)"),
    "no such day": (WAIVER.replace("2027-03-31", "2027-02-30"),
                    "expires_on: expected a day such as 2026-10-01; found '2027-02-30' (line 11)"),
    "an unknown key": (WAIVER + "  owner: x\n", "owner: unknown key; expected one of control, subject, glob"),
    "subject and glob": (WAIVER + '  glob: "*"\n',
                         "expected either subject (an exact id) or glob (a pattern), and not both; found "),
    "an end before the beginning": (WAIVER.replace("2027-03-31", "2026-09-13"),
                                    "expires_on 2026-09-13 is before it begins, on 2026-09-14"),
    "a doubled key": (WAIVER + "  ticket: RISK-2\n", "ticket: this key is there twice (line 12)"),
    "a file elsewhere": (WAIVER + "  approval_file: ../minutes.txt\n",
                         "approval_file: expected the path of a file in the engagement's folder"),
    "a file that is not there": (WAIVER + "  approval_file: minutes.txt\n",
                                 "there is no file minutes.txt in the engagement's folder"),
    "no keys": ("- until the private link is built\n", "expected keys with their values"),
    "an empty entry": ("-\n", "expected keys with their values"),
    "a secret": (WAIVER + "  password: hush-hush\n", "password: a secret never stands in this file"),
}  # fmt: skip
FIRST = """\
- {control: a-b, subject: x, reason: y, ticket: t, requested_by: z, approved_by: q,
   approved_on: 2026-01-01, expires_on: 2027-01-01}
"""


@pytest.mark.parametrize(("text", "what"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("place", ["file", "engagement"])
def test_an_entry_with_a_mistake_keeps_its_place_and_the_others_stand(
    tmp_path: Path, text: str, what: str, place: str
) -> None:
    all_text = "# one\n" + FIRST + text + FIRST
    if place == "file":
        path, file, line = folder(tmp_path, waivers=all_text), "waivers.yaml", 4
    else:
        path, file = folder(tmp_path), "engagement.yaml"
        line = len(GOOD.splitlines()) + 5
        path.write_text(f"{GOOD}waivers:\n{all_text}", encoding="utf-8")
    known = engagement.load(path)
    first, wrong, last = known.waivers
    assert (type(first), first) == (Waiver, last)
    assert isinstance(wrong, Malformed)
    assert wrong.where == f"{file}:{line}"
    (problem,) = wrong.problems
    shift = line - 4
    expected = re.sub(r"line (\d+)", lambda found: f"line {int(found[1]) + shift}", what)
    assert expected in problem
    assert "hush-hush" not in problem
    (told,) = known.malformed
    assert told.startswith(f"{tmp_path / file}:{line}: waivers, entry 2: malformed, not applied: {problem}")


@pytest.mark.parametrize("text", ["control: x\n", WAIVER + "  - [\n"], ids=["no list", "no YAML"])
def test_what_is_no_list_of_entries_stops_the_run(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"waivers\.yaml:\d+: (expected a list of waivers|not valid YAML)"):
        engagement.load(folder(tmp_path, waivers=text))
    with pytest.raises(UsageError, match=r"e:\d+: waivers"):
        engagement.parse(GOOD + "waivers: {control: x}\n", "e")


def test_all_that_is_wrong_in_an_entry_is_told_and_what_can_be_read_is_kept(tmp_path: Path) -> None:
    wrong = WAIVER.replace("RISK-1", "").replace("ops", "").replace("2027-03-31", "soon")
    (found,) = engagement.load(folder(tmp_path, waivers=wrong)).waivers
    assert isinstance(found, Malformed)
    assert [problem.split(":")[0] for problem in found.problems] == ["ticket", "requested_by", "expires_on"]
    assert found.said == {
        "control": "api-server-private",
        "subject": "/subscriptions/S/x",
        "reason": "Until the private link is built.",
        "approved_by": "Risk Committee",
        "approved_on": "2026-09-14",
    }


def test_nobody_writes_that_an_entry_is_malformed(tmp_path: Path) -> None:
    (found,) = engagement.load(
        folder(tmp_path, waivers="- {file: x, line: 1, problems: [], said: {}}\n")
    ).waivers
    assert isinstance(found, Malformed)
    assert (found.file, len(found.problems)) == ("waivers.yaml", 11)


def test_the_rest_of_the_engagement_and_exclusions_stay_strict(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"exclusions\.yaml:1: 0\.owner: missing; this key is needed"):
        engagement.load(folder(tmp_path, exclusions="- {scope: x, reason: y, expires_on: 2027-01-01}\n"))
    with pytest.raises(UsageError, match=r"e:12: scope: this key is there twice"):
        engagement.parse(GOOD + "waivers: []\nscope: {}\n", "e")
    with pytest.raises(UsageError, match=r"e:13: report\.profiles: this key is there twice"):
        engagement.parse(GOOD + "report:\n  profiles: [full]\n  profiles: [full]\n", "e")


def test_a_mistake_is_part_of_the_engagement_s_hash(tmp_path: Path) -> None:
    hashes = {
        engagement.load(folder(tmp_path, waivers=text)).sha256
        for text in (WAIVER, WAIVER.replace("RISK-1", ""), WAIVER.replace("2027-03-31", "soon"))
    }
    assert len(hashes) == 3


@pytest.mark.parametrize("said", ["waivers.yaml", "/etc/passwd", "../waivers.yaml"])
def test_a_file_that_is_not_there_or_lies_elsewhere_is_refused(tmp_path: Path, said: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "waivers.yaml").write_text(WAIVER, encoding="utf-8")
    (inner / "engagement.yaml").write_text(f"{GOOD}waivers: {said}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"engagement\.yaml:11: waivers: .*(there is no file|lies outside)"):
        engagement.load(inner / "engagement.yaml")


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (inner / "minutes.txt").symlink_to(tmp_path / "secret")
    (found,) = engagement.load(folder(inner, waivers=WAIVER + "  approval_file: minutes.txt\n")).waivers
    assert isinstance(found, Malformed)
    assert found.problems == ("minutes.txt lies outside the engagement's folder",)


STATEMENTS = {
    "about nothing": (STATED.replace("  requirement: CC1.4\n", "").replace("- framework: soc2-tsc\n ", "-"),
                      "expected one of control, requirement"),
    "about two": (STATED + "  control: api-server-private\n", "expected one of control, requirement"),
    "a requirement of no framework": (STATED.replace("- framework: soc2-tsc\n ", "-"),
                                      "framework and requirement go together"),
    "a subject of a requirement": (STATED + "  subject: x\n", "subject goes with control alone"),
    "valid before it was stated": (STATED.replace("2027-10-01", "2026-09-30"), "is before stated_on"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "what"), STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_is_about_one_thing(tmp_path: Path, text: str, what: str) -> None:
    (found,) = engagement.load(folder(tmp_path, attestations=text)).attestations
    assert isinstance(found, Malformed)
    assert what in found.problems[0]


def test_exemptions_waive_nothing_without_a_map(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"policy_exemptions: with apply: waive, controls says"):
        engagement.parse(GOOD + "policy_exemptions: {apply: waive}\n", "e")
    found = engagement.parse(GOOD, "e").policy_exemptions
    assert (found.apply, found.controls) == ("show", {})


@pytest.mark.parametrize("key", registers.MODELS)
def test_each_register_has_a_schema(key: str) -> None:
    schema = registers.json_schema(key)
    model = schema["items"]
    assert (schema["type"], model["title"]) == ("array", registers.MODELS[key].__name__)
    assert model["additionalProperties"] is False
    assert set(model["required"]) <= set(model["properties"])


def test_what_people_show_is_copied_and_nothing_that_changed_since(tmp_path: Path) -> None:
    shown = tmp_path / "list.txt"
    shown.write_bytes(b"14 of 14\r\n")
    known = engagement.load(folder(tmp_path, attestations=STATED + "  file: list.txt\n")).registers
    result = AttestationResult(
        "A-01", "requirement", "CC1.4", "soc2-tsc", "", "A", "B", "C", "2026-10-01", "2027-10-01", "list.txt",
        known.files["list.txt"], "evidence/attestations/1-list.txt", AttestationState.CURRENT,
    )  # fmt: skip
    registers.copy_files(known, (result,), tmp_path / "pack")
    assert (tmp_path / "pack" / result.copy).read_bytes() == b"14 of 14\r\n"
    shown.write_bytes(b"13 of 14\r\n")
    with pytest.raises(UsageError, match="changed while the report was made"):
        registers.copy_files(known, (result,), tmp_path / "pack")
