"""A quarter of an estate that changes: an estate folder for each weekly run, and what a report has to say.

``python -m tools.quarter FOLDER`` writes ``runs.json`` (each run with its time and estate folder),
the estate folders, and ``expected.csv``. What is expected follows from the plan and nothing of reportgen,
so that a report on the quarter can be held against it.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tools.quarter.estates import write_estate, write_json
from tools.quarter.expected import HEADS, expected
from tools.quarter.plan import RUNS, stamp


def main(folder: Path) -> None:
    """Write everything below ``folder``."""
    listed = []
    for run in RUNS:
        name = run.time.strftime("%Y%m%dT%H%M%SZ")
        write_estate(folder / name, run)
        listed.append({"as_of": stamp(run.time), "estate": name})
    write_json(folder / "runs.json", listed)
    with (folder / "expected.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(expected())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
