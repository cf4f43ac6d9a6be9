"""The runbooks: in PowerShell by its syntax, in Python by running them against what answers like Azure."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tree_sitter
import tree_sitter_powershell

from tests.automation import SAMPLES

FOLDER = SAMPLES / "runbooks"
POWERSHELL = FOLDER / "Start-EvidenceJob.ps1"
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/evidence"
JOB = f"{GROUP}/providers/Microsoft.App/jobs/c"


def tree(source: bytes) -> tree_sitter.Tree:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(source)


def test_the_runbook_is_powershell() -> None:
    source = POWERSHELL.read_bytes()
    assert not tree(source).root_node.has_error
    assert tree(source.replace(b"else {", b"else", 1)).root_node.has_error


def test_powershell_s_own_parser_takes_the_runbook() -> None:
    program = shutil.which("pwsh")
    if program is None:
        pytest.skip("PowerShell is not installed here")
    parser = "[System.Management.Automation.Language.Parser]"
    command = (
        f"$e = $null; {parser}::ParseFile('{POWERSHELL}', [ref]$null, [ref]$e) | Out-Null; $e; exit $e.Count"
    )
    ended = subprocess.run(
        [program, "-NoProfile", "-Command", command], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout


def test_the_runbook_makes_the_calls_that_the_one_in_python_is_tried_with() -> None:
    """It cannot be run here: at least its paths, its version and its words for states are those that are."""
    shell, python = (path.read_text(encoding="utf-8") for path in (POWERSHELL, FOLDER / "start_job.py"))
    version = re.search(r'API_VERSION = "([^"]+)"', python)
    states = re.search(r"UNDER_WAY = \(([^)]+)\)", python)
    assert version
    assert states
    assert f"$apiVersion = '{version[1]}'" in shell
    assert f"$underWay = @({states[1]})".replace('"', "'") in shell
    for path in ("/executions", "/start"):
        assert f"$JobId{path}" in shell
        assert f"{{job}}{path}" in python
    assert "Connect-AzAccount -Identity" in shell
    assert re.search(r"if \(\$state -ne 'Succeeded'\) \{\s+throw", shell)


class Azure(http.server.BaseHTTPRequestHandler):
    """The metadata service and Resource Manager, as far as a job is started and watched."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        told: Told = self.server.told  # type: ignore[attr-defined]
        path, _, query = self.path.partition("?")
        told.calls.append(f"{method} {path}")
        if path == "/metadata/identity/oauth2/token":
            assert self.headers["Metadata"] == "true"
            told.queries.append(query)
            return self._say(200, {"access_token": "token"})
        assert self.headers["Authorization"] == "Bearer token"
        assert query == "api-version=2024-03-01"
        if told.refuses:
            return self._say(told.refuses.pop(0), {"error": {"code": "Refused", "message": "no"}})
        if path == f"{JOB}/executions":
            states = [{"name": "c-old", "properties": {"status": told.before}}]
            return self._say(200, {"value": states if told.before else []})
        if path == f"{JOB}/start":
            return self._say(202, {"name": "c-new", "id": f"{JOB}/executions/c-new"})
        assert path in (f"{JOB}/executions/c-new", f"{JOB}/executions/c-old")
        return self._say(200, {"properties": {"status": told.states.pop(0)}})

    def _say(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", f"{len(content)}")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        """Nothing on standard error."""


class Told:
    """What the server is to say, and what it was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.queries: list[str] = []
        self.refuses: list[int] = []
        self.before = ""
        self.states: list[str] = []


@pytest.fixture
def told() -> Iterator[tuple[Told, str]]:
    """A server on the loopback address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Azure) as server:
        server.told = Told()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.told, f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def start(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = {"METADATA_ENDPOINT": url, "MANAGEMENT_ENDPOINT": url, "POLL_SECONDS": "0"}
    return subprocess.run(
        [sys.executable, FOLDER / "start_job.py", *arguments],
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_job_is_started_and_waited_for(told: tuple[Told, str]) -> None:
    azure, url = told
    azure.before, azure.states = "Succeeded", ["Running", "Processing", "Succeeded"]
    ended = start(url, JOB, "66666666-7777-8888-9999-000000000000")
    assert ended.returncode == 0, ended.stderr
    assert azure.calls.count(f"POST {JOB}/start") == 1
    assert azure.states == []
    assert all("client_id=66666666" in query for query in azure.queries)


@pytest.mark.parametrize("state", ["Failed", "Stopped", "Degraded"])
def test_a_job_that_ends_badly_fails_the_runbook(told: tuple[Told, str], state: str) -> None:
    azure, url = told
    azure.states = ["Running", state]
    ended = start(url, JOB)
    assert ended.returncode == 1
    assert f"ended as {state}" in ended.stderr
    assert not any("client_id" in query for query in azure.queries)


def test_a_second_start_waits_for_the_first(told: tuple[Told, str]) -> None:
    azure, url = told
    azure.before, azure.states = "Running", ["Succeeded"]
    ended = start(url, JOB)
    assert ended.returncode == 0
    assert f"POST {JOB}/start" not in azure.calls
    assert f"GET {JOB}/executions/c-old" in azure.calls


def test_a_throttled_call_is_tried_again_and_a_refused_one_is_not(told: tuple[Told, str]) -> None:
    azure, url = told
    azure.refuses, azure.states = [429, 503], ["Succeeded"]
    assert start(url, JOB).returncode == 0
    azure.refuses = [403]
    ended = start(url, JOB)
    assert ended.returncode == 1
    assert "answered 403" in ended.stderr
    assert azure.refuses == []


def test_what_is_no_job_is_not_asked_for(told: tuple[Told, str]) -> None:
    azure, url = told
    assert start(url, "/subscriptions/x").returncode == 1
    assert azure.calls == []


@pytest.fixture
def worker(tmp_path: Path) -> Any:
    """Runs the runbook of the worker with a reportgen that ends as it is told."""
    command = tmp_path / "reportgen"
    command.write_text('#!/bin/sh\necho "$@"\nexit "$CODE"\n', encoding="utf-8")
    command.chmod(0o755)

    def run(code: int, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, FOLDER / "run_on_worker.py", *arguments],
            env=os.environ | {"REPORTGEN": str(command), "CODE": f"{code}"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_worker_runs_reportgen_and_hands_on_its_exit_code(worker: Any) -> None:
    ended = worker(0, "e.yaml", "collect", "kept")
    assert (ended.returncode, ended.stdout) == (0, "collect e.yaml --out kept --log-format json\n")
    for code in (2, 3, 4, 5):
        ended = worker(code, "e.yaml", "report")
        assert ended.returncode == code
        assert f"ended with {code}: " in ended.stderr
    assert worker(0, "e.yaml", "demo").returncode == 2
