"""A large catalogue in a PDF: every control is there once, with its counts and why it was not assessed."""

from __future__ import annotations

import re

import pytest
from markupsafe import escape

from reportgen.model import Status
from reportgen.render import controls as of_controls
from reportgen.render.context import report
from reportgen.render.environment import render
from tests.render import factory


@pytest.mark.parametrize("few", [0, 1000], ids=["rows", "pages"])
def test_every_control_stands_in_the_pdf_once(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(of_controls, "_FEW_CONTROLS", few)
    results = factory.results(4, hostile=False)
    text = render(report(results, "pdf"))
    anchors = re.findall(r'<(?:article|tr)[^>]* id="(c-[^"]+)"', text)
    assert sorted(anchors) == sorted(f"c-{control.id}" for control in results.controls)


def test_a_row_says_what_was_found_and_why_something_was_not_assessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(of_controls, "_FEW_CONTROLS", 0)
    view = report(factory.results(6, hostile=False), "pdf")
    text = render(view)
    brief = [one for one in view.controls if one.brief]
    assert {one.control.severity for one in brief if one.finding.status is Status.NOT_SATISFIED} <= {
        "medium",
        "low",
    }
    assert any(one.finding.not_assessed for one in brief)
    for one in brief:
        row = text.partition(f'id="{one.anchor}"')[2].partition("</tr>")[0]
        assert str(escape(one.conclusion)) in row
        assert ("not assessed ·" in row) is bool(one.finding.not_assessed)
