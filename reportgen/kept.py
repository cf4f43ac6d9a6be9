"""What an engagement has kept: its store with register and snapshots, and the folder they are read in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportgen import runs
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.model import RunListing
from reportgen.register import Register, key
from reportgen.snapshot import SNAPSHOTS
from reportgen.store import Snapshots, Store, open_store


@dataclass(frozen=True, slots=True)
class Kept:
    """An engagement's store, opened; ``local`` is where snapshots are collected and read."""

    engagement: Engagement
    local: Path
    store: Store
    register: Register
    snapshots: Snapshots

    def newest(self) -> Path:
        """The engagement's newest snapshot, brought here and checked; UsageError where there is none."""
        own, others, hashes = key(self.engagement), set(), {}
        for entry in self.register.entries():
            if entry.kind == "started" and entry.text("engagement") != own:
                others.add(entry.text("snapshot"))
            if entry.kind == "collected":
                hashes[entry.text("snapshot")] = entry.text("root_sha256")
        found = [name for name in self.snapshots.names() if name not in others]
        if not found:
            raise UsageError(
                f"{self.store.place}/{SNAPSHOTS}: holds no finished snapshot; run `reportgen collect` first, "
                "or name --out"
            )
        return self.snapshots.fetch(found[-1], hashes.get(found[-1], ""))

    def listing(self, *used: str) -> RunListing | None:
        """The runs of the period, for a report that rests on these snapshots."""
        return runs.listing(self.engagement, self.register, self.snapshots, frozenset(used))


def keep(engagement: Engagement, out: Path) -> Kept:
    """What an engagement keeps in the store that it names, or else in ``out``."""
    store = open_store(engagement, out)
    local = out / SNAPSHOTS
    return Kept(engagement, local, store, Register(store), Snapshots(store, local))
