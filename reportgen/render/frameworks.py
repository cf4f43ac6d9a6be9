"""The annex of frameworks: requirement, evidence, status, exceptions, and what no control looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reportgen.model import FrameworkResult, RequirementResult, Results, Status
from reportgen.render import charts
from reportgen.render.caps import Caps
from reportgen.render.strings import Strings

METHODS = ("automated", "external", "attestation", "inherited", "out-of-scope")
"""How a requirement can be met; what each is called is the text ``methods.<method>``."""
_MOST_CONTROLS = 3
"""Controls of one requirement that a PDF names; the CSV names all."""
_MOST_LINES = 400
"""Requirements that a PDF has room for where each has a line."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """A control as evidence for a requirement; ``status`` is None where this run did not have it.

    ``mapping`` names who else publishes it, "" where it is ours.
    """

    anchor: str
    title: str
    status: Status | None
    relation: str
    mapping: str


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """One requirement. ``more`` counts the controls that are not named for lack of room.

    ``tally`` has the findings of all its controls by status.
    """

    id: str
    title: str
    method: str
    status: Status | None
    exceptions: int
    not_assessed: int
    controls: tuple[MappedRow, ...]
    more: int
    remark: str
    supporting_only: bool
    tally: tuple[tuple[Status, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementGroup:
    """Requirements under one heading of the framework."""

    title: str
    rows: tuple[RequirementRow, ...]


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """One framework as it is printed.

    ``others`` are, by method, the ids of requirements that no control gives evidence for and that have no row
    here: in a PDF their reasons stand in the CSV and in report.html. ``compact``: a line
    for each requirement.
    """

    anchor: str
    title: str
    short: str
    version: str
    publisher: str
    source: str
    note: str
    number_source: str
    sentence: str
    groups: tuple[RequirementGroup, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    csv: str
    compact: bool = False


def framework_views(results: Results, caps: Caps, strings: Strings) -> tuple[FrameworkView, ...]:
    """A view of every framework of the results, in their order, with tables as far as there is room."""
    statuses = {finding.control: finding.status for finding in results.findings}
    titles = {control.id: control.title for control in results.controls}
    most = _MOST_CONTROLS if caps.requirements else None
    views = [_view(result, statuses, titles, most, strings) for result in results.frameworks]
    if caps.requirements is None:
        return tuple(views)
    compact = sum(map(_rows, views)) > caps.requirements
    kept, rows = [], 0
    for view in views:
        rows += _rows(view)
        fits = rows <= (_MOST_LINES if compact else caps.requirements)
        kept.append(replace(view, compact=compact) if fits else replace(view, groups=(), others=()))
    return tuple(kept)


def _rows(view: FrameworkView) -> int:
    return sum(len(group.rows) for group in view.groups)


def _view(
    result: FrameworkResult,
    statuses: Mapping[str, Status],
    titles: Mapping[str, str],
    most: int | None,
    strings: Strings,
) -> FrameworkView:
    framework = result.framework
    grouped: dict[str, list[RequirementRow]] = {}
    others: dict[str, list[str]] = {}
    for line in result.requirements:
        row = _row(line, statuses, titles, most, strings)
        if row.controls or most is None:
            grouped.setdefault(line.requirement.group, []).append(row)
        else:
            others.setdefault(row.method, []).append(row.id)
    return FrameworkView(
        anchor=f"f-{framework.id.replace('.', '-')}",
        title=framework.title,
        short=framework.short,
        version=framework.version,
        publisher=framework.publisher,
        source=framework.source,
        note=framework.note,
        number_source=framework.number_source,
        sentence=_sentence(result.requirements, strings),
        groups=tuple(RequirementGroup(title, tuple(rows)) for title, rows in grouped.items()),
        others=tuple((method, tuple(ids)) for method, ids in sorted(others.items())),
        csv=f"results/csv/framework-{framework.id}.csv",
    )


def _row(
    line: RequirementResult,
    statuses: Mapping[str, Status],
    titles: Mapping[str, str],
    most: int | None,
    strings: Strings,
) -> RequirementRow:
    asked = line.requirement
    lacking = asked.not_covered and strings.text("frameworks.not_covered_remark", what=asked.not_covered)
    found = Counter(statuses[item.control] for item in asked.controls if item.control in statuses)
    return RequirementRow(
        id=asked.id,
        title=asked.title,
        method=strings.text(f"methods.{asked.method}"),
        status=line.status,
        exceptions=line.exceptions,
        not_assessed=line.not_assessed,
        controls=tuple(
            MappedRow(
                anchor=f"c-{item.control}" if item.control in titles else "",
                title=titles.get(item.control, item.control),
                status=statuses.get(item.control),
                relation=item.relation.value,
                mapping=item.published,
            )
            for item in asked.controls[:most]
        ),
        more=max(0, len(asked.controls) - most) if most else 0,
        remark=" ".join(part for part in (asked.reason, lacking) if part),
        supporting_only=line.supporting_only,
        tally=tuple((status, found[status]) for status in charts.ORDER if found[status]),
    )


def _sentence(lines: Iterable[RequirementResult], strings: Strings) -> str:
    """The requirements in counts, by the status of their controls and by method; never a percentage."""
    listed = list(lines)
    by_status = Counter(line.status for line in listed if line.status)
    by_method = Counter(line.requirement.method for line in listed if line.status is None)
    words = strings.statuses()
    told = [
        strings.text("frameworks.of_status", n=by_status[status], status=words[status].lower())
        for status in charts.ORDER
        if by_status[status]
    ]
    told += [
        strings.text("frameworks.of_method", n=number, method=strings.text(f"methods.{name}").lower())
        for name, number in sorted(by_method.items())
    ]
    requirements = strings.text("counts.requirements", n=len(listed))
    return strings.text("frameworks.sentence", requirements=requirements, counts=", ".join(told))
