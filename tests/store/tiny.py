"""Runs that collect next to nothing, for tests of what stands around a collection."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reportgen.attempt import Attempt, Setting, attempt
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.kept import Kept, keep
from reportgen.model import CollectionMode, Identity, Provenance, ScopeReport
from reportgen.run import snapshot_folder
from reportgen.snapshot import Header, Writer

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
    return Provenance(
        source="arm.subscriptions",
        scope="tenant",
        page=1,
        collection_mode=CollectionMode.AZURE,
        endpoint="https://e",
        custom_ca=False,
        method="GET",
        url="https://e/subscriptions",
        query="",
        parameters={},
        api_version="",
        identity=IDENTITY,
        started_at=time,
        ended_at=time,
        request_ids=(),
        http_status=200,
        rows=1,
        total_records=None,
        truncated=None,
        wire_sha256="",
        stored_sha256="",
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
