"""The journal of a collection: what is finished, so that a killed one goes on where it was.

A unit is one source and scope with all its pages. Its line is written, and on the disk, before the next
unit counts; a unit without a line is read again. The lock falls with the process that holds it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from reportgen.errors import UsageError
from reportgen.model import Gap

NAME = "journal.jsonl"
_LOCK = "journal.lock"
LONGEST = timedelta(hours=24)
"""A collection that began longer ago is not gone on with: its evidence would not speak of one time."""

Unit = tuple[str, str]
"""Source and scope, the scope in lower case."""


class Journal:
    """An open journal; safe to use from several threads, and held by one process."""

    def __init__(self, folder: Path, key: str, now: str) -> None:
        """Go on with the journal of ``folder``, or begin one; ``now`` is RFC 3339."""
        self._path = folder / NAME
        self._lock = FileLock(folder / _LOCK, blocking=False)
        self._writing, self._syncing = threading.Lock(), threading.Lock()
        self._written = self._synced = 0
        self._gaps: dict[Unit, tuple[Gap, ...]] = {}
        try:
            self._lock.acquire()
        except Timeout as error:
            raise UsageError(f"{folder}: another process is collecting into this folder") from error
        lines = list(_lines(self._path))
        self.started_at = str(lines[0]["started_at"]) if lines else now
        self.resumed_at = tuple(str(line["resumed_at"]) for line in lines if "resumed_at" in line)
        for line in lines:
            if "source" in line:
                unit = (line["source"], line["scope"])
                self._gaps.pop(unit, None)
                if line["gaps"] is not None:
                    self._gaps[unit] = tuple(Gap(**gap) for gap in line["gaps"])
        if lines:
            self.resumed_at += (now,)
            self._cut(lines)
            self._sync(self._write({"resumed_at": now}))
        else:
            self._sync(self._write({"key": key, "started_at": now}))

    def finished(self, unit: Unit) -> tuple[Gap, ...] | None:
        """The gaps of a finished unit, None where it is not finished."""
        return self._gaps.get(unit)

    @property
    def units(self) -> frozenset[Unit]:
        """What is finished."""
        return frozenset(self._gaps)

    def finish(self, unit: Unit, gaps: tuple[Gap, ...]) -> None:
        """Write that a unit is whole, with what it lacks."""
        with self._writing:
            self._gaps[unit] = gaps
            line = self._write({"source": unit[0], "scope": unit[1], "gaps": [asdict(gap) for gap in gaps]})
        self._sync(line)

    def forget(self, unit: Unit) -> None:
        """Write that a unit is not finished after all."""
        with self._writing:
            self._gaps.pop(unit, None)
            line = self._write({"source": unit[0], "scope": unit[1], "gaps": None})
        self._sync(line)

    def close(self) -> None:
        """Remove the journal: its collection is complete."""
        self._path.unlink()
        self._lock.release()
        self._path.with_name(_LOCK).unlink(missing_ok=True)

    def _cut(self, lines: list[dict[str, Any]]) -> None:
        """Leave the lines that are whole, so that the next one does not continue a torn one."""
        whole = self._path.with_suffix(".new")
        whole.write_text("".join(_text(line) for line in lines), encoding="utf-8", newline="\n")
        whole.replace(self._path)

    def _write(self, line: dict[str, Any]) -> int:
        """Append a line and return its number in this attempt."""
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(_text(line))
        self._written += 1
        return self._written

    def _sync(self, number: int) -> None:
        """Wait until a line is on the disk; those that were written meanwhile go there with it."""
        with self._syncing:
            if self._synced < number:
                written = self._written
                with self._path.open("rb+") as file:
                    os.fsync(file.fileno())
                self._synced = written


def _text(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n"


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that are whole; the last one is torn where the process was killed while it wrote."""
    if not path.is_file():
        return
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(text)
        except ValueError:
            return


def resumable(folders: Path, key: str, now: datetime) -> Path | None:
    """The youngest unfinished collection of the same ``key`` below ``folders`` that may be gone on with."""
    if not folders.is_dir():
        return None
    for folder in sorted(folders.iterdir(), reverse=True):
        first = next(_lines(folder / NAME), None)
        if first is None or first.get("key") != key or not _free(folder):
            continue
        if now - datetime.fromisoformat(str(first["started_at"])) < LONGEST:
            return folder
    return None


def _free(folder: Path) -> bool:
    try:
        with FileLock(folder / _LOCK, blocking=False):
            return True
    except Timeout:
        return False
