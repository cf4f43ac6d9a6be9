"""The frameworks: loaded from a folder, held against the catalogue, and what the findings say of them.

Nothing here states that a requirement is met: a status is that of the controls that give evidence for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reportgen.assess import framework_file
from reportgen.assess.roll_up import roll_up
from reportgen.errors import UsageError
from reportgen.model import (
    Finding,
    Framework,
    FrameworkResult,
    MappedControl,
    Relation,
    Requirement,
    RequirementResult,
    Status,
)


def load(folders: Iterable[Path]) -> tuple[Framework, ...]:
    """All frameworks of the folders, by id; one of a later folder stands for one of the same id before it.

    Raises UsageError with every problem of every file, ``file:line: key: what``.
    """
    found: dict[str, Framework] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            try:
                framework = framework_file.read(path, f"{folder.name}/{path.name}")
            except UsageError as error:
                problems.append(str(error))
            else:
                found[framework.id] = framework
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(found[key] for key in sorted(found))


def chosen(frameworks: tuple[Framework, ...], ids: tuple[str, ...] | None) -> tuple[Framework, ...]:
    """Those that an engagement names, in its order; all without a choice. UsageError for an unknown one."""
    if ids is None:
        return frameworks
    known = {framework.id: framework for framework in frameworks}
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise UsageError(f"frameworks: {', '.join(unknown)}: unknown; there are {', '.join(known)}")
    return tuple(known[name] for name in ids)


def unknown_controls(frameworks: Iterable[Framework], controls: Iterable[str]) -> list[str]:
    """Controls that a framework names and the catalogue does not have, as ``file: requirement: what``."""
    known = set(controls)
    return [
        f"{framework.path}: {requirement.id}: no control has the id {mapped.control}"
        for framework in frameworks
        for requirement in framework.requirements
        for mapped in requirement.controls
        if mapped.control not in known
    ]


Mapped = tuple[tuple[Requirement, MappedControl], ...]
"""Requirements with the mapping to one control, in the framework's order."""


def of_control(frameworks: Iterable[Framework], control: str) -> tuple[tuple[Framework, Mapped], ...]:
    """What a control gives evidence for; frameworks without such a requirement are left out."""
    found = (
        (
            framework,
            tuple(
                (requirement, mapped)
                for requirement in framework.requirements
                for mapped in requirement.controls
                if mapped.control == control
            ),
        )
        for framework in frameworks
    )
    return tuple((framework, mapped) for framework, mapped in found if mapped)


def evaluate(frameworks: Iterable[Framework], findings: Iterable[Finding]) -> tuple[FrameworkResult, ...]:
    """What the findings say of every requirement: its direct controls, else the supporting ones."""
    by_control = {finding.control: finding for finding in findings}
    return tuple(
        FrameworkResult(
            framework,
            tuple(_result(requirement, by_control) for requirement in framework.requirements),
        )
        for framework in frameworks
    )


def _result(requirement: Requirement, by_control: dict[str, Finding]) -> RequirementResult:
    run = [item for item in requirement.controls if item.control in by_control]
    direct = [item for item in run if item.relation is Relation.DIRECT]
    found = [by_control[item.control] for item in direct or run]
    counts = {status: sum(finding.status is status for finding in found) for status in Status}
    return RequirementResult(
        requirement,
        status=roll_up(counts) if found else None,
        exceptions=sum(finding.exceptions for finding in found),
        not_assessed=sum(finding.not_assessed for finding in found),
        supporting_only=bool(run) and not direct,
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a framework file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **framework_file.FrameworkFile.model_json_schema(),
        "title": "reportgen framework",
    }
