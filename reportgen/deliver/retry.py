"""Trying again what failed for a moment only, as long as nothing was taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from reportgen.errors import DeliveryError

Kind = TypeVar("Kind")
WAITS = (2.0, 4.0, 8.0, 16.0)
"""Seconds before each further attempt."""
LONGEST = 300.0
"""Whoever asks for a longer wait is asked again by the next run."""


class Transient(Exception):
    """Nothing was taken, and it may work later; ``after`` is how many seconds the other side asks for."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


def tried(call: Callable[[], Kind], sleep: Callable[[float], None]) -> Kind:
    """What ``call`` gives, in five attempts. Raises DeliveryError where all of them were in vain."""
    for number, wait in enumerate((*WAITS, None), start=1):
        try:
            return call()
        except Transient as error:
            if wait is None or error.after > LONGEST:
                raise DeliveryError(f"{error} (attempt {number}, the last)") from error
            sleep(max(wait, error.after))
    raise AssertionError("unreachable")


def once(call: Callable[[], Kind]) -> Kind:
    """What ``call`` gives, in one attempt: for who wants to know how things are now."""
    try:
        return call()
    except Transient as error:
        raise DeliveryError(str(error)) from error


def retry_after(value: str, now: datetime) -> float:
    """Seconds of a Retry-After header, which holds seconds or a time (RFC 9110); 0 for anything else."""
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
