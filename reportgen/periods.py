"""The snapshots of a period of review as collection points, each judged at its own time and catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reportgen.assess import Assessment, assess
from reportgen.assess import catalogue as controls_of
from reportgen.assess.period import Bounds, Period, Window
from reportgen.assess.statuses import Statuses
from reportgen.engagement import Engagement
from reportgen.engagement.registers import Registers
from reportgen.errors import UsageError
from reportgen.model import Control, PeriodView, Point
from reportgen.snapshot import Reader


@dataclass(frozen=True, slots=True)
class Candidates:
    """Snapshots before the one that is reported on: those that are points, and why others are none."""

    readers: tuple[Reader, ...]
    unused: tuple[tuple[str, str], ...]


def candidates(engagement: Engagement, last: Reader, folders: Sequence[Path]) -> Candidates:
    """What of the finished snapshots in ``folders`` lies in the period, in the order of time."""
    readers: list[Reader] = []
    unused: list[tuple[str, str]] = []
    for folder in sorted(folders):
        if folder == last.folder or not (folder / "snapshot.json").is_file():
            continue
        try:
            reader = Reader(folder)
        except UsageError as error:
            unused.append((folder.name, str(error).removeprefix(f"{folder}: ")))
            continue
        if not _within(engagement, reader.header.as_of) or reader.header.as_of > last.header.as_of:
            continue
        why = _unfit(reader, last)
        if why:
            unused.append((folder.name, why))
        else:
            readers.append(reader)
    readers.sort(key=lambda reader: (reader.header.as_of, reader.folder.name))
    return Candidates(tuple(readers), tuple(unused))


def _within(engagement: Engagement, as_of: str) -> bool:
    return engagement.period.start <= datetime.fromisoformat(as_of).date() <= engagement.period.end


def _unfit(reader: Reader, last: Reader) -> str:
    if reader.header.collection_mode is not last.header.collection_mode:
        return f"collected in another way ({reader.header.collection_mode.value})"
    if not reader.intact():
        return "its files differ from the hash taken when it was collected"
    try:
        controls_of.of_then(reader)
    except UsageError:
        return "it does not hold the controls of its time in a form that this version reads"
    return ""


def period_view(
    engagement: Engagement,
    before: Candidates,
    last: Reader,
    assessment: Assessment,
    controls: tuple[Control, ...],
    windows: tuple[Window, ...] = (),
) -> PeriodView:
    """The view of the period up to the snapshot that is reported on, judged there by ``controls``."""
    period = engagement.period
    bounds = Bounds(period.start, period.end, period.max_blind_spot_days, windows)
    with Statuses() as statuses:
        view = Period(bounds, statuses)
        for reader, theirs in _judged(before.readers, engagement.registers):
            view.add(_point(reader, controls_of.of_then(reader), theirs), reader, theirs)
        view.add(_point(last, controls, assessment), last, assessment)
        return view.view(controls, before.unused)


def _judged(readers: Sequence[Reader], registers: Registers) -> Iterator[tuple[Reader, Assessment]]:
    """One at a time: what a snapshot says of every subject need not be in memory beside the others'.

    Attestations count as far as they had been given at its time.
    """
    for reader in readers:
        theirs = controls_of.of_then(reader)
        yield reader, assess(reader, theirs, reader.header.as_of, registers=registers)


def _point(reader: Reader, controls: tuple[Control, ...], assessment: Assessment) -> Point:
    header = reader.header
    digest = hashlib.sha256(controls_of.kept(controls)).hexdigest()
    gaps = sum(not gap.excluded for gap in assessment.gaps)
    return Point(header.name, header.as_of, header.root_sha256, digest, gaps)
