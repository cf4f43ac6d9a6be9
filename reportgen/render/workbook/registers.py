"""The sheets of what people say: exclusions, waivers, attestations, responses, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.model import AttestationState, ResponseState, Results, WaiverState
from reportgen.render.strings import Strings
from reportgen.render.workbook.book import Cell, Column, Day, Table

_EXCLUSIONS = (
    *(Column("id", 10), Column("state", 26), Column("scope", 60), Column("scope_name", 34)),
    *(Column("reason", 60, wrap=True), Column("owner", 30), Column("expires_on", 12)),
    Column("subjects_left_out", 12),
)
_WAIVERS = (
    *(Column("id", 10), Column("state", 30, wrap=True), Column("controls", 36, wrap=True)),
    *(Column("subject_or_pattern", 60, wrap=True), Column("reason", 60, wrap=True), Column("ticket", 14)),
    *(Column("requested_by", 24), Column("approved_by", 24), Column("approved_on", 12)),
    *(Column("begins_on", 12), Column("expires_on", 12), Column("matched", 10), Column("waived", 10)),
    *(Column("late_days", 10), Column("approval", 44, wrap=True), Column("approval_file", 30)),
    *(Column("file_sha256", 68), Column("origin", 24), Column("exemption", 30), Column("category", 14)),
    *(Column("entry_at", 24), Column("entry_wrong", 70, wrap=True)),
)
_ATTESTATIONS = (
    *(Column("id", 10), Column("state", 26), Column("about_kind", 16), Column("about", 36)),
    *(Column("framework", 20), Column("subject", 44), Column("statement", 70, wrap=True)),
    *(Column("person", 24), Column("role", 24), Column("stated_on", 12), Column("valid_until", 12)),
    *(Column("relied_on", 12), Column("file", 30), Column("file_sha256", 68), Column("copy", 44)),
    *(Column("entry_at", 24), Column("entry_wrong", 70, wrap=True)),
)
_RESPONSES = (
    *(Column("id", 10), Column("state", 16), Column("control", 36), Column("subject", 44)),
    *(Column("plan", 70, wrap=True), Column("owner", 24), Column("due_on", 12), Column("exceptions", 11)),
    *(Column("waived", 10), Column("entry_at", 24), Column("entry_wrong", 70, wrap=True)),
)


def register_tables(results: Results, strings: Strings) -> Iterator[Table]:
    """The tables in the order of their sheets."""
    yield Table("exclusions", _EXCLUSIONS, _exclusions(results, strings))
    yield Table("waivers", _WAIVERS, _waivers(results, strings))
    yield Table("attestations", _ATTESTATIONS, _attestations(results, strings))
    yield Table("responses", _RESPONSES, _responses(results, strings))


def _word(register: str, state: WaiverState | AttestationState | ResponseState, strings: Strings) -> str:
    return strings.text(f"{register}.{state.value.replace('-', '_')}")


def _exclusions(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for item in results.exclusions:
        yield [
            *(item.id, strings.text(f"workbook.exclusion_{item.state.value}"), item.scope, item.name),
            *(item.reason, item.owner, Day(item.expires_on), item.subjects),
        ]


def _waivers(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for item in results.waivers:
        yield [
            *(item.id, "; ".join(_word("waivers", state, strings) for state in (item.state, *item.notes))),
            *(", ".join(item.controls), item.subject or item.glob, item.reason, item.ticket),
            *(item.requested_by, item.approved_by, Day(item.approved_on), Day(item.begins_on)),
            *(Day(item.expires_on), item.matched, item.waived, item.late_days, item.approval),
            *(item.approval_file, item.approval_sha256, item.origin, item.name, item.category),
            *(item.where, "; ".join(item.problems)),
        ]


def _attestations(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for item in results.attestations:
        yield [
            *(item.id, _word("attestations", item.state, strings), item.kind, item.about, item.framework),
            *(item.subject, item.statement, item.person, item.role, Day(item.stated_on)),
            *(Day(item.valid_until), item.relied_on, item.file, item.file_sha256, item.copy),
            *(item.where, "; ".join(item.problems)),
        ]


def _responses(results: Results, strings: Strings) -> Iterator[list[Cell]]:
    for item in results.responses:
        yield [
            *(
                item.id,
                _word("responses", item.state, strings),
                item.control,
                item.subject,
                item.plan,
                item.owner,
            ),
            *(Day(item.due_on), item.exceptions, item.waived, item.where, "; ".join(item.problems)),
        ]
