"""A scheduler stops a job: it ends at once, says so, registers it, and leaves no lease behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.engagement import load
from reportgen.kept import keep
from reportgen.runs import fold
from reportgen.sandbox import Fault, Faults, Kind, serve
from tests import line
from tests.sandbox.conftest import ALPHA


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_a_job_that_is_stopped_registers_its_end(tmp_path: Path, stopped_by: signal.Signals) -> None:
    if signal.getsignal(stopped_by) is signal.SIG_IGN:
        pytest.skip("these tests were started with this signal ignored, as a shell does in the background")
    estate = line.estate(tmp_path / "estate", line.good_files())
    slow = Faults(calls=(Fault(Kind.LATENCY, "managedClusters", seconds=0.5),))
    with serve(estate, as_of=line.NOW, faults=slow) as sandbox:
        path = line.engagement_file(tmp_path / "engagement.yaml", sandbox, scope={"subscriptions": [ALPHA]})
        words = ["collect", str(path), "--out", str(tmp_path / "out"), "--log-format", "json"]
        with subprocess.Popen(
            [sys.executable, "-m", "reportgen", *words],
            env=os.environ | {"SANDBOX_SECRET": sandbox.client_secret},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stderr
            first = running.stderr.readline()
            running.send_signal(stopped_by)
            last = running.stderr.read().splitlines()[-1]
            code = running.wait(60)
    kept = keep(load(path), tmp_path / "out")
    (run,) = fold(kept.register.entries())
    assert json.loads(first)["message"].startswith(f"run {run.run} started as number 1 ")
    assert json.loads(last)["message"].startswith(f"run {run.run} ended with exit code 130")
    assert json.loads(last)["run"] == run.run
    assert code == 130
    assert (run.result, run.error) == ("failed", "KeyboardInterrupt: ")
    assert "Lease: free" in line.command("status", path, "--out", tmp_path / "out").out
