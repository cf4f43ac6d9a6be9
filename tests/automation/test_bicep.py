"""The Bicep files: parsed, their modules called as they are declared, the alerts' queries run on real lines.

Bicep's own compiler and Azure's check of a deployment are not to be had here: the parser is another one.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import duckdb_kql
import lark
import pycep
import pytest

from reportgen import engagement, schedule
from reportgen.attempt import attempt
from reportgen.errors import IncompleteError
from reportgen.status import age
from tests.automation import SAMPLES
from tests.store import tiny
from tests.test_cli_store import Place, back, place, run_of

__all__ = ["place"]

FOLDER = SAMPLES / "bicep"
FILES = sorted(FOLDER.rglob("*.bicep"))


def parsed(path: Path) -> dict[str, Any]:
    return dict(pycep.BicepParser().parse(text=path.read_text(encoding="utf-8")))


MAIN = parsed(FOLDER / "main.bicep")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def jobs() -> list[dict[str, Any]]:
    """The jobs of main.bicep, with the values of the variables that their arguments name."""
    source = text(FOLDER / "main.bicep")
    known = dict(re.findall(r"^var (\w+) = '([^']*)'", source, re.MULTILINE)) | {
        name: declared["default"] for name, declared in MAIN["parameters"].items()
    }
    found = []
    for name, args in re.findall(r"name: '\$\{prefix\}-(\w+)'\n\s+cron.*?args: \[(.*?)\]", source, re.DOTALL):
        words = [word.strip() for word in args.split(",")]
        found.append(
            {"name": name, "args": [word.strip("'") if "'" in word else known[word] for word in words]}
        )
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_is_bicep(path: Path) -> None:
    assert parsed(path).keys() & {"resources", "modules"}


def test_the_parser_finds_a_fault() -> None:
    with pytest.raises(lark.exceptions.UnexpectedToken):
        pycep.BicepParser().parse(text=text(FOLDER / "main.bicep").replace("module network", "module"))


def test_there_are_jobs_for_all_that_is_scheduled() -> None:
    assert [job["name"] for job in jobs()] == ["collect", "status", "report"]


def body(source: str, name: str) -> str:
    """What stands between ``module <name>`` and the next declaration."""
    found = re.search(
        rf"^module {name} .*?(?=^(?:module|resource|var|param|output|//) |\Z)",
        source,
        re.MULTILINE | re.DOTALL,
    )
    assert found
    return found[0]


def test_modules_are_called_with_what_they_declare() -> None:
    source = text(FOLDER / "main.bicep")
    calls = dict(re.findall(r"^module (\w+) '([^']+)'", source, re.MULTILINE))
    assert set(calls.values()) == {f"modules/{path.name}" for path in FILES if path.parent.name == "modules"}
    for name, file in calls.items():
        declared = parsed(FOLDER / file).get("parameters", {})
        block = body(source, name).partition("params: {")[2]
        indent = re.match(r"\n( +)", block)
        assert indent
        given = set(re.findall(rf"^{indent[1]}(\w+):", block, re.MULTILINE))
        needed = {key for key, value in declared.items() if value["default"] is None}
        assert needed <= given <= set(declared), name


def test_what_is_taken_of_modules_they_give() -> None:
    source = text(FOLDER / "main.bicep")
    calls = dict(re.findall(r"^module (\w+) '([^']+)'", source, re.MULTILINE))
    taken = re.findall(r"\b(\w+)\.outputs\.(\w+)", source)
    assert taken
    for name, output in taken:
        assert output in parsed(FOLDER / calls[name])["outputs"]


def test_every_parameter_and_variable_is_used() -> None:
    for path in FILES:
        source, found = text(path), parsed(path)
        for name in (*found.get("parameters", {}), *found.get("variables", {})):
            assert len(re.findall(rf"\b{name}\b", source)) > 1, f"{path.name}: {name}"


def test_one_type_has_one_version_and_none_is_a_preview() -> None:
    versions: dict[str, set[str]] = {}
    for path in FILES:
        for kind, version in re.findall(r"'(Microsoft\.[\w./]+)@([^']+)'", text(path)):
            versions.setdefault(kind, set()).add(version)
    assert len(versions) > 12
    assert {kind: found for kind, found in versions.items() if len(found) > 1} == {}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", version) for found in versions.values() for version in found)


def test_the_parameter_file_gives_what_has_no_default() -> None:
    source = text(FOLDER / "main.bicepparam")
    given = set(re.findall(r"^param (\w+) =", source, re.MULTILINE))
    declared = MAIN["parameters"]
    assert {key for key, value in declared.items() if value["default"] is None} <= given <= set(declared)
    assert re.match(r"using 'main\.bicep'\n", source)


def test_every_file_that_is_named_is_there() -> None:
    found = [
        (path.parent / name)
        for path in (*FILES, FOLDER / "main.bicepparam")
        for name in re.findall(r"load(?:Text|Json)Content\('([^']+)'\)", text(path))
    ]
    assert len(found) == 6
    assert [path for path in found if not path.is_file()] == []


def test_the_roles_are_read_by_keys_that_the_files_have() -> None:
    used = re.findall(r"\b(arm|data)\.(\w+)", text(FOLDER / "modules" / "roles.bicep"))
    for role, key in used:
        assert key in json.loads(text(SAMPLES / "roles" / f"{role}-role.json"))


def test_what_the_engagement_is_to_have_replaced_stands_in_it() -> None:
    source, engaged = text(FOLDER / "main.bicep"), text(SAMPLES / "engagement.yaml")
    replaced = re.findall(r"replace\(\w+, '([^']+)'", source)
    assert len(replaced) == 2
    assert all(engaged.count(one) == 1 for one in replaced)


def test_the_store_cannot_be_changed_and_has_no_public_way_in() -> None:
    (account,) = [
        item for item in parsed(FOLDER / "modules" / "storage.bicep")["resources"].values()
        if item["type"] == "Microsoft.Storage/storageAccounts"
    ]  # fmt: skip
    properties = account["config"]["properties"]
    assert properties["publicNetworkAccess"] == "Disabled"
    for key in ("allowSharedKeyAccess", "allowBlobPublicAccess"):
        assert properties[key] is False
    assert "immutabilityPolicies@" in text(FOLDER / "modules" / "storage.bicep")
    kept = engagement.load(SAMPLES / "engagement.yaml").retention
    assert kept
    assert MAIN["parameters"]["immutabilityDays"]["default"] >= kept.keep_days


def test_what_is_late_is_later_than_the_schedule() -> None:
    """So that a run of a later hour, or one that is started again, raises no alert."""
    assert age(MAIN["parameters"]["maxAge"]["default"]) == schedule.longest("weekly")


def fires(rule: str, job: str, printed: str) -> int:
    """How many rows of the log one of the rules counts, where a job has printed this."""
    query = text(FOLDER / "queries" / f"{rule}.kql").replace("PREFIX", "evidence")
    connection = duckdb_kql.connect(":memory:")
    try:
        connection.execute(
            "CREATE TABLE ContainerAppConsoleLogs_CL (ContainerJobName_s VARCHAR, Log_s VARCHAR)"
        )
        rows = [[f"evidence-{job}", text] for text in printed.splitlines()]
        connection.executemany("INSERT INTO ContainerAppConsoleLogs_CL VALUES (?, ?)", rows)
        translated = duckdb_kql.to_sql(query)
        return len(connection.execute(str(translated), translated.parameters or None).fetchall())
    finally:
        connection.close()


def test_the_alert_about_lateness_fires_on_what_status_prints(place: Place) -> None:
    run_of(place, back(days=12))
    late = place("status", "--max-age", "8d")
    assert late.code == 3
    assert fires("late", "status", late.out) == 1
    assert fires("silent", "status", late.out) == 0
    assert fires("late", "collect", late.out) == 0


def test_the_alert_about_silence_waits_for_what_status_prints(place: Place) -> None:
    run_of(place, back(days=2))
    good = place("status", "--max-age", "8d")
    assert good.code == 0
    assert fires("silent", "status", good.out) == 1
    assert fires("late", "status", good.out) == 0


def test_the_alert_about_a_broken_register_fires(place: Place, tmp_path: Path) -> None:
    run_of(place, back(days=2))
    (tmp_path / "kept" / "register" / "000002.json").unlink()
    broken = place("status")
    assert broken.code == 3
    assert fires("late", "status", broken.out) >= 1


@pytest.mark.parametrize(("ends", "rows"), [(0, 0), (3, 1)])
def test_the_alert_about_failure_fires_on_how_a_run_ends(place: Place, ends: int, rows: int) -> None:
    """The final line of a run, as a job logs it, whatever came of it."""
    told: list[str] = []
    kept = place.kept
    with (
        contextlib.suppress(IncompleteError),
        attempt(kept, kept.local / "one", tiny.setting(tell=told.append)),
    ):
        if ends:
            raise IncompleteError("management.azure.com stayed down")
    assert re.search(rf"^run [0-9a-f]{{12}} ended with exit code {ends}\b", told[-1])
    logged = "\n".join(json.dumps({"level": "info", "message": text}) for text in told)
    assert fires("failed", "collect", logged) == rows
    assert fires("failed", "collect", json.dumps({"level": "error", "message": "error: no room"})) == 1
