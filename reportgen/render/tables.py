"""Tables over all controls for a spreadsheet: what an auditor asks for before any single population."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reportgen.model import SEVERITIES, Json, Observation, Results, Status
from reportgen.render.data import write_table
from reportgen.sources import BY_NAME

_RANK: Mapping[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_CONTROLS = (
    "control", "title", "area", "severity", "status", "population", "satisfied", "exceptions", "waived",
    "not_assessed", "not_applicable", "unlisted_clusters", "unlisted_subscriptions", "method", "evidence",
    "needs",
)  # fmt: skip
_EXCEPTIONS = (
    "severity", "control", "title", "area", "subject", "kind", "cluster", "subscription", "subscription_id",
    "subject_id", "observed", "reason", "waiver", "evidence",
)  # fmt: skip
_GAPS = ("source", "title", "scope_name", "scope", "reason", "excluded", "detail")


def by_severity(results: Results) -> list[Observation]:
    """Whatever is not satisfied, waived or not, the most severe first, else in the order of the results."""
    severity = {control.id: control.severity for control in results.controls}
    found = (item for item in results.observations if item.status is Status.NOT_SATISFIED)
    return sorted(found, key=lambda item: _RANK.get(severity[item.control], len(_RANK)))


class ControlsTable:
    """results/csv/controls.csv: every control with its finding, in counts."""

    name = "controls"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        found = {finding.control: finding for finding in results.findings}
        rows: list[list[Json]] = []
        for control in results.controls:
            finding = found[control.id]
            rows.append(
                [
                    *(control.id, control.title, control.area, control.severity, finding.status.value),
                    *(finding.population, finding.satisfied, finding.exceptions, finding.waived),
                    *(finding.not_assessed, finding.not_applicable),
                    *(finding.unlisted_clusters, finding.unlisted_subscriptions),
                    *(control.method, control.evidence),
                    " ".join(control.needs),
                ]
            )
        return write_table(folder / "results" / "csv" / "controls.csv", _CONTROLS, rows)


class ExceptionsTable:
    """results/csv/exceptions.csv: the exceptions of all controls."""

    name = "exceptions"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        controls = {control.id: control for control in results.controls}
        rows: list[list[Json]] = []
        for item in by_severity(results):
            control, subject = controls[item.control], item.subject
            rows.append(
                [
                    *(control.severity, control.id, control.title, control.area, subject.name, subject.kind),
                    *(subject.cluster, results.subscription_names.get(subject.subscription.lower(), "")),
                    *(subject.subscription, subject.id, dict(item.observed), item.reason),
                    *(item.waiver, " ".join(item.evidence)),
                ]
            )
        return write_table(folder / "results" / "csv" / "exceptions.csv", _EXCEPTIONS, rows)


class GapsTable:
    """results/csv/gaps.csv: what could not be read, and what the engagement left out."""

    name = "gaps"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        rows: list[list[Json]] = [
            [
                *(gap.source, BY_NAME[gap.source].title if gap.source in BY_NAME else ""),
                *(gap.scope_name, gap.scope, gap.reason, gap.excluded, gap.detail),
            ]
            for gap in results.gaps
        ]
        return write_table(folder / "results" / "csv" / "gaps.csv", _GAPS, rows)
