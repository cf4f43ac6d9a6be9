"""The sections of a report in their order, for its contents and its navigation."""

from __future__ import annotations

from collections.abc import Collection

from reportgen.model import Results

ORDER = (
    "scope", "nature", "waivers-front", "document", "summary", "estate", "exceptions", "period", "entity",
    "index", "controls", "frameworks", "access", "ipe", "waivers", "responses", "attestations", "gaps",
    "since", "differences", "runs", "collector", "clusters", "parameters", "sampling", "changes", "method",
    "responsibility", "glossary",
)  # fmt: skip
"""Anchors of all sections that there can be; the title of one is the text ``sections.<anchor>``."""


def shown(results: Results, left_out: Collection[str]) -> tuple[str, ...]:
    """The anchors of those with something in them that are not left out."""
    empty = {
        "entity": not results.entity_controls,
        "frameworks": not results.frameworks,
        "differences": not results.differences,
        "collector": results.collector is None,
        "parameters": not any(control.parameters for control in results.controls),
        "estate": not results.observations,
        "waivers-front": not any(waiver.needs_reader for waiver in results.waivers),
        "period": results.period is None,
        "since": results.changes is None,
        "waivers": not results.waivers,
        "responses": not results.responses,
        "attestations": not results.attestations,
    }
    return tuple(anchor for anchor in ORDER if not empty.get(anchor) and anchor not in left_out)
