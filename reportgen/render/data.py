"""The results as data: findings.json, observations.jsonl, access.jsonl, and tables for a spreadsheet."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from reportgen.model import (
    AccessListing,
    Control,
    ControlPeriod,
    Finding,
    FrameworkResult,
    Json,
    Observation,
    RequirementResult,
    Results,
)
from reportgen.render import schemas
from reportgen.render.streamed import members, write_json
from reportgen.render.text import cleaner
from reportgen.sampling import population_sha256, populations

FORMULA = re.compile(r"[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+\-@|%＝＋－＠]")
"""What spreadsheets run, also behind blanks and in full width (OWASP, CSV injection)."""
_SHAPELESS = re.compile(r"[^\t\r\n -~]+")
_CLEAN = cleaner()
_ACCESS = (
    "cluster", "subscription", "principal", "name", "right", "place", "by", "through", "scope", "eligible",
    "conditional", "system", "not_read", "subscription_id", "cluster_id",
)  # fmt: skip
"""The columns of the access listing; where ``not_read`` says what is missing, a row has no right."""
_FIXED = ("status", "cause", "subject", "kind", "cluster", "subscription", "subscription_id", "subject_id")


class FindingsJson:
    """results/findings.json: facts, scope, one entry a control, gaps, sources."""

    name = "findings.json"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        return write_json(folder / "results" / "findings.json", findings_document(results))


def findings_document(results: Results) -> dict[str, Json]:
    """What findings.json says."""
    facts = asdict(results.facts)
    findings = {finding.control: finding for finding in results.findings}
    ids = populations(results.observations)
    periods = {line.control: line for line in results.period.controls} if results.period else {}
    return {
        "schema_version": schemas.version("findings"),
        "schemas": schemas.versions(),
        "pack": facts,
        "engagement": {
            key: facts[key]
            for key in ("entity", "engagement", "period_start", "period_end", "classification")
        },
        "scope": asdict(results.scope),
        "findings": [
            _finding(control, findings[control.id], ids[control.id], periods.get(control.id))
            for control in results.controls
        ],
        "entity_controls": [asdict(result) for result in results.entity_controls],
        "frameworks": [_framework(result) for result in results.frameworks],
        "exclusions": [asdict(exclusion) for exclusion in results.exclusions],
        "waivers": [asdict(waiver) for waiver in results.waivers],
        "attestations": [asdict(stated) for stated in results.attestations],
        "responses": [asdict(response) for response in results.responses],
        "gaps": [asdict(gap) for gap in results.gaps],
        "differences": [asdict(difference) for difference in results.differences],
        "collector": asdict(results.collector) if results.collector else None,
        "principals": results.principals and [asdict(known) for known in results.principals.values()],
        "sources": [asdict(source) for source in results.sources],
        "notes": list(results.notes),
    }


def _finding(
    control: Control, finding: Finding, population: Iterable[str], period: ControlPeriod | None
) -> dict[str, Json]:
    counts = asdict(finding)
    return counts | {
        "period": period and _period(period),
        "population_sha256": population_sha256(population),
        "check": control.check,
        "when": control.when,
        "assessable": control.assessable,
        "observe": dict(control.observe),
        "title": control.title,
        "area": control.area,
        "severity": control.severity,
        "objective": control.objective,
        "test_procedure": control.test_procedure,
        "evidence": control.evidence,
        "parameters": dict(control.parameters),
        "parameter_notes": {name: asdict(note) for name, note in control.parameter_notes.items()},
        "needs": list(control.needs),
        "remediation": {"text": control.remediation_text, "cli": control.remediation_cli},
        "references": list(control.references),
    }


def _period(line: ControlPeriod) -> dict[str, Json]:
    return {
        "status": line.status,
        "points_expected": line.expected,
        "points_assessed": line.assessed,
        "points_satisfied": line.satisfied,
        "points_not_applicable": line.not_applicable,
        "longest_blind_spot_hours": line.blind_hours,
    }


def _framework(result: FrameworkResult) -> dict[str, Json]:
    document: dict[str, Json] = asdict(result.framework)
    document["requirements"] = [
        asdict(line.requirement)
        | {"status": line.status, "exceptions": line.exceptions, "not_assessed": line.not_assessed}
        for line in result.requirements
    ]
    return document


class ObservationsJsonl:
    """results/observations.jsonl: one line a control and subject."""

    name = "observations.jsonl"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        return _write_lines(folder / "results" / "observations.jsonl", observation_rows(results))


def observation_rows(results: Results) -> Iterator[dict[str, Json]]:
    """The lines of observations.jsonl."""
    return map(asdict, results.observations)


class AccessJsonl:
    """results/access.jsonl: what could not be read of each cluster, then one line a principal and right."""

    name = "access.jsonl"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        return _write_lines(folder / "results" / "access.jsonl", access_rows(results))


def access_rows(results: Results) -> Iterator[dict[str, Json]]:
    """The access listings in one, as `_ACCESS` names the columns; lines about what is missing come first."""
    for listing in results.access:
        for sentence in listing.missing:
            yield {**dict.fromkeys(_ACCESS), **_where(listing, results), "not_read": sentence}
    for listing in results.access:
        where = _where(listing, results)
        for row in listing.rows:
            known = (results.principals or {}).get(row.principal.partition("/")[2].lower())
            yield {**asdict(row), **where, "name": (known and known.name) or None, "not_read": None}


def _where(listing: AccessListing, results: Results) -> dict[str, Json]:
    cluster = listing.cluster
    return {
        "cluster": cluster.name,
        "subscription": results.subscription_names.get(cluster.subscription.lower(), ""),
        "subscription_id": cluster.subscription,
        "cluster_id": cluster.id,
    }


class PartJson:
    """results/<part>.json, of a part that not every pack has.

    runs.json: every run in the period and what came of it, where a register was kept. period.json: each
    control and exception at every collection point, clusters, changes.
    """

    def __init__(self, part: Literal["runs", "period"]) -> None:
        self._part = part
        self.name = f"{part}.json"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path, or the folder where there is no such part."""
        part = results.runs if self._part == "runs" else results.period
        return folder if part is None else write_json(folder / "results" / self.name, members(part))


