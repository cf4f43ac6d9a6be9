"""What every observation of several snapshots said, in an index on disk: a period may have millions."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Self

from reportgen.model import Cause, Observation, Seen, Status

_NOT_READ = frozenset({Cause.GAP, Cause.EXCLUDED, Cause.NOT_IMPORTED})
"""Causes that may hide any subject of a cluster, not only those that were counted."""
_SEEN = {
    Status.NOT_SATISFIED: Seen.EXCEPTION,
    Status.SATISFIED: Seen.SATISFIED,
    Status.NOT_APPLICABLE: Seen.NOT_APPLICABLE,
    Status.NOT_ASSESSED: Seen.UNKNOWN,
}
_WORDS = tuple(Seen)
_TABLES = """
CREATE TABLE seen (control TEXT, subject INTEGER, point INTEGER, what INTEGER,
                   PRIMARY KEY (control, subject, point)) WITHOUT ROWID;
CREATE TABLE unread (control TEXT, cluster INTEGER, point INTEGER,
                     PRIMARY KEY (control, cluster, point)) WITHOUT ROWID;
"""


class Statuses:
    """By control, subject and point; closed with its ``with`` block, and the file with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-period-")
        self._index = sqlite3.connect(Path(self._folder.name) / "statuses.sqlite")
        self._index.execute("PRAGMA synchronous = OFF")
        self._index.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()
        self._folder.cleanup()

    def add(self, point: int, observations: Iterable[Observation]) -> None:
        """Keep what one point says of each subject."""
        unread: set[tuple[str, int, int]] = set()

        def rows() -> Iterator[tuple[str, int, int, int]]:
            for item in observations:
                if item.cause in _NOT_READ:
                    unread.add((item.control, number(item.subject.cluster_id), point))
                what = _WORDS.index(_SEEN[item.status])
                yield item.control, number(item.subject.id), point, what

        with self._index:
            self._index.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", rows())
            self._index.executemany("INSERT OR REPLACE INTO unread VALUES (?, ?, ?)", sorted(unread))

    def exceptions(self) -> Iterator[tuple[str, int, dict[int, Seen]]]:
        """Control, subject (as `number`) and what each point says, of all that were an exception once."""
        found = self._index.execute(
            "SELECT control, subject, point, what FROM seen WHERE (control, subject) IN "
            "(SELECT control, subject FROM seen WHERE what = ?) ORDER BY control, subject, point",
            (_WORDS.index(Seen.EXCEPTION),),
        )
        for (control, subject), rows in groupby(found, key=lambda row: (row[0], row[1])):
            yield control, subject, {point: _WORDS[what] for _, _, point, what in rows}

    def unread(self, control: str, cluster_id: str, point: int) -> bool:
        """Whether something of a cluster was not read at a point, so that what is not seen may be there."""
        asked = (control, number(cluster_id), point)
        return bool(
            self._index.execute(
                "SELECT 1 FROM unread WHERE control = ? AND cluster = ? AND point = ?", asked
            ).fetchone()
        )


def number(subject_id: str) -> int:
    """An id, whatever its case, as a number of 63 bits."""
    digest = hashlib.blake2b(subject_id.lower().encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1
