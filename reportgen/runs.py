"""What the register says, run by run: for the pack, and for people who ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from reportgen.engagement import Engagement
from reportgen.model import Json, RegisteredRun, RunListing
from reportgen.register import Entry, Register, key
from reportgen.schedule import Window, windows
from reportgen.store import Snapshots


def listing(
    engagement: Engagement,
    register: Register,
    snapshots: Snapshots,
    used: frozenset[str],
    unused: Mapping[str, str],
) -> RunListing | None:
    """The runs of an engagement's period, and what came of each; None where it has no run.

    ``used`` are the snapshots that a report rests on, ``unused`` says why some are not. It is a function of
    the entries up to each run's collection: that a report was made later changes nothing in it.
    """
    entries = register.entries()
    if not any(entry.kind == "started" for entry in entries):
        return None
    period = Window(engagement.period.start, engagement.period.end)
    ours = [run for run in fold(entries, key(engagement)) if period.holds(run.started_at)]
    removed = {name for entry in entries if entry.kind == "pruned" for name in entry.snapshots}
    stored = frozenset(snapshots.names())
    runs = tuple(_judged(run, used, unused, stored, removed) for run in ours)
    last = max((run.last_entry for run in runs), default=0)
    return RunListing(
        store=engagement.store.url if engagement.store and engagement.store.in_blobs else "",
        last_entry=last,
        last_entry_sha256=next((entry.sha256 for entry in entries if entry.number == last), ""),
        problems=register.problems(),
        runs=runs,
        schedule=engagement.schedule or "",
        **_windows(engagement, runs),
    )


def fold(entries: Iterable[Entry], engagement: str = "") -> Iterator[RegisteredRun]:
    """One line a run, in the order of their numbers; of one engagement, or of all."""
    by_run: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_run[entry.run].append(entry)
    for found in by_run.values():
        first = found[0]
        if first.kind == "started" and engagement in ("", first.text("engagement")):
            yield _run(first, {entry.kind: entry for entry in found})


def _run(first: Entry, found: dict[str, Entry]) -> RegisteredRun:
    collected, ended = found.get("collected"), found.get("ended")
    counts = collected or ended or first
    stamped = collected.facts.get("timestamp") if collected else None
    told = stamped if isinstance(stamped, dict) else {}
    over = found.get("took over")
    return RegisteredRun(
        number=first.number,
        run=first.run,
        command=first.text("command"),
        started_at=first.time,
        ended_at=counts.time if counts is not first else "",
        result=_result(collected, ended),
        error="" if collected or not ended else ended.text("error") or f"exit code {_code(ended)}",
        snapshot=collected.text("snapshot") if collected else "",
        root_sha256=collected.text("root_sha256") if collected else "",
        gaps=_whole(collected.facts.get("gaps")) if collected else 0,
        resumed=bool(first.facts.get("resumed")),
        took_over=_run_of(over.facts.get("from")) if over else "",
        host=first.text("host"),
        job=first.text("job"),
        tool_version=first.text("tool_version"),
        stamped_at=str(told.get("time", "")),
        stamped_by=str(told.get("authority", "")),
        stamp_error=str(told.get("error", "")),
        last_entry=counts.number,
    )


def _result(collected: Entry | None, ended: Entry | None) -> str:
    if collected:
        return "incomplete" if collected.facts.get("gaps") else "complete"
    return "failed" if ended else "no-end"


def _judged(
    run: RegisteredRun,
    used: frozenset[str],
    unused: Mapping[str, str],
    stored: frozenset[str],
    removed: set[str],
) -> RegisteredRun:
    """A run with whether its snapshot is used, and why not."""
    if run.snapshot in used and run.snapshot:
        return replace(run, used=True)
    if not run.snapshot:
        return replace(run, why=run.result)
    if run.snapshot not in stored:
        return replace(run, why="pruned" if run.snapshot in removed else "missing")
    if run.snapshot in unused:
        return replace(run, why="unfit", error=unused[run.snapshot])
    later = any(name > run.snapshot for name in used)
    return replace(run, why="later" if later else "other")


def _windows(
    engagement: Engagement, runs: tuple[RegisteredRun, ...]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """The windows of the schedule: all, those without a snapshot, and those after the last run."""
    if engagement.schedule is None:
        return {}
    due = windows(engagement.period.start, engagement.period.end, engagement.schedule)
    good = [run.started_at for run in runs if run.snapshot]
    last = max((date.fromisoformat(run.started_at[:10]) for run in runs), default=date.min)
    without = [window for window in due if not any(window.holds(moment) for moment in good)]
    return {
        "due": tuple(map(_days, due)),
        "missed": tuple(_days(window) for window in without if window.first <= last),
        "open": tuple(_days(window) for window in without if window.first > last),
    }


def _days(window: Window) -> tuple[str, str]:
    return window.first.isoformat(), window.last.isoformat()


def _run_of(value: Json) -> str:
    return str(value.get("run", "")) if isinstance(value, dict) else ""


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _code(entry: Entry) -> int:
    return _whole(entry.facts.get("exit_code"))
