"""OSCAL 1.2.1 (NIST): the assessment results, and the minimal plan that they import."""

from __future__ import annotations

from pathlib import Path

from reportgen.model import Results
from reportgen.render.oscal.assessment import assessment_results
from reportgen.render.oscal.parts import PLAN
from reportgen.render.oscal.plan import assessment_plan
from reportgen.render.streamed import write_json

__all__ = ["OscalPlan", "OscalResults"]


class OscalPlan:
    """results/oscal-assessment-plan.json."""

    name = "OSCAL assessment plan"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        return write_json(folder / "results" / PLAN, assessment_plan(results))


class OscalResults:
    """results/oscal-assessment-results.json.

    It runs after the tables and reads the pack's own files, to give the hash of what it points at.
    """

    name = "OSCAL assessment results"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        document = assessment_results(results, folder)
        return write_json(folder / "results" / "oscal-assessment-results.json", document)
