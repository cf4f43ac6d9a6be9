"""findings.json, observations.jsonl and the tables: the contract, and cells that a spreadsheet cannot run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json, Observation, Principal, Results, Status
from reportgen.render.data import AccessJsonl, AccessTable, ControlTables, FindingsJson, ObservationsJsonl
from reportgen.render.tables import ControlsTable, ExceptionsTable, GapsTable
from reportgen.render.text import cleaner
from tests import line
from tests.conftest import Run
from tests.render import factory

STATUSES = {status.value for status in Status}


def no_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON value")


def strict(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=no_constant)


@pytest.fixture(scope="module")
def document(mixed_run: Run) -> dict[str, Any]:
    found: dict[str, Any] = strict((mixed_run.pack / "results" / "findings.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def observations(mixed_run: Run) -> list[dict[str, Any]]:
    text = (mixed_run.pack / "results" / "observations.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [strict(row) for row in text.split("\n")[:-1]]


def test_findings_json_has_the_keys_of_the_contract(document: dict[str, Any]) -> None:
    assert set(document) >= {"schema_version", "pack", "engagement", "scope", "findings", "gaps"}
    assert document["schema_version"] == "1"
    assert document["pack"]["collection_mode"] == "estate"
    assert document["engagement"]["entity"] == 'Contoso "Øst": <b>A/S</b>'
    assert [known["name"] for known in document["scope"]["subscriptions"]][:2] == ["Alpha", line.ESCAPES]
    for finding in document["findings"]:
        assert set(finding) >= {
            "control", "status", "population", "satisfied", "exceptions", "not_assessed", "not_applicable",
            "waived", "title", "severity", "test_procedure", "parameters", "remediation",
        }  # fmt: skip
        assert finding["status"] in STATUSES
    for gap in document["gaps"]:
        assert set(gap) == {"source", "scope", "scope_name", "reason", "detail"}
        assert gap["detail"]


def test_a_parameter_is_printed_as_it_was_used(document: dict[str, Any]) -> None:
    by_control = {finding["control"]: finding for finding in document["findings"]}
    assert by_control["patching-node-image-recent"]["parameters"] == {"max_age_days": 60}


def test_an_observation_has_the_keys_of_the_contract(observations: list[dict[str, Any]]) -> None:
    for row in observations:
        assert set(row) == {
            "control", "subject", "status", "observed", "reason", "evidence", "waiver", "cause",
        }  # fmt: skip
        assert set(row["subject"]) >= {"id", "kind", "name", "cluster", "subscription"}
        assert row["status"] in STATUSES
        assert row["status"] == "satisfied" or row["reason"]
        assert (row["cause"] is None) == (row["status"] != "not-assessed")


def test_the_counts_of_a_finding_are_those_of_its_observations(
    document: dict[str, Any], observations: list[dict[str, Any]]
) -> None:
    known = [row for row in observations if not row["subject"]["id"].endswith("/*")]
    counts = Counter((row["control"], row["status"]) for row in known)
    unlisted = Counter(row["control"] for row in observations) - Counter(row["control"] for row in known)
    assert unlisted
    for finding in document["findings"]:
        places = finding["unlisted_clusters"] + finding["unlisted_subscriptions"]
        assert places == unlisted[finding["control"]]
        of = {status: counts[finding["control"], status] for status in STATUSES}
        assert finding["population"] == sum(of.values())
        assert finding["satisfied"] == of["satisfied"]
        assert finding["exceptions"] == of["not-satisfied"]
        assert finding["not_assessed"] == of["not-assessed"]
        assert finding["not_applicable"] == of["not-applicable"]


def resolved(pack: Path, reference: str) -> Json:
    """The value that ``<path>#<JSON pointer>`` leads to (RFC 6901)."""
    path, sign, pointer = reference.partition("#")
    assert sign
    value = json.loads((pack / path).read_bytes())
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def test_every_reference_leads_to_what_was_judged(mixed_run: Run, observations: list[dict[str, Any]]) -> None:
    assert len(observations) > 100
    for row in observations:
        assert row["evidence"]
        subject, body = row["subject"], resolved(mixed_run.pack, row["evidence"][0])
        if subject["kind"] == "cluster":
            assert body["id"].lower() == subject["id"].lower()
        elif subject["kind"] == "agent-pool":
            assert body["name"] == subject["name"]
        else:
            assert body
        for reference in row["evidence"][1:]:
            assert resolved(mixed_run.pack, reference) is not None


