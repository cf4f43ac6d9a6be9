"""The period as the report tells it: collection points, time lines, clusters that came and went, changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import PeriodView, Point, Results, RollForward, Status
from reportgen.render.control_period import ControlRow, Telling
from reportgen.render.names import Names
from reportgen.render.period_changes import ChangeRow, LifeRow, change_row, life_row
from reportgen.render.period_exceptions import (
    HistoryRow,
    WaiverLine,
    history_row,
    rank,
    unchanged,
    waiver_line,
)
from reportgen.render.strings import Strings
from reportgen.render.text import moment
from reportgen.render.time_line import Column, columns, months

_ROWS_IN_PDF = 30
_ROWS_IN_HTML = 1000
"""Of each list: a quarter of a large estate would be a page of a hundred megabytes."""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A collection point; ``catalogue`` is set where other controls judged it than the point before."""

    number: int
    time: str
    snapshot: str
    gaps: int
    catalogue: str


@dataclass(frozen=True, slots=True)
class PeriodPart:
    """The section; lists are cut, sooner in a PDF, and ``all_…`` say how long they are.

    There ``listed_exceptions`` leave out the ``unchanged_exceptions``, which every point shows that could.

    ``columns`` are those of the time line, none where there are too many, ``months`` stand above them.
    ``by_control`` has every control.
    """

    view: PeriodView
    columns: tuple[Column, ...]
    months: tuple[tuple[str, int], ...]
    by_control: Mapping[str, ControlRow]
    sentence: str
    brief: str
    points: tuple[PointRow, ...]
    controls: tuple[ControlRow, ...]
    all_controls: int
    whole: int
    exceptions: tuple[HistoryRow, ...]
    all_exceptions: int
    listed_exceptions: int
    unchanged_exceptions: int
    waivers: tuple[WaiverLine, ...]
    all_waivers: int
    clusters: RollForward
    lives: tuple[LifeRow, ...]
    unrecorded: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    all_changes: int


def period_part(results: Results, names: Names, medium: str, strings: Strings) -> PeriodPart | None:
    """The section on the period, None where a report knows of one snapshot alone by itself."""
    view = results.period
    if view is None:
        return None
    pdf = medium == "pdf"
    most = _ROWS_IN_PDF if pdf else _ROWS_IN_HTML
    by_id = {control.id: control for control in results.controls}
    shown = columns(view)
    telling = Telling(results, view, shown, strings)
    by_control = {line.control: telling.control(line, by_id[line.control]) for line in view.controls}
    rows = list(by_control.values())
    told = [row for row in rows if not row.steady] + [row for row in rows if row.steady and row.changed]
    history = sorted(view.exceptions, key=rank)
    steady = sum(map(unchanged, history))
    subjects = {line.subject.id.lower(): line.subject for line in view.exceptions}
    listed = history[: len(history) - steady] if pdf else history
    return PeriodPart(
        view=view,
        columns=shown,
        months=months(shown),
        by_control=by_control,
        sentence=strings.text(
            "period.points",
            n=len(view.points),
            first=moment(view.points[0].as_of),
            last=moment(view.points[-1].as_of),
        ),
        brief=_brief(view, strings),
        points=tuple(_points(view.points)),
        controls=tuple((told if pdf else sorted(rows, key=_calm))[:most]),
        all_controls=len(told if pdf else rows),
        whole=len(rows) - len(told),
        exceptions=tuple(history_row(line, by_id, names, telling) for line in listed[:most]),
        all_exceptions=len(history),
        listed_exceptions=len(listed),
        unchanged_exceptions=steady,
        waivers=tuple(waiver_line(line, by_id, subjects, shown, strings) for line in view.waivers[:most]),
        all_waivers=len(view.waivers),
        clusters=view.clusters,
        lives=tuple(life_row(life, names, strings) for life in view.clusters.lives[:most]),
        unrecorded=tuple(f"{moment(start)} – {moment(end)}" for start, end in view.clusters.unrecorded),
        changes=tuple(change_row(change, by_id, names, strings) for change in view.changes[:most]),
        all_changes=len(view.changes),
    )


def _calm(row: ControlRow) -> tuple[bool, bool]:
    """What changed its status comes first, then what changed in a property alone."""
    return row.steady, not row.changed


def _brief(view: PeriodView, strings: Strings) -> str:
    """The period in two sentences, for a summary."""
    counts = Counter(line.status for line in view.controls)
    told = strings.text("period.brief", **{status.name.lower(): counts[status] for status in Status})
    if not view.exceptions:
        return told
    ended = sum(bool(line.fixed_at) for line in view.exceptions)
    back = sum(bool(line.reopened) for line in view.exceptions)
    number = len(view.exceptions)
    return f"{told} {strings.text('period.brief_exceptions', n=number, open=number - ended, back=back)}"


def _points(points: tuple[Point, ...]) -> list[PointRow]:
    rows: list[PointRow] = []
    before = ""
    for number, point in enumerate(points, start=1):
        other = point.catalogue_sha256 if before not in ("", point.catalogue_sha256) else ""
        rows.append(PointRow(number, moment(point.as_of), point.snapshot, point.gaps, other))
        before = point.catalogue_sha256
    return rows
