"""Times as services write them."""

from __future__ import annotations

from datetime import UTC, datetime


def utc(text: object) -> datetime | None:
    """An RFC 3339 time in UTC; None for anything else, and for a time without a zone.

    Services write the year 1 where they mean that there is none: in some zones that is before the first day.
    """
    try:
        found = datetime.fromisoformat(str(text))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
