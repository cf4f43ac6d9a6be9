"""All samples agree: the same schedules, the same commands, and reportgen takes them as they stand."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator

import pytest
from typer.main import get_command

from reportgen import engagement
from reportgen.cli import app
from tests import line
from tests.automation import SAMPLES
from tests.automation.test_bicep import MAIN, jobs
from tests.automation.test_kubernetes import JOBS, template
from tests.automation.test_pipelines import devops, github

CRONS = ("0 3 * * 1", "0 7 * * *", "0 5 2 1,4,7,10 *")
COMMANDS = ("collect", "status", "report")


def lines() -> Iterator[tuple[str, list[str]]]:
    """Where reportgen is called, and with what."""
    for name in JOBS:
        yield f"kubernetes {name}", [str(part) for part in template(name)["spec"]["containers"][0]["args"]]
    for job in jobs():
        yield f"bicep {job['name']}", job["args"]
    for path in (SAMPLES / "github" / "evidence.yml", SAMPLES / "azure-devops" / "evidence.yml"):
        for found in re.findall(
            r"\breportgen ((?:collect|status|report) .*)", path.read_text(encoding="utf-8")
        ):
            called = re.split(r"\|\||;;", found)[0]
            yield f"{path.parent.name} {called}", shlex.split(called)
    source = (SAMPLES / "runbooks" / "run_on_worker.py").read_text(encoding="utf-8")
    (options,) = [
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "OPTIONS"
    ]
    for command, given in options.items():
        yield f"runbook {command}", [command, "engagement.yaml", "--out", "out", *given]


@pytest.mark.parametrize("words", [pytest.param(words, id=where) for where, words in lines()])
def test_reportgen_takes_the_command(words: list[str]) -> None:
    command = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    parsed = command.make_context(words[0], words[1:])
    assert str(parsed.params["engagement"]).endswith((".yaml", "$ENGAGEMENT"))


def test_all_run_at_the_same_times() -> None:
    assert tuple(item["cron"] for item in github()["on"]["schedule"]) == CRONS
    assert tuple(item["cron"] for item in devops()["schedules"]) == CRONS
    assert tuple(item["displayName"] for item in devops()["schedules"]) == COMMANDS
    assert tuple(JOBS[name]["spec"]["schedule"] for name in COMMANDS) == CRONS
    declared = MAIN["parameters"]
    assert tuple(declared[f"{name}Cron"]["default"] for name in COMMANDS) == CRONS


def test_the_engagement_of_the_samples_is_one() -> None:
    loaded = engagement.load(SAMPLES / "engagement.yaml")
    assert loaded.store
    assert loaded.store.in_blobs
    assert loaded.schedule == "weekly"
    assert loaded.credential.kind == "managed-identity"


@pytest.mark.parametrize("section", ["arm-role", "data-role"])
def test_the_roles_are_those_that_permissions_prints(section: str) -> None:
    printed = line.command("permissions", "--section", section).out
    assert (SAMPLES / "roles" / f"{section}.json").read_text(encoding="utf-8") == printed
    assert json.loads(printed)["AssignableScopes"] == ["/subscriptions/<subscription-id>"]


def test_the_cluster_role_is_the_one_that_permissions_prints() -> None:
    printed = line.command("permissions", "--section", "cluster-role").out
    assert (SAMPLES / "roles" / "cluster-role.yaml").read_text(encoding="utf-8") == printed
