"""Which of a store's snapshots a report on the period may rest on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reportgen.engagement import load
from reportgen.kept import Kept, keep
from tests.store import tiny


def kept(folder: Path) -> Kept:
    day = datetime.now(UTC).date().isoformat()
    period = f"period: {{start: {day}, end: 2199-12-31}}"
    file = folder / "engagement.yaml"
    text = f"entity: Contoso\n{period}\nscope: {{}}\ncredential: managed-identity\nstore: {folder / 'kept'}\n"
    file.write_text(text, encoding="utf-8")
    return keep(load(file), folder / "out")


def test_a_snapshot_that_no_run_brought_is_no_point(tmp_path: Path) -> None:
    known = kept(tmp_path)
    first, last = tiny.collect(known).name, tiny.collect(known).name
    by_hand = known.local / "20991231T060000Z"
    tiny.write(by_hand)
    known.snapshots.publish(by_hand)
    points = known.points(known.local / last)
    assert sorted(path.name for path in points.folders) == sorted([first, last])
    assert points.unused == {by_hand.name: "the register has no run that collected it"}
