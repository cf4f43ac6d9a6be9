"""One step of the line in a process of its own, with what it took: the peak of its memory, CPU, time.

python -m tools.benching.measured collect PORT CA_FILE SNAPSHOT CONCURRENCY DEADLINE
python -m tools.benching.measured collect-azure PORT CA_FILE SNAPSHOT ENGAGEMENT
python -m tools.benching.measured assess SNAPSHOT
python -m tools.benching.measured report SNAPSHOT ENGAGEMENT OUT
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from reportgen import render
from reportgen.assess import assess, catalogue
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.engagement import Clusters, Credential, load
from reportgen.engagement.principals import Principals
from reportgen.model import CollectionMode, Results
from reportgen.render import Renderer
from reportgen.run import CONTROLS, report
from reportgen.sandbox.interface import CLIENT_ID, CLIENT_SECRET, LOGIN_HOST, MANAGEMENT_HOST, TENANT_ID
from reportgen.snapshot import Reader
from tools.benching.serving import AS_OF
from tools.estates import SAMPLE

WORKERS = 8
"""Calls to Azure that are under way at once."""
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Step:
    """One format of a report: MB when it was written, the peak until then, its seconds of CPU."""

    name: str
    after: float
    peak: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Memory in MB (``start``: all is imported, nothing is read), times in seconds.

    ``counts`` are gaps by reason after collecting; subjects by kind, and observations, after assessing.
    ``steps`` are those of a report.
    """

    start: float
    peak: float
    cpu: float
    wall: float
    counts: dict[str, int]
    steps: tuple[Step, ...] = ()

    @property
    def above(self) -> float:
        """The peak above the start."""
        return self.peak - self.start


def measured(*arguments: object) -> Taken:
    """Run one step in a process of its own."""
    command = [sys.executable, "-m", "tools.benching.measured", *map(str, arguments)]
    raw = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return Taken(**{**raw, "steps": tuple(Step(**step) for step in raw["steps"])})


def _collect(port: str, ca_file: str, snapshot: str, concurrency: str, deadline: str) -> dict[str, int]:
    clusters = Clusters(concurrency=int(concurrency), deadline_seconds=float(deadline))
    return _collected(SAMPLE / "engagement.yaml", port, ca_file, snapshot, clusters)


def _collect_azure(port: str, ca_file: str, snapshot: str, engagement: str) -> dict[str, int]:
    return _collected(Path(engagement), port, ca_file, snapshot, Clusters(access="none"))


def _collected(
    engagement: Path, port: str, ca_file: str, snapshot: str, clusters: Clusters
) -> dict[str, int]:
    connection = Connection(
        f"https://{MANAGEMENT_HOST}", f"https://{LOGIN_HOST}", Path(ca_file), ("127.0.0.1", int(port))
    )
    request = Request(
        folder=Path(snapshot),
        mode=CollectionMode.DEMO,
        connection=connection,
        clock=lambda: AS_OF,
        host="bench",
        progress=lambda _, __, ___: None,
        secret=CLIENT_SECRET,
        workers=WORKERS,
    )
    changed = {
        "credential": Credential(kind="client-secret", tenant_id=TENANT_ID, client_id=CLIENT_ID),
        "clusters": clusters,
        "imported": (),
        "principals": Principals(),
    }
    collect(load(engagement).model_copy(update=changed), request)
    return dict(Counter(gap.reason for gap in Reader(request.folder).gaps))


def _assess(snapshot: str) -> dict[str, int]:
    reader = Reader(Path(snapshot))
    found = assess(reader, catalogue.load(CONTROLS), reader.header.as_of)
    subjects = {item.subject.id: item.subject.kind for item in found.observations}
    return {"observations": len(found.observations), **Counter(subjects.values())}


class _Timed:
    """A format that says what it took."""

    def __init__(self, inner: Renderer, steps: list[Step]) -> None:
        self._inner = inner
        self._steps = steps
        self.name = inner.name

    def render(self, results: Results, folder: Path) -> Path:
        """Write the format and add its step."""
        cpu = time.process_time()
        written = self._inner.render(results, folder)
        spent = time.process_time() - cpu
        self._steps.append(Step(self.name, _memory("VmRSS"), _memory("VmHWM"), spent))
        return written


def _report(snapshot: str, engagement: str, out: str) -> tuple[dict[str, int], tuple[Step, ...]]:
    """Write and pack all formats but the PDFs."""
    steps: list[Step] = []
    render.RENDERERS = tuple(_Timed(known, steps) for known in render.wanted(()))
    found = report(load(Path(engagement)), Path(snapshot), Path(out))
    return {"observations": len(found.results.observations)}, tuple(steps)


def _memory(key: str) -> float:
    """A line of the process's status in MB: VmRSS (now) or VmHWM (the peak since its program began)."""
    return int(re.findall(rf"{key}:\s+(\d+) kB", _STATUS.read_text())[0]) / 1024


def main(step: str, *arguments: str) -> None:
    """Take the step and print what it took."""
    start, began = _memory("VmRSS"), time.monotonic()
    cpu = time.process_time()
    steps: tuple[Step, ...] = ()
    if step == "report":
        counts, steps = _report(*arguments)
    else:
        counts = _STEPS[step](*arguments)
    took = time.process_time() - cpu
    print(json.dumps(asdict(Taken(start, _memory("VmHWM"), took, time.monotonic() - began, counts, steps))))


_STEPS: dict[str, Callable[..., dict[str, int]]] = {
    "collect": _collect,
    "collect-azure": _collect_azure,
    "assess": _assess,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
