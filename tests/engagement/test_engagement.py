"""engagement.yaml: what is wrong in it is named by file, line and key; what `init` writes runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reportgen import engagement
from reportgen.errors import UsageError
from tests import line
from tests.sandbox.conftest import ALPHA

GOOD = """\
# who and when
entity: Contoso
period:
  start: 2026-10-01
  end: 2026-12-31
scope:
  subscriptions:
    - aaaaaaaa-0000-4000-8000-000000000001
    - BBBBBBBB-0000-4000-8000-000000000002
credential: managed-identity
"""
ALONE = "entity: x\nperiod: {start: 2026-01-01, end: 2026-01-02}\nscope: {}\ncredential: kubeconfig\n"
A_GUID = "expected a GUID such as 11111111-2222-3333-4444-555555555555"
MISSING = "missing; this key is needed"
A_DAY = "expected a day such as 2026-10-01"
KINDS = "Input should be 'managed-identity', 'workload-identity', "


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


WRONG = {
    "unknown key": (GOOD + "entitty: x\n", 11, "entitty", "unknown key; expected one of entity"),
    "unknown key of period": (changed("  end:", "  until: x\n  end:"), 5, "period.until", "of start, end"),
    "unknown key of scope": (changed("  subscriptions:", "  subscription: []\n  subscriptions:"), 7,
                             "scope.subscription", "one of subscriptions, management_groups"),
    "unknown key of credential": (changed("managed-identity", "{kind: azure-cli, tenant: x}"), 10,
                                  "credential.tenant", "one of kind, tenant_id, client_id, secret_env"),
    "a secret": (changed("managed-identity", "{kind: azure-cli, secret: hush}"), 10, "credential.secret",
                 "a secret never stands in this file"),
    "unknown key of endpoint": (GOOD + "endpoint:\n  managment: x\n", 12, "endpoint.managment",
                                "one of management, authority, graph, ca_file"),
    "no such month": (changed("2026-12-31", "2026-13-01"), 5, "period.end", f"{A_DAY}; found '2026-13-01'"),
    "no such day": (changed("2026-10-01", "2026-02-30"), 4, "period.start", f"{A_DAY}; found '2026-02-30'"),
    "no date": (changed("2026-12-31", "soon"), 5, "period.end", f"{A_DAY}; found 'soon'"),
    "a time": (changed("2026-12-31", "2026-12-31T06:00:00Z"), 5, "period.end", A_DAY),
    "end before start": (changed("2026-12-31", "2026-09-30"), 3, "period",
                         "end 2026-09-30 is before start 2026-10-01"),
    "no GUID": (changed("BBBBBBBB-0000", "BBBBBBBB_0000"), 9, "scope.subscriptions.1", A_GUID),
    "a name for a GUID": (changed("- aaaaaaaa-0000-4000-8000-000000000001", "- Production"), 8,
                          "scope.subscriptions.0", f"{A_GUID}; found 'Production'"),
    "a tenant that is no GUID": (changed("managed-identity", "{kind: azure-cli, tenant_id: contoso.com}"), 10,
                                 "credential.tenant_id", A_GUID),
    "no entity": (changed("entity: Contoso\n", ""), 1, "entity", MISSING),
    "no period": ("entity: x\nscope: {}\ncredential: azure-cli\n", 1, "period", MISSING),
    "no scope": ("entity: x\nperiod: {start: 2026-01-01, end: 2026-01-02}\ncredential: azure-cli\n",
                 1, "scope", MISSING),
    "no credential": (changed("credential: managed-identity\n", ""), 1, "credential", MISSING),
    "no end": (changed("  end: 2026-12-31\n", ""), 3, "period.end", MISSING),
    "an empty entity": (changed("Contoso", '""'), 2, "entity", "at least 1 character"),
    "a number as entity": (changed("Contoso", "7"), 2, "entity", "valid string; found 7"),
    "an empty scope": (changed("scope:\n  subscriptions:", "scope:\nclassification:"), 6, "scope",
                       "found None"),
    "an unknown credential": (changed("managed-identity", "password"), 10, "credential.kind", KINDS),
    "half a credential": (changed("managed-identity", "client-secret"), 10, "credential",
                          "client-secret needs tenant_id and client_id"),
    "names without a directory": (f"{ALONE}principals: {{resolve: true}}\n", 1, "(top level)",
                                  "leave principals out"),
    "a group of nobody": (GOOD + "principals: {members_per_group: 0}\n", 11, "principals.members_per_group",
                          "greater than or equal to 1"),
    "a key twice": (GOOD + "entity: Fabrikam\n", 11, "entity", "this key is there twice"),
    "a nested key twice": (changed("  end:", "  end: 2027-01-01\n  end:"), 6, "period.end", "there twice"),
    "no YAML": (changed("Contoso", "[unclosed"), 3, "not valid YAML", "expected ',' or ']'"),
    "a tab": (changed("  start", "\tstart"), 4, "not valid YAML", "cannot start any token"),
    "a control character": (changed("Contoso", "Con\x00toso"), 2, "not valid YAML", "not allowed"),
    "two documents": (GOOD + "---\nentity: x\n", 11, "not valid YAML", "another document"),
    "a Python object": (changed("Contoso", "!!python/name:os.system"), 2, "not valid YAML", "constructor"),
    "an anchor in itself": (GOOD + "parameters: &a {x: *a}\n", 1, "not valid YAML", "nested too deeply"),
    "a list": ("- entity: x\n", 1, "expected the keys", "entity, period, scope and credential"),
    "nothing": ("", 1, "expected the keys", "entity, period, scope and credential"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "number", "key", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_file_line_and_key(
    tmp_path: Path, text: str, number: int, key: str, expected: str
) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(text, encoding="utf-8")
    result = line.command("run", path, "--out", tmp_path / "out")
    assert (result.code, result.out) == (2, "")
    first = result.err.splitlines()[0]
    assert first.startswith(f"error: {path}:{number}: {key}")
    assert expected in first
    assert "Traceback" not in result.err
    assert not (tmp_path / "out").exists()


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(changed("2026-12-31", "soon") + "colour: red\n", encoding="utf-8")
    found = line.command("report", path).err
    assert f"{path}:5: period.end: " in found
    assert f"{path}:11: colour: " in found


def test_a_secret_in_a_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    text = changed("managed-identity", "{kind: client-secret, client_secret: hush-hush}")
    path.write_text(text, encoding="utf-8")
    result = line.command("run", path)
    assert "credential.client_secret: a secret never stands in this file" in result.err
    assert "hush" not in result.err


@pytest.mark.parametrize(("content", "problem"), [
    (GOOD.encode().replace(b"Contoso", b"\xd8st"), "not UTF-8 text (byte 23)"),
    (GOOD.encode("utf-16"), "not UTF-8 text"),
], ids=["latin-1", "utf-16"])  # fmt: skip
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_bytes(content)
    result = line.command("run", path)
    assert result.code == 2
    assert result.err.startswith(f"error: {path}: {problem}")


@pytest.mark.parametrize("command", ["run", "collect", "report"])
def test_a_file_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path, command: str) -> None:
    for path in (tmp_path / "engagement.yaml", tmp_path):
        result = line.command(command, path)
        assert result.code == 2
        assert result.err.startswith(f"error: {path}: cannot be read")
        assert "reportgen init" in result.err


@pytest.mark.parametrize(("parameters", "problem"), [
    ("{no-such-control: {x: 1}}", "no-such-control"),
    ("{patching-node-image-recent: {max_days: 30}}", "max_days"),
    ("{patching-node-image-recent: {max_age_days: soon}}", "max_age_days"),
])  # fmt: skip
def test_a_parameter_that_no_control_has_is_refused_before_anything_is_read(
    tmp_path: Path, parameters: str, problem: str
) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(f"{GOOD}parameters: {parameters}\n", encoding="utf-8")
    result = line.command("collect", path, "--out", tmp_path / "out")
    assert result.code == 2
    assert problem in result.err
    assert not (tmp_path / "out" / "snapshots").exists()


def test_a_good_file_is_understood() -> None:
    found = engagement.parse(GOOD, "engagement.yaml")
    assert found.entity == "Contoso"
    assert (found.period.start, found.period.end) == (date(2026, 10, 1), date(2026, 12, 31))
    assert found.scope.subscriptions == (ALPHA, "bbbbbbbb-0000-4000-8000-000000000002")
    assert (found.credential.kind, found.credential.tenant_id) == ("managed-identity", None)
    assert found.endpoint.management == "https://management.azure.com"


def test_the_hash_is_of_the_settings_and_not_of_the_layout() -> None:
    first = engagement.parse(GOOD, "a")
    other = engagement.parse(
        GOOD.replace("# who and when\n", "\n\n")
        .replace("BBBBBBBB", "bbbbbbbb")
        .replace("Contoso", '"Contoso"'),
        "b",
    )
    assert first.sha256 == other.sha256
    assert first.sha256 != engagement.parse(changed("2026-12-31", "2026-12-30"), "a").sha256


@pytest.mark.parametrize(("day", "start", "end"), [
    ("2026-01-01", "2026-01-01", "2026-03-31"),
    ("2024-03-31", "2024-01-01", "2024-03-31"),
    ("2026-04-30", "2026-04-01", "2026-06-30"),
    ("2026-08-15", "2026-07-01", "2026-09-30"),
    ("2026-12-31", "2026-10-01", "2026-12-31"),
])  # fmt: skip
def test_the_quarter_of_a_day(day: str, start: str, end: str) -> None:
    found = engagement.quarter(date.fromisoformat(day))
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


def written(path: Path, **changes: str) -> line.Result:
    flags = {"entity": "Contoso", "period": "2026-Q4", "scope": "", "credential": "azure-cli"} | changes
    return line.command("init", path, *(part for key, value in flags.items() for part in (f"--{key}", value)))


@pytest.mark.parametrize(("period", "start", "end"), [
    ("2026-Q4", "2026-10-01", "2026-12-31"),
    ("2027q1", "2027-01-01", "2027-03-31"),
    ("2026-11-02..2026-11-30", "2026-11-02", "2026-11-30"),
    (" 2026-01-01 .. 2026-12-31 ", "2026-01-01", "2026-12-31"),
])  # fmt: skip
def test_init_by_flags(tmp_path: Path, period: str, start: str, end: str) -> None:
    path = tmp_path / "own.yaml"
    result = written(path, period=period, scope=f"{ALPHA.upper()}, bbbbbbbb-0000-4000-8000-000000000002")
    assert (result.code, result.err) == (0, "")
    wrote, then = result.out.splitlines()
    assert wrote == f"Wrote {path}: Contoso, {start} to {end}."
    assert then == f"Next: reportgen permissions {path} (the rights to give), then reportgen doctor {path}"
    found = engagement.load(path)
    assert (found.period.start.isoformat(), found.period.end.isoformat()) == (start, end)
    assert found.scope.subscriptions == (ALPHA, "bbbbbbbb-0000-4000-8000-000000000002")
    assert found.credential.kind == "azure-cli"


def test_the_file_that_init_writes_is_explained_and_holds_four_keys(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    written(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [text.split(":")[0] for text in lines if text and text[0] not in "# "] == [
        "entity", "period", "scope", "credential",
    ]  # fmt: skip
    assert sum("#" in text for text in lines) > 8


def test_the_options_that_the_file_explains_are_real(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    written(path)
    text = path.read_text(encoding="utf-8").partition("\n")[2]
    head, _, tail = text.partition("credential: azure-cli")
    uncommented = "\n".join(uncomment(head + "\n" + tail.partition("\n")[2]))
    for name in ("waivers", "attestations", "responses"):
        (tmp_path / f"{name}.yaml").write_text("[]\n", encoding="utf-8")
    found = engagement.parse(uncommented, "engagement.yaml", tmp_path)
    assert found.credential.kind == "client-secret"
    assert found.scope.management_groups == ("corp",)
    assert "patching-node-image-recent" in found.parameters
    assert found.policy_exemptions.apply == "waive"


def uncomment(text: str) -> Iterator[str]:
    """The text with each commented-out key switched on."""
    for row in text.splitlines():
        before, sign, after = row.partition("# ")
        yield before + after if sign and not before.strip() and ": " in f"{after} " else row


NAMES = [
    'Contoso "Ø" A/S',
    "O'Reilly: audits, #1 & co",
    "first\nsecond\r\nthird",
    "Ελλάς 株式会社 🚀",
    "{entity} {{ 7*7 }} %YAML",
    "\\n back\\slash",
    " led and trailed ",
    "next\x85line\u2028separator",
    "\x1b[31mred\x7f\x00",
    "yes",
    "2026-10-01",
    "- [*a, &b]",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_the_entity_survives(tmp_path: Path, name: str) -> None:
    path = tmp_path / "engagement.yaml"
    result = written(path, entity=name)
    assert result.code == 0
    found = engagement.load(path)
    assert (found.entity, found.credential.kind) == (name, "azure-cli")
    assert "\x1b" not in result.out


@pytest.mark.parametrize(("flag", "value", "problem"), [
    ("period", "2026-Q5", "--period 2026-Q5: expected 2026-Q4, or two days"),
    ("period", "2026-02-30..2026-03-01", "expected 2026-Q4, or two days"),
    ("period", "2026-12-31..2026-10-01", "end 2026-10-01 is before start 2026-12-31"),
    ("period", "", "--period"),
    ("scope", "Production", A_GUID),
    ("scope", 'a"b', "not valid YAML"),
    ("entity", "", "entity: String should have at least 1 character"),
    ("credential", "", "--credential: expected managed-identity"),
    ("credential", "password", KINDS),
    ("credential", "client-secret", "needs tenant_id and client_id"),
])  # fmt: skip
def test_a_wrong_answer_writes_nothing(tmp_path: Path, flag: str, value: str, problem: str) -> None:
    path = tmp_path / "engagement.yaml"
    result = written(path, **{flag: value})
    assert (result.code, result.out) == (2, "")
    assert problem in result.err
    assert not path.exists()


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text("mine", encoding="utf-8")
    result = written(path)
    assert result.code == 2
    assert f"{path}: exists and is never overwritten" in result.err
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_an_error_of_the_user(tmp_path: Path) -> None:
    result = written(tmp_path / "none" / "engagement.yaml")
    assert result.code == 2
    assert "cannot be written (No such file or directory)" in result.err


@pytest.mark.parametrize("missing", ["entity", "period", "scope", "credential"])
def test_without_a_terminal_a_missing_flag_is_named(tmp_path: Path, missing: str) -> None:
    flags = {"entity": "Contoso", "period": "2026-Q4", "scope": "", "credential": "azure-cli"}
    del flags[missing]
    options = [part for key, value in flags.items() for part in (f"--{key}", value)]
    result = line.process("init", tmp_path / "engagement.yaml", *options)
    assert result.returncode == 2
    assert result.stderr == f"error: --{missing} is missing, and there is no terminal to ask on\n"
    assert not list(tmp_path.iterdir())


def test_on_a_terminal_it_asks(tmp_path: Path) -> None:
    code, shown = line.on_terminal(
        "init",
        cwd=tmp_path,
        answers=(
            ("Entity under audit: ", "Øst: \"A/S\"\n".encode()),
            ("or START..END): ", b"2026-Q4\n"),
            ("empty: all that is visible): ", b"\n"),
            ("[azure-cli]: ", b"\n"),
        ),
    )  # fmt: skip
    assert code == 0, shown
    assert "Next: reportgen permissions engagement.yaml" in shown
    found = engagement.load(tmp_path / "engagement.yaml")
    assert (found.entity, found.credential.kind) == ('Øst: "A/S"', "azure-cli")
    assert found.scope.subscriptions == ()
    assert found.period.end == date(2026, 12, 31)


def test_what_a_flag_answers_is_not_asked(tmp_path: Path) -> None:
    code, shown = line.on_terminal(
        "init", "--entity", "Contoso", "--scope", ALPHA, "--credential", "managed-identity",
        cwd=tmp_path, answers=(("or START..END): ", b"2026-Q3\n"),),
    )  # fmt: skip
    assert code == 0, shown
    assert "Entity under audit" not in shown
    assert engagement.load(tmp_path / "engagement.yaml").scope.subscriptions == (ALPHA,)


@pytest.mark.parametrize("key", [b"\x04", b"\x03"], ids=["end of input", "interrupt"])
def test_leaving_a_question_writes_nothing_and_is_no_success(tmp_path: Path, key: bytes) -> None:
    code, shown = line.on_terminal("init", cwd=tmp_path, answers=(("Entity under audit: ", key),))
    assert code == 130, shown
    assert "Traceback" not in shown
    assert not list(tmp_path.iterdir())


def test_the_file_that_init_writes_runs_against_an_estate(
    tmp_path: Path, without_pdf: None, few_controls: None, mixed_estate: Path
) -> None:
    path = tmp_path / "engagement.yaml"
    written(path, entity="Øst: \"A/S\"", scope=ALPHA)  # fmt: skip
    result = line.command("run", path, "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF)
    assert result.code == 0, result.err
    assert "1 of 1 expected subscriptions read" in result.out
    readme = (result.pack / "README.txt").read_text(encoding="utf-8")
    assert 'Øst: "A/S", period of review 2026-10-01 to 2026-12-31' in readme


def test_a_wrong_scope_is_an_error_and_no_traceback() -> None:
    with pytest.raises(UsageError, match=r"x:6: scope: .*found \['a'\]"):
        engagement.parse("entity: A\nperiod:\n  start: 2026-10-01\n  end: 2026-12-31\ncredential: azure-cli\n"
                         "scope: [a]\n", "x")  # fmt: skip


def test_nobody_is_asked_for_names_unless_the_engagement_says_so() -> None:
    assert engagement.parse(GOOD, "x").principals.resolve is False
    asking = engagement.parse(GOOD + "principals: {resolve: true}\n", "x")
    assert (asking.principals.resolve, asking.principals.members_per_group) == (True, 5000)
    assert asking.sha256 != engagement.parse(GOOD, "x").sha256
