"""How cells look: the colours of the other reports, and never a colour without the word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.model import Status

_INK, _SOFT, _ACCENT, _LINE, _MODE = "#1B2733", "#55636F", "#1F4E79", "#CFD6DC", "#B3382C"
_STATUSES: Mapping[Status, Mapping[str, object]] = {
    Status.SATISFIED: {"font_color": "#174D36", "bg_color": "#CDE5D8"},
    Status.NOT_SATISFIED: {"font_color": "#FFFFFF", "bg_color": "#B3382C", "bold": True},
    Status.NOT_ASSESSED: {"font_color": "#4A3A0C", "bg_color": "#FBF3DD", "italic": True},
    Status.NOT_APPLICABLE: {"font_color": "#3B4854"},
}
_FONT = {"font_name": "Calibri", "font_size": 10, "font_color": _INK, "valign": "top"}


@dataclass(frozen=True, slots=True)
class Styles:
    """The formats of one workbook; their type is the writer's own, which has no annotations."""

    plain: Any
    wrapped: Any
    soft: Any
    note: Any
    mode: Any
    head: Any
    title: Any
    label: Any
    link: Any
    number: Any
    time: Any
    day: Any
    statuses: Mapping[Status, Any]

    @classmethod
    def of(cls, book: Any) -> Styles:
        """Formats made in a workbook of xlsxwriter."""

        def made(**changes: object) -> Any:
            return book.add_format(_FONT | changes)

        return cls(
            plain=made(),
            wrapped=made(text_wrap=True),
            soft=made(font_color=_SOFT),
            note=made(font_color=_SOFT, text_wrap=True),
            mode=made(font_color=_MODE, bold=True),
            head=made(
                bold=True,
                font_color="#FFFFFF",
                bg_color=_ACCENT,
                text_wrap=True,
                border=1,
                border_color=_LINE,
            ),
            title=made(bold=True, font_size=15, font_color=_ACCENT),
            label=made(font_color=_SOFT, text_wrap=True),
            link=made(font_color=_ACCENT, underline=1),
            number=made(align="right"),
            time=made(num_format="yyyy-mm-dd hh:mm:ss", align="left"),
            day=made(num_format="yyyy-mm-dd", align="left"),
            statuses={status: made(**look) for status, look in _STATUSES.items()},
        )
