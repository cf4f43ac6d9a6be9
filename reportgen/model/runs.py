"""The runs of a period, as the register has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisteredRun:
    """One run of the register, as far as its collection goes.

    ``number`` is that of its first entry, ``last_entry`` of the one that says what came of it. ``result`` is
    complete, incomplete (a snapshot with gaps), failed, or no-end where the register has no end of it.
    ``error`` says what ended a failed one; ``took_over`` is the run whose lease it took. ``why`` says why its
    snapshot is not used: failed, no-end, pruned, missing, unfit (``error`` tells), later (a later one is), or
    other.
    """

    number: int
    run: str
    command: str
    started_at: str
    ended_at: str
    result: str
    error: str
    snapshot: str
    root_sha256: str
    gaps: int
    resumed: bool
    took_over: str
    host: str
    job: str
    tool_version: str
    stamped_at: str
    stamped_by: str
    stamp_error: str
    last_entry: int
    used: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class RunListing:
    """Every run in the period. ``store`` is the URL of a container, "" for a folder.

    ``last_entry`` of the register is the last that tells of these runs, with its hash; ``problems`` are
    sentences about a chain that is broken. ``due`` are the windows (first and last day) of the ``schedule``,
    ``missed`` those without a snapshot, ``open`` those after the last run.
    """

    store: str
    last_entry: int
    last_entry_sha256: str
    problems: tuple[str, ...]
    runs: tuple[RegisteredRun, ...]
    schedule: str = ""
    due: tuple[tuple[str, str], ...] = ()
    missed: tuple[tuple[str, str], ...] = ()
    open: tuple[tuple[str, str], ...] = ()
