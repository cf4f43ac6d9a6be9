"""What an engagement has kept: its store with register and snapshots, and the folder they are read in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen import runs
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.model import RunListing
from reportgen.register import Register, key
from reportgen.snapshot import SNAPSHOTS, name_day, root_sha256
from reportgen.store import Snapshots, Store, open_store


@dataclass(frozen=True, slots=True)
class Points:
    """Folders of snapshots that a view of the period may rest on, and why others are left out, by name."""

    folders: tuple[Path, ...]
    unused: Mapping[str, str]


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
        others, hashes = self._registered()
        found = [name for name in self.snapshots.names() if name not in others]
        if not found:
            raise UsageError(
                f"{self.store.place}/{SNAPSHOTS}: holds no finished snapshot; run `reportgen collect` first, "
                "or name --out"
            )
        return self.snapshots.fetch(found[-1], hashes.get(found[-1], ""))

    def points(self, last: Path) -> Points:
        """The engagement's snapshots of the period, brought here, for a report on ``last``.

        Where no register was kept, those that lie beside it. They are not checked, but for the hash that the
        register has; one with another is no point, and neither is one that no run brought, which could have
        been made at any time.
        """
        others, hashes = self._registered()
        if not hashes:
            return Points(tuple(last.parent.iterdir()), {})
        period, folders, unused = self.engagement.period, [], {}
        for name in self.snapshots.names():
            day = name_day(name)
            if name in others or (day and not period.start <= day <= period.end):
                continue
            folder = self.snapshots.bring(name)
            if name not in hashes and name != last.name:
                unused[name] = "the register has no run that collected it"
            elif hashes.get(name, "") in ("", root_sha256(folder)):
                folders.append(folder)
            else:
                unused[name] = "its hash is not the one that the register has"
        return Points(tuple(folders), unused)

    def listing(self, used: Iterable[str], unused: Mapping[str, str]) -> RunListing | None:
        """The runs of the period, for a report that rests on ``used``; ``unused`` says why on others not."""
        return runs.listing(self.engagement, self.register, self.snapshots, frozenset(used), unused)

    def _registered(self) -> tuple[set[str], dict[str, str]]:
        """The snapshots of other engagements, and the root hash of each."""
        own, others, hashes = key(self.engagement), set(), {}
        for entry in self.register.entries():
            if entry.kind == "started" and entry.text("engagement") != own:
                others.add(entry.text("snapshot"))
            if entry.kind == "collected":
                hashes[entry.text("snapshot")] = entry.text("root_sha256")
        return others, hashes


def keep(engagement: Engagement, out: Path) -> Kept:
    """What an engagement keeps in the store that it names, or else in ``out``."""
    store = open_store(engagement, out)
    local = out / SNAPSHOTS
    return Kept(engagement, local, store, Register(store), Snapshots(store, local))
