"""One observation of a pack, with what it rests on and how to remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.show import lines
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA, cluster, cluster_id

PRIVATE = "api-server-private"


def shown(pack: Path, control: str, subject: str) -> list[str]:
    return list(lines(pack, control, subject))


def test_everything_about_one_observation(mixed_run: Run) -> None:
    found = shown(mixed_run.pack, PRIVATE, "aks-weak")
    assert found[0].startswith(f"{PRIVATE}: ")
    assert found[1] == "  collection mode: estate"
    assert found[2] == f"  subject: aks-weak ({cluster_id(BETA, 'aks-weak')})"
    assert found[3] == f"  status:  not-satisfied, as of {line.AS_OF}"
    assert found[4].startswith("  reason:  ")
    assert "  observed: Private API server = not set" in found
    evidence = next(text for text in found if text.startswith("  evidence: "))
    assert evidence.startswith(
        f"  evidence: evidence/20261115T060000Z/arm.managed-clusters/{BETA}/page-0001.json#/value/"
    )
    assert f"    GET https://management.sandbox.reportgen/subscriptions/{BETA}/providers/" in "\n".join(found)
    assert next(text for text in found if text.startswith("    read ")).startswith(
        f"    read {line.AS_OF} by "
    )
    assert next(text for text in found if text.startswith("  remedy: ")) != "  remedy: "


def test_the_value_that_was_judged_is_printed(mixed_run: Run) -> None:
    text = "\n".join(shown(mixed_run.pack, PRIVATE, "aks-weak"))
    assert '"servicePrincipalProfile": {' in text
    assert "hush-hush" not in text


def test_a_satisfied_one_is_shown_too(mixed_run: Run) -> None:
    found = shown(mixed_run.pack, PRIVATE, "aks-good")
    assert f"  status:  satisfied, as of {line.AS_OF}" in found
    assert "  observed: Private API server = true" in found
    assert not [text for text in found if text.startswith("  reason:")]


def test_a_gap_is_told_with_its_cause(mixed_run: Run) -> None:
    found = shown(mixed_run.pack, "logging-audit-logs-collected", line.FORMULA)
    assert f"  status:  not-assessed (gap), as of {line.AS_OF}" in found
    assert "EstateHasNoAnswer" in next(text for text in found if text.startswith("  reason:"))


def test_a_parameter_is_told_as_it_was_used(mixed_run: Run) -> None:
    found = shown(mixed_run.pack, "patching-node-image-recent", "aks-good/sys")
    assert "  parameter: max_age_days = 60" in found


@pytest.mark.parametrize("subject", [
    "aks-good", "AKS-Good", cluster_id(ALPHA, "aks-good"), cluster_id(ALPHA, "aks-good").upper(),
])  # fmt: skip
def test_a_subject_is_named_by_name_or_id_in_any_casing(mixed_run: Run, subject: str) -> None:
    assert shown(mixed_run.pack, PRIVATE, subject) == shown(mixed_run.pack, PRIVATE, "aks-good")


def test_a_pool_is_named_by_its_cluster_and_name(mixed_run: Run) -> None:
    found = shown(mixed_run.pack, "nodes-no-public-ip", "aks-good/sys")
    assert found[2].startswith("  subject: aks-good/sys (")


def test_folder_and_zip_show_the_same(mixed_run: Run) -> None:
    for control, subject in ((PRIVATE, "aks-weak"), ("logging-audit-logs-collected", "aks-good")):
        assert shown(mixed_run.zip, control, subject) == shown(mixed_run.pack, control, subject)


def test_a_control_that_the_pack_has_not(mixed_run: Run) -> None:
    with pytest.raises(UsageError, match=r"has no control api-server; results/findings\.json lists them"):
        shown(mixed_run.pack, "api-server", "aks-good")


def test_a_subject_that_the_pack_has_not_lists_those_it_has(mixed_run: Run) -> None:
    with pytest.raises(UsageError, match=r"no such subject; there are: .*aks-good, aks-weak"):
        shown(mixed_run.pack, PRIVATE, "aks-bad")


def test_a_name_that_two_clusters_have_is_not_guessed(tmp_path: Path, without_pdf: None) -> None:
    files = {f"{sub[0]}.json": cluster(sub, "twin") for sub in (ALPHA, BETA)}
    result = line.command(
        "run", "--estate", line.estate(tmp_path / "estate", files), "--out", tmp_path, "--as-of", line.AS_OF
    )
    ids = [cluster_id(ALPHA, "twin"), cluster_id(BETA, "twin")]
    with pytest.raises(UsageError) as raised:
        shown(result.pack, PRIVATE, "twin")
    assert str(raised.value) == f"twin: several subjects have this name; give the id of one: {', '.join(ids)}"
    assert ids[1] in shown(result.pack, PRIVATE, ids[1])[2]


def test_a_long_value_is_cut_and_says_so(own_pack: Path) -> None:
    page = next((own_pack / "evidence").rglob(f"arm.managed-clusters/{BETA}/page-0001.json"))
    body = json.loads(page.read_bytes())
    for item in body["value"]:
        item["tags"] = {"long": "x" * 5000}
    page.write_text(json.dumps(body), encoding="utf-8")
    found = shown(own_pack, PRIVATE, "aks-weak")
    assert "    … (the file has the rest)" in found
    assert sum(map(len, found)) < 6000


def test_through_the_command(mixed_run: Run) -> None:
    result = line.command("show", mixed_run.zip, PRIVATE, "aks-weak")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == shown(mixed_run.pack, PRIVATE, "aks-weak")


def test_a_hostile_name_does_not_steer_the_terminal(mixed_run: Run) -> None:
    result = line.command("show", mixed_run.zip, PRIVATE, cluster_id(BETA, line.ESCAPES))
    assert result.code == 0
    assert "\ufffd[2J" in result.out
    assert not set(result.out) & set("\x1b\x9b\u202e")


@pytest.mark.parametrize(("arguments", "problem"), [
    (("none.zip", PRIVATE, "x"), "not a pack"),
    (("{pack}", "none", "x"), "has no control none"),
    (("{pack}", PRIVATE, "none"), "no such subject"),
])  # fmt: skip
def test_what_cannot_be_shown_is_an_error_of_the_user(
    mixed_run: Run, arguments: tuple[str, ...], problem: str
) -> None:
    result = line.command("show", *(part.format(pack=mixed_run.pack) for part in arguments))
    assert (result.code, result.out) == (2, "")
    assert problem in result.err


def test_evidence_is_not_looked_for_outside_of_the_pack(own_pack: Path) -> None:
    (own_pack.parent / "secret.json").write_text('{"a": "secret"}', encoding="utf-8")
    (own_pack.parent / "secret.provenance.json").write_text("{}", encoding="utf-8")
    path = own_pack / "results" / "observations.jsonl"
    rows = [json.loads(text) for text in path.read_bytes().splitlines()]
    path.write_text(
        "".join(json.dumps(row | {"evidence": ["../secret.json#/a"]}) + "\n" for row in rows),
        encoding="utf-8",
    )
    result = line.command("show", own_pack, PRIVATE, "aks-weak")
    assert result.code == 2
    assert "names a file that is not in the pack" in result.err
    assert '"secret"' not in result.out
