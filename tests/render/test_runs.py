"""The part on runs: every sentence, in the words of the catalogue, and nothing of an error as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.model import RegisteredRun, RunListing
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.runs import runs_view
from reportgen.render.strings import builtin
from tests.render import factory

BASE = RegisteredRun(
    number=1, run="0a1b2c3d4e5f", command="run", started_at="2026-10-05T06:00:00Z", ended_at="",
    result="complete",
    error="", snapshot="20261005T060000Z", root_sha256="5" * 64, gaps=0, resumed=False, took_over="",
    host="h", job="", tool_version="0.1.0", stamped_at="", stamped_by="", stamp_error="", last_entry=3,
)  # fmt: skip


def listing(*runs: RegisteredRun, **changes: object) -> RunListing:
    return replace(RunListing("", 9, "a" * 64, (), runs), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("medium", ["pdf", "html"])
def test_every_fate_has_its_words(medium: str) -> None:
    fates = [
        replace(BASE, used=True, stamped_at="2026-10-05T06:01:00Z", stamped_by="Contoso time"),
        replace(BASE, why="later", result="incomplete", gaps=3, stamp_error="no connection"),
        replace(BASE, why="failed", result="failed", snapshot="", error="<b>IncompleteError</b>: no"),
        replace(BASE, why="no-end", result="no-end", snapshot=""),
        replace(BASE, why="pruned"), replace(BASE, why="missing"), replace(BASE, why="other"),
        replace(BASE, why="unfit", error="its files differ"),
        replace(BASE, why="later", resumed=True, took_over="dead01"),
    ]  # fmt: skip
    many = replace(factory.clean(), runs=listing(*fates, problems=("Entry 4 is missing.",)))
    page = render(report(many, medium)).replace("<wbr>", "").replace("\u200b", "")
    for text in (
        "This report rests on it.", "3 gaps", "no end recorded", "removed under the engagement’s retention",
        "no longer in the store", "the state of a later snapshot", "an earlier state", "It went on with",
        "run dead01", "Not used: its files differ",
        "Contoso time", "No time-stamp: no connection", "Entry 4 is missing.",
        "9 runs were begun in the period; 7 ended with a snapshot, and this report rests on 1.",
    ):  # fmt: skip
        assert text in page, text
    assert "<b>IncompleteError" not in page


def test_the_schedule_is_counted() -> None:
    week = ("2026-10-01", "2026-10-07")
    of = listing(BASE, schedule="weekly", due=(week,) * 13, missed=(week,), open=(week,) * 2)
    view = runs_view(replace(factory.clean(), runs=of), "html", builtin())
    assert view is not None
    assert view.windows == (
        "The schedule is weekly: of 13 stretches of the period 10 have a snapshot and 1 have none. "
        "2 more lie after the last run."
    )


def test_a_pdf_shows_the_first_sixty() -> None:
    results = replace(factory.clean(), runs=listing(*[BASE] * 92, store="abfs://evidence@contoso/aks"))
    view = runs_view(results, "pdf", builtin())
    assert view is not None
    assert (len(view.rows), view.all_rows) == (60, 92)
    assert "First 60 of 92 runs; the rest in results/runs.json." in render(report(results, "pdf"))
    assert view.place == "The register and the snapshots lie in abfs://evidence@contoso/aks."


def test_without_a_register_the_part_says_so() -> None:
    page = render(report(factory.clean(), "html"))
    told = page.partition('<section id="runs">')[2].partition("</section>")[0]
    assert "No register of runs was kept" in told
    assert "No register" not in render(report(replace(factory.clean(), runs=listing(BASE)), "html"))


@pytest.mark.parametrize(("stamped", "days"), [("2026-10-05T06:20:00Z", 0), ("2026-12-31T22:00:00Z", 87)])
def test_a_stamp_of_another_day_is_told(stamped: str, days: int) -> None:
    run = replace(BASE, ended_at="2026-10-05T06:10:00Z", stamped_at=stamped, stamped_by="Contoso time")
    view = runs_view(replace(factory.clean(), runs=listing(run)), "html", builtin())
    assert view is not None
    (row,) = view.rows
    assert row.doubtful is (days > 0)
    assert (f"({days} days from the time that the register has)" in row.stamp) is row.doubtful
