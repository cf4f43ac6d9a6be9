"""The roll-up of statuses, the same for observations to findings and findings to requirements."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Status


def roll_up(counts: Mapping[Status, int]) -> Status | None:
    """The most telling status that occurs; None where nothing does: an empty population never satisfies."""
    order = (Status.NOT_SATISFIED, Status.NOT_ASSESSED, Status.SATISFIED, Status.NOT_APPLICABLE)
    return next((status for status in order if counts.get(status)), None)
