"""What a run needs of this host, looked at before the first call: a folder with room, what draws the report.

The credential is no part of it: a collection begins with a token, and ends there if it gets none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.render import PdfUnavailable, pdf

DISK_NEEDED = 1 << 30
"""Bytes: room for 1,000 clusters. Measured: 101 MB for 300 plain ones, 13 MB for the sample's 11."""


class State(StrEnum):
    """What a line means for a run."""

    OK = "ok"
    NOTE = "note"
    """worth mending, and costs no evidence"""
    INCOMPLETE = "incomplete"
    """something would be missing from the evidence or the pack"""
    UNDELIVERED = "undelivered"
    """a pack could not be handed over"""
    STOPS = "stops"
    """nothing could be collected"""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at; ``advice`` says what to do, "" where there is nothing to do."""

    state: State
    topic: str
    found: str
    details: tuple[str, ...] = ()
    advice: str = ""


def warnings(out: Path, *, draws: bool) -> tuple[str, ...]:
    """What a run into ``out`` will lack, which ``draws`` a report or does not.

    Raises UsageError where nothing could be stored.
    """
    lines = (folder(out), *((report(),) if draws else ()))
    for line in lines:
        if line.state is State.STOPS:
            raise UsageError(f"{line.found}. {line.advice}")
    return tuple(f"{line.found}. {line.advice}" for line in lines if line.state is not State.OK)


def report() -> Line:
    """Whether report.pdf can be drawn: WeasyPrint, Pango and the packaged fonts."""
    try:
        version = pdf.drawn_by()
    except PdfUnavailable as error:
        return Line(
            State.INCOMPLETE,
            "report",
            f"report.pdf cannot be made here: {error.lack}",
            advice=f"{error.remedy}. All else of a pack is made without it.",
        )
    return Line(State.OK, "report", f"WeasyPrint {version}, Pango and the packaged fonts are there")


def folder(out: Path) -> Line:
    """Whether ``out``, and the snapshots in it, can be written, and has room; nothing is left behind."""
    path = out.absolute()
    # Path.exists raises where a folder on the way may not be searched, and takes a broken link for nothing.
    there = next(known for known in (path, *path.parents) if os.path.lexists(known))
    for known in (there, *filter(os.path.lexists, [path / "snapshots"])):
        try:
            with tempfile.TemporaryFile(dir=known):
                pass
        except OSError as error:
            return Line(
                State.STOPS,
                "out folder",
                f"{path}: cannot be written ({known}: {error.strerror})",
                advice="Name another folder with --out, or let this user write there.",
            )
    free = shutil.disk_usage(there).free
    enough = free >= DISK_NEEDED
    return Line(
        State.OK if enough else State.INCOMPLETE,
        "out folder",
        f"{path} can be written; {free / (1 << 30):.1f} GiB free",
        advice="" if enough else f"Make room: {DISK_NEEDED / (1 << 30):.0f} GiB should be free.",
    )
