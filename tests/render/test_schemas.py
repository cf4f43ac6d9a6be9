"""The published schemas: what is written is valid by them, and nothing is written that they do not name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reportgen.model import (
    Collector,
    Difference,
    Export,
    HeldRights,
    ImportedFile,
    ParameterNote,
    Principal,
    Results,
    RunCommands,
    Weaker,
)
from reportgen.render.data import AccessJsonl, FindingsJson, ObservationsJsonl, PartJson
from reportgen.render.schemas import FILES, SchemaFiles, load, versions
from tests.conftest import Run
from tests.render import factory
from tests.render.test_period import period
from tests.render.test_runs import BASE, listing
from tests.render.test_workbook import framework, registers


def validator(schema: str) -> Any:
    """With formats, and a check of the schema itself."""
    kind = jsonschema.Draft202012Validator
    kind.check_schema(load(schema))
    return kind(load(schema), format_checker=kind.FORMAT_CHECKER)


def problems(folder: Path) -> list[str]:
    """What is wrong with the files of a pack that it has, with the place."""
    found = []
    for name, schema in FILES.items():
        if not (folder / name).is_file():
            continue
        check = validator(schema)
        text = (folder / name).read_bytes()
        for item in [text] if name.endswith(".json") else text.splitlines():
            found += [
                f"{name}: {error.json_path}: {error.message}" for error in check.iter_errors(json.loads(item))
            ]
    return found


def rich() -> Results:
    """Results in which every list of findings.json has something."""
    base = factory.results(6)
    notes = {"max_age_days": ParameterNote(30, Weaker.HIGHER, "ours")}
    control = replace(base.controls[0], parameter_notes=notes)
    imported = ImportedFile(
        "k.json", "b" * 64, "c", "kube-bench 0.9", "2026-11-01T00:00:00Z", "the file", "k"
    )
    return replace(
        base,
        controls=(control, *base.controls[1:]),
        **registers(),
        frameworks=(framework(),),
        differences=(Difference("c", "properties.x", None, [1]),),
        collector=Collector("h", "", "e", "", False, ("2026-11-15T06:00:00Z",),
                            (HeldRights("s", True, ("*",)),), (RunCommands("c", "n", ("p",)),)),
        principals={"g": Principal("g", "group", "G", True, members=("a",)),
                    "u": Principal("u", "user", "", False)},
        scope=replace(base.scope, export=Export("CMDB", "2026-11-01", "f.csv", "a" * 64, 3, "expected/f.csv"),
                      clusters_missing=("m",), clusters_unexpected=("u",)),
        sources=(replace(base.sources[0], files=(imported,)), *base.sources[1:]),
    )  # fmt: skip


def over_a_period(results: Results) -> Results:
    week = ("2026-10-01", "2026-10-07")
    failed = replace(BASE, result="failed", why="failed", snapshot="", root_sha256="", error="no")
    runs = listing(BASE, failed, schedule="weekly", due=(week,), missed=(week,), open=(week,))
    return replace(results, period=period(results), runs=runs)


def render(results: Results, folder: Path) -> Path:
    writers = (
        FindingsJson(),
        ObservationsJsonl(),
        AccessJsonl(),
        PartJson("period"),
        PartJson("runs"),
        SchemaFiles(),
    )
    for writer in writers:
        writer.render(results, folder)
    return folder


@pytest.mark.parametrize(
    "results",
    [factory.results(12), factory.clean(), rich(), over_a_period(rich())],
    ids=["mixed", "clean", "rich", "period"],
)
def test_what_is_written_is_valid(tmp_path: Path, results: Results) -> None:
    assert problems(render(results, tmp_path)) == []


def test_the_files_of_a_real_run_are_valid(mixed_run: Run) -> None:
    assert problems(mixed_run.pack) == []


def test_a_field_that_no_schema_names_is_a_problem(tmp_path: Path) -> None:
    folder = render(over_a_period(factory.few(factory.results(1))), tmp_path)
    for name in FILES:
        path = folder / name
        first, _, rest = path.read_text(encoding="utf-8").partition("{")
        path.write_text(f'{first}{{"invented": 1, {rest}', encoding="utf-8")
    told = problems(folder)
    assert {problem.partition(":")[0] for problem in told} == {*FILES}
    assert all("'invented'" in problem for problem in told)


@pytest.mark.parametrize("changes", [
    {"status": "passed"}, {"reason": "", "status": "not-satisfied"}, {"cause": "gap"}, {"waiver": 1},
    {"status": "not-assessed", "cause": None}, {"evidence": ["no pointer"]}, {"observed": None},
], ids=str)  # fmt: skip
def test_an_observation_that_breaks_the_contract_is_a_problem(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = render(factory.few(factory.results(1)), tmp_path)
    line = (folder / "results" / "observations.jsonl").read_bytes().splitlines()[0]
    assert validator("observations").is_valid(json.loads(line))
    assert not validator("observations").is_valid(json.loads(line) | changes)


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """All schemas of objects with named properties, at any depth."""
    if isinstance(schema, dict):
        if "properties" in schema and "type" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


@pytest.mark.parametrize("schema", FILES.values())
def test_every_object_is_closed_and_every_field_is_described(schema: str) -> None:
    found = list(objects(load(schema)))
    assert found
    for each in found:
        assert each["additionalProperties"] is False
        assert each["required"] == sorted(each["properties"])
        assert [name for name, field in each["properties"].items() if not field.get("description")] == []


def test_a_pack_carries_the_schemas_and_says_which_hold(mixed_run: Run) -> None:
    document = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())
    assert document["schemas"] == versions()
    assert {*document["schemas"]} == {*FILES}
    for name, schema in FILES.items():
        copied = json.loads((mixed_run.pack / document["schemas"][name]["schema"]).read_bytes())
        assert copied == load(schema)
        assert copied["$id"] == f"urn:x-reportgen:schema:{schema}:{document['schemas'][name]['version']}"
    assert document["schema_version"] == document["schemas"]["results/findings.json"]["version"] == "1"
