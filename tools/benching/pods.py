"""One large cluster: what collecting and assessing it take of memory, and decoding it of CPU."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from reportgen.collect.kubernetes.objects.pods import Pod
from reportgen.collect.kubernetes.pager import ListCall
from reportgen.collect.kubernetes.reads import PAGE
from tools.benching import estates
from tools.benching.measured import Taken, measured
from tools.benching.serving import served

MEMORY = 150.0
"""MB above the start."""
_CALL = ListCall("/api/v1/pods", "Pod", "v1", Pod, "list pods")


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Collect, decode and assess a cluster of so many pods."""
    estate, snapshot = estates.large(folder, options.pods), folder / "snapshot"
    yield from _decoding(_pages(estate))
    with served(estate) as sandbox:
        taken = measured(
            "collect", sandbox.port, sandbox.ca_file, snapshot, options.concurrency, options.deadline * 100
        )
    yield _memory("collected", taken)
    taken = measured("assess", snapshot)
    yield _memory("assessed", taken)
    counts = taken.counts
    yield f"  that is {counts['observations']:,} observations, {counts['workload']:,} workloads"


def _memory(what: str, taken: Taken) -> str:
    return (
        f"  {what} with {taken.above:.0f} MB above the start's {taken.start:.0f} (target {MEMORY:.0f}), "
        f"{taken.cpu:.1f} s CPU"
    )


def _pages(estate: Path) -> list[bytes]:
    """The pages of pods, as an API server sends them."""
    items = json.loads((estate / "kubernetes" / estates.LARGE / "pods.json").read_bytes())["items"]
    pages = [items[start : start + PAGE] for start in range(0, len(items), PAGE)]
    common = {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}}
    return [json.dumps({**common, "items": page}, separators=(",", ":")).encode() for page in pages]


def _decoding(pages: list[bytes]) -> Iterator[str]:
    number = sum(len(json.loads(page)["items"]) for page in pages)
    yield f"One cluster with {number:,} pods, {sum(map(len, pages)) / 1e6:.0f} MB of JSON"
    decoding, plain = _cpu(_CALL.decoded, pages), _cpu(json.loads, pages)
    yield f"  decoded in {decoding:.2f} s CPU (target 1), {decoding / plain:.2f} times json.loads of the same"


def _cpu(do: Callable[[bytes], object], pages: list[bytes]) -> float:
    """Seconds of CPU over all pages, the least of three."""
    found = []
    for _ in range(3):
        began = time.process_time()
        for page in pages:
            do(page)
        found.append(time.process_time() - began)
    return min(found)
