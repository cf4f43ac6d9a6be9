"""The annex on sampling: the population of each control with its hash, and how to draw from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from reportgen.model import Control, Results
from reportgen.render.strings import Strings
from reportgen.render.wording import population
from reportgen.sampling import METHOD, draw_command, hash_command, population_sha256, populations

_SIZE = 25


@dataclass(frozen=True, slots=True)
class Listed:
    """A control by its id, and where it is printed."""

    id: str
    anchor: str


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """One population, with all controls that look at it; ``subjects`` is how many of what."""

    subjects: str
    sha256: str
    controls: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class SamplingView:
    """The section; ``empty`` are the ids of controls with a population of 0."""

    method: str
    commands: str
    by_hand: str
    populations: tuple[PopulationRow, ...]
    empty: tuple[str, ...]


def sampling_view(results: Results, strings: Strings) -> SamplingView:
    """Populations in the order of the first control that looks at each."""
    ids = populations(results.observations)
    findings = {finding.control: finding for finding in results.findings}
    shared: dict[tuple[str, str, tuple[int, int]], list[Control]] = defaultdict(list)
    for control in results.controls:
        found = findings[control.id]
        if ids[control.id] or found.unlisted:
            unknown = (found.unlisted_clusters, found.unlisted_subscriptions)
            shared[population_sha256(ids[control.id]), control.subject, unknown].append(control)
    return SamplingView(
        method=METHOD,
        commands="reportgen population <pack> --control <id>\n"
        f"reportgen sample <pack> --control <id> --n {_SIZE}",
        by_hand=f"{hash_command('<id>')}\n{draw_command('<population>', _SIZE, '<seed>')}",
        populations=tuple(
            PopulationRow(
                population(members[0].subject, findings[members[0].id], strings),
                sha256,
                tuple(Listed(control.id, f"c-{control.id}") for control in members),
            )
            for (sha256, *_), members in shared.items()
        ),
        empty=tuple(
            control.id
            for control in results.controls
            if not ids[control.id] and not findings[control.id].unlisted
        ),
    )
