"""Many clusters behind a slow network, and among them one that never answers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from reportgen.collect.kubernetes.client import AT_ONCE
from tools.benching import estates
from tools.benching.measured import WORKERS, Taken, measured
from tools.benching.serving import Served, served

RATIO = 1.3
"""Of the time that the latency of the calls demands."""


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Collect a fleet and set its time against what the latency of its calls demands."""
    clusters, each = options.clusters, options.concurrency
    yield (
        f"{clusters} clusters, {options.latency * 1000:.0f} ms a call; {WORKERS} calls to Azure at once, "
        f"{each} clusters with {AT_ONCE} calls each"
    )
    taken, sandbox = _collected(options, folder)
    demanded = options.latency * (
        sandbox.azure_calls / WORKERS + sandbox.cluster_calls / (min(each, clusters) * AT_ONCE)
    )
    yield f"  {sandbox.azure_calls:,} calls to Azure, {sandbox.cluster_calls:,} to API servers"
    yield (
        f"  {taken.wall:.1f} s, {taken.wall / demanded:.2f} times the {demanded:.1f} s that their latency "
        f"demands (target {RATIO}); {taken.cpu:.1f} s CPU, and {sandbox.cpu:.1f} s of the sandbox's, "
        f"{taken.above:.0f} MB above the start"
    )


def hanging(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Collect a small fleet without and with a cluster, begun last, whose API server never answers."""
    small = argparse.Namespace(
        **{**vars(options), "clusters": min(options.clusters, 3 * options.concurrency)}
    )
    yield f"{small.clusters} clusters, of which the last one hangs; it may take {options.deadline:g} s"
    without, _ = _collected(small, folder)
    last = f"{estates.SMALL}-{small.clusters - 1:03d}" if small.clusters > 1 else estates.SMALL
    with_it, _ = _collected(small, folder, last)
    more = with_it.wall - without.wall
    lost = with_it.counts.get("deadline", 0) - without.counts.get("deadline", 0)
    yield (
        f"  {with_it.wall:.1f} s in place of {without.wall:.1f}: {more / options.deadline:.2f} times its "
        f"deadline (target 1), and {lost} more gap for that reason"
    )


def _collected(options: argparse.Namespace, folder: Path, hanging_cluster: str = "") -> tuple[Taken, Served]:
    estate = estates.fleet(folder, options.clusters)
    snapshot = folder / f"fleet-{options.clusters}-{hanging_cluster}"
    with served(estate, options.latency, hanging_cluster) as sandbox:
        taken = measured(
            "collect", sandbox.port, sandbox.ca_file, snapshot, options.concurrency, options.deadline
        )
    return taken, sandbox
