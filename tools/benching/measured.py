"""One step of the line in a process of its own, with what it took: the peak of its memory, CPU, time.

python -m tools.benching.measured collect PORT CA_FILE SNAPSHOT CONCURRENCY DEADLINE
python -m tools.benching.measured assess SNAPSHOT
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from reportgen.assess import assess, catalogue
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.engagement import Clusters, Credential, load
from reportgen.model import CollectionMode
from reportgen.principals import Principals
from reportgen.run import CONTROLS
from reportgen.sandbox.interface import CLIENT_ID, CLIENT_SECRET, LOGIN_HOST, MANAGEMENT_HOST, TENANT_ID
from reportgen.snapshot import Reader
from tools.benching.serving import AS_OF
from tools.estates import SAMPLE

WORKERS = 8
"""Calls to Azure that are under way at once."""
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Taken:
    """Memory in MB (``start``: all is imported, nothing is read), times in seconds.

    ``counts`` are gaps by reason after collecting; subjects by kind, and observations, after assessing.
    """

    start: float
    peak: float
    cpu: float
    wall: float
    counts: dict[str, int]

    @property
    def above(self) -> float:
        """The peak above the start."""
        return self.peak - self.start


def measured(*arguments: object) -> Taken:
    """Run one step in a process of its own."""
    command = [sys.executable, "-m", "tools.benching.measured", *map(str, arguments)]
    return Taken(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def _collect(port: str, ca_file: str, snapshot: str, concurrency: str, deadline: str) -> dict[str, int]:
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
    engagement = load(SAMPLE / "engagement.yaml").model_copy(
        update={
            "credential": Credential(kind="client-secret", tenant_id=TENANT_ID, client_id=CLIENT_ID),
            "clusters": Clusters(concurrency=int(concurrency), deadline_seconds=float(deadline)),
            "imported": (),
            "principals": Principals(),
        }
    )
    collect(engagement, request)
    return dict(Counter(gap.reason for gap in Reader(request.folder).gaps))


def _assess(snapshot: str) -> dict[str, int]:
    reader = Reader(Path(snapshot))
    found = assess(reader, catalogue.load(CONTROLS), reader.header.as_of)
    subjects = {item.subject.id: item.subject.kind for item in found.observations}
    return {"observations": len(found.observations), **Counter(subjects.values())}


def _memory(key: str) -> float:
    """A line of the process's status in MB: VmRSS (now) or VmHWM (the peak since its program began)."""
    return int(re.findall(rf"{key}:\s+(\d+) kB", _STATUS.read_text())[0]) / 1024


def main(step: str, *arguments: str) -> None:
    """Take the step and print what it took."""
    start, began = _memory("VmRSS"), time.monotonic()
    cpu = time.process_time()
    counts = _collect(*arguments) if step == "collect" else _assess(*arguments)
    taken = Taken(start, _memory("VmHWM"), time.process_time() - cpu, time.monotonic() - began, counts)
    print(json.dumps(asdict(taken)))


if __name__ == "__main__":
    main(*sys.argv[1:])
