"""Who did what to a cluster, from the activity log: for where Resource Graph's record does not say by whom.

Events reach back 90 days, so most of what a weekly snapshot brings is known from the one before; each is kept
once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reportgen.model import Json
from reportgen.snapshot import Reader
from reportgen.times import utc

LOG = "arm.activity-log"
_BEFORE, _AFTER = timedelta(hours=1), timedelta(minutes=5)
"""How far from a recorded change its operation may begin; creating a cluster takes minutes."""
_NOBODY = frozenset({"", "unspecified"})


@dataclass(frozen=True, slots=True, order=True)
class Operation:
    """What somebody did to a resource (id in lower case); ``verb`` is write, delete or action."""

    at: str
    target: str
    verb: str
    caller: str


@dataclass(slots=True)
class Operations:
    """The operations of several snapshots; those that only read, and those that failed, are left out."""

    _callers: dict[str, str] = field(default_factory=dict)
    _found: dict[str, set[Operation]] = field(default_factory=lambda: defaultdict(set))

    def add(self, reader: Reader) -> None:
        """Take in what the activity log of one snapshot says."""
        for page in reader.pages(LOG):
            for event in page.body.get("value") or ():
                self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        name = _value(event, "operationName").lower()
        caller, target = str(event.get("caller") or ""), str(event.get("resourceId") or "").lower()
        at, failed = second(event.get("eventTimestamp")), _value(event, "status").lower() == "failed"
        if not (caller and target and at) or failed or "/list" in name or name.endswith("/read"):
            return
        self._callers.setdefault(str(event.get("correlationId") or "").lower(), caller)
        self._found[target].add(Operation(at, target, name.rpartition("/")[2], caller))

    def who(self, target: str, kind: str, at: str, correlation: str) -> str:
        """The caller of a recorded change (``kind`` is Create, Update or Delete), "" where none is found."""
        if correlation and (caller := self._callers.get(correlation.lower())):
            return caller
        time = datetime.fromisoformat(at)
        verb = "delete" if kind == "Delete" else "write"
        return next((one.caller for one in self._near(target, verb, time - _BEFORE, time + _AFTER)), "")

    def _near(self, target: str, verb: str, since: datetime, until: datetime) -> Iterator[Operation]:
        found = sorted(one for one in self._found.get(target.lower(), ()) if one.verb == verb)
        times = [datetime.fromisoformat(one.at) for one in found]
        for one in reversed(found[: bisect_right(times, until)]):
            if datetime.fromisoformat(one.at) >= since:
                yield one

    def turn(self, target: str, since: str, until: str, *, created: bool) -> Operation | None:
        """What made a cluster that was not there at one time, or took it away, up to another time."""
        verb = "write" if created else "delete"
        all_known = self._found.get(target.lower(), ())
        found = sorted(one for one in all_known if one.verb == verb and since < one.at <= until)
        if not found:
            return None
        return found[0] if created else found[-1]


def named(by: str) -> str:
    """Whom a recorded change names; "" where it says only that it does not know."""
    return "" if by.lower() in _NOBODY else by


def second(stamp: Json) -> str:
    """A time to the second, as those of points are; "" where it is none."""
    found = utc(stamp)
    return f"{found.replace(tzinfo=None).isoformat(timespec='seconds')}Z" if found else ""


def _value(event: dict[str, Any], name: str) -> str:
    found = event.get(name)
    return str(found.get("value") or "") if isinstance(found, dict) else ""
