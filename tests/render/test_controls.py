"""What is printed of one control's population, and in which order."""

from __future__ import annotations

from dataclasses import replace

from reportgen.model import Results, Status
from reportgen.render.context import report
from reportgen.render.control_view import ControlView
from tests.render import factory


def failing(reasons: list[str]) -> Results:
    """One control that every cluster fails, the n-th one for the n-th reason."""
    base = factory.few(factory.results(len(reasons), hostile=False), controls=1)
    observations = tuple(
        replace(item, status=Status.NOT_SATISFIED, cause=None, reason=reason)
        for item, reason in zip(base.observations, reasons, strict=True)
    )
    return replace(base, observations=observations)


def printed(reasons: list[str], medium: str = "pdf") -> ControlView:
    return report(failing(reasons), medium).controls[0]


def test_exceptions_stand_under_the_reason_that_they_share() -> None:
    view = printed(["off", "absent", "off", "off", "absent", "off"])
    assert [(shared.reason, shared.number, len(shared.rows)) for shared in view.exceptions] == [
        ("off", 4, 4),
        ("absent", 2, 2),
    ]
    assert view.shown_exceptions == view.all_exceptions == 6


def test_a_rare_reason_is_printed_however_long_the_list() -> None:
    view = printed(["off"] * 60 + ["open to the internet"])
    assert [(shared.reason, shared.number, len(shared.rows)) for shared in view.exceptions] == [
        ("off", 60, 24),
        ("open to the internet", 1, 1),
    ]
    assert (view.shown_exceptions, view.all_exceptions) == (25, 61)


def test_reasons_of_their_own_stand_in_the_rows() -> None:
    (shared,) = printed([f"{days} days old" for days in range(30)]).exceptions
    assert (shared.reason, shared.number, len(shared.rows)) == ("", 30, 25)
    assert len({row.reason for row in shared.rows}) == 25


def test_long_reasons_stand_across_the_table() -> None:
    reasons = [f"Assigned to {'/subscriptions/1/' * 12} and {number} more." for number in range(3)]
    assert [shared.reason for shared in printed(reasons).exceptions] == reasons


def test_the_html_has_some_of_each_reason_beside_its_table_of_all() -> None:
    view = printed(["off"] * 60 + ["absent"] * 2, "html")
    assert [(shared.reason, shared.number, len(shared.rows)) for shared in view.exceptions] == [
        ("off", 60, 23),
        ("absent", 2, 2),
    ]
    assert (view.shown_exceptions, view.all_exceptions, view.satisfied) == (25, 62, ())


def test_the_columns_of_a_control_fit_its_room() -> None:
    for view in report(factory.results(30), "pdf").controls:
        for own_reasons in (False, True):
            widths = view.widths(own_reasons, 90)
            assert len(widths) == len(view.columns) + own_reasons + (not view.inside)
            assert sum(widths) < 90


def test_long_values_are_cut_on_paper_only() -> None:
    base = failing(["off"])
    item = replace(base.observations[0], observed={"Images": "registry.example/app, " * 20})

    def value(medium: str) -> str:
        view = report(replace(base, observations=(item,)), medium).controls[0]
        return dict(view.exceptions[0].rows[0].cells)["Images"]

    assert len(value("pdf")) <= 120
    assert value("pdf").endswith("…")
    assert len(value("html")) > 200
