"""The first sheet: whose evidence this is, whether it is complete, the counts, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reportgen.model import Results
from reportgen.render.caps import Caps
from reportgen.render.charts import ORDER
from reportgen.render.completeness import scope_view
from reportgen.render.workbook.book import Cell, Link, Moment, Part, Sheet, Table

_WIDTHS = (30, 16, 16, 74)
_LAST_WRAPS = (False, False, False, True)


def write_summary(sheet: Sheet, results: Results, written: Sequence[tuple[Table, list[Part]]]) -> None:
    """Fill the first sheet, after all others, since it says how many rows each has."""
    strings, styles = sheet.strings, sheet.styles
    text = strings.text
    for index, width in enumerate(_WIDTHS):
        sheet.raw.set_column(index, index, width)
    sheet.row([text("workbook.title", id=results.facts.pack_id)], styles.title)
    if banner := strings.banner(results.facts.collection_mode):
        sheet.row([banner], styles.mode)
    sheet.across("", text("nature.evidence"), _WIDTHS, styles.note)
    sheet.row([])
    for label, value in _facts(results):
        sheet.across(text(f"workbook.{label}"), value, _WIDTHS)
    sheet.row([])
    sheet.across(text("workbook.scope_verdict"), scope_view(results, Caps(), strings).verdict, _WIDTHS)
    for note in results.notes:
        sheet.across(text("nature.notes"), note, _WIDTHS)
    sheet.row([])
    sheet.row(
        [text(f"workbook.{key}") for key in ("status", "findings", "observations", "means")], styles.head
    )
    findings = Counter(finding.status for finding in results.findings)
    observations = Counter(item.status for item in results.observations)
    for status in ORDER:
        meaning = text(f"workbook.means_{status.value}")
        sheet.row([status, findings[status], observations[status], meaning], wraps=_LAST_WRAPS)
    waived = sum(finding.waived for finding in results.findings)
    sheet.row([text("workbook.waived"), None, waived, text("workbook.means_waived")], wraps=_LAST_WRAPS)
    sheet.row([])
    sheet.row([text(f"workbook.{key}") for key in ("sheet", "rows", "of_rows", "holds")], styles.head)
    for table, parts in written:
        total = sum(part.rows for part in parts)
        for part in parts:
            about = text(f"workbook.about_{table.key}")
            if len(parts) > 1:
                about = f"{text('workbook.in_parts', n=len(parts))} {about}"
            sheet.row([Link(part.sheet, part.sheet, 0), part.rows, total, about], wraps=_LAST_WRAPS)


def _facts(results: Results) -> Iterator[tuple[str, Cell]]:
    facts = results.facts
    yield "entity", facts.entity
    yield "engagement", facts.engagement
    yield "period", f"{facts.period_start} – {facts.period_end}"
    yield "classification", facts.classification
    yield "as_of", Moment(facts.as_of)
    yield "collected_from", Moment(facts.collected_from)
    yield "collected_to", Moment(facts.collected_to)
    yield "pack_id", facts.pack_id
    yield "collection_mode", facts.collection_mode.value
    yield "prepared_by", facts.identity.object_id
    yield "host", facts.host
    yield "tool_version", facts.tool_version
    yield "catalogue_sha256", facts.catalogue_sha256
    yield "snapshot", facts.snapshot
    yield "snapshot_sha256", facts.snapshot_sha256
