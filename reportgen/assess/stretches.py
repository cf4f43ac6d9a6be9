"""From which point to which an exception stood, by what each point saw of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.model import Seen

Stretch = tuple[int, int | None]
"""The points at which an exception began and was first seen ended; None where it goes on."""


def stretches(states: Sequence[Seen]) -> Iterator[Stretch]:
    """The stretches of an exception in the order of time; a point that knows nothing ends none."""
    began: int | None = None
    for index, state in enumerate(states):
        if state is Seen.EXCEPTION:
            began = index if began is None else began
        elif state is not Seen.UNKNOWN and began is not None:
            yield began, index
            began = None
    if began is not None:
        yield began, None
