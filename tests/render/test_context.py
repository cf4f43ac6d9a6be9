"""What the front pages say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.model import Gap
from reportgen.render import context
from reportgen.render.context import report
from tests.render import factory


def test_gaps_of_one_service_and_reason_stand_in_one_row() -> None:
    gaps = (
        Gap("arg.firewalls", "t", "tenant", "not-found", "HTTP 404."),
        Gap("arg.disks", "t", "tenant", "not-found", "HTTP 404."),
        Gap("arg.disks", "t", "tenant", "denied", "HTTP 403."),
        Gap("arm.diagnostic-settings", "c", "aks-1", "not-found", "HTTP 404."),
    )
    view = report(replace(factory.results(1), gaps=gaps), "pdf")
    assert [(group.source, group.reason, group.number) for group in view.scope.gaps] == [
        ("Diagnostic settings of a cluster, Azure Monitor", "not found", 1),
        ("Managed disks, Azure Resource Graph", "denied", 1),
        ("2 sources of Azure Resource Graph", "not found", 2),
    ]


def test_fewer_findings_are_named_below_a_longer_chart() -> None:
    view = report(factory.results(3), "pdf")
    assert len(view.areas) == 10
    assert len(view.summary.worst) == 8
    more = tuple(replace(c, area=f"area-{n}") for n, c in enumerate(view.results.controls[:15]))
    short = replace(view.results, controls=more, findings=view.results.findings[:15])
    assert len(report(short, "pdf").summary.worst) == 4


def test_fewer_findings_are_named_below_a_longer_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_sentence", lambda *_: "x" * 440)
    view = report(factory.results(3), "pdf")
    assert len(view.areas) == 10
    assert len(view.summary.worst) == 7
