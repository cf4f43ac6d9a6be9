"""Control files: what loads, what is refused and where, parameters, the files' own tests, the lint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import catalogue, control_file
from reportgen.errors import UsageError
from reportgen.model import Status
from tests.assess.build import PRIVATE, control_text, write_control

FILE = "api-server/api-server-private.yaml"


def load_text(folder: Path, text: str) -> None:
    path = folder / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    catalogue.load(folder)


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_a_control_loads_with_all_its_keys(tmp_path: Path) -> None:
    write_control(
        tmp_path,
        when="has(subject.properties)",
        not_applicable_reason="n/a",
        assessable="true",
        not_assessed_reason="unknown",
        reason="''",
        parameters={"days": 3, "names": ["a"]},
        preview=True,
        cel=1,
    )
    (control,) = catalogue.load(tmp_path)
    assert (control.id, control.path) == ("api-server-private", f"{tmp_path.name}/{FILE}")
    assert control.parameters == {"days": 3, "names": ["a"]}
    assert control.remediation_cli == "az aks update"
    assert [case.expect for case in control.tests][:1] == [Status.SATISFIED]
    assert control.tests[2].given == {"subject": {}, "related": {}, "derived": {}}
    assert control.tests[0].line == line_of((tmp_path / FILE).read_text(), "tests:") + 1


def test_a_file_is_parsed_once_and_anew_when_it_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, title in (("one", "First"), ("two", "First"), ("one", "Second")):
        write_control(tmp_path / folder, title=title)
        (control,) = catalogue.load(tmp_path / folder)
        assert (control.title, control.path) == (title, f"{folder}/{FILE}")
    monkeypatch.setattr(control_file, "parse", None)
    assert catalogue.load(tmp_path / "one") == (control,)
    write_control(tmp_path / "one", title="Third")
    with pytest.raises(TypeError):
        catalogue.load(tmp_path / "one")


@pytest.mark.parametrize(
    ("changes", "line", "message"),
    [
        ({"colour": "red"}, "colour", "colour: unknown key; expected one of id, title"),
        ({"title": None}, "id", "title: missing; this key is needed"),
        ({"title": " "}, "title", "title: expected text"),
        ({"severity": "huge"}, "severity", "severity: .*'critical'.*found 'huge'"),
        (
            {"subject": "planet"},
            "subject",
            "subject: unknown kind of subject; expected one of cluster, agent-pool, ",
        ),
        ({"check": "subject.a +"}, "check", "check: bad CEL: 1:12: Syntax error"),
        ({"check": "subject.?a"}, "check", "check: bad CEL: .*orValue"),
        ({"reason": "1"}, "reason", "reason: bad CEL: gives int, expected string"),
        ({"observe": {"A": "x.y"}}, "  A:", "observe.A: bad CEL: 1:2: undeclared reference"),
        ({"observe": {}}, "observe", "observe: missing; this key is needed"),
        ({"needs": ["arm.nothing"]}, "- arm.nothing", "needs.0: unknown source; expected one of"),
        ({"needs": []}, "needs", "needs: .*at least 1 item"),
        ({"when": "true"}, "when", "when: needs not_applicable_reason beside it"),
        ({"not_applicable_reason": "x"}, "not_applicable_reason", "is never used without when"),
        ({"assessable": "true"}, "assessable", "assessable: needs not_assessed_reason beside it"),
        ({"area": "network"}, "id", "expected to begin with the area, network-"),
        ({"property_since": "May 2021"}, "property_since", "property_since: .*pattern"),
        ({"parameters": {"a": {"b": 1}}}, "  a:", "parameters.a: expected true or false"),
        ({"parameters": {"a": [1, "x"]}}, "  a:", "parameters.a: expected true or false"),
        ({"remediation": {"text": "x", "link": "y"}}, "  link", "unknown key; expected one of text, cli"),
        ({"preview": "yes"}, "preview", "preview: Input should be a valid boolean"),
        ({"cel": 2}, "cel", "cel: Input should be 1"),
    ],
)
def test_a_wrong_key_is_named_with_file_and_line(
    tmp_path: Path, changes: dict[str, Any], line: str, message: str
) -> None:
    text = control_text(**changes)
    name = changes.get("area", "api-server")
    path = tmp_path / name / "api-server-private.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message) as caught:
        catalogue.load(tmp_path)
    expected = f"{tmp_path.name}/{name}/api-server-private.yaml:{line_of(text, line)}: "
    assert str(caught.value).startswith(expected)


def given(**content: Any) -> list[dict[str, Any]]:
    return [{"given": {}, "expect": "satisfied"}, {"expect": "not-satisfied", **content}]


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ([{"given": {}, "expect": "satisfied"}] * 2, "tests: no test expects not-satisfied"),
        ([{"given": {}, "expect": "not-satisfied"}] * 2, "tests: no test expects satisfied"),
        (given(given={}, because="x"), "tests.1.because: unknown key; expected one of given, expect, note"),
        (given(given={"subjects": {}}), "tests.1.given.subjects: unknown key; expected one of subject"),
        (given(given={"as_of": "yesterday"}), "tests.1.given.as_of: "),
        (given(given={"parameters": {"x": 1}}), "parameters.x: the control has no such parameter"),
        (given(), "tests.1.given: missing"),
    ],
)
def test_wrong_tests_are_named(tmp_path: Path, tests: list[Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_text(tmp_path, control_text(tests=tests))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("area: api-server\n", "area: api-server\narea: api-server\n"), ":4: area: this key is there twice"),
        (("'2021-05-01'", "2021-05-01"), "property_since: YAML reads 2021-05-01 as a date"),
        (("severity: high", "severity: [high"), ":4: not valid YAML|:5: not valid YAML"),
        (("title: ", "on: x\ntitle: "), "the key on is not text for YAML"),
        (("covers:\n- PC-035", "covers: &a [*a]"), "an anchor that holds itself"),
    ],
)
def test_yaml_that_json_would_not_take_is_named(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    text = control_text()
    assert change[0] in text
    with pytest.raises(UsageError, match=message):
        load_text(tmp_path, text.replace(*change))


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b"])
def test_a_file_that_is_no_map_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r":1: expected keys and values"):
        load_text(tmp_path, text)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"id: \xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        catalogue.load(tmp_path)


def test_the_id_is_the_files_name(tmp_path: Path) -> None:
    path = write_control(tmp_path)
    path.rename(path.with_name("api-server-other.yaml"))
    with pytest.raises(UsageError, match="expected api-server-other; found 'api-server-private'"):
        catalogue.load(tmp_path)


def test_an_id_that_is_there_twice_is_named_with_both_files(tmp_path: Path) -> None:
    write_control(tmp_path)
    second = tmp_path / "more" / "api-server-private.yaml"
    second.parent.mkdir()
    second.write_text(control_text(), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"{second.parent.name}/.*is the id of .*{FILE} too"):
        catalogue.load(tmp_path)


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    write_control(tmp_path, severity="x", colour="red")
    write_control(tmp_path, id="api-server-b", title=None)
    with pytest.raises(UsageError) as caught:
        catalogue.load(tmp_path)
    assert len(str(caught.value).splitlines()) == 3


def test_an_empty_folder_is_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no control file"):
        catalogue.load(tmp_path)


def test_framework_files_are_no_controls(tmp_path: Path) -> None:
    write_control(tmp_path)
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "soc2.yaml").write_text("name: x\n")
    assert len(catalogue.load(tmp_path)) == 1


PARAMETERS = {"days": 30, "share": 0.5, "names": ["a"], "strict": True, "mode": "x"}


@pytest.mark.parametrize(
    "values", [{"days": 7}, {"share": 1}, {"names": []}, {"names": ["b", "c"]}, {"strict": False}]
)
def test_parameters_are_overridden(tmp_path: Path, values: dict[str, Any]) -> None:
    write_control(tmp_path, parameters=PARAMETERS)
    (control,) = catalogue.with_parameters(catalogue.load(tmp_path), {"api-server-private": values})
    assert control.parameters == {**PARAMETERS, **values}


@pytest.mark.parametrize(
    ("control_id", "values", "message"),
    [
        ("api-server-publik", {"days": 7}, "parameters.api-server-publik: no control has this id"),
        ("api-server-private", {"weeks": 7}, "weeks: unknown parameter; this control has: days"),
        ("api-server-private", {"days": "7"}, "days: expected a whole number such as 30, found '7'"),
        ("api-server-private", {"days": True}, "days: expected a whole number"),
        ("api-server-private", {"days": 1.5}, "days: expected a whole number"),
        ("api-server-private", {"strict": 1}, "strict: expected true or false"),
        ("api-server-private", {"share": True}, "share: expected a number"),
        ("api-server-private", {"names": [1]}, "names: expected a list"),
        ("api-server-private", {"names": "a"}, "names: expected a list"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    tmp_path: Path, control_id: str, values: dict[str, Any], message: str
) -> None:
    write_control(tmp_path, parameters=PARAMETERS)
    with pytest.raises(UsageError, match=message):
        catalogue.with_parameters(catalogue.load(tmp_path), {control_id: values})


def test_an_empty_list_is_one_of_texts(tmp_path: Path) -> None:
    write_control(tmp_path, parameters={"accepted": []})
    controls = catalogue.load(tmp_path)
    (control,) = catalogue.with_parameters(controls, {"api-server-private": {"accepted": ["Group/a"]}})
    assert control.parameters == {"accepted": ["Group/a"]}
    with pytest.raises(UsageError, match="accepted: expected a list"):
        catalogue.with_parameters(controls, {"api-server-private": {"accepted": [1]}})


def test_a_sound_control_passes_its_own_tests_and_the_lint(tmp_path: Path) -> None:
    write_control(tmp_path)
    controls = catalogue.load(tmp_path)
    assert catalogue.run_tests(controls) == []
    assert catalogue.lint(controls) == []


def test_tests_that_come_out_otherwise_are_named(tmp_path: Path) -> None:
    path = write_control(tmp_path, check=PRIVATE.replace("== true", "!= true"))
    failures = catalogue.run_tests(catalogue.load(tmp_path))
    assert [(failure.expected, failure.got) for failure in failures] == [
        ("satisfied", "not-satisfied"),
        ("not-satisfied", "satisfied"),
        ("not-satisfied", "satisfied"),
    ]
    assert str(failures[0]).startswith(f"{tmp_path.name}/{FILE}:{line_of(path.read_text(), 'tests:') + 1}: ")


def test_an_evaluation_error_is_a_failure_even_where_not_assessed_is_expected(tmp_path: Path) -> None:
    tests = [
        {"given": {"subject": {"a": True}}, "expect": "satisfied"},
        {"given": {"subject": {"a": False}}, "expect": "not-satisfied"},
        {"given": {}, "expect": "not-assessed"},
    ]
    write_control(tmp_path, check="subject.a == true", observe={"A": "subject.?a.orValue(null)"}, tests=tests)
    (failure,) = catalogue.run_tests(catalogue.load(tmp_path))
    assert failure.got == "not-assessed"
    assert "evaluation error: NOT_FOUND" in failure.reason


def test_what_a_test_leaves_out_has_its_default(tmp_path: Path) -> None:
    check = "cluster.?a.orValue(0) + parameters.n == 3 && string(as_of).startsWith('2026-11-15T06:00:00')"
    tests = [
        {"given": {"subject": {"a": 1}}, "expect": "satisfied"},
        {"given": {"subject": {"a": 1}, "parameters": {"n": 7}}, "expect": "not-satisfied"},
        {"given": {"subject": {"a": 1}, "as_of": "2026-01-01T00:00:00Z"}, "expect": "not-satisfied"},
        {"given": {"subject": {"a": 1}, "cluster": {}}, "expect": "not-satisfied"},
    ]
    write_control(tmp_path, check=check, parameters={"n": 2}, tests=tests)
    assert catalogue.run_tests(catalogue.load(tmp_path)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": "The cluster is Compliant"}, "'compliant' claims too much"),
        ({"reason": "'this proves it'"}, "'proves' claims too much"),
        ({"check": "1 == 1"}, "the check reads nothing of the subject"),
        ({"check": "parameters.n == 1", "parameters": {"n": 1}}, "the check reads nothing of the subject"),
        ({"observe": {"A": "'x'"}}, "observe 'A' reads nothing"),
        ({"parameters": {"n": 1}}, "the parameter n is never read"),
        ({"reason": "string(parameters.n)"}, "parameters.n is read and not declared"),
        ({"reason": "string(derived.nothing)"}, "derived.nothing does not exist for a cluster"),
        ({"reason": "string(derived.image_date)"}, "derived.image_date does not exist for a cluster"),
        ({"reason": "string(size(related.nothing))"}, "related.nothing does not exist"),
        (
            {"reason": "string(size(related.diagnostic_settings))"},
            "needs has to list arm.diagnostic-settings",
        ),
        (
            {"needs": ["arm.managed-clusters", "arm.diagnostic-settings"]},
            "needs lists arm.diagnostic-settings and no expression reads it",
        ),
        ({"needs": ["arm.diagnostic-settings"]}, "needs lacks arm.managed-clusters"),
        ({"references": ["http://example.org"]}, "is no https address"),
        (
            {"absent_satisfied": {"subject.other": "The default."}},
            "absent_satisfied names subject.other, which the check does not read; it reads subject.",
        ),
    ],
)
def test_the_lint_finds(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    write_control(tmp_path, **changes)
    assert message in "\n".join(catalogue.lint(catalogue.load(tmp_path)))


def test_the_lint_finds_the_same_check_twice_whatever_its_spaces(tmp_path: Path) -> None:
    write_control(tmp_path)
    write_control(tmp_path, id="api-server-same", check=PRIVATE.replace(" == ", "  ==  "))
    (problem,) = catalogue.lint(catalogue.load(tmp_path))
    assert "api-server-same: has the same check as api-server-private" in problem


def test_the_lint_wants_three_tests_and_the_areas_folder(tmp_path: Path) -> None:
    tests = [
        {"given": {"subject": {"properties": {"apiServerAccessProfile": {"enablePrivateCluster": True}}}}}
        | {"expect": "satisfied"},
        {"given": {}, "expect": "not-satisfied"},
    ]
    path = write_control(tmp_path, tests=tests)
    (tmp_path / "network").mkdir()
    path.rename(tmp_path / "network" / path.name)
    problems = "\n".join(catalogue.lint(catalogue.load(tmp_path)))
    assert "fewer than three tests" in problems
    assert "lies in network/, and its area is api-server" in problems


def test_the_schema_is_json_and_closed() -> None:
    schema = json.loads(json.dumps(catalogue.json_schema()))
    assert schema["additionalProperties"] is False
    assert {"id", "title", "needs"} <= set(schema["required"])
    assert schema["if"] == {"properties": {"method": {"const": "attestation"}}}
    assert set(schema["else"]["required"]) == {"check", "observe", "tests"}
    assert "when" in schema["properties"]
