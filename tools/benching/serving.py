"""A sandbox in a process of its own, so that neither its memory nor its CPU counts in what is measured.

    python -m tools.benching.serving ESTATE LATENCY [HANGING]

It prints where it is, serves until its input ends, and prints how many calls came, to Azure and to API
servers, and the CPU that answering took.
``HANGING`` is the name of a cluster whose API server accepts calls and never answers.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from reportgen.run import DEMO_AS_OF
from reportgen.sandbox import Fault, Faults, Kind, serve
from reportgen.sandbox.interface import API_DOMAIN

AS_OF = datetime.fromisoformat(DEMO_AS_OF)
_NEVER = 86400.0


@dataclass(slots=True)
class Served:
    """Where a sandbox is; when it has ended, also the calls that came, and its seconds of CPU."""

    port: int
    ca_file: str
    azure_calls: int = 0
    cluster_calls: int = 0
    cpu: float = 0.0


@contextlib.contextmanager
def served(estate: Path, latency: float = 0.0, hanging: str = "") -> Iterator[Served]:
    """Serve an estate from another process for the length of a ``with`` block."""
    command = [sys.executable, "-m", "tools.benching.serving", str(estate), str(latency), hanging]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        answers = _pipe(process.stdout)
        try:
            found = Served(**json.loads(answers.readline()))
            yield found
            _pipe(process.stdin).close()
            found.azure_calls, found.cluster_calls, found.cpu = json.loads(answers.readline())
        finally:
            process.terminate()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise ValueError("the process has no pipe")
    return pipe


def main(estate: str, latency: str, hanging: str = "") -> None:
    """Serve until the input ends."""
    calls = [Fault(Kind.LATENCY, f" {hanging}-", seconds=_NEVER)] if hanging else []
    calls.append(Fault(Kind.LATENCY, seconds=float(latency)))
    with serve(Path(estate), as_of=AS_OF, faults=Faults(calls=tuple(calls))) as sandbox:
        print(json.dumps({"port": sandbox.address[1], "ca_file": str(sandbox.ca_file)}), flush=True)
        began = time.process_time()
        sys.stdin.read()
        inside = sum(f".{API_DOMAIN}/" in line for line in sandbox.requests)
        spent = time.process_time() - began
        print(json.dumps([len(sandbox.requests) - inside, inside, spent]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