def test_evidence_lies_beside_its_provenance(mixed_run: Run, observations: list[dict[str, Any]]) -> None:
    for path in {reference.partition("#")[0] for row in observations for reference in row["evidence"]}:
        provenance = strict((mixed_run.pack / path.replace(".json", ".provenance.json")).read_bytes())
        assert provenance["stored_sha256"]


def rows(folder: Path, control: str) -> list[dict[str, str]]:
    path = folder / "results" / "csv" / f"{control}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_a_table_holds_the_whole_population(
    mixed_run: Run, document: dict[str, Any], observations: list[dict[str, Any]]
) -> None:
    for finding in document["findings"]:
        table = rows(mixed_run.pack, finding["control"])
        mine = [row for row in observations if row["control"] == finding["control"]]
        assert [row["status"] for row in table] == [row["status"] for row in mine]
        clean = cleaner()
        assert [row["subject_id"].removeprefix("'") for row in table] == [
            clean(row["subject"]["id"]) for row in mine
        ]
        for row, told in zip(table, mine, strict=True):
            assert set(told["observed"]) <= set(row)
            assert row["evidence"] == " ".join(told["evidence"])


def test_a_control_without_subjects_has_a_table_with_a_heading(tmp_path: Path) -> None:
    base = factory.few(factory.results(1))
    ControlTables().render(replace(base, observations=()), tmp_path)
    path = tmp_path / "results" / "csv" / f"{base.controls[0].id}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbfstatus,cause,subject,")
    assert rows(tmp_path, base.controls[0].id) == []


def one(value: Json, **changes: Any) -> tuple[Results, Observation]:
    """Results with one observation, in which ``value`` was observed."""
    base = factory.few(factory.results(1, hostile=False), 1)
    control = replace(base.controls[0], observe={"Value": "x"})
    observation = replace(base.observations[0], observed={"Value": value}, **changes)
    return replace(base, controls=(control,), observations=(observation,)), observation


def cell(folder: Path, value: Json) -> str:
    results, observation = one(value)
    ControlTables().render(results, folder)
    (row,) = rows(folder, observation.control)
    return row["Value"]


FORMULAS = [
    "=cmd|'/c calc'!A0", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\tx", "\r=1", "\n=1", "\nx", "|x", "%x",
    " =1", "   @x", "\u00a0=1", "\u2003=1", "\u3000=1", " \t -1", "＝1+1",
    "＋1", "－1", "＠x", "-", "=",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_a_cell_that_would_start_a_formula_is_disarmed(tmp_path: Path, text: str) -> None:
    assert cell(tmp_path, text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Standard", "1.2.3.4/0", "a=b", "a-1", "x@y", "'quoted", "", 'ø, "q"; x', "a\nb"]
)
def test_any_other_text_stays_as_it_is(tmp_path: Path, text: str) -> None:
    assert cell(tmp_path, text) == text


@pytest.mark.parametrize(("text", "shown"), [
    ("\ufeff=1", "\\u{FEFF}=1"), ("\u200b=1", "\\u{200B}=1"), ("\x1b[31mred", "\\u{001B}[31mred"),
    ("a\u202eb", "a\\u{202E}b"), ("a\x00b\x85", "a\\u{0000}b\\u{0085}"), ("a\tb", "a\tb"),
    ("漢字 🚀", "漢字 🚀"),
])  # fmt: skip
def test_characters_without_a_shape_are_shown(tmp_path: Path, text: str, shown: str) -> None:
    assert cell(tmp_path, text) == shown


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "true"), (False, "false"), (-1, "-1"), (0, "0"), (1.5, "1.5"),
    (["=a", "b"], '["=a", "b"]'), ({"b": None, "a": "ø"}, '{"a": "ø", "b": null}'), ([], "[]"),
])  # fmt: skip
def test_values_that_are_no_text(tmp_path: Path, value: Json, text: str) -> None:
    assert cell(tmp_path, value) == text


