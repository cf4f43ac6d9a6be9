"""Collecting with nobody watching: registered, under a lease, and into the engagement's store."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reportgen import authority, run
from reportgen.attempt import Attempt, Setting, Tell, attempt
from reportgen.collect.connection import connection
from reportgen.collect.tally import Progress
from reportgen.engagement import Engagement
from reportgen.kept import Kept, keep
from reportgen.model import CollectionMode, Json, RunListing

Shown = Callable[[], AbstractContextManager[Progress]]


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for: the command's name, where its files go, and whom it tells; see `Setting`."""

    name: str
    out: Path
    tell: Tell
    shown: Shown
    named: Callable[[str], None]
    own: run.Own | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """A finished snapshot; ``attempt`` is None where no register is kept."""

    engagement: Engagement
    snapshot: Path
    kept: Kept | None = None
    attempt: Attempt | None = None

    def listing(self) -> RunListing | None:
        """What a report on this snapshot says of the runs in its period."""
        return self.kept.listing(self.snapshot.name) if self.kept else None


@contextmanager
def from_azure(engagement: Engagement, command: Command) -> Iterator[Collected]:
    """Collect from Azure; the run lasts, in the register, as long as the block."""

    def clock() -> datetime:
        return datetime.now(UTC)

    kept = keep(engagement, command.out)
    setting = Setting(command.name, platform.node(), run.job(), clock, command.tell, command.named)
    wanted = run.destination(engagement, command.out)
    with attempt(kept, wanted, setting) as this:
        with command.shown() as progress:
            folder = kept.local / this.name
            run.collect_azure(engagement, command.out, progress, command.own, folder)
        this.publish(folder, clock(), _stamped(engagement, folder))
        yield Collected(engagement, folder, kept, this)


@contextmanager
def from_estate(
    engagement: Engagement, estate: Path, as_of: datetime, mode: CollectionMode, command: Command
) -> Iterator[Collected]:
    """Collect from a folder of JSON; there is a register only where the engagement names a store.

    Without one a folder is read again as often as somebody likes, and its snapshot begun anew.
    """

    def collect(folder: Path | None) -> Path:
        with command.shown() as progress:
            return run.collect_estate(
                engagement, estate, command.out, as_of, mode, progress, command.own, folder
            )

    if engagement.store is None:
        yield Collected(engagement, collect(None))
        return
    kept = keep(engagement, command.out)
    setting = Setting(command.name, platform.node(), run.job(), lambda: as_of, command.tell, command.named)
    wanted = run.snapshot_folder(command.out, as_of)
    with attempt(kept, wanted, setting) as this:
        folder = collect(kept.local / this.name)
        this.publish(folder, as_of, _stamped(engagement, folder))
        yield Collected(engagement, folder, kept, this)


def _stamped(engagement: Engagement, folder: Path) -> Mapping[str, Json]:
    """What the register says of the snapshot's time-stamp, where the engagement wants one."""
    if engagement.timestamp is None:
        return {}
    return authority.stamp(engagement.timestamp, engagement.folder, folder, connection(engagement))
