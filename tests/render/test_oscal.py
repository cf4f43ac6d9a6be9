"""The OSCAL documents: valid for NIST's model as compliance-trestle has it, and honest about states."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Cause, Control, Observation, OwnTemplates, Results, Status, Subject
from reportgen.render.data import ControlTables, ObservationsJsonl
from reportgen.render.oscal import OscalPlan, OscalResults
from reportgen.render.oscal.parts import identifier
from reportgen.render.oscal.subjects import subject_uuid
from reportgen.render.strings import Entry
from tests.conftest import Run
from tests.render import factory
from tests.render.test_workbook import registers

trestle = pytest.importorskip("trestle", reason="compliance-trestle is not installed")


def written(results: Results, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    plan = json.loads(OscalPlan().render(results, folder).read_bytes())["assessment-plan"]
    found = json.loads(OscalResults().render(results, folder).read_bytes())["assessment-results"]
    return plan, found


@pytest.fixture(scope="module")
def base() -> Results:
    return factory.results(30)


@pytest.fixture(scope="module")
def folder(base: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oscal")
    ControlTables().render(base, folder)
    ObservationsJsonl().render(base, folder)
    written(base, folder)
    return folder


@pytest.fixture(scope="module")
def plan(folder: Path) -> dict[str, Any]:
    text = (folder / "results" / "oscal-assessment-plan.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["assessment-plan"]
    return found


@pytest.fixture(scope="module")
def document(folder: Path) -> dict[str, Any]:
    text = (folder / "results" / "oscal-assessment-results.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["assessment-results"]
    return found


@pytest.fixture(scope="module")
def result(document: dict[str, Any]) -> dict[str, Any]:
    (found,) = document["results"]
    return dict(found)


def props(item: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in item.get("props", [])}


def assert_valid(folder: Path) -> None:
    """Both documents against the models, and the validators of trestle over them."""
    from trestle.core.duplicates_validator import DuplicatesValidator
    from trestle.core.refs_validator import RefsValidator
    from trestle.oscal.assessment_plan import AssessmentPlan
    from trestle.oscal.assessment_results import AssessmentResults

    plan = AssessmentPlan.oscal_read(folder / "results" / "oscal-assessment-plan.json")
    results = AssessmentResults.oscal_read(folder / "results" / "oscal-assessment-results.json")
    assert plan
    assert results
    for model in (plan, results):
        assert DuplicatesValidator().model_is_valid(model, quiet=True)
        assert RefsValidator().model_is_valid(model, quiet=True)  # type: ignore[type-var]


def test_both_documents_are_valid(folder: Path) -> None:
    assert_valid(folder)


def test_documents_of_a_real_run_are_valid(mixed_run: Run) -> None:
    assert_valid(mixed_run.pack)


def test_in_own_words_it_is_valid_and_these_are_no_markup(tmp_path: Path) -> None:
    own: dict[str, Entry] = {
        "oscal.reviewed": "*Alle* <b>Kontrollen</b>",
        "oscal.status_not-satisfied": "nicht erfüllt",
        "oscal.waiver_title": "Ausnahme: {title}",
    }
    results = replace(factory.results(7), templates=OwnTemplates("look", "", strings=own))
    plan, found = written(results, tmp_path)
    assert_valid(tmp_path)
    (result,) = found["results"]
    for document in (plan, result):
        assert document["reviewed-controls"]["description"] == "\\*Alle\\* &lt;b&gt;Kontrollen&lt;/b&gt;"
    assert {risk["title"].partition(":")[0] for risk in result["risks"]} == {"Ausnahme"}
    assert any("not satisfied / nicht erfüllt." in item["description"] for item in result["observations"])


def test_the_validation_finds_a_state_that_oscal_has_not(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "results").glob("*.json"):
        (tmp_path / "results").mkdir(exist_ok=True)
        text = path.read_text(encoding="utf-8").replace('"state": "not-satisfied"', '"state": "not-assessed"')
        (tmp_path / "results" / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(trestle.common.err.TrestleError):
        assert_valid(tmp_path)


def test_only_what_was_tested_has_a_state(base: Results, result: dict[str, Any]) -> None:
    states = {
        props(finding)["control-id"]: finding["target"]["status"]["state"] for finding in result["findings"]
    }
    tested = {Status.SATISFIED, Status.NOT_SATISFIED}
    assert states == {
        finding.control: finding.status.value for finding in base.findings if finding.status in tested
    }
    assert len(states) < len(base.findings)
    for observation in result["observations"]:
        assert "status" not in observation


def test_not_assessed_and_not_applicable_stand_in_the_log(base: Results, result: dict[str, Any]) -> None:
    logged: Counter[tuple[str, str, str]] = Counter()
    for entry in result["assessment-log"]["entries"]:
        said = props(entry)
        if "status" in said:
            logged[said["control-id"], said["status"], said.get("cause", "")] += int(said["subjects"])
            assert entry["links"][0]["href"].removeprefix("#") in {
                observation["uuid"] for observation in result["observations"]
            }
    expected = Counter(
        (item.control, item.status.value, item.cause.value if item.cause else "")
        for item in base.observations
        if item.status in {Status.NOT_ASSESSED, Status.NOT_APPLICABLE}
    )
    assert logged == expected
    gaps = [entry for entry in result["assessment-log"]["entries"] if "gap-source" in props(entry)]
    assert len(gaps) == len(base.gaps)


def test_observations_hold_every_subject_once_a_control(base: Results, result: dict[str, Any]) -> None:
    known = {each["uuid"] for each in result["local-definitions"]["components"]}
    known |= {each["uuid"] for each in result["local-definitions"]["inventory-items"]}
    listed = Counter(
        (props(observation)["control-id"], props(observation)["status"], subject["subject-uuid"])
        for observation in result["observations"]
        for subject in observation["subjects"]
    )
    assert listed == Counter(
        (item.control, item.status.value, subject_uuid(item.subject)) for item in base.observations
    )
    assert {uuid for _, _, uuid in listed} <= known
    assert len(result["observations"]) < len(base.observations) / 5


def test_an_exception_says_what_was_observed(result: dict[str, Any]) -> None:
    failed = next(each for each in result["observations"] if props(each)["status"] == "not-satisfied")
    for subject in failed["subjects"]:
        assert props(subject)["observed"] == 'Version: "1.29.7"'
        assert subject["remarks"] == "The setting is absent, and Azure then leaves it off."


def test_findings_point_at_objectives_of_the_plan(plan: dict[str, Any], result: dict[str, Any]) -> None:
    objectives = {
        part["id"]
        for each in plan["local-definitions"]["objectives-and-methods"]
        for part in each["parts"]
        if part["name"] == "assessment-objective"
    }
    targets = {finding["target"]["target-id"] for finding in result["findings"]}
    assert targets <= objectives
    reviewed = result["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert {f"{each['control-id']}_obj" for each in reviewed} == objectives
    assert result["reviewed-controls"] == plan["reviewed-controls"]


def test_a_waiver_is_a_related_risk_and_leaves_the_state(base: Results, result: dict[str, Any]) -> None:
    risks = {risk["uuid"]: risk for risk in result["risks"]}
    waived = {
        item.control for item in base.observations if item.waiver and item.status is Status.NOT_SATISFIED
    }
    assert {props(risk)["control-id"] for risk in risks.values()} == waived
    for finding in result["findings"]:
        related = [risks[each["risk-uuid"]] for each in finding.get("related-risks", [])]
        assert bool(related) == (props(finding)["control-id"] in waived)
        for risk in related:
            assert risk["status"] == "deviation-approved"
            assert "W-7 until 2027-01-31" in risk["description"]
            assert finding["target"]["status"]["state"] == "not-satisfied"


def test_two_waivers_of_the_register_are_two_risks_with_their_terms(tmp_path: Path) -> None:
    base = factory.few(factory.results(1, hostile=False), 1)
    (first,) = registers()["waivers"]
    item = replace(
        base.observations[0], status=Status.NOT_SATISFIED, reason="No.", cause=None, waiver="W-01, W-02"
    )
    finding = replace(base.findings[0], status=Status.NOT_SATISFIED, exceptions=1, waived=1, satisfied=0)
    waivers = (first, replace(first, id="W-02", reason="*Other*", ticket="T-2"))
    changed = replace(base, observations=(item,), findings=(finding,), waivers=waivers)
    _, found = written(changed, tmp_path)
    assert_valid(tmp_path)
    risks = found["results"][0]["risks"]
    assert [props(risk)["waiver"] for risk in risks] == ["W-01", "W-02"]
    assert "W-02 (T-2): \\*Other\\* Approved by Bo, until 2027-02-30." in risks[1]["description"]
    assert len(found["results"][0]["findings"][0]["related-risks"]) == 2


def test_evidence_is_named_by_a_path_with_its_hash(folder: Path, document: dict[str, Any]) -> None:
    resources = {each["uuid"]: each for each in document["back-matter"]["resources"]}
    hashed = 0
    for resource in resources.values():
        (link,) = resource["rlinks"]
        path = folder / "results" / link["href"]
        if path.is_file():
            assert link["hashes"] == [
                {"algorithm": "SHA-256", "value": hashlib.sha256(path.read_bytes()).hexdigest()}
            ]
            hashed += 1
        else:
            assert "/evidence/" in link["href"]
            assert "hashes" not in link
    assert hashed == 1 + 38
    for observation in document["results"][0]["observations"]:
        for evidence in observation["relevant-evidence"]:
            assert evidence["href"].removeprefix("#") in resources


def test_all_evidence_of_a_real_pack_has_a_hash(mixed_run: Run) -> None:
    path = mixed_run.pack / "results" / "oscal-assessment-results.json"
    resources = json.loads(path.read_bytes())["assessment-results"]["back-matter"]["resources"]
    lines = (mixed_run.pack / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()
    manifest = {row[66:]: row[:64] for row in lines}
    assert len(resources) > 50
    for resource in resources:
        (link,) = resource["rlinks"]
        assert link["hashes"][0]["value"] == manifest[link["href"].removeprefix("../")]


def test_names_are_no_markup_and_break_no_line(result: dict[str, Any], document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    assert "<script>" in text  # a property's value is plain text
    for component in result["local-definitions"]["components"]:
        assert "<" not in component["title"]
        assert "\n" not in component["title"]
    assert not re.search("[\u202e\x1b]", text)


@pytest.mark.parametrize("name", ["", " ", "\n", "a\nb", "\x00", "[x](http://y)", "-", "\u202e"], ids=ascii)
def test_any_name_gives_a_valid_document(tmp_path: Path, name: str) -> None:
    base = factory.few(factory.results(2, hostile=False))
    observations = tuple(
        replace(
            item, subject=replace(item.subject, name=name, cluster=name), waiver=name or None, reason=name
        )
        for item in base.observations
    )
    facts = replace(base.facts, entity=name, engagement=name, host=name, classification=name)
    written(replace(base, observations=observations, facts=facts), tmp_path)
    assert_valid(tmp_path)


def test_nothing_observed_gives_a_valid_document(tmp_path: Path) -> None:
    base = factory.few(factory.results(1))
    empty = tuple(
        replace(finding, status=Status.NOT_ASSESSED, population=0, exceptions=0, waived=0, satisfied=0)
        for finding in base.findings
    )
    _, found = written(replace(base, observations=(), findings=empty, gaps=()), tmp_path)
    assert_valid(tmp_path)
    assert "findings" not in found["results"][0]
    assert len(found["results"][0]["assessment-log"]["entries"]) == 1 + 3


def test_a_subject_keeps_its_identifier_from_pack_to_pack() -> None:
    arm = "/subscriptions/S/resourceGroups/G/providers/M/managedClusters/C"
    upper = Subject(f"{arm}/roles/Admin", "role", "Admin", "C", arm, "S")
    lower = replace(upper, id=f"{arm.lower()}/roles/Admin", cluster_id=arm.lower())
    other = replace(upper, id=f"{arm}/roles/admin")
    assert subject_uuid(upper) == subject_uuid(lower) != subject_uuid(other)
    assert identifier("a", "b") == "515e8ade-29ef-5230-8d9f-06bfe841d8e0"


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(factory.results(5), tmp_path / name)
    for path in (tmp_path / "one" / "results").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "results" / path.name).read_bytes()


def test_a_cause_is_told(tmp_path: Path) -> None:
    control: Control = factory.results(1).controls[0]
    base = factory.few(factory.results(1, hostile=False), 1)
    item: Observation = replace(
        base.observations[0],
        status=Status.NOT_ASSESSED,
        cause=Cause.EXCLUDED,
        reason="Left out.",
        observed={},
    )
    _, found = written(replace(base, observations=(item,)), tmp_path)
    (observation,) = found["results"][0]["observations"]
    assert observation["title"] == f"{control.title}: not assessed (Excluded by the engagement)"
