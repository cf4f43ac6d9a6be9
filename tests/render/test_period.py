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
    Principal,
    PropertyChange,
    Results,
    RollForward,
    Seen,
    Status,
    WaivedTime,
    WaiverPeriod,
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
            ControlPeriod(
                first.id, Status.NOT_SATISFIED, 4, 3, 2, 0, 15 * 24, (good, bad, None), (0, 1, 0)
            ),
            *(ControlPeriod(one.id, Status.SATISFIED, 4, 3, 3, 0, 24, (good, good, good)) for one in others),
        ),
        exceptions=(
            ExceptionHistory(
                first.id, replace(subject, name=EVIL), (Seen.SATISFIED, Seen.EXCEPTION, Seen.GONE),
                TIMES[1], TIMES[1], TIMES[2], 7, 0, ("", "W-01", ""),
                (WaivedTime("W-01", "2026-10-14T00:00:00Z", "2026-10-17T00:00:00Z"),), 3,
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
        waivers=(
            WaiverPeriod(
                "W-01", "engagement", "", (first.id,), subject.id, "2026-10-14", "2026-10-16",
                ("not-begun", "active", "expired"), (0, 1, 0), removed=False,
            ),
            WaiverPeriod(
                "P-01", "azure-policy", EVIL, (first.id,), "/subscriptions/s", "", "",
                ("unused", "", ""), (0, 0, 0), removed=True,
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


def test_waivers_stand_at_the_points_where_they_were_in_force(results: Results) -> None:
    told = section(html(results))
    assert "Waived from 2026-10-14 to 2026-10-16 (W-01)" in told
    assert "<b>4 days without a waiver</b>" in told
    assert '<span class="not-satisfied">✗</span><b>w</b>' in told
    assert "At 1 of 1 point not satisfied all exceptions were waived." in told
    assert "At 1 of 3 collection points" in told
    assert "2026-10-14 to 2026-10-16" in told
    assert "No longer there at the last point" in told
    signs = re.findall(r'<span class="(?:waiver|gone)">([w–·])</span>', told.partition("Waivers through")[2])
    assert "".join(signs) == "·w·–··"


def test_no_waiver_in_the_period_takes_no_room(results: Results) -> None:
    assert results.period is not None
    without = replace(results, period=replace(results.period, waivers=()))
    assert "Waivers through the period" not in section(html(without))


ADA = Principal("0f9b7c35-0000-4000-8000-000000000001", "user", f"Ada {EVIL}", found=True, sign_in="who")


@pytest.mark.parametrize("by", ["who", ADA.id.upper()])
def test_who_changed_something_has_a_name_above_the_id(results: Results, by: str) -> None:
    assert results.period is not None
    (change,) = results.period.changes
    (life,) = results.period.clusters.lives
    view = replace(
        results.period,
        changes=(replace(change, by=by),),
        clusters=replace(results.period.clusters, lives=(replace(life, created_by=by),)),
    )
    known = replace(results, period=view, principals={ADA.id: ADA})
    told = section(html(known)).replace("<wbr>", "").replace("\u200b", "")
    name = "Ada &lt;script&gt;x&lt;/script&gt; (user)"
    assert f'<bdi>{name}</bdi><span class="id">{by}</span>' in told
    assert f"by {name} {by} (the activity log says so" in told


def with_changes(results: Results, *times: str, **of: Any) -> Results:
    view = results.period
    assert view
    given = {"controls": (view.controls[0].control,)} | of
    return replace(
        results,
        period=replace(view, changes=tuple(replace(view.changes[0], at=at, **given) for at in times)),
    )


def marks(told: str, title: str) -> list[str]:
    """The signs of the first row with a title, those beneath included, missed columns left out."""
    row = told.partition(title)[2].partition("</tr>")[0]
    return [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r'<td class="p">(.*?)</td>', row)]


def test_recorded_changes_stand_on_the_time_line_of_the_controls_that_judge_them(results: Results) -> None:
    first, second = results.controls[0].title, results.controls[1].title
    times = (
        "2026-10-05T06:00:01Z",
        "2026-10-12T06:00:00Z",
        "2026-10-14T08:00:00+02:00",
        "2026-10-19T06:00:01Z",
    )
    document = html(with_changes(results, *times))
    told = section(document)
    assert marks(told, first) == ["✓", "", "✗Δ", "·Δ"]
    assert marks(told, second) == ["✓", "", "✓", "✓"]
    words = "3 recorded changes of what it judges (Δ), before the points of 2026-10-12 (2), 2026-10-19."
    assert told.count(words) == 1
    assert document.count(words) == 2  # and with the control itself
    assert 'title="2 recorded changes since the point before"' in told
    assert "A Δ says that a change of a property" in told
    without = section(html(with_changes(results)))
    assert "recorded change of what it judges" not in without
    assert marks(without, first) == ["✓", "", "✗", "·"]


def test_an_exception_bears_the_changes_of_its_own_subject_alone(results: Results) -> None:
    view = results.period
    assert view
    own = view.exceptions[0].subject.id
    for resource, mark in ((own.upper(), "✗wΔ"), (f"{own}/other", "✗w")):
        told = section(html(with_changes(results, TIMES[1], resource=resource)))
        assert marks(told, "No longer there at 2026-10-19 06:00") == ["✓", "", mark, "·"]


def test_many_recorded_changes_are_counted_in_words(results: Results) -> None:
    view = results.period
    assert view
    days = [f"2026-10-{day:02d}T06:00:00Z" for day in range(1, 31)]
    points = tuple(replace(view.points[0], as_of=day) for day in days)
    first = results.findings[0]
    line = replace(view.controls[0], status=first.status, states=((first.status, 1),) * 30, waived=())
    assert line.control == first.control
    known = replace(view, points=points, controls=(line,), exceptions=(), waivers=(), missed=())
    found = with_changes(replace(results, period=known), *days[:8], controls=(line.control,))
    (row,) = report(found, "pdf").period.controls  # type: ignore[union-attr]
    assert row.steady
    assert row.changed.endswith("2026-10-05, 2026-10-06, and 2 more.")
    assert row.changed.startswith(
        "8 recorded changes of what it judges (Δ), before the points of 2026-10-01, "
    )


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
    assert first[-3:] == ("✓", "✗ W-01", "·")
    assert first[9:11] == (3, "W-01: 2026-10-14T00:00:00Z – 2026-10-17T00:00:00Z")
    waiver, removed = book["Period, waivers"].iter_rows(min_row=3, values_only=True)
    assert (waiver[0], waiver[6:]) == ("W-01", (1, False, "·", "w", "·"))
    assert (removed[1], removed[7]) == (EVIL, True)
    assert (second[-3:], second[8]) == (("✗", "✓", "✗"), 1)
    control = next(book["Period, controls"].iter_rows(min_row=3, values_only=True))
    assert control[3:] == ("Not satisfied", 4, 3, 2, 0, 360, 1, "✓", "✗ Δ1", "·")
    (change,) = book["Period, changes"].iter_rows(min_row=3, values_only=True)
    assert EVIL in change
    (life,) = book["Period, clusters"].iter_rows(min_row=3, values_only=True)
    assert "who (from the activity log; the change names nobody)" in life


def test_more_points_than_fit_stand_in_one_line(results: Results) -> None:
    assert results.period is not None
    many = replace(results.period, points=results.period.points * 10, missed=(), waivers=())
    lines = tuple(replace(line, states=line.states * 10, waived=line.waived * 10) for line in many.controls)
    history = tuple(
        replace(line, states=line.states * 10, waived=line.waived * 10) for line in many.exceptions
    )
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
    states = (Seen.EXCEPTION, Seen.UNKNOWN, Seen.EXCEPTION)
    stayed = replace(first, states=states, fixed_at="", waived=(), waived_times=(), days_waived=0)
    changed = replace(results, period=replace(results.period, exceptions=(stayed, second)))
    part: Any = report(changed, "pdf").period
    assert [row.title for row in part.exceptions] == ["control-of-then"]
    assert (part.all_exceptions, part.listed_exceptions, part.unchanged_exceptions) == (2, 1, 1)
    whole: Any = report(changed, "html").period
    assert len(whole.exceptions) == 2


def test_a_pdf_lists_an_exception_that_was_waived_for_a_part_of_its_time(results: Results) -> None:
    assert results.period is not None
    line = results.period.exceptions[0]
    always = replace(line, states=(Seen.EXCEPTION,) * 3, days_open=14, fixed_at="")
    whole = replace(always, days_waived=14)
    told = replace(results, period=replace(results.period, exceptions=(whole, always)))
    part: Any = report(told, "pdf").period
    assert (part.listed_exceptions, part.unchanged_exceptions) == (1, 1)
    assert part.exceptions[0].unwaived == "11 days without a waiver"
