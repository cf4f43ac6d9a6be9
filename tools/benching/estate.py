"""A large estate: the memory that its reports take, of all formats but the PDF, one step after the other."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tools.benching.measured import Step, measured
from tools.benching.serving import served
from tools.estates import multiply

MEMORY = 400.0
"""MB of the whole process, at its peak."""


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Collect clusters of the sample, as Resource Manager has them, and write the reports about them."""
    clusters = options.estate
    estate, snapshot = multiply(folder, clusters), folder / "snapshot"
    yield f"{clusters:,} clusters; all that a pack holds but report.pdf"
    with served(estate) as sandbox:
        taken = measured("collect-azure", sandbox.port, sandbox.ca_file, snapshot, estate / "engagement.yaml")
    yield f"  collected with {_peak(taken.peak)}, {taken.cpu:.0f} s CPU"
    taken = measured("assess", snapshot)
    number = taken.counts["observations"]
    yield f"  assessed with {_peak(taken.peak)}, {taken.cpu:.0f} s CPU: {number:,} observations"
    taken = measured("report", snapshot, estate / "engagement.yaml", folder / "out")
    yield f"  reported with {_peak(taken.peak)}, {taken.cpu:.0f} s CPU, in this order:"
    yield from (_step(step) for step in taken.steps)


def _peak(megabytes: float) -> str:
    return f"{megabytes:.0f} MB (target {MEMORY:.0f}): {'met' if megabytes < MEMORY else 'missed'}"


def _step(step: Step) -> str:
    memory = f"at most {step.peak:.0f} MB until then, {step.after:.0f} after it"
    return f"    {step.name}: {memory}, {step.cpu:.0f} s CPU"
