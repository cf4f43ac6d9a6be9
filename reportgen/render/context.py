"""Results -> what the templates print: every sum, sentence, order and cap is made here, in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from reportgen.model import SEVERITIES, Control, Results, Status
from reportgen.render import charts, sections
from reportgen.render.access import AccessView, access_view
from reportgen.render.caps import Caps
from reportgen.render.changes import ChangesView, changes_view
from reportgen.render.completeness import (
    CommandsRow,
    DifferenceRow,
    RightsRow,
    ScopeView,
    commands,
    differences,
    rights,
    scope_view,
)
from reportgen.render.control_view import ControlView
from reportgen.render.controls import control_views
from reportgen.render.entity_controls import EntityRow, entity_rows
from reportgen.render.estate import Estate, estate
from reportgen.render.frameworks import FrameworkView, framework_views
from reportgen.render.front import Front, front
from reportgen.render.gap_register import GapRegister, gap_register
from reportgen.render.ipe import IpeSheet, sheets
from reportgen.render.names import Names, resource_group
from reportgen.render.period import PeriodPart, period_part
from reportgen.render.registers import RegistersView, registers_view
from reportgen.render.repeated import Repeated, repeated
from reportgen.render.room import has_room, may_have_room, ranked
from reportgen.render.runs import RunsView, runs_view
from reportgen.render.sampling import SamplingView, sampling_view
from reportgen.render.strings import Strings, of
from reportgen.render.wording import beside, by_status, is_default, parameter

_LETTERS = 110
"""Letters in a line of the summary's sentence, of which the page has room for two."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the control index, with its controls in order."""

    title: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The one page: tiles, charts and the most severe findings."""

    tiles: tuple[tuple[Status, int], ...]
    sentence: str
    by_area: Markup
    severities: tuple[tuple[str, int], ...]
    by_severity: Markup
    observations: Markup
    observed: tuple[tuple[Status, str], ...]
    worst: tuple[ControlView, ...]
    all_worst: int


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with one value; ``controls`` are the anchors and titles of those that have it so.

    ``empty`` says that it is an empty list by default, and was left so.
    """

    name: str
    value: str
    controls: tuple[tuple[str, str], ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster over all controls, for the list at the end."""

    anchor: str
    name: str
    id: str
    resource_group: str
    subscription: str
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class Report:
    """All that a template may print beside the facts."""

    results: Results
    medium: str
    profile: str
    caps: Caps
    banner: str
    scope: ScopeView
    summary: Summary
    areas: tuple[Area, ...]
    ipe: tuple[IpeSheet, ...]
    repeated: tuple[Repeated, ...]
    gaps: GapRegister
    clusters: tuple[ClusterRow, ...]
    all_clusters: int
    differences: tuple[DifferenceRow, ...]
    all_differences: int
    rights: tuple[RightsRow, ...]
    frameworks: tuple[FrameworkView, ...]
    entity_controls: tuple[EntityRow, ...]
    parameters: tuple[ParameterRow, ...]
    access: AccessView
    sampling: SamplingView
    changes: ChangesView | None
    commands: tuple[CommandsRow, ...]
    all_commands: int
    registers: RegistersView
    period: PeriodPart | None
    strings: Strings
    sections: tuple[str, ...]
    front: Front
    estate: Estate
    runs: RunsView | None

    @property
    def controls(self) -> tuple[ControlView, ...]:
        """The controls in the order in which they are printed."""
        return tuple(view for area in self.areas for view in area.controls)

    @property
    def failed(self) -> tuple[ControlView, ...]:
        """The controls that are not satisfied, the most severe first."""
        return tuple(view for view in ranked(self.controls) if view.finding.status is Status.NOT_SATISFIED)


def report(results: Results, medium: str, profile: str = "standard") -> Report:
    """Everything for one rendering; ``medium`` is ``pdf`` (tables capped) or ``html`` (tables whole)."""
    whole = medium == "html" or may_have_room(results.controls)
    caps = Caps.for_summary() if profile == "summary" else Caps.for_report(medium, whole=whole)
    names = replace(Names.of(results), listed=caps.clusters)
    own, strings = results.templates, of(results)
    ipe = sheets(results, strings)
    often = () if whole else repeated(results, names)
    views = control_views(results, names, ipe, caps, often)
    if medium == "pdf" and caps.whole and not has_room(views):
        caps = Caps.for_report(medium, whole=False)
        often = repeated(results, names)
        views = control_views(results, names, ipe, caps, often)
    areas = _areas(views, strings)
    clusters = _clusters(results, names)
    unlike = differences(results, names)
    run = commands(results, names)
    return Report(
        results=results,
        medium=medium,
        profile=profile,
        caps=caps,
        banner=strings.banner(results.facts.collection_mode),
        scope=scope_view(results, caps, strings),
        summary=_summary(results, areas, strings),
        areas=areas,
        ipe=ipe,
        repeated=often,
        gaps=gap_register(results, names, caps, medium),
        clusters=clusters[: caps.clusters],
        all_clusters=len(clusters),
        differences=unlike[: caps.differences],
        all_differences=len(unlike),
        rights=rights(results, caps, strings),
        frameworks=framework_views(results, caps, strings),
        entity_controls=entity_rows(results, strings),
        parameters=_parameters(results.controls, strings),
        access=access_view(results, names, caps),
        sampling=sampling_view(results, strings),
        changes=changes_view(results, medium, strings),
        commands=run[: caps.clusters],
        all_commands=len(run),
        registers=registers_view(results, names, medium),
        period=period_part(results, names, medium, strings),
        strings=strings,
        sections=sections.shown(results, own.left_out if own else ()),
        front=front(results, names, caps.exception_lines),
        estate=estate(results, names, caps.heat_rows),
        runs=runs_view(results, medium, strings),
    )


def _parameters(controls: Iterable[Control], strings: Strings) -> tuple[ParameterRow, ...]:
    """Every parameter with its value, once for all controls that have it so."""
    used: dict[tuple[str, str, bool], list[tuple[str, str]]] = defaultdict(list)
    for control in controls:
        for name, value in control.parameters.items():
            empty = value == [] and is_default(control, name)
            told = parameter(control, name, strings)
            used[name, told, empty].append((f"c-{control.id}", control.title))
    return tuple(ParameterRow(*key[:2], tuple(used[key]), key[2]) for key in sorted(used))


def _areas(views: Iterable[ControlView], strings: Strings) -> tuple[Area, ...]:
    grouped: dict[str, list[ControlView]] = defaultdict(list)
    for view in views:
        grouped[view.control.area].append(view)
    return tuple(Area(strings.area(area), tuple(members)) for area, members in grouped.items())


def _summary(results: Results, areas: tuple[Area, ...], strings: Strings) -> Summary:
    found = Counter(finding.status for finding in results.findings)
    views = [view for area in areas for view in area.controls]
    failed = [view for view in ranked(views) if view.finding.status is Status.NOT_SATISFIED]
    counted = Counter(view.control.severity for view in failed)
    severities = tuple((strings.severity(severity), counted[severity]) for severity in SEVERITIES)
    observed = by_status(results)
    sentence = _sentence(results, found, observed, strings)
    area_rows = [(area.title, Counter(view.finding.status for view in area.controls)) for area in areas]
    return Summary(
        tiles=tuple((status, found[status]) for status in charts.ORDER),
        sentence=sentence,
        by_area=charts.status_bars(strings.text("summary.by_area"), area_rows, strings.statuses()),
        by_severity=charts.count_bars(
            strings.text("summary.by_severity_told"),
            severities,
        ),
        severities=severities,
        observations=charts.status_bars(
            strings.text("summary.observations_told"),
            [(strings.text("summary.all_subjects"), observed)],
            strings.statuses(),
        ),
        observed=tuple((status, f"{observed[status]:,}") for status in charts.ORDER),
        worst=tuple(failed[: _worst_shown(areas, sentence)]),
        all_worst=len(failed),
    )


def _worst_shown(areas: tuple[Area, ...], sentence: str) -> int:
    """How many of the most severe findings fit on the page below the sentence and a chart of the areas."""
    beyond = max(0, -(-len(sentence) // _LETTERS) - 2)
    return min(8, max(3, 19 - len(areas) - beyond))


def _sentence(results: Results, found: Counter[Status], observed: Counter[Status], strings: Strings) -> str:
    clusters = len({item.subject.cluster_id.lower() for item in results.observations} - {""})
    told = strings.text(
        "summary.sentence",
        controls=strings.text("counts.controls", n=len(results.findings)),
        clusters=strings.text("counts.clusters", n=clusters),
        observations=strings.text("counts.observations", n=sum(observed.values())),
        **{status.value.replace("-", "_"): found[status] for status in Status},
    )
    return " ".join(part for part in (told, beside(results, strings)) if part)


def _clusters(results: Results, names: Names) -> tuple[ClusterRow, ...]:
    counted: dict[str, Counter[Status]] = defaultdict(Counter)
    for item in results.observations:
        counted[item.subject.cluster_id.lower()][item.status] += 1
    return tuple(
        ClusterRow(
            names.anchors[cluster],
            names.clusters[cluster],
            names.ids[cluster],
            resource_group(names.ids[cluster]),
            names.cluster_subscription(cluster),
            counted[cluster],
        )
        for cluster in names.anchors
    )
