"""The entity's own controls as an index: its words, its order, and what the evidence for each found."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.model import EntityControlResult, Results, Status
from reportgen.render.strings import Strings


@dataclass(frozen=True, slots=True)
class Evidence:
    """A control of the catalogue: where it is printed, its title, and what it found."""

    anchor: str
    title: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One of the entity's controls. ``people`` are label and value of who owns and operates it, how often."""

    result: EntityControlResult
    people: tuple[tuple[str, str], ...]
    evidence: tuple[Evidence, ...]


def entity_rows(results: Results, strings: Strings) -> tuple[EntityRow, ...]:
    """A row for each of the entity's controls, in the engagement's order."""
    statuses = {finding.control: finding.status for finding in results.findings}
    titles = {control.id: control.title for control in results.controls}
    return tuple(
        EntityRow(
            result,
            people=tuple(
                (strings.text(f"entity.{label}"), value)
                for label, value in (
                    ("owner", result.owner),
                    ("operator", result.operator),
                    ("frequency", result.frequency),
                    ("request", result.request_item),
                )
                if value
            ),
            evidence=tuple(
                Evidence(f"c-{name}", titles.get(name, name), statuses.get(name)) for name in result.controls
            ),
        )
        for result in results.entity_controls
    )
