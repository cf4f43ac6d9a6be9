"""The sheets about the evidence: scope, gaps, who has access, parameters, and where each set came from."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reportgen.model import Results
from reportgen.render.completeness import gap_row
from reportgen.render.data import access_rows
from reportgen.render.ipe import sheets
from reportgen.render.names import Names
from reportgen.render.strings import Strings
from reportgen.render.workbook.book import Cell, Column, Moment, Table

_SCOPE = (
    *(
        Column("subscription", 34),
        Column("subscription_id", 38),
        Column("expected", 10),
        Column("visible", 10),
    ),
    *(Column("collected", 10), Column("clusters_in_graph", 12), Column("clusters_listed", 12)),
    Column("reason", 70, wrap=True),
)
_GAPS = (
    *(Column("source", 44, wrap=True), Column("scope_name", 34, wrap=True), Column("place", 34, wrap=True)),
    *(Column("excluded", 10), Column("gap_reason", 14), Column("detail", 70, wrap=True), Column("scope", 60)),
)
_ACCESS = (
    *(
        Column("cluster", 26),
        Column("subscription", 24),
        Column("principal", 46),
        Column("principal_name", 30),
    ),
    *(Column("right", 22), Column("place", 20), Column("by", 12), Column("through", 36), Column("scope", 44)),
    *(Column("eligible", 9), Column("conditional", 11), Column("system", 9), Column("not_read", 50)),
    *(Column("subscription_id", 38), Column("cluster_id", 40)),
)
_PARAMETERS = (
    *(Column("control", 36), Column("control_title", 48), Column("area", 20), Column("parameter", 26)),
    *(Column("value_used", 34), Column("default", 34), Column("weaker", 16), Column("parameter_source", 60)),
)
_PROVENANCE = (
    *(Column("ipe", 9), Column("source", 48, wrap=True), Column("source_id", 30), Column("rows", 9)),
    *(Column("total_records", 12), Column("closing_count", 12), Column("truncated", 12), Column("pages", 8)),
    *(Column("gaps", 8), Column("started_at", 19), Column("ended_at", 19), Column("endpoint", 36)),
    *(
        Column("api_versions", 24),
        Column("query", 60, wrap=True),
        Column("url", 60),
        Column("asked_with", 50),
    ),
    *(Column("command", 60, wrap=True), Column("identity", 38), Column("request_ids", 40)),
    *(Column("permission", 50), Column("folder", 40), Column("pages_sha256", 68), Column("files", 50)),
    Column("relied_on_by", 50),
)


def about_tables(results: Results, names: Names) -> Iterator[Table]:
    """The tables in the order of their sheets."""
    yield Table("scope", _SCOPE, _scope(results, names.strings))
    yield Table("gaps", _GAPS, _gaps(results, names))
    yield Table("access", _ACCESS, _access(results))
    yield Table("parameters", _PARAMETERS, _parameters(results, names.strings))
    yield Table("provenance", _PROVENANCE, _provenance(results, names.strings))


def _scope(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for line in results.scope.subscriptions:
        yield [
            *(line.name or line.id, line.id, line.expected, line.visible, line.collected),
            *(line.clusters_in_graph, line.clusters_listed, line.reason),
        ]
    text = strings.text
    for cluster in results.scope.clusters_missing:
        yield [cluster, None, True, False, False, None, None, text("workbook.cluster_missing")]
    for cluster in results.scope.clusters_unexpected:
        yield [cluster, None, False, True, True, None, None, text("workbook.cluster_unexpected")]


def _gaps(results: Results, names: Names) -> Iterator[list[Cell]]:
    for gap in sorted(results.gaps, key=lambda gap: (gap.source, gap.scope_name.casefold(), gap.scope)):
        row = gap_row(gap, names)
        yield [row.source, row.scope_name, row.place, gap.excluded, row.reason, row.detail, row.scope]


def _access(results: Results) -> Iterator[list[Cell]]:
    for row in access_rows(results):
        yield [
            *(row["cluster"], row["subscription"], row["principal"], row["name"], row["right"]),
            *(row["place"], row["by"], row["through"], row["scope"], row["eligible"]),
            *(row["conditional"], row["system"], row["not_read"], row["subscription_id"], row["cluster_id"]),
        ]


def _parameters(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for control in results.controls:
        for name, value in control.parameters.items():
            note = control.parameter_notes.get(name)
            yield [
                *(control.id, control.title, strings.area(control.area), name, _plain(value)),
                *((_plain(note.default), note.lets_more_pass(value), note.source) if note else ()),
            ]


def _plain(value: object) -> Cell:
    """A parameter's value: of its own type where a cell has it, else as JSON."""
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _provenance(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for sheet in sheets(results, strings):
        source = sheet.source
        yield [
            *(sheet.number, source.title, source.source, source.rows, source.total_records),
            *(source.closing_count, sheet.truncated_said, source.pages, source.gaps),
            *(Moment(source.started_at), Moment(source.ended_at), source.endpoint),
            *(", ".join(source.api_versions), source.query, source.url),
            json.dumps(dict(source.parameters), ensure_ascii=False, sort_keys=True),
            *(sheet.command, source.identity.object_id, " ".join(source.request_ids), sheet.permission),
            *(sheet.folder, source.pages_sha256),
            "\n".join(f"{file.file} {file.sha256}" for file in source.files),
            " ".join(sheet.relied_on_by),
        ]
