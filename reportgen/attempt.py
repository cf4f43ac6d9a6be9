"""One run with nobody watching: it stands in the register, holds the lease, and shows that it is alive."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from reportgen import __version__
from reportgen.assess.exclusions import lacking
from reportgen.engagement.registers import Exclusion
from reportgen.errors import UsageError
from reportgen.kept import Kept
from reportgen.lease import HEARTBEAT, Held, Lease
from reportgen.model import Json
from reportgen.register import Entry, Register, key, stamp
from reportgen.snapshot import HEADER, Reader
from reportgen.store import Snapshots, StoreError

_LONGEST_MESSAGE = 300
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is registered with. ``clock`` is that of the evidence, ``tell`` takes lines for the log.

    ``named`` is told the run's id as soon as it has one.
    """

    command: str
    host: str
    job: str
    clock: Callable[[], datetime]
    tell: Tell
    named: Callable[[str], None]


class Attempt:
    """A registered run; ``name`` is what its snapshot is called, ``pack`` the pack that it made."""

    def __init__(
        self,
        run: str,
        name: str,
        register: Register,
        snapshots: Snapshots,
        exclusions: tuple[Exclusion, ...] = (),
    ) -> None:
        self._exclusions = exclusions
        self.run = run
        self.name = name
        self.pack = ""
        self.register = register
        self._snapshots = snapshots

    def publish(self, folder: Path, moment: datetime, stamped: Mapping[str, Json], run: str = "") -> None:
        """Put a finished snapshot into the store and register it.

        ``stamped`` is what the register says of its time-stamp; ``run`` the run that collected it, where that
        is another, which ended too early.
        """
        reader = Reader(folder)
        self._snapshots.publish(folder)
        facts = {
            "snapshot": reader.header.name,
            "root_sha256": reader.header.root_sha256,
            "started_at": reader.header.started_at,
            "gaps": len(lacking(reader, self._exclusions)),
            **stamped,
        }
        self.register.append("collected", stamp(moment), run or self.run, lambda _: facts)


@contextmanager
def attempt(kept: Kept, wanted: Path, setting: Setting, *, resumed: bool = False) -> Iterator[Attempt]:
    """Register a run, hold the engagement's lease while it lasts, and register how it ended.

    ``wanted`` is where below ``kept.local`` its snapshot is to go: with ``resumed`` a killed collection is
    gone on with there, else the run gets another name where that one is taken. Raises UsageError where
    another run has the lease; that is registered too.
    """
    register, snapshots, local = kept.register, kept.snapshots, kept.local
    run, own = secrets.token_hex(6), key(kept.engagement)
    taken = frozenset() if resumed else frozenset((*snapshots.taken(), *_folders(local)))

    def facts(before: tuple[Entry, ...]) -> Mapping[str, Json]:
        known = frozenset() if resumed else taken | {entry.text("snapshot") for entry in before}
        return {
            "engagement": own,
            "entity": kept.engagement.entity,
            "command": setting.command,
            "host": setting.host,
            "job": setting.job,
            "pid": os.getpid(),
            "tool_version": __version__,
            "snapshot": _free(wanted.name, known),
            "resumed": resumed,
        }

    first = register.append("started", stamp(setting.clock()), run, facts)
    this = Attempt(run, first.text("snapshot"), register, snapshots, kept.engagement.exclusions)
    setting.named(run)
    lease, code, error = Lease(kept.store, own), 0, None
    try:
        setting.tell(f"run {run} started as number {first.number} of the register of {kept.store.place}")
        with _held(lease, this, setting):
            _publish_leftovers(own, local, this, setting)
            yield this
    except BaseException as ended:
        code, error = _outcome(ended)
        raise
    finally:
        facts_ended: dict[str, Json] = {"exit_code": code, "pack": this.pack, "error": error}
        register.append("ended", stamp(setting.clock()), run, lambda _: facts_ended)
        setting.tell(f"run {run} ended with exit code {code}{f': {error}' if error else ''}")


@contextmanager
def _held(lease: Lease, this: Attempt, setting: Setting) -> Iterator[None]:
    """The lease while the block lasts, with a sign of life every minute."""
    try:
        before = lease.take(this.run, setting.host)
    except Held as held:
        raise UsageError(
            f"{held.holder.words()} is at work on this engagement (last seen {held.holder.seen}). Wait for "
            "it, or, where it is gone, `reportgen unlock` the engagement"
        ) from held
    if before:
        setting.tell(f"run {this.run} took the lease over from {before.words()}, last seen {before.seen}")
        this.register.append(
            "took over", stamp(setting.clock()), this.run, lambda _: {"from": asdict(before)}
        )
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, over, this.run, setting.tell), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        lease.release()


def _publish_leftovers(own: str, local: Path, this: Attempt, setting: Setting) -> None:
    """Bring into the store what an earlier run collected and could not put there before it ended."""
    entries = this.register.entries()
    done = {entry.run for entry in entries if entry.kind == "collected"} | {this.run}
    names = {entry.text("snapshot") for entry in entries if entry.kind == "collected"} | {this.name}
    for entry in entries:
        name = entry.text("snapshot")
        unpublished = entry.kind == "started" and entry.run not in done and name not in names
        if unpublished and entry.text("engagement") == own and (local / name / HEADER).is_file():
            this.publish(local / name, setting.clock(), {}, entry.run)
            names.add(name)
            setting.tell(f"snapshot {name} of run {entry.run}, which ended too early, is in the store now")


def _beat(lease: Lease, over: threading.Event, run: str, tell: Tell) -> None:
    began = time.monotonic()
    while not over.wait(HEARTBEAT.total_seconds()):
        minutes = (time.monotonic() - began) / 60
        try:
            ours = lease.beat()
        except (StoreError, UsageError) as error:
            tell(f"run {run} is alive after {minutes:.0f} min; the store does not answer: {error}")
            continue
        tell(f"run {run} is alive after {minutes:.0f} min")
        if not ours:
            tell(f"run {run} lost its lease to a later run; both go on, in snapshots of their own")
            return


def _outcome(ended: BaseException) -> tuple[int, str | None]:
    """Exit code and error of what ended a run: one of ours, the command's own exit, or anything else."""
    code = getattr(ended, "exit_code", 130 if isinstance(ended, KeyboardInterrupt) else 5)
    if type(ended).__name__ == "Exit":
        return int(code), None
    message = str(ended).strip().partition("\n")[0][:_LONGEST_MESSAGE]
    return int(code), f"{type(ended).__name__}: {message}"


def _folders(local: Path) -> list[str]:
    return [path.name for path in local.iterdir()] if local.is_dir() else []


def _free(wanted: str, taken: frozenset[str]) -> str:
    names = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
