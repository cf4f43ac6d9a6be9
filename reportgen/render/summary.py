"""summary.md: what fits into a ticket. Names of the estate stand as code, sentences escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reportgen.model import SEVERITIES, Control, Finding, Observation, Results
from reportgen.render.caps import Caps
from reportgen.render.charts import GLYPHS, ORDER
from reportgen.render.completeness import gap_row, scope_view
from reportgen.render.markdown import code, escaped, told
from reportgen.render.names import Names
from reportgen.render.strings import Strings
from reportgen.render.tables import by_severity
from reportgen.render.text import cut, moment

_MOST_EXCEPTIONS = 20
_MOST_GAPS = 20
_MOST_EXCLUSIONS = 20
_LONGEST = 240
"""Letters of a reason; the workbook and the tables have it whole."""
_WHERE = {
    "where_report": {"pdf": "report.pdf", "html": "report.html"},
    "where_workbook": {"workbook": "workbook.xlsx"},
    "where_tables": {
        "exceptions": "results/csv/exceptions.csv", "gaps": "gaps.csv", "findings": "results/findings.json",
    },
    "where_verify": {"readme": "README.txt"},
}  # fmt: skip
"""The texts about where to look, each with the files that it names."""


class TicketSummary:
    """summary.md: scope, counts, gaps, the most severe exceptions, and where the rest is."""

    name = "summary"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file into ``folder`` and return its path."""
        path = folder / "summary.md"
        path.write_text("\n".join(_lines(results)) + "\n", encoding="utf-8", newline="\n")
        return path


def _text(strings: Strings, key: str, **values: object) -> str:
    return told(strings, f"ticket.{key}", **values)


def _heads(strings: Strings, *keys: str) -> tuple[str, ...]:
    return tuple(_text(strings, key) for key in keys)


def _lines(results: Results) -> Iterator[str]:
    facts, names = results.facts, Names.of(results)
    strings = names.strings
    yield f"# {_text(strings, 'title', entity=escaped(facts.entity), engagement=escaped(facts.engagement))}"
    if banner := strings.banner(facts.collection_mode):
        yield from ("", f"**{escaped(banner)}**")
    times = {"start": facts.period_start, "end": facts.period_end, "as_of": moment(facts.as_of)}
    yield from ("", _text(strings, "when", id=code(facts.pack_id), **times))
    yield from ("", _text(strings, "marking", marking=escaped(facts.classification)))
    yield from (
        *("", f"## {_text(strings, 'scope')}", ""),
        escaped(scope_view(results, Caps(), strings).verdict),
    )
    yield from _exclusions(results, strings)
    yield from _counts(results, strings)
    yield from _exceptions(results, names)
    yield from _gaps(results, names)
    for note in results.notes:
        yield from ("", _text(strings, "note", note=escaped(note)))
    yield from ("", f"## {_text(strings, 'where')}", "")
    for name, files in _WHERE.items():
        yield f"- {_text(strings, name, **{what: code(file) for what, file in files.items()})}"
    yield from ("", escaped(strings.text("nature.evidence")))


def _exclusions(results: Results, strings: Strings) -> Iterator[str]:
    """What the engagement leaves out, whether it is in force or not."""
    for one in results.exclusions[:_MOST_EXCLUSIONS]:
        about = {"until": one.expires_on, "owner": escaped(one.owner), "n": one.subjects}
        key = f"exclusion_{one.state.value}"
        said = _text(strings, key, id=one.id, place=code(one.name or one.scope), **about)
        yield from ("", f"{said} {escaped(cut(one.reason, _LONGEST))}")
    more = len(results.exclusions) - _MOST_EXCLUSIONS
    if more > 0:
        yield from ("", _text(strings, "more_exclusions", n=more))


def _counts(results: Results, strings: Strings) -> Iterator[str]:
    """Controls and subjects by status; never a percentage."""
    findings = Counter(finding.status for finding in results.findings)
    items = Counter(item.status for item in results.observations)
    yield from ("", f"## {_text(strings, 'results')}")
    yield from _table(
        _heads(strings, "status", "controls", "subjects"),
        (
            (f"{GLYPHS[status]} {escaped(strings.status(status))}", findings[status], items[status])
            for status in ORDER
        ),
    )
    waived = sum(finding.waived for finding in results.findings)
    if waived:
        yield from ("", _text(strings, "waived", n=waived))


def _exceptions(results: Results, names: Names) -> Iterator[str]:
    """The controls with exceptions by severity, then the first subjects."""
    controls = {control.id: control for control in results.controls}
    found, strings = by_severity(results), names.strings
    if not found:
        return
    yield from ("", f"## {_text(strings, 'exceptions')}")
    worst = sorted(
        (finding for finding in results.findings if finding.exceptions),
        key=lambda finding: (SEVERITIES.index(controls[finding.control].severity), -finding.exceptions),
    )
    shown = min(len(worst), _MOST_EXCEPTIONS)
    yield from ("", _text(strings, "first_controls", shown=shown, all=len(worst)))
    yield from _table(
        _heads(strings, "severity", "control", "title_of", "counts"),
        (_control(controls[finding.control], finding, strings) for finding in worst[:_MOST_EXCEPTIONS]),
    )
    shown = min(len(found), _MOST_EXCEPTIONS)
    yield from ("", _text(strings, "first_subjects", shown=shown, all=len(found)))
    yield from _table(
        _heads(strings, "severity", "control", "subject", "cluster", "reason"),
        (_subject(controls[item.control], item, names) for item in found[:_MOST_EXCEPTIONS]),
    )


def _control(control: Control, finding: Finding, strings: Strings) -> tuple[str, ...]:
    assessed = finding.satisfied + finding.exceptions
    counted = _text(strings, "of_assessed", exceptions=finding.exceptions, assessed=assessed)
    severity = escaped(strings.severity(control.severity))
    return (severity, code(control.id), escaped(control.title), counted)


def _subject(control: Control, item: Observation, names: Names) -> tuple[str, ...]:
    subject, strings = item.subject, names.strings
    cluster = names.clusters.get(subject.cluster_id.lower(), subject.cluster)
    reason = escaped(cut(str(names.spelled(item.reason)), _LONGEST))
    if item.waiver:
        reason = f"{reason} {_text(strings, 'waiver', waiver=escaped(item.waiver))}"
    return (
        escaped(strings.severity(control.severity)),
        code(control.id),
        f"{escaped(strings.kind(subject.kind))} {code(subject.name)}",
        code(cluster),
        reason,
    )


def _gaps(results: Results, names: Names) -> Iterator[str]:
    gaps = [gap_row(gap, names) for gap in sorted(results.gaps, key=lambda gap: (gap.excluded, gap.source))]
    if not gaps:
        return
    strings = names.strings
    yield from ("", f"## {_text(strings, 'gaps')}", "")
    yield _text(strings, "first_gaps", shown=min(len(gaps), _MOST_GAPS), all=len(gaps))
    yield from _table(
        _heads(strings, "source", "place", "gap_reason", "detail"),
        (
            (
                escaped(gap.source),
                code(gap.scope_name),
                escaped(gap.reason),
                escaped(cut(gap.detail, _LONGEST)),
            )
            for gap in gaps[:_MOST_GAPS]
        ),
    )


def _table(heads: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    yield from ("", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}")
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        yield f"| {' | '.join(cells)} |"
