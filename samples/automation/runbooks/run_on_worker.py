"""Run reportgen itself on a Hybrid Runbook Worker, which the private API servers can be reached from.

A Python runbook for a worker on Linux on which `python3 -m venv /opt/reportgen` and pip have put reportgen, with
Python 3.11 or newer (the runbook's own Python may be older). Parameters, in this order: the engagement's path; the
command, collect, report or status; the folder for snapshots and packs.

The runbook fails, and so can raise an alert, with every end that somebody has to look at. Findings are none: they
stand in the report. Log lines go to the runbook's streams as JSON.
"""

import os
import subprocess
import sys

REPORTGEN = os.environ.get("REPORTGEN", "/opt/reportgen/bin/reportgen")
OPTIONS = {
    "collect": ["--log-format", "json"],
    "report": ["--fail-on", "incomplete"],
    "status": ["--max-age", "8d"],
}
MEANINGS = {
    1: "the register's chain is broken or the pack is altered",
    2: "engagement, identity or host are not set up as they should be",
    3: "evidence is incomplete, or late",
    4: "the pack could not be delivered",
    5: "an internal error",
}


def main(engagement: str = "", command: str = "collect", out: str = "/var/lib/reportgen") -> int:
    """Run one command and return its exit code."""
    if command not in OPTIONS or not engagement:
        print(f"error: expected ENGAGEMENT [{'|'.join(OPTIONS)}] [OUT]", file=sys.stderr)
        return 2
    ended = subprocess.run([REPORTGEN, command, engagement, "--out", out, *OPTIONS[command]], check=False)
    if ended.returncode:
        meaning = MEANINGS.get(ended.returncode, "it was killed")
        print(f"error: reportgen {command} ended with {ended.returncode}: {meaning}", file=sys.stderr)
    return ended.returncode if 0 <= ended.returncode < 256 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
