"""The runs of the period as the report lists them: what came of each, and why one was not used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reportgen.model import RegisteredRun, Results, RunListing
from reportgen.render.strings import Strings
from reportgen.render.text import moment

_ROWS_IN_PDF = 60


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run; ``told`` are sentences about it, ``stamp`` what its time-stamp says, "" without one.

    ``doubtful``: the time-stamp is of another day than the register says.
    """

    number: int
    run: str
    started: str
    result: str
    fine: bool
    snapshot: str
    told: tuple[str, ...]
    stamp: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class RunsView:
    """The part on the register; ``windows`` is the sentence about the schedule, "" without one."""

    place: str
    summary: str
    windows: str
    missed: tuple[str, ...]
    problems: tuple[str, ...]
    stamped: bool
    rows: tuple[RunRow, ...]
    all_rows: int
    last_entry: int
    last_entry_sha256: str


def runs_view(results: Results, medium: str, strings: Strings) -> RunsView | None:
    """What a report says of the register, None where none was kept."""
    listing = results.runs
    if listing is None:
        return None
    stamped = any(run.stamped_at or run.stamp_error for run in listing.runs)
    shown = listing.runs[:_ROWS_IN_PDF] if medium == "pdf" else listing.runs
    used = sum(run.used for run in listing.runs)
    return RunsView(
        place=strings.text("runs.in_blobs", url=listing.store)
        if listing.store
        else strings.text("runs.in_folder"),
        summary=strings.text("runs.summary", n=len(listing.runs), used=used, kept=_kept(listing)),
        windows=_windows(listing, strings),
        missed=tuple(f"{first} – {last}" for first, last in listing.missed),
        problems=listing.problems,
        stamped=stamped,
        rows=tuple(_row(run, strings) for run in shown),
        all_rows=len(listing.runs),
        last_entry=listing.last_entry,
        last_entry_sha256=listing.last_entry_sha256,
    )


def _kept(listing: RunListing) -> int:
    return sum(bool(run.snapshot) for run in listing.runs)


def _windows(listing: RunListing, strings: Strings) -> str:
    if not listing.schedule:
        return ""
    due, missed, still = len(listing.due), len(listing.missed), len(listing.open)
    every = strings.text(f"runs.{listing.schedule}")
    told = strings.text("runs.windows", n=due, every=every, collected=due - missed - still, missed=missed)
    return f"{told} {strings.text('runs.windows_open', n=still)}" if still else told


def _row(run: RegisteredRun, strings: Strings) -> RunRow:
    return RunRow(
        number=run.number,
        run=run.run,
        started=moment(run.started_at),
        result=strings.text(f"runs.result_{run.result.replace('-', '_')}", n=run.gaps),
        fine=run.result == "complete",
        snapshot=run.snapshot,
        told=tuple(_told(run, strings)),
        stamp=_stamp(run, strings),
        doubtful=bool(run.stamped_at) and _days_apart(run.stamped_at, run.ended_at or run.started_at) > 0,
    )


def _told(run: RegisteredRun, strings: Strings) -> list[str]:
    told = [strings.text("runs.used")] if run.used else []
    if run.why:
        told.append(strings.text(f"runs.why_{run.why.replace('-', '_')}", error=run.error))
    if run.resumed:
        told.append(strings.text("runs.resumed"))
    if run.took_over:
        told.append(strings.text("runs.took_over", run=run.took_over))
    return told


def _days_apart(one: str, other: str) -> int:
    """Whole days between two times: an authority answers within minutes of the capture."""
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)).days


def _stamp(run: RegisteredRun, strings: Strings) -> str:
    if run.stamped_at:
        told = strings.text("runs.stamped", time=moment(run.stamped_at), authority=run.stamped_by)
        days = _days_apart(run.stamped_at, run.ended_at or run.started_at)
        return f"{told} {strings.text('runs.stamped_apart', n=days)}" if days else told
    return strings.text("runs.not_stamped", error=run.stamp_error) if run.stamp_error else ""
