"""The lease of an engagement: one run at a time, without anything in the store being written twice.

::

    lease/<engagement>/000007.json               who holds it, since when
    lease/<engagement>/000007.beat-000003.json   the holder is alive
    lease/<engagement>/000007.released.json      it is over

Whoever creates the next number holds the lease; that may be tried once the last one was released, or its
last beat is older than `EXPIRES`, or its process is known to be gone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reportgen.snapshot import canonical_json
from reportgen.store import Store

HEARTBEAT = timedelta(minutes=1)
EXPIRES = timedelta(minutes=10)
"""Far more than clocks of two hosts differ, and than a store is away without a run's end."""
OWN = "its holder"

_NAME = re.compile(r"(\d{6,})\.(json|released\.json|beat-(\d{6,})\.json)")


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lease; ``since`` and ``seen`` (its last sign of life) are RFC 3339."""

    run: str
    host: str
    pid: int
    since: str
    seen: str

    def words(self) -> str:
        """For a message."""
        return f"run {self.run} on {self.host} (process {self.pid}) since {self.since}"


class Held(Exception):
    """Somebody else has the lease."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(holder.words())
        self.holder = holder


class Lease:
    """The lease of one engagement, whose key is ``engagement``; ``clock`` is the host's."""

    def __init__(
        self, store: Store, engagement: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._folder = f"lease/{engagement}"
        self._clock = clock
        self._number = self._beats = 0

    def take(self, run: str, host: str) -> Holder | None:
        """Take it, and return whom it was taken over from, None where it was free.

        Raises Held where somebody else has it.
        """
        while True:
            number, _, holder = self._state()
            if holder and not self._gone(holder, host):
                raise Held(holder)
            now = _stamp(self._clock())
            ours = {"run": run, "host": host, "pid": os.getpid(), "since": now}
            if self._store.create(f"{self._folder}/{number + 1:06d}.json", canonical_json(ours)):
                self._number = number + 1
                return holder

    def holder(self) -> Holder | None:
        """Who has it, expired or not; None where it is free."""
        return self._state()[2]

    def expired(self, holder: Holder) -> bool:
        """Whether the next run takes it over."""
        return self._clock() - datetime.fromisoformat(holder.seen) > EXPIRES

    def beat(self) -> bool:
        """Say that we are alive; False where another run has taken the lease over."""
        self._beats += 1
        beat = canonical_json({"at": _stamp(self._clock())})
        self._store.create(f"{self._folder}/{self._number:06d}.beat-{self._beats:06d}.json", beat)
        if self._beats > 1:
            self._store.remove(f"{self._folder}/{self._number:06d}.beat-{self._beats - 1:06d}.json")
        return self._state()[0] == self._number

    def release(self, by: str = OWN) -> Holder | None:
        """Give it up, or (`reportgen unlock`) take it from whoever has it, and return who had it."""
        number, found, holder = self._state()
        if holder is None or (by == OWN and number != self._number):
            return None
        over = canonical_json({"at": _stamp(self._clock()), "by": by})
        self._store.create(f"{self._folder}/{number:06d}.released.json", over)
        for name in found:
            if int(name.partition(".")[0]) < number:
                self._store.remove(f"{self._folder}/{name}")
        return holder

    def _state(self) -> tuple[int, tuple[str, ...], Holder | None]:
        """The highest number (0 where there is none), all names, and who holds that number now."""
        while True:
            names = tuple(name for name in self._store.entries(self._folder) if _NAME.fullmatch(name))
            number = max((int(name.partition(".")[0]) for name in names), default=0)
            if number == 0 or f"{number:06d}.released.json" in names:
                return number, names, None
            try:
                return number, names, self._holder(number, names)
            except FileNotFoundError:  # put away since, by the holder of a later number or after a later beat
                continue

    def _holder(self, number: int, names: tuple[str, ...]) -> Holder:
        raw = json.loads(self._store.read(f"{self._folder}/{number:06d}.json"))
        seen = raw["since"]
        beats = [name for name in names if name.startswith(f"{number:06d}.beat-")]
        if beats:
            seen = json.loads(self._store.read(f"{self._folder}/{beats[-1]}"))["at"]
        return Holder(raw["run"], raw["host"], int(raw["pid"]), raw["since"], seen)

    def _gone(self, holder: Holder, host: str) -> bool:
        """Whether it has expired, or its process is one of this host that is no more."""
        return self.expired(holder) or (holder.host == host and not _runs(holder.pid))


def _runs(pid: int) -> bool:
    """Whether another process of this host has the number."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
