"""A collection that is killed at any moment goes on where it was, and ends with the same snapshot."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.sandbox.interface import CLIENT_SECRET
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import ALPHA, BETA

RUNNER = """
import os, sys
from pathlib import Path
from reportgen import engagement, run
from reportgen.assess import catalogue, frameworks
from reportgen.catalogues import CONTROLS, FRAMEWORKS
from reportgen.collect import jobs
catalogue.load(CONTROLS)
frameworks.load([FRAMEWORKS])
jobs.GRAPH_READS = ("role-assignments",)
run.Limits = lambda: None
for text in sys.stdin:
    file, out = text.split()
    child = os.fork()
    if child == 0:
        try:
            run.collect_azure(engagement.load(Path(file)), Path(out), lambda *_: None)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
DIFFERS = frozenset(
    {"started_at", "ended_at", "request_ids", "url", "endpoint", "wire_sha256", "stored_sha256"}
)
"""What two collections may differ in: times, the ids that the service gives, and this sandbox's port."""
PORT = re.compile(r"127\.0\.0\.1:\d+")


class Runner:
    """Collects in forks of one process, which has done the imports and read the catalogue."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, engagement: Path, out: Path) -> int:
        """Begin a collection and return its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{engagement} {out}\n")
        self._process.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """Wait for it and return its exit code; negative where a signal ended it."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"SANDBOX_SECRET": CLIENT_SECRET},
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster with all its answers, and a subscription that the collector cannot see."""
    return line.estate(tmp_path_factory.mktemp("small"), line.good_files())


def engagement(folder: Path, served: Sandbox) -> Path:
    return line.engagement_file(folder / "e.yaml", served, scope={"subscriptions": [ALPHA, BETA]})


def snapshots(out: Path) -> list[Path]:
    return sorted((out / "snapshots").iterdir())


def content(folder: Path) -> dict[str, Any]:
    """Everything in a snapshot but what may differ."""
    reader = Reader(folder)
    pages = {
        path: (
            PORT.sub("", json.dumps(reader.body(path), sort_keys=True)),
            {
                key: value
                for key, value in json.loads(
                    (folder / path.replace(".json", ".provenance.json")).read_bytes()
                ).items()
                if key not in DIFFERS
            },
        )
        for source in reader.sources()
        for path, _ in reader.provenance(source)
    }
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {"pages": pages, "gaps": reader.gaps, "scope": reader.scope, "files": files}


def test_every_moment(small: Path, runner: Runner, tmp_path: Path) -> None:
    with serve(small, limits=None) as served:
        runner.start(engagement(tmp_path, served), tmp_path / "whole")
        assert runner.ended() == 0
        calls = len(served.requests)
    (whole,) = snapshots(tmp_path / "whole")
    expected = content(whole)
    assert calls > 12
    assert Reader(whole).header.resumed_at == ()
    for answered in range(calls):
        out = tmp_path / f"killed-{answered}"
        faults = Faults(calls=(Fault(Kind.LATENCY, " /", after=answered, times=1, seconds=300.0),))
        with serve(small, faults=faults, limits=None) as served:
            file = engagement(tmp_path, served)
            child = runner.start(file, out)
            while len(served.requests) <= answered:
                time.sleep(0.002)
            os.kill(child, signal.SIGKILL)
            assert runner.ended() == -signal.SIGKILL
            unfinished = snapshots(out) if (out / "snapshots").is_dir() else []
            assert not any((folder / "snapshot.json").exists() for folder in unfinished), answered
            runner.start(file, out)
            assert runner.ended() == 0, answered
            (folder,) = snapshots(out)
            assert content(folder) == expected, f"killed after {answered} answers"
            assert Reader(folder).intact()
            assert len(Reader(folder).header.resumed_at) == len(unfinished), answered
            assert len(served.requests) <= calls + answered + 12, "what was finished is not asked again"
