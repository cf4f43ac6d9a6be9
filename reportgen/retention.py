"""Which snapshots may be removed: never one that is young, held, or that a pack or report still needs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from reportgen.engagement import Engagement
from reportgen.engagement.keeping import Retention
from reportgen.errors import UsageError
from reportgen.kept import Kept
from reportgen.register import DELIVERING, RELEASED, key, stamp
from reportgen.snapshot import name_day

_WORDS = {RELEASED: "released", DELIVERING: "handed over"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A snapshot, and why it is kept; "" where it may go."""

    name: str
    why: str


def judge(kept: Kept, out: Path, today: date) -> tuple[Judged, ...]:
    """Every snapshot of the store, oldest first; UsageError where the engagement has no retention."""
    engagement = kept.engagement
    if engagement.retention is None:
        raise UsageError("retention: missing from the engagement; nothing is removed without a rule")
    names = kept.snapshots.names()
    own, packs = _whose(kept), {**_registered(kept, engagement.retention, today), **_packs(out)}
    return tuple(
        Judged(name, next(_reasons(engagement, name, own, packs, names[-1], today), "")) for name in names
    )


def remove(kept: Kept, judged: tuple[Judged, ...], now: datetime, run: str) -> tuple[str, ...]:
    """Register and then remove what may go; the names of those that the store itself still keeps."""
    going = [line.name for line in judged if not line.why]
    if not going:
        return ()
    facts = {"engagement": key(kept.engagement), "snapshots": going}
    kept.register.append("pruned", stamp(now), run, lambda _: facts)
    return tuple(name for name in going if not kept.snapshots.remove(name))


def _reasons(
    engagement: Engagement,
    name: str,
    own: dict[str, str],
    packs: dict[str, str],
    newest: str,
    today: date,
) -> Iterator[str]:
    taken, retention = name_day(name), engagement.retention
    if taken is None or retention is None:
        yield "its name tells no day"
        return
    if own.get(name, key(engagement)) != key(engagement):
        yield f"it belongs to another engagement ({own[name]})"
    if engagement.period.start <= taken <= engagement.period.end:
        yield "it lies in the period of review"
    if name == newest:
        yield "it is the newest"
    if name in packs:
        yield f"{packs[name]} rests on it"
    for hold in retention.hold:
        if hold.start <= taken <= hold.end:
            yield f"held: {hold.reason}"
    if today - taken <= timedelta(days=retention.keep_days):
        yield f"younger than {retention.keep_days} days"


def _whose(kept: Kept) -> dict[str, str]:
    entries = kept.register.entries()
    return {entry.text("snapshot"): entry.text("engagement") for entry in entries if entry.kind == "started"}


def _registered(kept: Kept, retention: Retention, today: date) -> dict[str, str]:
    """Snapshot -> a pack that was released or delivered, wherever it is by now, and is still to be kept."""
    found: dict[str, str] = {}
    for entry in kept.register.entries():
        day = date.fromisoformat(entry.time[:10])
        days = retention.keep_packs_days
        if entry.kind in _WORDS and (days is None or today - day <= timedelta(days=days)):
            told = f"pack {entry.text('pack')}, {_WORDS[entry.kind]} on {day},"
            found.update(dict.fromkeys(entry.snapshots, told))
    return found


def _packs(out: Path) -> dict[str, str]:
    """Snapshot -> a pack below ``out`` that was made from it; what is no readable pack needs none."""
    found: dict[str, str] = {}
    for pack in sorted(out.glob("pack-*")):
        for name in _rests_on(pack):
            found.setdefault(name, pack.name)
    return found


def _rests_on(pack: Path) -> list[str]:
    if pack.is_dir():
        return [path.name for path in (pack / "evidence").glob("*") if path.is_dir()]
    if pack.suffix != ".zip":
        return []
    try:
        with zipfile.ZipFile(pack) as archive:
            parts = [name.split("/") for name in archive.namelist()]
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{pack}: cannot be read ({error}), so what it rests on is unknown; move it"
        ) from error
    return sorted({part[2] for part in parts if len(part) > 3 and part[1] == "evidence"})
