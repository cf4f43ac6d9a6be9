"""The figures of the estate: right numbers, readable without colour, sensible with 1 cluster and with 300."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from reportgen.model import (
    ClusterState,
    ControlPeriod,
    PeriodView,
    Point,
    PoolState,
    Results,
    RollForward,
    Status,
)
from reportgen.render.context import report
from reportgen.render.environment import render
from reportgen.render.estate import AgeClass, Moment
from reportgen.render.figures import Figures, sign
from reportgen.render.strings import builtin
from reportgen.render.text import cleaner
from tests.render import factory

DRAW = Figures(builtin(), cleaner())
SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (what is tested wrote it)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in parsed(svg).iter(f"{SVG}text")]


def with_estate(results: Results, *states: tuple[str, str, tuple[str, ...]]) -> Results:
    """The results with a cluster's state for each (version, end of support, days of images)."""
    subjects = sorted({item.subject.cluster_id for item in results.observations})
    known = {item.subject.cluster_id: item.subject for item in results.observations}
    estate = tuple(
        ClusterState(
            known[subject],
            version,
            end,
            tuple(PoolState(f"p{n}", version, 3, "image", day) for n, day in enumerate(days)),
        )
        for subject, (version, end, days) in zip(subjects, states, strict=False)
    )
    return replace(results, estate=estate)


ESTATE = with_estate(
    factory.results(4),
    ("1.32.7", "2026-03-31", ("2026-11-10", "2026-08-17", "2026-08-16")),
    ("1.35.4", "2027-03-31", ("",)),
    ("1.35", "2027-03-31", ("2021-04-27",)),
    ("", "", ()),
)


@pytest.mark.parametrize("clusters", [1, 12, 300])
def test_the_heat_map_counts_controls_once_a_cluster(clusters: int) -> None:
    results = factory.results(clusters, hostile=False)
    heat = report(results, "html").estate.heat
    area = {control.id: control.area for control in results.controls}
    failed = {
        (item.subject.cluster_id, item.control)
        for item in results.observations
        if item.status is Status.NOT_SATISFIED
    }
    assert heat.all_rows == clusters
    assert len(heat.rows) == min(clusters, 30)
    totals = [sum(cell.counts.get(Status.NOT_SATISFIED, 0) for cell in row.cells) for row in heat.rows]
    assert totals == sorted(totals, reverse=True)
    by_cluster = Counter(cluster for cluster, _ in failed)
    assert totals == sorted(by_cluster.values(), reverse=True)[: len(totals)]
    assert len(heat.areas) == len(set(area.values()))


def test_a_cell_says_without_colour_what_it_holds() -> None:
    heat = report(factory.results(12), "html").estate.heat
    shown = texts(DRAW.heat_map(heat))
    for row in heat.rows:
        for cell in row.cells:
            assert sign(cell) in shown
            if cell.counts.get(Status.NOT_SATISFIED):
                assert str(cell.counts[Status.NOT_SATISFIED]) in sign(cell)


def test_every_figure_has_title_description_font_and_numbers_beside_it() -> None:
    for medium in ("pdf", "html"):
        page = render(report(ESTATE, medium))
        (part,) = re.findall(r'<section id="estate">.*?</section>', page, re.DOTALL)
        figures = re.findall(r"<svg.*?</svg>", part, re.DOTALL)
        assert len(figures) == 3
        for figure in figures:
            tree = parsed(figure)
            assert tree.findtext(f"{SVG}title")
            assert tree.findtext(f"{SVG}desc")
            assert all(node.get("font-family") for node in tree.iter(f"{SVG}text"))
        assert part.count("<table") == (3 if medium == "html" else 4)
        assert ("<details" in part) is (medium == "html")


def test_ages_are_counted_to_the_as_of_day() -> None:
    ages = {
        (entry.low, entry.high): (entry.pools, entry.nodes) for entry in report(ESTATE, "pdf").estate.ages
    }
    assert ages == {
        (0, 7): (1, 3), (8, 14): (0, 0), (15, 30): (0, 0), (31, 60): (0, 0), (61, 90): (1, 3),
        (91, 180): (1, 3), (181, None): (1, 3), (None, None): (1, 3),
    }  # fmt: skip


def test_ages_are_told_in_words() -> None:
    told = [DRAW.age(AgeClass(low, high, 1, 1)) for low, high in ((0, 7), (181, None), (None, None))]
    assert told == ["0 to 7 days", "over 180 days", "not known"]


def test_versions_are_grouped_by_the_end_of_their_support() -> None:
    rows = report(ESTATE, "pdf").estate.versions
    assert [(row.version, row.end, row.clusters) for row in rows] == [
        ("1.32", date(2026, 3, 31), 1),
        ("1.35", date(2027, 3, 31), 2),
        ("", None, 1),
    ]
    shown = texts(DRAW.timeline(rows, date(2026, 11, 15)))
    assert {"ended 2026-03-31", "ends 2027-03-31", "end of support not known", "as of 2026-11-15"} <= {*shown}
    assert {"1.32 · 1 cluster", "1.35 · 2 clusters", "not read · 1 cluster"} <= {*shown}


