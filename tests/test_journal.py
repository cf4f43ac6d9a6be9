"""The journal of a collection: what a killed process finished is known, what it tore is not."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.journal import NAME, Journal, resumable
from reportgen.model import Gap

NOW = datetime(2026, 11, 15, 6, tzinfo=UTC)
STAMP = "2026-11-15T06:00:00Z"
LATER = "2026-11-15T07:00:00Z"
GAP = Gap("arm.locks", "sub", "Sub", "denied", "HTTP 403")
UNIT, OTHER = ("arm.locks", "sub"), ("arm.locks", "other")
HOLD = """
import sys, pathlib
from reportgen.journal import Journal
held = Journal(pathlib.Path(sys.argv[1]), "key", "2026-11-15T06:00:00Z")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_finished_unit_is_known_to_the_next_attempt(tmp_path: Path) -> None:
    first = Journal(tmp_path, "key", STAMP)
    first.finish(UNIT, (GAP,))
    first.finish(OTHER, ())
    first.forget(OTHER)
    first._lock.release()
    second = Journal(tmp_path, "key", LATER)
    assert second.finished(UNIT) == (GAP,)
    assert second.finished(OTHER) is None
    assert second.units == {UNIT}
    assert (second.started_at, second.resumed_at) == (STAMP, (LATER,))


def test_a_torn_line_is_no_line_and_spoils_none_after_it(tmp_path: Path) -> None:
    first = Journal(tmp_path, "key", STAMP)
    first.finish(UNIT, ())
    first.finish(OTHER, ())
    first._lock.release()
    text = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(text[:-20])
    second = Journal(tmp_path, "key", LATER)
    assert second.units == {UNIT}
    second.finish(OTHER, (GAP,))
    second._lock.release()
    assert Journal(tmp_path, "key", LATER).finished(OTHER) == (GAP,)


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "key", STAMP)
    journal.finish(UNIT, ())
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_another_process_is_kept_out_until_it_ends(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match="another process is collecting"):
            Journal(folder, "key", STAMP)
        assert resumable(tmp_path, "key", NOW) is None
        other.kill()
    assert resumable(tmp_path, "key", NOW) == folder
    assert Journal(folder, "key", LATER).started_at == STAMP


def test_only_the_youngest_of_the_same_key_and_day_is_gone_on_with(tmp_path: Path) -> None:
    for name, key in (("a", "key"), ("b", "key"), ("c", "other")):
        (tmp_path / name).mkdir()
        Journal(tmp_path / name, key, STAMP)._lock.release()
    assert resumable(tmp_path, "key", NOW) == tmp_path / "b"
    assert resumable(tmp_path, "key", NOW + timedelta(hours=23, minutes=59)) == tmp_path / "b"
    assert resumable(tmp_path, "key", NOW + timedelta(hours=24)) is None
    assert resumable(tmp_path, "third", NOW) is None
    assert resumable(tmp_path / "absent", "key", NOW) is None
