"""The main job on real input: every recorded cluster through the whole line, against a second opinion."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

import pytest

from reportgen import run
from reportgen.assess import Assessment, assess, catalogue
from reportgen.assess.judge import EVALUATION_ERROR
from reportgen.collect.arm import CONTAINER_SERVICE_API_VERSION
from reportgen.engagement import Engagement, Printed
from reportgen.model import Cause, CollectionMode, Gap, Observation, Status
from reportgen.pack import verify
from reportgen.snapshot import Reader
from tests import oracle
from tests.assess.build import Snapshot
from tests.oracle import ORACLE, Answer
from tests.oracle.recordings import AS_OF, Recorded, build
from tests.oracle.variants import varied

CATALOGUE = catalogue.load(run.CONTROLS)
RECORDED = frozenset(
    {
        "arm.managed-clusters",
        "arm.agent-pools",
        "arm.upgrade-profiles",
        "arm.maintenance-configurations",
        "arm.diagnostic-settings",
        "arm.kubernetes-versions",
    }
)
"""The sources that the recordings have something of."""
CONTROLS = {control.id: control for control in CATALOGUE if RECORDED.issuperset(control.needs)}
"""The controls that rest on these alone, which the oracle answers too."""
STAMP = AS_OF.strftime("%Y-%m-%dT%H:%M:%SZ")
SHOWN = 4
"""Differences of one control, or subjects, in one failure message."""


@dataclass(frozen=True, slots=True)
class Line:
    """What went in and what came out: the estate, its engagement, the snapshot and its assessment."""

    population: list[Recorded]
    engagement: Engagement
    snapshot: Path
    reader: Reader
    assessment: Assessment


@pytest.fixture(scope="session")
def line(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Line:
    folder = tmp_path_factory.mktemp("recorded")
    population = build(recorded, folder / "estate", CONTAINER_SERVICE_API_VERSION)
    engagement = run.engagement_of_estate(folder / "estate", AS_OF)
    snapshot = run.collect_estate(
        engagement, folder / "estate", folder, AS_OF, CollectionMode.ESTATE, lambda done, of, what: None
    )
    reader = Reader(snapshot)
    return Line(population, engagement, snapshot, reader, assess(reader, tuple(CONTROLS.values()), STAMP))


def expected(population: Iterable[Recorded]) -> dict[tuple[str, str], tuple[Answer, str]]:
    """By control and subject: what the oracle says, and of which file."""
    return {
        (control, answer.subject): (answer, item.file)
        for item in population
        for control, rule in ORACLE.items()
        for answer in rule(item.evidence)
    }


def differences(population: list[Recorded], observations: Iterable[Observation]) -> list[str]:
    """Where engine and oracle do not say the same, a line each, fit to be looked into."""
    wanted = expected(population)
    found = {(item.control, item.subject.id): item for item in observations}
    lines = [
        f"{control} {file}: no observation of {subject}, expected {answer}"
        for (control, subject), (answer, file) in wanted.items()
        if (control, subject) not in found
    ]
    for key, item in found.items():
        said = Answer(item.subject.id, item.status.value, item.cause.value if item.cause else None)
        answer, file = wanted.get(key, (None, "no file"))
        if said != answer:
            lines.append(
                f"{item.control} {file} {item.subject.name}: engine {said[1:]}, "
                f"oracle {answer and answer[1:]}; reason: {item.reason}; observed: {dict(item.observed)}"
            )
    return lines


def agree(population: list[Recorded], observations: Iterable[Observation]) -> None:
    lines = differences(population, observations)
    by_control = groupby(sorted(lines), key=lambda text: text.split(" ", 1)[0])
    shown = [text for _, texts in by_control for text in islice(texts, SHOWN)]
    assert not lines, "\n".join([f"{len(lines)} differences, at most {SHOWN} of a control shown", *shown])


def test_every_cluster_and_every_pool_is_observed_under_every_control(line: Line) -> None:
    assert len(line.population) > 400
    seen = defaultdict(set)
    for item in line.assessment.observations:
        seen[item.control].add(item.subject.id)
    clusters = {item.evidence.body["id"] for item in line.population}
    pools = {
        f"{item.evidence.body['id']}/agentPools/{pool['name']}"
        for item in line.population
        for pool in item.evidence.body["properties"]["agentPoolProfiles"]
    }
    assert len(clusters) == len(line.population)
    assert len(pools) > len(clusters)
    for control in CONTROLS.values():
        missing = (clusters if control.subject == "cluster" else pools) - seen[control.id]
        assert not missing, (control.id, sorted(missing)[:SHOWN])


def test_no_observation_is_an_evaluation_error(line: Line) -> None:
    broken = [item for item in line.assessment.observations if item.reason.startswith(EVALUATION_ERROR)]
    assert not broken, [(item.control, item.subject.id, item.reason) for item in broken[:SHOWN]]


def test_the_engine_says_what_the_oracle_says(line: Line) -> None:
    agree(line.population, line.assessment.observations)


def test_every_finding_counts_what_the_oracle_counts(line: Line) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (control, _), (answer, _) in expected(line.population).items():
        counts[control][answer.status] += 1
    for finding in line.assessment.findings:
        assert {
            "satisfied": finding.satisfied,
            "not-satisfied": finding.exceptions,
            "not-assessed": finding.not_assessed,
            "not-applicable": finding.not_applicable,
        } == {status.value: counts[finding.control][status.value] for status in Status}, finding.control
        assert finding.population == counts[finding.control].total()


def covers(gap: Gap, item: Observation) -> bool:
    return gap.scope.lower() in (item.subject.cluster_id.lower(), item.subject.subscription, "tenant")


def test_whatever_was_not_assessed_says_why_and_names_its_gap(line: Line) -> None:
    gaps = defaultdict(list)
    for gap in line.reader.gaps:
        gaps[gap.source].append(gap)
    missing = [item for item in line.assessment.observations if item.status is Status.NOT_ASSESSED]
    assert {item.cause for item in missing} >= {Cause.GAP, Cause.UNLISTED, Cause.UNDETERMINED}
    for item in missing:
        assert item.cause, (item.control, item.subject.id)
        assert item.reason, (item.control, item.subject.id)
        if item.cause is Cause.GAP:
            found = [
                gap for source in CONTROLS[item.control].needs for gap in gaps[source] if covers(gap, item)
            ]
            assert found, (item.control, item.subject.id, item.reason)
            assert all(gap.detail in item.reason for gap in found), (item.reason, found)


def test_what_was_given_and_what_was_refused_are_told_apart(line: Line) -> None:
    reasons = Counter((gap.source, gap.reason) for gap in line.reader.gaps)
    unread = [item.evidence for item in line.population if item.evidence.diagnostics is None]
    assert reasons["arm.diagnostic-settings", "not-found"] + reasons[
        "arm.diagnostic-settings", "denied"
    ] == len(unread)
    assert (
        min(reasons["arm.diagnostic-settings", "not-found"], reasons["arm.diagnostic-settings", "denied"]) > 0
    )
    assert reasons["arm.maintenance-configurations", "not-found"] == sum(
        item.evidence.maintenance is None for item in line.population
    )
    assert not [key for key in reasons if key[0].endswith("managed-clusters")]


def test_provenance_states_the_pinned_api_version(line: Line) -> None:
    pages = list(line.reader.pages("arm.managed-clusters"))
    assert sum(page.provenance.rows for page in pages) == len(line.population)
    assert {page.provenance.api_version for page in pages} == {CONTAINER_SERVICE_API_VERSION}
    assert {page.provenance.collection_mode for page in pages} == {"estate"}


def test_the_whole_line_ends_with_an_intact_pack(line: Line, tmp_path: Path) -> None:
    short = line.engagement.model_copy(update={"report": Printed(profiles=("summary",))})
    outcome = run.report(short, line.snapshot, tmp_path)
    assert not outcome.unavailable
    assert outcome.exit_code() == 3
    for pack in (outcome.pack, outcome.pack.with_name(f"{outcome.pack.name}.zip")):
        assert verify(pack).intact
    results = outcome.pack / "results"
    rows = [json.loads(row) for row in (results / "observations.jsonl").read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["control"] in CONTROLS]
    assert [(row["control"], row["subject"]["id"], row["status"]) for row in rows] == [
        (item.control, item.subject.id, item.status.value) for item in line.assessment.observations
    ]
    findings = json.loads((results / "findings.json").read_text("utf-8"))["findings"]
    counted = {finding["control"]: finding["population"] for finding in findings}
    assert {control: counted[control] for control in CONTROLS} == Counter(
        control for control, _ in expected(line.population)
    )
    tables = {path.stem for path in (results / "csv").iterdir()}
    frameworks = {name for name in tables if name.startswith("framework-")}
    assert frameworks
    overall = {"access-listing", "controls", "exceptions", "gaps"}
    assert tables - frameworks == overall | {control.id for control in CATALOGUE}
    assert (outcome.pack / "summary.pdf").read_bytes().startswith(b"%PDF-")


def written(folder: Path, population: list[Recorded]) -> Reader:
    """A snapshot of these bodies without a collection, each page with the API version of its evidence."""
    snapshot = Snapshot(folder)
    lists: dict[tuple[str, str], list[object]] = defaultdict(list)
    regions = {}
    for item in population:
        seen = item.evidence
        where, subscription = seen.body["id"], seen.body["id"].split("/")[2]
        lists[subscription, seen.api_version].append(seen.body)
        for source, name in (
            ("arm.maintenance-configurations", "maintenance"),
            ("arm.diagnostic-settings", "diagnostics"),
        ):
            if getattr(seen, name) is not None:
                version = seen.read_with.get(name, CONTAINER_SERVICE_API_VERSION)
                snapshot.page(source, where, {"value": getattr(seen, name)}, api_version=version)
        if seen.offered is not None:
            regions[f"{subscription}/{seen.body['location']}"] = seen.offered
    for number, ((subscription, version), bodies) in enumerate(
        sorted(lists.items(), key=lambda part: part[0])
    ):
        snapshot.page("arm.managed-clusters", subscription, {"value": bodies}, number + 1, version)
    for place, offered in regions.items():
        snapshot.page("arm.kubernetes-versions", place, {"values": offered})
    return snapshot.reader()


def assessed(folder: Path, population: list[Recorded]) -> tuple[Observation, ...]:
    return assess(written(folder, population), tuple(CONTROLS.values()), STAMP).observations


def test_bodies_are_judged_by_the_api_version_they_were_recorded_with(
    line: Line, recorded: Path, tmp_path: Path
) -> None:
    notes = json.loads((recorded / "index.json").read_text("utf-8"))
    population = []
    for number, item in enumerate(line.population):
        note = notes[f"managed_clusters/{item.file}"]["note"]
        found = re.search(r"api-version (\d{4}-\d\d-\d\d(-preview)?)", note)
        assert found, note
        older = {"maintenance": "2022-11-01", "diagnostics": "2017-05-01-preview"} if number % 3 == 0 else {}
        evidence = replace(item.evidence, api_version=found[1], read_with=older)
        population.append(replace(item, evidence=evidence))
    observations = assessed(tmp_path, population)
    agree(population, observations)
    shown_first = re.compile(r"^Read with API version \S+; what is judged is first shown by ")
    silent = {item.control for item in observations if shown_first.match(item.reason)}
    assert {"encryption-etcd-kms", "nodes-ssh-disabled", "logging-audit-logs-collected"} <= silent
    assert "identity-kubernetes-rbac-enabled" not in silent


def test_engine_and_oracle_agree_on_settings_that_nobody_recorded(line: Line, tmp_path: Path) -> None:
    population = [
        replace(item, evidence=replace(item.evidence, body=varied(item.evidence.body, number)))
        for number, item in enumerate(line.population)
    ]
    observations = assessed(tmp_path, population)
    agree(population, observations)
    assert not [item for item in observations if item.reason.startswith(EVALUATION_ERROR)]
    statuses = defaultdict(set)
    for item in observations:
        statuses[item.control].add(item.status)
    for control in CONTROLS:
        assert statuses[control] >= {Status.SATISFIED, Status.NOT_SATISFIED}, (control, statuses[control])


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module}.{name.name}" for name in node.names)


def test_the_oracle_imports_nothing_of_what_it_checks() -> None:
    files = sorted(Path(oracle.__file__).parent.glob("*.py"))
    names = {name for file in files for name in imported(file)}
    assert "tests.oracle.evidence.look" in names
    assert not [name for name in names if name.startswith("reportgen") or "import_module" in name]
    assert {name for name in names if name.startswith("tests")} == {
        name for name in names if name.startswith("tests.oracle.")
    }


def test_the_oracle_has_an_answer_for_every_shipped_control_and_for_no_other() -> None:
    assert ORACLE.keys() == CONTROLS.keys()
    assert len(set(ORACLE.values())) == len(ORACLE)
