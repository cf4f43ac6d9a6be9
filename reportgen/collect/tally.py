"""Work done in a pool, and how far it has come: one count over all stages of a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, as_completed

Progress = Callable[[int, int | None, str], None]
"""Told (done, of, what): ``of`` is None until it is known what exists, and grows when a stage finds more."""


class Tally:
    """Counts finished jobs and tells ``progress``; used by one thread."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0
        self._of: int | None = None

    def expect(self, jobs: int) -> None:
        """Add jobs that are known to come."""
        self._of = (self._done if self._of is None else self._of) + jobs

    def count(self, what: str) -> None:
        """Count a finished job."""
        self._done += 1
        self._progress(self._done, self._of, what)

    def stage(self, pool: Executor, jobs: Iterable[Callable[[], str]]) -> None:
        """Run jobs of which nothing was known before."""
        work = list(jobs)
        self.expect(len(work))
        self.run(pool, work)

    def run(self, pool: Executor, jobs: Sequence[Callable[[], str]]) -> None:
        """Run expected jobs and count each as it ends; the first that fails ends the others not yet begun."""
        running = [pool.submit(job) for job in jobs]
        try:
            for ended in as_completed(running):
                self.count(ended.result())
        finally:
            for one in running:
                one.cancel()
