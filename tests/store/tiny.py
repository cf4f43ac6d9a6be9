"""Runs that collect next to nothing, for tests of what stands around a collection."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reportgen.attempt import Attempt, Setting, attempt
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.kept import Kept, keep
from reportgen.model import CollectionMode, Identity, Provenance, ScopeReport
from reportgen.run import snapshot_folder
from reportgen.snapshot import Header, Writer
from tests.assess import build

IDENTITY = Identity("o", "t")


def now() -> datetime:
    return datetime.now(UTC)


def setting(command: str = "collect", **changes: object) -> Setting:
    given = {"host": "test", "job": "", "clock": now, "tell": lambda text: None, "named": lambda run: None}
    return Setting(command=command, **given | changes)  # type: ignore[arg-type]


def write(folder: Path, text: str = "") -> Header:
    """A finished snapshot of one page."""
    time = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    writer = Writer(folder, CollectionMode.AZURE, time, "key")
    writer.page({"value": [text or folder.name]}, provenance(time))
    header = Header(
        folder.name, CollectionMode.AZURE, time, time, time, (), IDENTITY, "https://e", "test", "0", ""
    )
    return writer.close(header, ScopeReport("the preparer", (), ()))


def provenance(time: str) -> Provenance:
    return replace(
        build.provenance("arm.subscriptions", "tenant", api_version=""),
        collection_mode=CollectionMode.AZURE,
        identity=IDENTITY,
        started_at=time,
        ended_at=time,
    )


def collect(kept: Kept, with_: Setting | None = None) -> Attempt:
    """A whole run."""
    with attempt(kept, snapshot_folder(kept.local.parent, now()), with_ or setting()) as this:
        write(kept.local / this.name)
        this.publish(kept.local / this.name, now(), {})
    return this


def many(engagements: list[Engagement], out: Path, runs: int) -> int:
    """So many runs, one engagement after the other; how many reported success."""
    places, done = [keep(engagement, out) for engagement in engagements], 0
    for number in range(runs):
        try:
            collect(places[number % len(places)])
        except UsageError:
            continue
        done += 1
    return done
