"""Collecting with nobody watching: registered, under a lease, and into the engagement's store."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.x509 import Certificate

from reportgen import authority, run, timestamp
from reportgen.attempt import Attempt, Setting, Tell, attempt
from reportgen.collect.connection import connection
from reportgen.collect.tally import Progress
from reportgen.engagement import Engagement
from reportgen.kept import Kept, keep
from reportgen.model import CollectionMode, Json

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


@contextmanager
def from_azure(engagement: Engagement, command: Command) -> Iterator[Collected]:
    """Collect from Azure; the run lasts, in the register, as long as the block."""

    def clock() -> datetime:
        return datetime.now(UTC)

    kept, roots = keep(engagement, command.out), _roots(engagement)
    setting = Setting(command.name, platform.node(), run.job(), clock, command.tell, command.named)
    killed = run.unfinished(engagement, command.out)
    wanted = killed or run.snapshot_folder(command.out, clock())
    with attempt(kept, wanted, setting, resumed=killed is not None) as this:
        with command.shown() as progress:
            folder = kept.local / this.name
            run.collect_azure(engagement, command.out, progress, command.own, folder)
        this.publish(folder, clock(), _stamped(engagement, roots, folder))
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
    kept, roots = keep(engagement, command.out), _roots(engagement)
    setting = Setting(command.name, platform.node(), run.job(), lambda: as_of, command.tell, command.named)
    wanted = run.snapshot_folder(command.out, as_of)
    with attempt(kept, wanted, setting) as this:
        folder = collect(kept.local / this.name)
        this.publish(folder, as_of, _stamped(engagement, roots, folder))
        yield Collected(engagement, folder, kept, this)


def _stamped(engagement: Engagement, roots: tuple[Certificate, ...], folder: Path) -> Mapping[str, Json]:
    """What the register says of the snapshot's time-stamp, where the engagement wants one."""
    if engagement.timestamp is None:
        return {}
    return authority.stamp(engagement.timestamp.url, roots, folder, connection(engagement))


def _roots(engagement: Engagement) -> tuple[Certificate, ...]:
    """Who vouches for the authority; UsageError where the engagement's file for it cannot be used."""
    wanted = engagement.timestamp
    if wanted is None or wanted.ca_file is None:
        return ()
    return timestamp.trusted(engagement.folder / wanted.ca_file, "timestamp.ca_file")