def test_support_that_ends_today_has_not_ended() -> None:
    (row, *_) = report(ESTATE, "pdf").estate.versions
    assert DRAW.end(row, date(2026, 3, 31)) == "ends 2026-03-31"
    assert DRAW.end(row, date(2026, 4, 1)) == "ended 2026-03-31"


def test_every_bar_and_word_lies_inside_the_picture() -> None:
    for rows in (report(ESTATE, "pdf").estate.versions, report(ESTATE, "pdf").estate.versions[:1]):
        tree = parsed(DRAW.timeline(rows, date(2026, 11, 15)))
        for box in tree.iter(f"{SVG}rect"):
            assert float(box.get("x", 0)) + float(box.get("width", 0)) <= 640
        for text in tree.iter(f"{SVG}text"):
            if text.get("text-anchor") == "start":
                assert float(text.get("x", 0)) + 6 * len(text.text or "") <= 640


def test_one_point_in_time_is_no_trend() -> None:
    one = Moment("2026-11-15T06:00:00Z", {Status.SATISFIED: 3})
    two = Moment("2026-11-08T06:00:00Z", {Status.SATISFIED: 2, Status.NOT_SATISFIED: 1})
    assert DRAW.trend([one]) == ""
    assert [text for text in texts(DRAW.trend([one, two])) if text.startswith("2026")] == [
        "2026-11-08", "2026-11-15",
    ]  # fmt: skip


def test_a_trend_of_many_points_draws_some_and_the_last() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (10, 11, 12) for day in range(1, 31)]
    moments = [Moment(f"{day}T06:00:00Z", {Status.SATISFIED: 1}) for day in days]
    drawn = [text for text in texts(DRAW.trend(moments)) if text.startswith("2026")]
    assert len(drawn) <= 20
    assert drawn[-1] == "2026-12-30"


def test_the_trend_is_that_of_the_collection_points() -> None:
    base = factory.results(2)
    points = tuple(
        Point(day, f"{day}T06:00:00Z", "0" * 64, "0" * 64, 0) for day in ("2026-11-08", "2026-11-15")
    )
    states = ((Status.NOT_SATISFIED, 2), (Status.SATISFIED, 0))
    control = ControlPeriod(base.controls[0].id, Status.NOT_SATISFIED, 2, 2, 1, 0, 0, states)
    new = replace(control, control=base.controls[1].id, states=(None, (Status.SATISFIED, 0)))
    period = PeriodView(points, (), (), 7, (control, new), (), RollForward(1, 0, 0, 1, (), ()), ())
    moments = report(replace(base, period=period), "pdf").estate.moments
    assert [one.counts for one in moments] == [{Status.NOT_SATISFIED: 1}, {Status.SATISFIED: 2}]
    page = render(report(replace(base, period=period), "html"))
    assert "Findings over time" in page
    assert "Findings over time" not in render(report(base, "html"))


def test_names_are_cleaned_and_cut() -> None:
    shown = texts(DRAW.heat_map(report(factory.results(30), "html").estate.heat))
    assert any(text.startswith("\\u{202E}evil") for text in shown)
    assert max(map(len, shown)) <= 24


def test_without_observations_there_is_no_figure() -> None:
    empty = replace(factory.results(1), observations=(), estate=())
    assert "estate" not in report(empty, "pdf").sections
    assert 'id="estate"' not in render(report(empty, "pdf"))


@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_every_chart_has_a_title_a_description_and_its_numbers_in_a_table(medium: str) -> None:
    page = render(report(ESTATE, medium))
    charts = re.findall(r"<svg class=\"chart\".*?</svg>", page, re.DOTALL)
    assert len(charts) >= 6
    for chart in charts:
        found = parsed(chart)
        assert [bool(found.findtext(f"{SVG}{name}")) for name in ("title", "desc")] == [True, True]
    figures = [part.partition("</div>\n<div")[0] for part in page.split('<div class="figure">')[1:]]
    drawn = [part for part in figures if "<svg" in part]
    if medium == "html":
        assert [part for part in drawn if "<table" not in part] == []
    else:
        assert "Controls by area" in page
        assert page.count('<th class="n">Controls not satisfied</th>') == 1


def test_the_numbers_of_the_summary_s_charts_are_those_of_the_findings() -> None:
    page = render(report(ESTATE, "html"))
    rows = dict(re.findall(r"<tr><td>(Critical|High|Medium|Low)</td><td class=\"n\">(\d+)</td></tr>", page))
    severities = {control.id: control.severity for control in ESTATE.controls}
    failed = Counter(
        severities[finding.control] for finding in ESTATE.findings if finding.status is Status.NOT_SATISFIED
    )
    assert rows == {word.title(): str(failed[word]) for word in ("critical", "high", "medium", "low")}


def test_who_does_not_see_the_heat_map_is_told_its_cells() -> None:
    heat = report(ESTATE, "html").estate.heat
    told = parsed(DRAW.heat_map(heat)).findtext(f"{SVG}desc") or ""
    for row in heat.rows:
        for area, cell in zip(heat.areas, row.cells, strict=True):
            assert (not cell.status) or f"{builtin().area(area)} {sign(cell)}" in told


@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_of_one_collection_point_it_is_said_that_there_is_no_trend(medium: str) -> None:
    page = render(report(ESTATE, medium))
    assert "One collection point, 2026-11-15 06:00:00 UTC: a trend is drawn from the second on." in page
