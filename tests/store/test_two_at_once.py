"""Two processes, fifty runs each, one store: nothing is lost, mixed or counted twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.kept import keep
from reportgen.runs import fold
from tests.line import ROOT
from tests.store.conftest import engagement

RUNS = 50
RUNNER = """
import sys
from pathlib import Path
from tests.store import tiny
from tests.store.conftest import engagement
own, out, settings, runs = sys.argv[1:]
print(tiny.many([engagement(settings, own), engagement(settings, "Shared")], Path(out), int(runs)))
"""


def both(settings: str, outs: tuple[Path, Path]) -> int:
    """Run both to their end; how many successes they reported."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RUNNER, name, out, settings, str(RUNS)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, out in zip(("One", "Two"), outs, strict=True)
    ]
    told = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    return sum(int(text) for text in told)


@pytest.mark.parametrize("kind", ["out", "folder", "azurite"])
def test_two_processes_fifty_runs_each(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    shared = tmp_path / "out"
    settings = {"out": "", "folder": str(tmp_path / "store")}.get(kind)
    outs = (shared, shared) if kind == "out" else (tmp_path / "one", tmp_path / "two")
    if settings is None:
        settings = str(request.getfixturevalue("container"))
    successes = both(settings, outs)
    # Read as a third host would: from the store alone.
    kept = keep(engagement(settings), shared if kind == "out" else tmp_path / "third")
    entries = kept.register.entries()
    assert kept.register.problems() == ()
    found = list(fold(entries))
    assert len(found) == 2 * RUNS
    complete = [run for run in found if run.result == "complete"]
    refused = [run for run in found if run.result == "failed"]
    assert len(complete) == successes >= RUNS
    assert len(refused) == 2 * RUNS - successes
    assert [run.error for run in refused if "is at work on this engagement" not in run.error] == []
    names = kept.snapshots.names()
    assert sorted(names) == sorted(run.snapshot for run in complete)
    assert len(set(names)) == successes
    for run in complete:
        kept.snapshots.fetch(run.snapshot, run.root_sha256)
