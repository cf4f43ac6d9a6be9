"""OSCAL 1.2.1 (NIST): the assessment results, and the minimal plan that they import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.model import Json, Results
from reportgen.render.oscal.assessment import OBSERVATIONS, assessment_results
from reportgen.render.oscal.parts import PLAN
from reportgen.render.oscal.plan import assessment_plan
from reportgen.snapshot import canonical_json

__all__ = ["OscalPlan", "OscalResults"]


class OscalPlan:
    """results/oscal-assessment-plan.json."""

    name = "OSCAL assessment plan"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        return _write(folder / "results" / PLAN, assessment_plan(results))


class OscalResults:
    """results/oscal-assessment-results.json.

    It runs after the tables and reads the pack's own files, to give the hash of what it points at.
    """

    name = "OSCAL assessment results"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        document, observations = assessment_results(results, folder)
        path = folder / "results" / "oscal-assessment-results.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(_pieces(document, observations))
        return path


def _pieces(document: Json, observations: Iterable[Json]) -> Iterator[bytes]:
    """`canonical_json` of the whole, of which one observation is held at a time."""
    written = canonical_json(document)
    mark = canonical_json(OBSERVATIONS).strip()
    start = written.find(mark)
    if start < 0:
        yield written
        return
    indent = written[written.rindex(b"\n", 0, start) : start]
    yield written[:start]
    for place, observation in enumerate(observations):
        if place:
            yield b"," + indent
        yield canonical_json(observation).strip().replace(b"\n", indent)
    yield written[start + len(mark) :]


def _write(path: Path, document: Json) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(canonical_json(document))
    return path
