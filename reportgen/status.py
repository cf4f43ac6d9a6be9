"""How an engagement stands: the last good snapshot, what is due next, who is at work, and what is late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from reportgen import schedule
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.lease import Holder, Lease
from reportgen.model import Json, RegisteredRun
from reportgen.register import Register, key, stamp
from reportgen.runs import fold
from reportgen.store import Store

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Times are RFC 3339, "" where there is none; ``late`` are sentences, none where all is well.

    ``lease_expired`` says that the next run takes the lease over.
    """

    engagement: str
    store: str
    last_good: RegisteredRun | None
    last_run: RegisteredRun | None
    next_due: str
    lease: Holder | None
    lease_expired: bool
    late: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """3 where something is late or wrong, for an alert."""
        return 3 if self.late else 0

    def document(self) -> Json:
        """For --json."""
        return {**asdict(self), "exit_code": self.exit_code}

    def text(self) -> Iterator[str]:
        """For people."""
        good, last = self.last_good, self.last_run
        yield f"Store: {self.store}"
        yield f"Last good snapshot: {f'{good.snapshot}, {_gaps(good)}' if good else 'none'}"
        yield f"Last run: {f'{last.run} of {last.started_at}: {_ended(last)}' if last else 'none'}"
        if self.next_due:
            yield f"Next due: {self.next_due}"
        words = f"{self.lease.words()}, last seen {self.lease.seen}" if self.lease else "free"
        yield f"Lease: {words}{' (expired: the next run takes it over)' if self.lease_expired else ''}"
        yield from self.late or ("Nothing is late.",)


def standing(
    engagement: Engagement, store: Store, register: Register, now: datetime, max_age: timedelta | None
) -> Standing:
    """How things stand at ``now``. Without ``max_age`` the schedule says from when on a snapshot is late."""
    own, lease = key(engagement), Lease(store, key(engagement), lambda: now)
    found = list(fold(register.entries(), own))
    good = max((run for run in found if run.snapshot), key=lambda run: run.started_at, default=None)
    holder = lease.holder()
    wanted = engagement.schedule
    due = stamp(schedule.due(_time(good.started_at), wanted)) if good and wanted else ""
    longest = max_age or (schedule.longest(wanted) if wanted else None)
    return Standing(
        engagement=engagement.name or engagement.entity,
        store=store.place,
        last_good=good,
        last_run=found[-1] if found else None,
        next_due=due,
        lease=holder,
        lease_expired=bool(holder and lease.expired(holder)),
        late=(*_late(good, now, longest), *(f"Register: {told}" for told in register.problems())),
    )


def age(text: str) -> timedelta:
    """``8d``, ``36h`` and the like; UsageError for anything else."""
    found = re.fullmatch(r"(\d{1,5})([mhdw])", text.strip())
    if not found or not int(found[1]):
        raise UsageError(f"--max-age {text}: expected a number with m, h, d or w, such as 8d or 36h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _late(good: RegisteredRun | None, now: datetime, longest: timedelta | None) -> Iterator[str]:
    if longest is None:
        return
    if good is None:
        yield "LATE: no snapshot has been collected."
    elif (old := now - _time(good.started_at)) > longest:
        hours = old.total_seconds() / 3600
        yield (
            f"LATE: the last good snapshot is {hours / 24:.1f} days old, and "
            f"{longest.total_seconds() / 86400:.1f} are allowed."
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _gaps(run: RegisteredRun) -> str:
    return f"{run.gaps} gap{'' if run.gaps == 1 else 's'}" if run.gaps else "no gaps"


def _ended(run: RegisteredRun) -> str:
    return f"{run.result} ({run.error})" if run.error else run.result
