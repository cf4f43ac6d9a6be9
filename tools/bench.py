"""What the line costs with a large cluster, a fleet, and a cluster that hangs.

    python -m tools.bench [--pods 10000] [--clusters 200] [--latency 0.05] [--concurrency 4] [--deadline 20]
                          [--observations 50000] [--rows 20000] [--estate 1000]
                          [pods | fleet | hanging | html | pdf | estate ...]

The sandbox answers from another process over HTTPS. Seconds depend on the machine and on what else it does;
what does not is printed as a ratio of two values of the same run, or as memory. Each line has its target.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.benching import estate, fleet, html, pdf, pods

BENCHES = {
    "pods": pods.lines,
    "fleet": fleet.lines,
    "hanging": fleet.hanging,
    "html": html.lines,
    "pdf": pdf.lines,
    "estate": estate.lines,
}


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The lines of the benches that are asked for, as they come."""
    for name in options.benches or BENCHES:
        yield f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
        yield from BENCHES[name](options, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the line costs.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"of {', '.join(BENCHES)}; all of them")
    parser.add_argument("--pods", type=int, default=10_000, help="pods of the large cluster, at least")
    parser.add_argument("--clusters", type=int, default=200, help="clusters of the fleet")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds that each call waits")
    parser.add_argument("--concurrency", type=int, default=4, help="clusters that are read at a time")
    parser.add_argument(
        "--deadline", type=float, default=20.0, help="seconds that the hanging cluster may take"
    )
    parser.add_argument("--observations", type=int, default=50_000, help="of report.html, at least")
    parser.add_argument("--rows", type=int, default=20_000, help="exceptions of annex.pdf")
    parser.add_argument("--estate", type=int, default=1000, help="clusters of the large estate")
    options = parser.parse_args(arguments)
    unknown = set(options.benches) - BENCHES.keys()
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: expected {', '.join(BENCHES)}")
    with tempfile.TemporaryDirectory(prefix="reportgen-bench-") as folder:
        for line in lines(options, Path(folder)):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
