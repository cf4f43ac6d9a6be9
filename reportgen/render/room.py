"""How much room each control takes on paper, in millimetres, and which gets how much of what there is.

Reckoned from letters, and rounded up: nothing is laid out to find it out. The most severe findings that are
not satisfied or not assessed come first; whatever the estate and the catalogue, the sum stays the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from reportgen.model import SEVERITIES, Control, Status
from reportgen.render.control_view import ControlView, Level

PAGES = 38
"""Pages for the control index and all that stands in the section of controls."""
_FULL_PAGES, _LEAST_PAGES = 20, 10
_PAGE, _INDEX_LINE = 240, 6.9
_BODY, _SMALL, _MONO = 4.5, 3.8, 3.7
"""Heights of a line of text, of a table and of a command."""
_HEAD = 26
_LOST = 1.15
"""A control's heading, with what surrounds it; what page ends between blocks cost."""


def may_have_room(controls: Collection[Control]) -> bool:
    """False where not even heads and objectives find room, so that `has_room` need not be asked."""
    heads = sum(_HEAD + _lines(control.objective, 85) * _BODY for control in controls)
    return heads * _LOST <= PAGES * _PAGE


def has_room(views: Iterable[ControlView]) -> bool:
    """Whether there is room for a block of each."""
    return sum(map(block, views)) <= PAGES * _PAGE


def ranked(views: Iterable[ControlView]) -> list[ControlView]:
    """By severity, those that are not satisfied first and the settled ones last."""
    return sorted(views, key=_rank)


def levels(views: Sequence[ControlView]) -> dict[str, Level]:
    """The level of each control by its id: first a short row for all, then more for the most severe."""
    ordered = ranked(views)
    room = max(PAGES * _PAGE - len(views) * _INDEX_LINE, _LEAST_PAGES * _PAGE)
    found = dict.fromkeys((view.control.id for view in ordered), Level.INDEX)
    used = 0.0
    for view in ordered:
        used += row(view, Level.SHORT)
        if used > room:
            return found
        found[view.control.id] = Level.SHORT
    full = min(room - used, _FULL_PAGES * _PAGE)
    spare = room - used - full
    for view in ordered:
        full -= block(view) - row(view, Level.SHORT)
        if full < 0 or _settled(view):
            break
        found[view.control.id] = Level.FULL
    for view in ordered:
        if found[view.control.id] is Level.SHORT:
            spare -= row(view, Level.ROW) - row(view, Level.SHORT)
            if spare < 0:
                break
            found[view.control.id] = Level.ROW
    return found


def block(view: ControlView) -> float:
    """The height of a block of its own."""
    control = view.control
    texts = (control.objective, view.procedure, control.severity_reason)
    height = _HEAD + _lines(view.conclusion, 105) * _BODY
    height += sum(_lines(text, 85) * _BODY + 1.6 for text in texts if text)
    height += _lines("".join(key + value for key, value in view.parameters), 80) * _BODY
    height += _lines(" " * sum(len(sheet.short_title) + 10 for sheet in view.ipe), 80) * _BODY
    height += _code(view.commands, 72)
    for shared in view.exceptions:
        height += _lines(shared.reason[:300], 115) * _SMALL + 8
        height += sum(
            (_lines("".join(value for _, value in row.cells), 60) + 1) * _SMALL for row in shared.rows
        )
    for row_ in view.satisfied:
        height += (_lines("".join(value for _, value in row_.cells), 60) + 1) * _SMALL
    for group in (*view.not_assessed, *view.not_applicable):
        height += _lines(group.reason[:300], 100) * _BODY + 2 * _SMALL
    if view.exceptions:
        height += 12 + _lines(control.remediation_text, 100) * _BODY + _code(control.remediation_cli, 85)
    return height * _LOST


def row(view: ControlView, level: Level) -> float:
    """The height of a row of its area's table."""
    left = _lines(view.control.title, 50) + 2
    right = _lines(view.counts, 52) + sum(_lines(group.reason[:110], 52) for group in view.told_apart[:1])
    if level is Level.ROW:
        for shared in view.exceptions[:2]:
            named = sum(len(line.name) + len(line.cluster) + 5 for line in shared.rows[:3])
            right += _lines(" " * (min(len(shared.reason), 150) + named + 12), 62)
        right += _lines(view.control.remediation_text[:160], 62) if view.exceptions else 0
    return max(left, right) * _SMALL + 1.6


def _rank(view: ControlView) -> tuple[bool, int, bool, int, str]:
    severity = view.control.severity
    return (
        _settled(view),
        SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES),
        view.finding.status is not Status.NOT_SATISFIED,
        -view.finding.exceptions,
        view.control.id,
    )


def _settled(view: ControlView) -> bool:
    return view.finding.status in (Status.SATISFIED, Status.NOT_APPLICABLE)


def _code(text: str, letters: int) -> float:
    return sum(_lines(line, letters) for line in text.splitlines()) * _MONO + 4 if text else 0.0


def _lines(text: str, letters: int) -> int:
    return -(-len(text) // letters)
