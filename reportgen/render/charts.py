"""Charts as inline SVG: drawn by hand, titled and described, readable without colour.

Presentation attributes only, so that a strict content security policy needs no exception; the screen's style
sheet recolours the classes for a dark background. Text names its font: SVG does not inherit the page's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from reportgen.model import Status

FONT = "Reportgen Sans, Reportgen Symbols, Reportgen CJK, system-ui, sans-serif"
_INK = "#1b2733"
_COLOURS = {
    Status.SATISFIED: "#cde5d8",
    Status.NOT_SATISFIED: "#b3382c",
    Status.NOT_ASSESSED: "#fbf3dd",
    Status.NOT_APPLICABLE: "#ffffff",
}
_ON = {
    Status.SATISFIED: "#174d36",
    Status.NOT_SATISFIED: "#ffffff",
    Status.NOT_ASSESSED: "#4a3a0c",
    Status.NOT_APPLICABLE: "#3b4854",
}
_EDGES = {
    Status.SATISFIED: "#2f7d5b",
    Status.NOT_SATISFIED: "#b3382c",
    Status.NOT_ASSESSED: "#8a6a12",
    Status.NOT_APPLICABLE: "#9aa6b0",
}
_DASHES = dict.fromkeys(Status, Markup("")) | {
    Status.NOT_ASSESSED: Markup(' stroke-dasharray="3 2"'),
}
GLYPHS = {
    Status.SATISFIED: "✓",
    Status.NOT_SATISFIED: "✗",
    Status.NOT_ASSESSED: "?",
    Status.NOT_APPLICABLE: "–",
}
ORDER = (
    Status.NOT_SATISFIED,
    Status.NOT_ASSESSED,
    Status.SATISFIED,
    Status.NOT_APPLICABLE,
)
WIDTH, _LABEL, ROW, BAR = 640, 150, 23, 16


def status_bars(
    title: str, rows: Sequence[tuple[str, Mapping[Status, int]]], words: Mapping[Status, str]
) -> Markup:
    """One stacked bar a row, each part with its glyph and count; all bars share one scale."""
    longest = max((sum(counts.values()) for _, counts in rows), default=0) or 1
    scale = (WIDTH - _LABEL - 4) / longest
    body = Markup("").join(
        _label(label, index) + _parts(counts, index, scale) for index, (label, counts) in enumerate(rows)
    )
    told = "; ".join(
        f"{label}: "
        + ", ".join(f"{counts[status]} {words[status].lower()}" for status in ORDER if counts.get(status))
        for label, counts in rows
    )
    return svg(title, told, len(rows) * ROW, body)


def count_bars(title: str, rows: Sequence[tuple[str, int]]) -> Markup:
    """One bar a row with the count behind it."""
    scale = (WIDTH - _LABEL - 60) / (max((number for _, number in rows), default=0) or 1)
    body = Markup("").join(
        _label(label, index)
        + Markup('<rect class="bar" x="{}" y="{}" width="{:.1f}" height="{}" fill="#5d6f80"/>').format(
            _LABEL, index * ROW + 3, max(number * scale, 1.5), BAR
        )
        + text_at(
            _LABEL + max(number * scale, 1.5) + 7,
            index * ROW + 15.5,
            f"{number:,}",
            "start",
        )
        for index, (label, number) in enumerate(rows)
    )
    return svg(
        title,
        "; ".join(f"{label}: {number}" for label, number in rows),
        len(rows) * ROW,
        body,
    )


def _parts(counts: Mapping[Status, int], index: int, scale: float) -> Markup:
    left, drawn = float(_LABEL), Markup("")
    for status in ORDER:
        number = counts.get(status, 0)
        if not number:
            continue
        width, top = number * scale, index * ROW + 3
        drawn += Markup(
            '<rect class="s-{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}" fill="{}" stroke="{}"{}/>'
        ).format(
            status.value,
            left + 1,
            top,
            max(width - 2, 1),
            BAR,
            _COLOURS[status],
            _EDGES[status],
            _DASHES[status],
        )
        told = f"{number:,}"
        words = f"{GLYPHS[status]} {told}" if width >= 7.5 * len(told) + 22 else told
        if width >= 7.5 * len(told) + 4:
            drawn += text_at(
                left + width / 2,
                top + 12.5,
                words,
                "middle",
                _ON[status],
                f"on-{status.value}",
            )
        left += width
    return drawn


def _label(words: str, index: int) -> Markup:
    return text_at(_LABEL - 10, index * ROW + 15.5, words, "end")


def text_at(x: float, y: float, words: str, anchor: str, fill: str = _INK, name: str = "ink") -> Markup:
    """Words with their base line at ``y``; ``name`` is the class by which the screen recolours them."""
    return Markup(
        '<text class="{}" x="{:.1f}" y="{:.1f}" font-family="{}" font-size="12.5" fill="{}"'
        ' text-anchor="{}">{}</text>'
    ).format(name, x, y, FONT, fill, anchor, words)


def svg(title: str, told: str, height: int, body: Markup) -> Markup:
    """A whole chart, which ``title`` names and ``told`` describes to those who do not see it."""
    return Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}"'
        ' role="img">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(WIDTH, height, WIDTH, height, escape(title), escape(told), body)
