"""The run register: an append-only list of what was run, each entry with the hash of the one before it.

::

    register/000001.json   {"number": 1, "previous": "", "kind": "started", "time": ..., "run": ..., ...}

An entry is created under its number and never written again, so of two processes one gets the number and
the other takes the next. A run has an entry ``started`` before it does anything, ``collected`` when its
snapshot is in the store, and ``ended`` with its exit code; one that was killed has no ``ended``. A pack has
an entry ``released`` when somebody let it go, and ``delivering`` before it first goes to its recipients; both
name the snapshots that it rests on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from reportgen.engagement import Engagement
from reportgen.model import Json
from reportgen.snapshot import canonical_json
from reportgen.store import Store, StoreError

FOLDER = "register"
RELEASED, DELIVERING = "released", "delivering"
_NAME = re.compile(r"(\d{6,})\.json")
_FIXED = ("number", "previous", "kind", "time", "run")
_MOST_TRIES = 1000
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; ``sha256`` is of its file, ``previous`` that of the entry before, as this one says."""

    number: int
    sha256: str
    previous: str
    kind: str
    time: str
    run: str
    facts: Mapping[str, Json]

    def text(self, key: str) -> str:
        """One of the facts, "" where the entry does not have it."""
        return str(self.facts.get(key) or "")

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The snapshots that it names: that a pack rests on, or that were removed."""
        found = self.facts.get("snapshots")
        return tuple(map(str, found)) if isinstance(found, list) else ()


Facts = Callable[[tuple[Entry, ...]], Mapping[str, Json]]


class Register:
    """The register of a store; what was read once is not read again, since no entry changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, bytes] = {}

    def append(self, kind: str, time: str, run: str, facts: Facts | None = None) -> Entry:
        """Append an entry under the next number.

        ``facts`` is given all entries before it, and asked again where another process was faster: what it
        makes of them (a name that nobody has yet) is therefore so when the entry stands.
        """
        for _ in range(_MOST_TRIES):
            before = self.entries()
            number = before[-1].number + 1 if before else 1
            fixed = {
                "number": number,
                "previous": before[-1].sha256 if before else "",
                "kind": kind,
                "time": time,
                "run": run,
            }
            content = canonical_json({**(facts(before) if facts else {}), **fixed})
            if self._store.create(f"{FOLDER}/{number:06d}.json", content):
                self._known[number] = content
                return _entry(number, content)
        raise StoreError(f"store: {self._store.place}: no number in the register could be had")

    def entries(self) -> tuple[Entry, ...]:
        """All entries, by number; StoreError where one cannot be understood."""
        self._catch_up()
        found = []
        for number, content in sorted(self._known.items()):
            try:
                found.append(_entry(number, content))
            except (ValueError, KeyError, TypeError) as error:
                raise StoreError(
                    f"store: {self._store.place}: entry {number} of the run register is damaged; "
                    "`reportgen runs` says more"
                ) from error
        return tuple(found)

    def _catch_up(self) -> None:
        """Read what came after what is known: one look, where a list of years of entries takes longer."""
        if not self._known:
            self._contents()
        while self._known:
            following = max(self._known) + 1
            try:
                self._known[following] = self._store.read(f"{FOLDER}/{following:06d}.json")
            except FileNotFoundError:
                return

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the chain, in sentences; none where it is unbroken."""
        told, previous, expected = [], "", 1
        for number, content in self._contents():
            told += [f"Entry {missing} is missing." for missing in range(expected, number)]
            try:
                entry = _entry(number, content)
            except (ValueError, KeyError, TypeError):
                told.append(f"Entry {number} is damaged.")
            else:
                if number == expected and entry.previous != previous:
                    told.append(f"Entry {number} does not follow from entry {number - 1} as that now is.")
            previous, expected = hashlib.sha256(content).hexdigest(), number + 1
        strange = [name for name in self._store.entries(FOLDER) if not _NAME.fullmatch(name)]
        return (*told, *(f"{name} is no entry." for name in strange))

    def _contents(self) -> list[tuple[int, bytes]]:
        matches = (_NAME.fullmatch(name) for name in self._store.entries(FOLDER))
        numbers = sorted(int(match[1]) for match in matches if match)
        unread = [number for number in numbers if number not in self._known]
        if unread:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                names = (f"{FOLDER}/{number:06d}.json" for number in unread)
                self._known.update(zip(unread, pool.map(self._store.read, names), strict=True))
        return [(number, self._known[number]) for number in numbers]


def _entry(number: int, content: bytes) -> Entry:
    raw = json.loads(content)
    if raw["number"] != number:
        raise ValueError(f"entry {number} calls itself {raw['number']}")
    facts = {key: value for key, value in raw.items() if key not in _FIXED}
    digest = hashlib.sha256(content).hexdigest()
    return Entry(
        number, digest, str(raw["previous"]), str(raw["kind"]), str(raw["time"]), str(raw["run"]), facts
    )


def key(engagement: Engagement) -> str:
    """What tells engagements in one store apart: entity and name, as a folder's name."""
    told = f"{engagement.entity}\n{engagement.name}"
    slug = re.sub(r"[^a-z0-9]+", "-", engagement.entity.lower()).strip("-")[:30].strip("-")
    return f"{slug}-{hashlib.sha256(told.encode()).hexdigest()[:8]}".strip("-")


def stamp(moment: datetime) -> str:
    """A time as the register has it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