def test_names_and_reasons_are_disarmed_too(tmp_path: Path) -> None:
    results, observation = one("x", reason="=HYPERLINK(1)", waiver="@w")
    subject = replace(observation.subject, name="=n", cluster="+c")
    names = {subject.subscription.lower(): "-sub"}
    ControlTables().render(
        replace(results, observations=(replace(observation, subject=subject),), subscription_names=names),
        tmp_path,
    )
    (row,) = rows(tmp_path, observation.control)
    assert (row["subject"], row["cluster"], row["subscription"]) == ("'=n", "'+c", "'-sub")
    assert (row["reason"], row["waiver"]) == ("'=HYPERLINK(1)", "'@w")


def test_no_cell_of_a_hostile_estate_starts_a_formula(tmp_path: Path) -> None:
    results = factory.results(30)
    ControlTables().render(results, tmp_path)
    for renderer in (AccessTable(), ControlsTable(), ExceptionsTable(), GapsTable()):
        renderer.render(results, tmp_path)
    for path in (tmp_path / "results" / "csv").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number in csv.reader(file, strict=True):
                assert not [
                    text for text in number if text[:1] in tuple("=+-@\t\r\n|%") and not is_number(text)
                ]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "renderer",
    [
        *(FindingsJson(), ObservationsJsonl(), AccessJsonl(), ControlTables(), AccessTable()),
        *(ControlsTable(), ExceptionsTable(), GapsTable()),
    ],
    ids=lambda r: r.name,
)
def test_the_same_results_give_the_same_bytes(tmp_path: Path, renderer: Any) -> None:
    written = []
    for name in ("one", "two"):
        renderer.render(factory.results(5), tmp_path / name)
        written.append({
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        })  # fmt: skip
    assert written[0] == written[1] != {}


def test_hostile_names_stay_one_line_an_observation(tmp_path: Path) -> None:
    results = factory.results(10)
    subject = replace(results.observations[0].subject, name="a\nb\u2028c\x85d\r\n")
    changed = replace(results, observations=(replace(results.observations[0], subject=subject, observed={}),))
    path = ObservationsJsonl().render(changed, tmp_path)
    (row,) = path.read_bytes().splitlines()
    assert json.loads(row)["subject"]["name"] == "a\nb\u2028c\x85d\r\n"


def test_the_access_listing_says_first_what_it_lacks_and_is_the_same_in_both_files(tmp_path: Path) -> None:
    base = factory.results(5, hostile=False)
    group = "0f9b7c35-8a12-4d6e-b340-96e1d27f5a08"
    results = replace(base, principals={group: Principal(group, "group", "=Admins", found=True)})
    lines = [strict(row) for row in AccessJsonl().render(results, tmp_path).read_bytes().splitlines()]
    assert [(row["cluster"], row["not_read"]) for row in lines if row["not_read"]] == [
        (base.access[3].cluster.name, "Role bindings, Kubernetes API: HTTP 403.")
    ]
    assert lines[0]["not_read"]
    assert lines[0]["right"] is None
    assert lines[1:6] == sorted(lines[1:6], key=lambda row: (row["principal"], row["right"]))
    assert [(row["right"], row["name"], row["eligible"], row["system"]) for row in lines[1:4]] == [
        ("assigns-roles", "=Admins", True, False),
        ("changes-cluster", "=Admins", True, False),
        ("cluster-admin", None, False, True),
    ]
    AccessTable().render(results, tmp_path)
    table = rows(tmp_path, "access-listing")
    assert [row["right"] for row in table] == [row["right"] or "" for row in lines]
    assert {row["name"] for row in table} == {"'=Admins", ""}
    assert len(table) == 1 + 5 * 5


def test_every_line_of_a_real_listing_is_of_a_cluster_that_was_observed(
    mixed_run: Run, observations: list[dict[str, Any]]
) -> None:
    lines = [strict(row) for row in (mixed_run.pack / "results" / "access.jsonl").read_bytes().splitlines()]
    clusters = {row["subject"]["cluster_id"] for row in observations}
    assert {row["cluster_id"] for row in lines if row["not_read"]} == clusters
    assert {row["cluster_id"] for row in lines} <= clusters
