"""The pipelines: valid by the published schemas, and each exit code ends as the page says."""

from __future__ import annotations

import json
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from tests.automation import SAMPLES

SCHEMAS = files("check_jsonschema") / "builtin_schemas" / "vendor"
GITHUB = SAMPLES / "github" / "evidence.yml"
DEVOPS = SAMPLES / "azure-devops" / "evidence.yml"


def errors(schema: str, document: Any) -> list[str]:
    """What a published schema, as the package check-jsonschema carries it, has against a document."""
    read = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    return [error.message for error in validator_for(read)(read).iter_errors(document)]


def github() -> dict[str, Any]:
    """YAML 1.1 reads the key ``on`` as true; GitHub does not."""
    read: dict[Any, Any] = yaml.safe_load(GITHUB.read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}


def devops() -> dict[str, Any]:
    """Azure Pipelines reads every scalar as text."""
    read: dict[str, Any] = yaml.load(DEVOPS.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (makes texts alone)
    return read


def test_github_takes_the_workflow() -> None:
    assert errors("github-workflows.json", github()) == []
    assert errors("github-workflows.json", github() | {"jobs": {"evidence": {"steps": []}}})


def test_azure_devops_takes_the_pipeline() -> None:
    assert errors("azure-pipelines.json", devops()) == []
    assert errors("azure-pipelines.json", devops() | {"schedules": "weekly"})


def test_no_secret_is_asked_for_and_little_is_granted() -> None:
    assert "secrets." not in GITHUB.read_text(encoding="utf-8")
    assert github()["permissions"] == {}
    assert github()["jobs"]["evidence"]["permissions"] == {"contents": "read", "id-token": "write"}


def steps() -> dict[str, str]:
    """The scripts of the workflow by the names of their steps."""
    return {step["name"]: step["run"] for step in github()["jobs"]["evidence"]["steps"] if "run" in step}


def devops_scripts() -> list[str]:
    listed = devops()["jobs"][0]["steps"]
    return [
        step.get("script") or step["inputs"].get("inlineScript", "")
        for step in listed
        if "checkout" not in step and ("script" in step or "inputs" in step)
    ]


@pytest.mark.parametrize("script", [*steps().values(), *filter(None, devops_scripts())])
def test_a_shell_understands_the_scripts(script: str) -> None:
    told = subprocess.run(["bash", "-n", "-c", script], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@pytest.fixture
def ended(tmp_path: Path) -> Any:
    """Runs a script as the pipeline does, with a reportgen that ends with a given code."""
    command = tmp_path / "reportgen"
    command.write_text('#!/bin/sh\necho "$@" >> "$TOLD"\nexit "$CODE"\n', encoding="utf-8")
    command.chmod(0o755)

    def run(script: str, code: int, **environment: str) -> tuple[int, str, str]:
        told = tmp_path / "told"
        told.write_text("", encoding="utf-8")
        known = {
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "TOLD": str(told),
            "CODE": f"{code}",
            "ENGAGEMENT": "e.yaml",
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env=known | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, told.read_text(encoding="utf-8").strip()

    return run


CODES = {
    "collect": {0: 0, 2: 2, 3: 0, 5: 5},
    "status": {0: 0, 2: 2, 3: 3, 5: 5},
    "report": {0: 0, 2: 2, 3: 3, 4: 4, 5: 5},
}
"""How a step ends with each exit code of reportgen: gaps are a warning after collecting alone."""


@pytest.mark.parametrize(("command", "codes"), CODES.items())
def test_github_handles_each_exit_code(ended: Any, command: str, codes: dict[int, int]) -> None:
    for code, expected in codes.items():
        found, printed, _ = ended(steps()[command.capitalize()], code)
        assert found == expected, code
        assert ("::warning::" in printed) is (command == "collect" and code == 3)


@pytest.mark.parametrize(("command", "codes"), CODES.items())
def test_azure_devops_handles_each_exit_code(ended: Any, command: str, codes: dict[int, int]) -> None:
    (script,) = [text for text in devops_scripts() if "reportgen collect" in text]
    for code, expected in codes.items():
        for known in ({"BUILD_CRONSCHEDULE_DISPLAYNAME": command, "WANTED": "collect"}, {"WANTED": command}):
            found, printed, told = ended(script, code, **known)
            assert found == expected, code
            assert told.startswith(f"{command} e.yaml")
            assert ("type=warning" in printed) is (command == "collect" and code == 3)


def test_github_s_schedules_choose_the_command(ended: Any, tmp_path: Path) -> None:
    crons = [item["cron"] for item in github()["on"]["schedule"]]
    output = tmp_path / "output"
    for cron, command in zip(crons, ("collect", "status", "report"), strict=True):
        output.write_text("", encoding="utf-8")
        code, _, _ = ended(steps()["Choose"], 0, SCHEDULE=cron, WANTED="", GITHUB_OUTPUT=str(output))
        assert (code, output.read_text(encoding="utf-8").strip()) == (0, f"command={command}")
    output.write_text("", encoding="utf-8")
    ended(steps()["Choose"], 0, SCHEDULE="", WANTED="status", GITHUB_OUTPUT=str(output))
    assert output.read_text(encoding="utf-8").strip() == "command=status"
