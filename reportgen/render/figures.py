"""Figures of the estate as inline SVG: every cell and bar bears its number, so that no colour is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from reportgen.model import Status
from reportgen.render import charts
from reportgen.render.estate import AgeClass, Cell, HeatMap, HeatRow, Moment, VersionRow
from reportgen.render.strings import Strings
from reportgen.render.text import cut, moment

_LABEL, _LETTERS = 166, 22
_CELL, _HEAD, _RIGHT = 17, 126, 80
_LEVELS = (("#f9e3e0", "#5e1a12"), ("#e5a59d", "#2c0a06"), ("#c9574b", "#ffffff"), ("#8c2318", "#ffffff"))
"""Fill and ink by quarters of the largest number in the map; darker is more, in grey too."""
_PLAIN = {
    Status.SATISFIED: ("#ffffff", "#174d36"),
    Status.NOT_ASSESSED: ("#fbf3dd", "#4a3a0c"),
    Status.NOT_APPLICABLE: ("#ffffff", "#6b7882"),
}
_OLD = 90
_MOST_MOMENTS = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures in one report's words; ``clean`` makes names printable, as everywhere in it."""

    strings: Strings
    clean: Callable[[Any], Any]

    def heat_map(self, heat: HeatMap) -> Markup:
        """A row a cluster, a column an area; in a cell the number of controls not satisfied, or a sign."""
        width = (charts.WIDTH - _LABEL - _RIGHT) / max(1, len(heat.areas))
        most = max((_failed(cell) for row in heat.rows for cell in row.cells), default=0)
        titles = (cut(self.strings.area(area), 24) for area in heat.areas)
        heads = (
            Markup('<g transform="translate({:.1f} {}) rotate(-52)">{}</g>').format(
                _LABEL + width * (place + 0.5) - 3,
                _HEAD - 7,
                charts.text_at(0, 0, title, "start"),
            )
            for place, title in enumerate(titles)
        )
        body = Markup("").join(heads)
        for index, row in enumerate(heat.rows):
            top = _HEAD + index * _CELL
            body += charts.text_at(_LABEL - 8, top + 12.5, self._name(row.name), "end")
            for place, cell in enumerate(row.cells):
                body += _cell(cell, most, _LABEL + place * width, top, width)
        told = self.strings.text("estate.heat_told", n=len(heat.rows), areas=len(heat.areas))
        told = " ".join([told, *(self._told(row, heat.areas) for row in heat.rows)])
        return charts.svg(self.strings.text("estate.heat"), told, _HEAD + len(heat.rows) * _CELL + 2, body)

    def _told(self, row: HeatRow, areas: Sequence[str]) -> str:
        """A row in words, for those who do not see it: the areas with something in them."""
        cells = zip(areas, row.cells, strict=True)
        signs = ", ".join(f"{self.strings.area(area)} {sign(cell)}" for area, cell in cells if cell.status)
        return f"{self._name(row.name)}: {signs}."

    def ages(self, ages: Sequence[AgeClass]) -> Markup:
        """A bar a class of age with its number of pools; those past 90 days have a thick edge."""
        rows = [(self.age(entry), entry.pools, bool(entry.low and entry.low > _OLD)) for entry in ages]
        scale = (charts.WIDTH - _LABEL - 60) / max(1, *(pools for _, pools, _ in rows))
        body = Markup("")
        for index, (label, pools, old) in enumerate(rows):
            top, width = index * charts.ROW + 3, max(pools * scale, 1.5)
            body += charts.text_at(_LABEL - 10, top + 12.5, label, "end")
            body += Markup(
                '<rect class="{}" x="{}" y="{}" width="{:.1f}" height="{}" fill="{}" stroke="{}"'
                ' stroke-width="{}"/>'
            ).format(
                "s-not-satisfied" if old and pools else "bar", _LABEL, top, width, charts.BAR,
                *(("#b3382c", "#1b2733", 1.6) if old and pools else ("#5d6f80", "none", 0)),
            )  # fmt: skip
            body += charts.text_at(_LABEL + width + 7, top + 12.5, f"{pools:,}", "start")
        told = "; ".join(f"{label}: {pools}" for label, pools, _ in rows)
        return charts.svg(self.strings.text("estate.ages"), told, len(rows) * charts.ROW, body)

    def age(self, entry: AgeClass) -> str:
        """A class of age in words."""
        if entry.low is None:
            return self.strings.text("estate.age_unknown")
        if entry.high is None:
            return self.strings.text("estate.age_over", days=entry.low - 1)
        return self.strings.text("estate.age_from_to", low=entry.low, high=entry.high)

    def timeline(self, versions: Sequence[VersionRow], as_of: date) -> Markup:
        """A row a version: a bar up to the end of its support, and the as-of day as a line through all."""
        ends = [row.end for row in versions if row.end]
        first, last = min([as_of, *ends]), max([as_of, *ends])
        start, days = first.toordinal() - 45, last.toordinal() - first.toordinal() + 150
        room = charts.WIDTH - _LABEL

        def place(day: date) -> float:
            return _LABEL + (day.toordinal() - start) / days * room

        body = Markup("")
        for index, row in enumerate(versions):
            top = 22 + index * charts.ROW
            body += charts.text_at(_LABEL - 10, top + 12.5, self.version(row), "end")
            body += self._bar(row, as_of, top, place)
        height = 22 + len(versions) * charts.ROW
        line = place(as_of)
        body += Markup(
            '<line class="axis" x1="{0:.1f}" y1="16" x2="{0:.1f}" y2="{1}" stroke="#1b2733"'
            ' stroke-width="1.4"/>'
        ).format(line, height)
        body += charts.text_at(line, 11, self.strings.text("estate.as_of", day=as_of.isoformat()), "middle")
        told = "; ".join(f"{self.version(row)}, {self.end(row, as_of)}" for row in versions)
        return charts.svg(self.strings.text("estate.timeline"), told, height + 3, body)

    def version(self, row: VersionRow) -> str:
        """A version and how many clusters run it."""
        if not row.version:
            return self.strings.text("estate.version_unknown", n=row.clusters)
        return self.strings.text("estate.version", n=row.clusters, version=row.version)

    def end(self, row: VersionRow, as_of: date) -> str:
        """When the support of a version ends or ended, in words."""
        if row.end is None:
            return self.strings.text("estate.end_unknown")
        key = "estate.ended" if row.end < as_of else "estate.ends"
        return self.strings.text(key, day=row.end.isoformat())

    def trend(self, moments: Sequence[Moment]) -> Markup:
        """A bar a point in time, the earliest first; nothing where there is but one.

        Of more than a page has room for, every second, third … is drawn, counted back from the last.
        """
        if len(moments) < 2:
            return Markup("")
        ordered = sorted(moments, key=lambda one: one.as_of)
        ordered = ordered[:: -self.trend_step(len(ordered))][::-1]
        rows = [(moment(one.as_of)[:10], one.counts) for one in ordered]
        return charts.status_bars(self.strings.text("estate.trend"), rows, self.strings.statuses())

    def trend_step(self, moments: int) -> int:
        """Of how many points one is drawn."""
        return -(-moments // _MOST_MOMENTS)

    def _bar(self, row: VersionRow, as_of: date, top: float, place: Callable[[date], float]) -> Markup:
        words = self.end(row, as_of)
        if row.end is None:
            return charts.text_at(_LABEL + 4, top + 12.5, words, "start")
        ended, end = row.end < as_of, place(row.end)
        bar = Markup(
            '<rect class="{}" x="{}" y="{}" width="{:.1f}" height="{}" fill="{}" stroke="{}"{}/>'
        ).format(
            "s-not-satisfied" if ended else "bar", _LABEL, top, max(end - _LABEL, 2), charts.BAR,
            "#f6d9d5" if ended else "#c8d3dd", "#b3382c" if ended else "#5d6f80",
            Markup(' stroke-dasharray="3 2"') if ended else "",
        )  # fmt: skip
        # Behind the bar where there is room up to the edge, else inside it, before its end.
        behind = end + 7.0 * len(words) + 6 < charts.WIDTH
        if behind:
            return bar + charts.text_at(end + 6, top + 12.5, words, "start")
        return bar + charts.text_at(end - 6, top + 12.5, words, "end", name="on-bar")

    def _name(self, name: str) -> str:
        return cut(str(self.clean(name)), _LETTERS)


def sign(cell: Cell) -> str:
    """What stands in a cell: how many controls are not satisfied, with a ? where others were not assessed."""
    failed, unread = _failed(cell), cell.counts.get(Status.NOT_ASSESSED, 0)
    if failed:
        return f"{failed} ?" if unread else str(failed)
    return charts.GLYPHS[cell.status] if cell.status else ""


def _failed(cell: Cell) -> int:
    return cell.counts.get(Status.NOT_SATISFIED, 0)


def _cell(cell: Cell, most: int, left: float, top: float, width: float) -> Markup:
    failed = _failed(cell)
    if failed:
        level = -(-failed * len(_LEVELS) // most)
        name, (fill, ink) = f"heat-{level}", _LEVELS[level - 1]
    else:
        name = f"heat-{cell.status.value if cell.status else 'none'}"
        fill, ink = _PLAIN.get(cell.status or Status.NOT_APPLICABLE, _PLAIN[Status.NOT_APPLICABLE])
    box = Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" stroke="#9aa6b0"'
        ' stroke-width="0.6"/>'
    ).format(name, left + 0.5, top + 0.5, width - 1, _CELL - 1, fill)
    return box + charts.text_at(left + width / 2, top + 12.5, sign(cell), "middle", ink, f"on-{name}")
