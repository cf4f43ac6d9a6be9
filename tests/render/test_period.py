"""The section on the period: points, time lines, populations, changes; nothing of it where there is none."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportgen.model import (
    ClusterLife,
    ControlPeriod,
    ExceptionHistory,
    PeriodView,
    Point,
    PropertyChange,
    Results,
    RollForward,
    Seen,
    Status,
)
from reportgen.render.context import report
from reportgen.render.data import PartJson
from reportgen.render.environment import render
from reportgen.render.workbook import WorkbookReport
from tests.render import factory

TIMES = ("2026-10-05T06:00:00Z", "2026-10-12T06:00:00Z", "2026-10-19T06:00:00Z")
EVIL = "<script>x</script>"


def period(results: Results, points: int = 3) -> PeriodView:
    first, *others = results.controls
    subject = next(one.subject for one in results.observations if one.control == first.id)
    good, bad = (Status.SATISFIED, 0), (Status.NOT_SATISFIED, 1)
    return PeriodView(
        points=tuple(
            Point(time, time, "a" * 64, ("b" if time == TIMES[2] else "a") * 64, 0) for time in TIMES[:points]
        ),
        missed=(("2026-10-08", "2026-10-14"),),
        unused=(("20261001T060000Z", f"altered {EVIL}"),),
        max_blind_spot_days=14,
        controls=(
            ControlPeriod(first.id, Status.NOT_SATISFIED, 4, 3, 2, 0, 15 * 24, (good, bad, None)),
            *(ControlPeriod(one.id, Status.SATISFIED, 4, 3, 3, 0, 24, (good, good, good)) for one in others),
        ),
        exceptions=(
            ExceptionHistory(
                first.id, replace(subject, name=EVIL), (Seen.SATISFIED, Seen.EXCEPTION, Seen.GONE),
                TIMES[1], TIMES[1], TIMES[2], 7, 0,
            ),
            ExceptionHistory(
                "control-of-then", subject, (Seen.EXCEPTION, Seen.SATISFIED, Seen.EXCEPTION),
                TIMES[0], TIMES[2], "", 7, 1,
            ),
        ),
        clusters=RollForward(
            2, 1, 2, 1,
            (ClusterLife("/c/brief", EVIL, "s", TIMES[0], "who", True, TIMES[1], "", False, observed=False),),
            ((TIMES[0], TIMES[1]),),
        ),
        changes=(
            PropertyChange(
                TIMES[1], "/subscriptions/s/x/brief", "properties.p", "", EVIL, "who", False, "CLI", "",
                (first.id,),
            ),
        ),
    )  # fmt: skip


def html(results: Results) -> str:
    return render(report(results, "html"))


@pytest.fixture(scope="module")
def results() -> Results:
    found = factory.results(3)
    return replace(found, period=period(found))


def section(document: str) -> str:
    return document.partition('<section id="period">')[2].partition("</section>")[0]


def test_the_section_counts_points_and_names_what_was_missed(results: Results) -> None:
    told = section(html(results))
    assert "3 collection points between 2026-10-05 06:00:00 UTC and 2026-10-19 06:00:00 UTC." in told
    assert "1 that the schedule asked for was missed." in told
    assert "Satisfied at 2 of 3 collection points assessed (4 scheduled, 1 missed)." in told
    assert "Not assessed for 15 days on end." in told
    assert "judged by other controls than the point before (SHA-256 bbbbbbbbbbbb…)" in told


def test_exceptions_are_told_with_their_ends(results: Results) -> None:
    told = section(html(results))
    signs = "".join(re.findall(r'<td class="p"><span class="[a-z-]+">(.?)</span>', told))
    assert "✓✗·" in signs
    assert "No longer there at 2026-10-19 06:00" in told
    assert "Open; last seen 2026-10-19 06:00" in told
    assert "came back once" in told
    assert "control-of-then" in told


def test_the_population_and_the_changes_are_told_as_text(results: Results) -> None:
    told = section(html(results))
    assert "2 at the first point + 1 created − 2 deleted = 1 at the last point." in told
    assert "No collection point saw it." in told
    assert "2026-10-05 06:00:00 UTC – 2026-10-12 06:00:00 UTC" in told
    assert EVIL not in told
    assert "&lt;script&gt;" in told


def test_a_page_lists_the_first_1000_exceptions_and_says_where_the_others_are(results: Results) -> None:
    part, view = report(results, "html").period, results.period
    assert part
    assert view
    whole = section(html(results)).count('<td class="p"')
    many = replace(view, exceptions=(view.exceptions[0],) * 1001)
    told = section(html(replace(results, period=many)))
    added = 1000 - len(view.exceptions)
    assert told.count('<td class="p"') == whole + added * len(part.columns)
    assert "First 1,000 of 1,001; results/period.json has them all." in told
    assert "results/period.json has them all" not in section(html(results))


def test_a_pdf_lists_what_the_end_does_not_say(results: Results) -> None:
    part: Any = report(results, "pdf").period
    steady = sum(finding.status is Status.SATISFIED for finding in results.findings[1:])
    assert part.whole == steady
    assert part.all_controls == len(results.controls) - steady


def test_one_point_says_so_and_no_period_says_nothing(results: Results) -> None:
    alone = replace(results, period=period(results, 1))
    assert "One point says nothing about how controls operated" in section(html(alone))
    assert section(html(replace(results, period=None))) == ""


def test_the_data_are_whole(results: Results, tmp_path: Path) -> None:
    path = PartJson("period").render(results, tmp_path)
    written = json.loads(path.read_bytes())
    assert written["exceptions"][0]["subject"]["name"] == EVIL
    assert len(written["controls"]) == len(results.controls)
    assert PartJson("period").render(replace(results, period=None), tmp_path / "none") == tmp_path / "none"


def test_the_workbook_has_the_time_lines(results: Results, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(WorkbookReport().render(results, tmp_path))
    heads, first, second = book["Period, exceptions"].iter_rows(min_row=2, values_only=True)
    assert heads[-3:] == ("2026-10-05 06:00", "2026-10-12 06:00", "2026-10-19 06:00")
    assert first[-3:] == ("✓", "✗", "·")
    assert (second[-3:], second[8]) == (("✗", "✓", "✗"), 1)
    control = next(book["Period, controls"].iter_rows(min_row=3, values_only=True))
    assert control[3:] == ("Not satisfied", 4, 3, 2, 0, 360, "✓", "✗", "·")
    (change,) = book["Period, changes"].iter_rows(min_row=3, values_only=True)
    assert EVIL in change
    (life,) = book["Period, clusters"].iter_rows(min_row=3, values_only=True)
    assert "who (from the activity log; the change names nobody)" in life


def test_more_points_than_fit_stand_in_one_line(results: Results) -> None:
    assert results.period is not None
    many = replace(results.period, points=results.period.points * 10, missed=())
    lines = tuple(replace(line, states=line.states * 10) for line in many.controls)
    history = tuple(replace(line, states=line.states * 10) for line in many.exceptions)
    found = section(html(replace(results, period=replace(many, controls=lines, exceptions=history))))
    assert 'class="p"' not in found
    assert "✓✗·" * 10 in found


def test_each_control_tells_of_its_period(results: Results) -> None:
    document = html(results)
    assert (
        "Satisfied at 2 of 3 collection points assessed (4 scheduled, 1 missed); no observation" in document
    )
    inside = replace(results.controls[0], needs=("k8s.pods",))
    changed = replace(results, controls=(inside, *results.controls[1:]))
    assert "of which Kubernetes keeps no history." in html(changed)


def test_a_summary_has_the_period_in_two_sentences(results: Results) -> None:
    part: Any = report(results, "pdf").period
    steady = len(results.controls) - 1
    assert part.brief == (
        f"Over the period {steady} controls are satisfied, 1 not satisfied, 0 not assessed and 0 not "
        "applicable. "
        "Of 2 exceptions seen 1 are open or not known at the end, and 1 came back after they were over."
    )


def test_a_pdf_leaves_out_what_no_point_saw_otherwise(results: Results) -> None:
    assert results.period is not None
    first, second = results.period.exceptions
    stayed = replace(first, states=(Seen.EXCEPTION, Seen.UNKNOWN, Seen.EXCEPTION), fixed_at="")
    changed = replace(results, period=replace(results.period, exceptions=(stayed, second)))
    part: Any = report(changed, "pdf").period
    assert [row.title for row in part.exceptions] == ["control-of-then"]
    assert (part.all_exceptions, part.listed_exceptions, part.unchanged_exceptions) == (2, 1, 1)
    whole: Any = report(changed, "html").period
    assert len(whole.exceptions) == 2
