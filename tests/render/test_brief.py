"""A large catalogue in a PDF: every control is there once, with its counts and why it was not assessed."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape

from reportgen.model import SEVERITIES, Cause, Status
from reportgen.render import repeated, room
from reportgen.render.context import report
from reportgen.render.control_view import ControlView, Level
from reportgen.render.environment import render
from tests.render import factory


@pytest.mark.parametrize("pages", [0, 2, 6, 1000], ids=["index alone", "short rows", "rows", "blocks"])
def test_every_control_stands_in_the_pdf_once(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    monkeypatch.setattr(room, "PAGES", pages)
    monkeypatch.setattr(room, "_LEAST_PAGES", pages / 2)
    results = factory.results(4, hostile=False)
    view = report(results, "pdf")
    assert (pages > 0) is bool({one.level for one in view.controls} - {Level.INDEX})
    text = render(view)
    anchors = re.findall(r'<(?:article|tr)[^>]* id="(c-[^"]+)"', text)
    assert sorted(anchors) == sorted(f"c-{control.id}" for control in results.controls)


def test_a_row_says_what_was_found_and_why_something_was_not_assessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "PAGES", 9)
    monkeypatch.setattr(repeated, "_MANY", 1000)
    view = report(factory.results(6, hostile=False), "pdf")
    text = render(view)
    brief = [one for one in view.controls if one.brief]
    assert {one.level for one in view.controls} >= {Level.FULL, Level.SHORT}
    failed = [one for one in view.controls if one.finding.status is Status.NOT_SATISFIED]
    worst = max(_place(one) for one in failed if not one.brief)
    assert all(_place(one) >= worst for one in failed if one.brief)
    assert any(one.told_apart for one in brief)
    for one in brief:
        row = text.partition(f'id="{one.anchor}"')[2].partition("</tr>")[0]
        assert str(escape(one.counts)) in row
        assert bool(re.search(r"Not assessed: [0-9,]+ ·", row)) is bool(one.told_apart)


def test_a_reason_of_many_controls_is_said_once_in_front_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PAGES", 6)
    monkeypatch.setattr(repeated, "_MANY", 2)
    view = report(factory.results(6, hostile=False), "pdf")
    assert view.repeated
    assert all(one.controls >= 2 for one in view.repeated)
    assert view.strings.cause(Cause.GAP) not in {one.cause for one in view.repeated}
    text = render(view)
    brief = [one for one in view.controls if one.brief and one.not_assessed]
    assert brief
    for one in view.repeated:
        assert f"<b>in {one.controls} controls</b> · {one.cause}. {one.reason}" in text
        assert f"{one.cause}. {one.reason}</span>" not in text


def _place(view: ControlView) -> int:
    return SEVERITIES.index(view.control.severity)
