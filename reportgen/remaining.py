"""How long what is left will take, by the pace of what was finished last."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_LAST = 100
"""So many finished jobs give the pace: what an earlier attempt had finished passes in no time, and calls to
clusters take longer than calls to Azure, so that the pace since the beginning would mislead for hours."""
_FEWEST = 10
"""Fewer tell nothing yet."""


class Remaining:
    """An estimate that follows a total that grows; ``clock`` gives seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks = deque([(clock(), 0)], maxlen=_LAST + 1)
        self._left: int | None = None

    def tell(self, done: int, of: int | None) -> None:
        """Take note that ``done`` jobs are finished now, of a total that is None while it is not known."""
        self._left = None if of is None else of - done
        self._marks.append((self._clock(), done))

    @property
    def seconds(self) -> float | None:
        """Seconds from now, more the longer nothing is finished; None where they cannot be told."""
        (since, before), (_, done) = self._marks[0], self._marks[-1]
        if self._left is None or done - before < _FEWEST:
            return None
        return self._left * (self._clock() - since) / (done - before)

    @property
    def words(self) -> str:
        """The same for a person; "" where it cannot be told, or nothing is left."""
        seconds = self.seconds
        if not seconds:
            return ""
        if seconds < 60:
            return "less than 1 min left"
        hours, minutes = divmod(round(seconds / 60), 60)
        return f"about {hours} h {minutes} min left" if hours else f"about {minutes} min left"