class ControlTables:
    """results/csv/<control>.csv: the whole population of each control, for a spreadsheet."""

    name = "csv"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the files below ``folder`` and return their folder."""
        target = folder / "results" / "csv"
        by_control: dict[str, list[Observation]] = defaultdict(list)
        for observation in results.observations:
            by_control[observation.control].append(observation)
        for control in results.controls:
            heads = (*_FIXED, *control.observe, "reason", "evidence", "waiver")
            rows = (_row(control, observation, results) for observation in by_control[control.id])
            write_table(target / f"{control.id}.csv", heads, rows)
        return target


class AccessTable:
    """results/csv/access-listing.csv: the lines of access.jsonl, for a spreadsheet."""

    name = "access listing"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the file below ``folder`` and return its path."""
        rows = ([row[column] for column in _ACCESS] for row in access_rows(results))
        return write_table(folder / "results" / "csv" / "access-listing.csv", _ACCESS, rows)


class FrameworkTables:
    """results/csv/framework-<id>.csv: a line for each requirement and control."""

    name = "frameworks"

    def render(self, results: Results, folder: Path) -> Path:
        """Write the files below ``folder`` and return their folder."""
        target = folder / "results" / "csv"
        found = {finding.control: finding for finding in results.findings}
        for result in results.frameworks:
            lines = [line for requirement in result.requirements for line in _requirement(requirement, found)]
            write_table(target / f"framework-{result.framework.id}.csv", _REQUIREMENT, lines)
        return target


_REQUIREMENT = (
    *("requirement", "group", "title", "method", "status of its controls", "not covered", "reason"),
    *("control", "relation", "mapping", "control's status", "exceptions", "not assessed", "population"),
)


def _requirement(line: RequirementResult, found: Mapping[str, Finding]) -> Iterator[list[Json]]:
    asked = line.requirement
    own: list[Json] = [asked.id, asked.group, asked.title, asked.method, line.status, asked.not_covered]
    own.append(asked.reason)
    for mapped in asked.controls or (None,):
        if mapped is None:
            yield own + [None] * (len(_REQUIREMENT) - len(own))
            continue
        finding = found.get(mapped.control)
        counts: tuple[Json, ...] = (None, None, None, None)
        if finding:
            counts = (finding.status, finding.exceptions, finding.not_assessed, finding.population)
        yield [*own, mapped.control, mapped.relation, mapped.published or "ours", *counts]


def _row(control: Control, observation: Observation, results: Results) -> list[Json]:
    subject = observation.subject
    fixed = (
        observation.status.value,
        observation.cause.value if observation.cause else "",
        subject.name,
        subject.kind,
        subject.cluster,
        results.subscription_names.get(subject.subscription.lower(), ""),
        subject.subscription,
        subject.id,
    )
    observed = (observation.observed.get(label) for label in control.observe)
    rest = (observation.reason, " ".join(observation.evidence), observation.waiver or "")
    return [*fixed, *observed, *rest]


def write_table(path: Path, heads: Iterable[str], rows: Iterable[list[Json]]) -> Path:
    """Write a table that a spreadsheet opens as what it is, and runs nothing of."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Spreadsheets take UTF-8 for granted only behind a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        # With any other line ending a lone carriage return in a cell is not quoted and ends the row.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(heads)
        for row in rows:
            writer.writerow(map(_cell, row))
    return path


def _cell(value: Json) -> Any:
    """A value for a spreadsheet: text that would start a formula gets an apostrophe before it.

    Characters without a shape, such as a terminal's escapes, are shown as in the reports.
    """
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not text.isprintable():
        text = _SHAPELESS.sub(lambda found: str(_CLEAN(found[0])), text)
    return f"'{text}" if FORMULA.match(text) else text


def _write_lines(path: Path, rows: Iterable[dict[str, Json]]) -> Path:
    """Line by line: of 1,000 clusters they are hundreds of megabytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    return path
