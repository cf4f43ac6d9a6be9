"""What a run needs of this host: an engagement that fits, what draws the report, a folder with room."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from reportgen.doctor.report import Line, State
from reportgen.engagement import Engagement
from reportgen.render.pdf import APT, FONTS

DISK_NEEDED = 1 << 30
"""Bytes: room for 1,000 clusters. Measured: 101 MB for 300 plain ones, 13 MB for the sample's 11."""


def engagement(known: Engagement, controls: int) -> Line:
    """What was read from the file."""
    period = known.period
    return Line(
        State.OK, "engagement", f"{known.entity}, {period.start} to {period.end}; {controls} controls fit it"
    )


def report() -> Line:
    """Whether report.pdf can be drawn: WeasyPrint, Pango and the packaged fonts."""
    try:
        import weasyprint
    except OSError as error:
        return Line(
            State.INCOMPLETE,
            "report",
            f"report.pdf cannot be made here: a system library of WeasyPrint is missing ({error})",
            advice=f"On Debian or Ubuntu: {APT}. All else of a pack is made without it.",
        )
    fonts = sorted(path.name for path in FONTS.glob("*.ttf"))
    if not fonts:
        return Line(
            State.INCOMPLETE,
            "report",
            f"the packaged fonts are missing from {FONTS}",
            advice="Install again.",
        )
    return Line(
        State.OK, "report", f"WeasyPrint {weasyprint.__version__}, Pango and {len(fonts)} fonts are there"
    )


def folder(out: Path) -> tuple[Line, ...]:
    """Whether ``out`` can be written, and has room; nothing is left behind."""
    path = out.absolute()
    there = next(known for known in (path, *path.parents) if known.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return (
            Line(
                State.STOPS,
                "out folder",
                f"{path}: cannot be written ({there}: {error.strerror})",
                advice="Name another folder with --out, or let this user write there.",
            ),
        )
    free = shutil.disk_usage(there).free
    enough = free >= DISK_NEEDED
    return (
        Line(
            State.OK if enough else State.INCOMPLETE,
            "out folder",
            f"{path} can be written; {free / (1 << 30):.1f} GiB free",
            advice="" if enough else f"Make room: {DISK_NEEDED / (1 << 30):.0f} GiB should be free.",
        ),
    )
