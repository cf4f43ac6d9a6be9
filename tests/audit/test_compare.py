"""`reportgen compare`: two packs of one estate a month apart, between which everything happens once."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import reportgen
from reportgen.audit.compare import compare
from reportgen.audit.previous import changes_between
from reportgen.changes import Changes, ExceptionChange
from reportgen.pack import Pack
from tests import line
from tests.audit.conftest import LATER
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA, cluster_id

PRIVATE = "api-server-private"


@pytest.fixture(scope="module")
def packs(mixed_run: Run, later_run: Run) -> tuple[Pack, Pack]:
    return reportgen.read_pack(mixed_run.pack), reportgen.read_pack(later_run.pack)


@pytest.fixture(scope="module")
def changes(mixed_run: Run, later_run: Run) -> Changes:
    return changes_between(mixed_run.pack, later_run.pack)


def became(changes: Changes, control: str) -> dict[str, ExceptionChange]:
    return {one.subject: one.change for one in changes.exceptions if one.control == control}


def test_each_exception_became_one_thing(changes: Changes, packs: tuple[Pack, Pack]) -> None:
    assert became(changes, PRIVATE) == {
        "aks-new": ExceptionChange.NEW,
        "aks-weak": ExceptionChange.FIXED,
        line.FORMULA: ExceptionChange.GONE,
        line.ESCAPES: ExceptionChange.PERSISTING,
    }
    keyed = Counter((one.control, one.subject_id.lower()) for one in changes.exceptions)
    assert max(keyed.values()) == 1
    for pack, statuses in zip(packs, ("before", "after"), strict=True):
        stated = sum(getattr(one, statuses) == "not-satisfied" for one in changes.exceptions)
        assert stated == pack.findings["exceptions"].sum()


def test_what_was_not_read_is_not_fixed_and_has_not_gone(changes: Changes) -> None:
    """aks-good lies in a subscription that could not be read the second time."""
    good = [one for one in changes.exceptions if one.subject_id.lower().startswith(_good())]
    assert good
    assert {one.change for one in good} == {ExceptionChange.NOT_ASSESSED}
    assert {one.after for one in good} == {""}


def _good() -> str:
    return cluster_id(ALPHA, "aks-good").lower()


def test_not_applicable_now_is_not_fixed(changes: Changes) -> None:
    assert became(changes, "api-server-authorized-ranges")["aks-weak"] is ExceptionChange.NOT_APPLICABLE


def test_a_control_that_became_not_assessed_fixes_nothing(packs: tuple[Pack, Pack]) -> None:
    old, new = packs
    observations, findings = new.observations.copy(), new.findings.copy()
    mine = observations["control"] == PRIVATE
    observations.loc[mine, "status"] = "not-assessed"
    findings.loc[findings["control"] == PRIVATE, "status"] = "not-assessed"
    found = compare(old, replace(new, observations=observations, findings=findings))
    assert set(became(found, PRIVATE).values()) == {ExceptionChange.NOT_ASSESSED}
    assert set(became(found, PRIVATE)) == {"aks-weak", line.FORMULA, line.ESCAPES}


def test_a_population_that_could_not_be_listed_hides_what_was_in_it(packs: tuple[Pack, Pack]) -> None:
    old, new = packs
    weak = cluster_id(BETA, "aks-weak")
    row = {
        "status": "not-satisfied", "subject.id": f"{weak}/kubernetes/workload/shop/web",
        "subject.kind": "workload", "subject.name": "shop/web", "subject.cluster": "aks-weak",
        "subject.cluster_id": weak, "subject.subscription": BETA, "reason": "", "waiver": None,
    }  # fmt: skip
    control = next(
        one for one in new.observations["control"]
        if f"{weak}/kubernetes/workload/*" in set(_ids(new, one))
    )  # fmt: skip
    before = old.observations.copy()
    before.loc[len(before)] = {**dict.fromkeys(before.columns), **row, "control": control}
    found = compare(replace(old, observations=before), new)
    assert became(found, control)["shop/web"] is ExceptionChange.NOT_ASSESSED


def _ids(pack: Pack, control: str) -> Any:
    return pack.observations.loc[pack.observations["control"] == control, "subject.id"]


def test_a_subscription_that_left_the_scope_took_its_exceptions_along(packs: tuple[Pack, Pack]) -> None:
    old, new = packs
    document = json.loads(json.dumps(new.document))
    scope = document["scope"]
    scope["subscriptions"] = [line for line in scope["subscriptions"] if line["id"] != ALPHA]
    found = compare(old, replace(new, document=document))
    lost = {one.change for one in found.exceptions if one.subject_id.lower().startswith(_good())}
    assert lost == {ExceptionChange.OUT_OF_SCOPE}
    assert [(one.id, one.after) for one in found.subscriptions] == [(ALPHA, "not in scope")]


def test_turned_round_what_was_not_read_is_first_assessed(packs: tuple[Pack, Pack]) -> None:
    found = compare(packs[1], packs[0])
    good = {one.change for one in found.exceptions if one.subject_id.lower().startswith(_good())}
    assert good == {ExceptionChange.FIRST_ASSESSED}
    assert became(found, PRIVATE)[line.FORMULA] is ExceptionChange.NEW
    assert became(found, PRIVATE)["aks-new"] is ExceptionChange.GONE


def test_a_removed_control_s_exceptions_are_told_as_such(packs: tuple[Pack, Pack]) -> None:
    old, new = packs
    kept = replace(
        new,
        findings=new.findings[new.findings["control"] != PRIVATE],
        observations=new.observations[new.observations["control"] != PRIVATE],
    )
    found = compare(old, kept)
    assert set(became(found, PRIVATE).values()) == {ExceptionChange.CONTROL_REMOVED}
    assert [(one.control, one.what) for one in found.catalogue if one.what != "parameters"] == [
        (PRIVATE, "removed")
    ]
    again = compare(kept, new)
    assert set(became(again, PRIVATE).values()) == {ExceptionChange.FIRST_ASSESSED}
    assert (PRIVATE, "added") in [(one.control, one.what) for one in again.catalogue]


def test_catalogue_parameters_and_who_is_judged_differently(packs: tuple[Pack, Pack]) -> None:
    old, new = packs
    findings = new.findings.copy()
    for column, value in (("title", "Another"), ("severity", "low"), ("check", "true")):
        findings.loc[findings["control"] == PRIVATE, column] = value
    found = compare(old, replace(new, findings=findings))
    changed = {(one.control, one.what): (one.before, one.after) for one in found.catalogue}
    assert changed["patching-node-image-recent", "parameters"] == ({"max_age_days": 60}, {"max_age_days": 90})
    assert changed[PRIVATE, "severity"] == ("high", "low")
    assert {what for control, what in changed if control == PRIVATE} == {"title", "severity", "check"}
    judged = {one.control for one in found.exceptions if one.judged_differently}
    assert judged == {PRIVATE, "patching-node-image-recent"} & {one.control for one in found.exceptions}
    assert PRIVATE in judged


def test_populations_say_what_came_went_and_was_not_read(changes: Changes) -> None:
    mine = next(one for one in changes.populations if PRIVATE in one.controls)
    assert mine.came == (cluster_id(BETA, "aks-new"),)
    assert mine.went == (cluster_id(BETA, line.FORMULA),)
    assert mine.not_read == (cluster_id(ALPHA, "aks-good"),)
    assert mine.first_read == ()
    assert len(mine.controls) > 50
    assert not [one for line in changes.populations for one in (*line.came, *line.went) if one.endswith("*")]


def test_coverage_says_what_is_read_no_longer(changes: Changes) -> None:
    assert [(one.id, one.before, one.after) for one in changes.subscriptions] == [(ALPHA, "read", "not read")]
    assert ("new", "arm.managed-clusters", ALPHA) in [
        (gap.change, gap.source, gap.scope) for gap in changes.gaps
    ]
    assert {gap.scope_name for gap in changes.gaps if gap.change == "closed"} >= {line.FORMULA}


def test_a_pack_and_itself_do_not_differ(packs: tuple[Pack, Pack]) -> None:
    found = compare(packs[0], packs[0])
    assert {one.change for one in found.exceptions} == {ExceptionChange.PERSISTING}
    assert [found.findings, found.populations, found.catalogue, found.gaps, found.subscriptions] == [()] * 5


def test_through_the_command(mixed_run: Run, later_run: Run, tmp_path: Path) -> None:
    target = tmp_path / "changes.csv"
    result = line.command("compare", mixed_run.zip, later_run.pack, "--csv", target)
    assert (result.code, result.err) == (0, "")
    assert f"as of {LATER}" in result.out
    assert "not assessed now, so not known to be fixed" in result.out
    assert not set(result.out) & set("\x1b\x9b\u202e")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"fixed", "new", "persisting", "gone"} <= {row["change"] for row in rows}
    assert f"'{line.FORMULA}" in {row["subject"] for row in rows}


def test_as_json(mixed_run: Run, later_run: Run, changes: Changes) -> None:
    result = line.command("compare", mixed_run.pack, later_run.zip, "--json")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["counts"]["fixed"] == changes.count(ExceptionChange.FIXED) > 0
    assert len(found["exceptions"]) == len(changes.exceptions) == sum(found["counts"].values())
    assert found["intact"] is True
    assert found["old"]["manifest_sha256"] == changes.old.manifest_sha256


def test_an_altered_pack_is_compared_with_a_warning(own_pack: Path, later_run: Run) -> None:
    (own_pack / "extra.txt").write_text("x", encoding="utf-8")
    result = line.command("compare", own_pack, later_run.pack, "--json")
    assert result.code == 0
    assert "altered since its manifest was written" in result.err
    assert json.loads(result.out)["intact"] is False


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_no_pack(mixed_run: Run, tmp_path: Path, turned: bool) -> None:
    paths = [mixed_run.pack, tmp_path]
    result = line.command("compare", *(reversed(paths) if turned else paths))
    assert (result.code, result.out) == (2, "")
    assert "not a pack" in result.err
