"""``reportgen controls``: list, show, lint, test and schema, over the shipped catalogue and a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen.assess import catalogue
from reportgen.model import Control
from tests import line
from tests.assess.build import write_control
from tests.assess.test_frameworks import write as write_framework

SHIPPED = catalogue.load(line.ROOT / "controls")


def controls(*arguments: str | Path) -> line.Result:
    return line.command("controls", *arguments)


def test_list_is_one_line_a_control() -> None:
    result = controls("list")
    assert (result.code, result.err) == (0, "")
    found = result.out.splitlines()
    assert [text.split()[0] for text in found] == [control.id for control in SHIPPED]
    private = next(text for text in found if text.startswith("api-server-private "))
    assert "high" in private
    assert "cluster" in private


def test_list_as_json_is_one_document() -> None:
    result = controls("list", "--json")
    assert result.code == 0
    found = json.loads(result.out)
    assert [known["id"] for known in found] == [control.id for control in SHIPPED]
    assert set(found[0]) == {"id", "title", "area", "severity", "subject", "method", "needs", "covers"}


@pytest.mark.parametrize("control", SHIPPED[::6], ids=lambda control: control.id)
def test_show_says_what_is_tested_and_how(control: Control) -> None:
    result = controls("show", control.id)
    assert (result.code, result.err) == (0, "")
    first, *rest = result.out.splitlines()
    assert first == f"{control.id}: {control.title}"
    assert f"  Check: {control.check}".splitlines()[0] in rest
    for label in ("Objective", "Test procedure", "Evidence", "Remedy", "File"):
        assert [text for text in rest if text.startswith(f"  {label}: ")]


def test_show_as_json_is_one_document() -> None:
    found = json.loads(controls("show", "api-server-private", "--json").out)
    assert found["id"] == "api-server-private"
    assert found["tests"]
    assert found["parameters"] == {}


def test_show_says_what_a_control_is_evidence_for_and_who_else_has_it() -> None:
    printed = controls("show", "api-server-private").out.splitlines()
    assert "  CIS AKS 1.8.0: 5.4.2 (direct), 5.4.3 (supporting)" in printed
    (peers,) = [text for text in printed if text.startswith("  Peers' check PC-035: Private API server. ")]
    assert "Checkov: CKV_AZURE_115; kube-bench: 5.4.2" in peers
    assert "  Catalogue 2026.4: First release." in printed
    document = json.loads(controls("show", "api-server-private", "--json").out)
    assert document["peers"][0]["peers"]["Checkov"] == "CKV_AZURE_115"
    item = {"framework": "cis-aks-1.8.0", "requirement": "5.4.2", "relation": "direct"}
    assert any(item.items() <= one.items() for one in document["frameworks"])


def test_show_knows_frameworks_of_ones_own(tmp_path: Path) -> None:
    printed = controls("show", "api-server-private", "--frameworks", write_framework(tmp_path)).out
    assert "  CIS AKS 1.8.0: " in printed
    assert "  Example: A.1 (direct)\n" in printed
    assert controls("show", "api-server-private", "--frameworks", tmp_path / "none").code == 2


def test_lint_finds_a_control_that_a_framework_of_ones_own_names_and_nobody_has(tmp_path: Path) -> None:
    write_control(tmp_path / "c")
    folders = (tmp_path / "c", "--frameworks", write_framework(tmp_path / "f"))
    result = controls("lint", *folders)
    assert (result.code, result.out) == (1, "1 controls, 1 problems\n")
    assert result.err == "f/example-1.0.yaml: A.1: no control has the id rbac-enabled\n"
    write_control(tmp_path / "c", id="rbac-enabled", area="rbac", check="'a' in subject.?tags.orValue({})")
    assert controls("lint", *folders).out == "2 controls, 0 problems\n"


def test_a_control_of_ones_own_has_the_history_that_it_tells(tmp_path: Path) -> None:
    write_control(tmp_path)
    assert "Catalogue " not in controls("show", "api-server-private", "--controls", tmp_path).out
    write_control(tmp_path, history={"2027.2": "The parameter is new.", "2027.1": "Added."})
    printed = controls("show", "api-server-private", "--controls", tmp_path).out
    assert "  Catalogue 2027.1: Added.\n  Catalogue 2027.2: The parameter is new.\n" in printed
    write_control(tmp_path, history={"27.1": "Added."})
    refused = controls("show", "api-server-private", "--controls", tmp_path)
    assert (refused.code, "history.27.1" in refused.err) == (2, True)


def test_an_unknown_id_is_an_error_of_the_user() -> None:
    result = controls("show", "api-server")
    assert (result.code, result.out) == (2, "")
    assert "no control has this id; `reportgen controls list` shows them" in result.err


def test_the_shipped_catalogue_is_free_of_problems_and_passes_its_own_tests() -> None:
    lint, test = controls("lint"), controls("test")
    assert (lint.code, lint.err) == (0, "")
    assert lint.out == f"{len(SHIPPED)} controls, 0 problems\n"
    assert (test.code, test.err) == (0, "")
    assert test.out == f"{len(SHIPPED)} controls, {sum(len(c.tests) for c in SHIPPED)} tests, 0 failures\n"


def test_changes_that_no_test_notices_end_with_1(tmp_path: Path) -> None:
    weak = "subject.?properties.?apiServerAccessProfile.?enablePrivateCluster.orValue(false) != false"
    write_control(tmp_path / "sound")
    sound = controls("test", "--mutations", tmp_path / "sound")
    assert (sound.code, sound.err) == (0, "")
    assert sound.out == "1 controls, 3 tests, 0 failures, 0 changes that no test notices\n"
    write_control(tmp_path / "weak", check=f"{weak} && size(subject.?properties.orValue({{}})) >= 0")
    found = controls("test", "--mutations", tmp_path / "weak")
    assert found.code == 1
    assert found.out == "1 controls, 3 tests, 0 failures, 1 changes that no test notices\n"
    assert "api-server-private.yaml: api-server-private: check >= as >: no case" in found.err
    assert controls("test", tmp_path / "weak").code == 0


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    write_control(tmp_path)
    assert controls("list", tmp_path).out.split() == [
        "api-server-private", "high", "cluster", "The", "API", "server", "has", "no", "public", "endpoint",
    ]  # fmt: skip
    assert controls("test", tmp_path).out == "1 controls, 3 tests, 0 failures\n"
    assert json.loads(controls("show", "api-server-private", "--controls", tmp_path, "--json").out)["id"]


def test_a_control_whose_own_test_fails_ends_with_1(tmp_path: Path) -> None:
    path = write_control(tmp_path, check="true")
    result = controls("test", tmp_path)
    assert result.code == 1
    assert result.out == "1 controls, 3 tests, 2 failures\n"
    assert f"{path.relative_to(tmp_path).as_posix()}:" in result.err
    assert "not-satisfied" in result.err


def test_a_control_that_lint_objects_to_ends_with_1(tmp_path: Path) -> None:
    write_control(tmp_path, title="The cluster is compliant")
    result = controls("lint", tmp_path)
    assert result.code == 1
    assert "compliant" in result.err
    assert "1 controls, " in result.out


@pytest.mark.parametrize("command", [("list",), ("lint",), ("test",)])
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    path = write_control(tmp_path, chekc="true")
    number = path.read_text(encoding="utf-8").splitlines().index("chekc: 'true'") + 1
    result = controls(*command, tmp_path)
    assert (result.code, result.out) == (2, "")
    assert f"{path.relative_to(tmp_path).as_posix()}:{number}: chekc: " in result.err


@pytest.mark.parametrize("command", [("list",), ("lint",), ("test",), ("show", "x", "--controls")])
def test_a_folder_that_is_not_there(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = controls(*command, tmp_path / "none")
    assert result.code == 2
    assert "no such folder" in result.err


def test_the_schema_takes_the_keys_of_the_contract_and_no_other() -> None:
    result = controls("schema")
    assert result.code == 0
    schema = json.loads(result.out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert {
        "id",
        "title",
        "area",
        "severity",
        "subject",
        "method",
        "objective",
        "test_procedure",
        "needs",
        "check",
        "observe",
        "remediation",
        "references",
        "property_since",
        "covers",
        "tests",
    } <= set(schema["properties"])
    assert set(schema["required"]) <= set(schema["properties"])
