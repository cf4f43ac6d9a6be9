"""The catalogue: the control files of a folder, loaded, parameterised and tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reportgen.assess import control_file, expression
from reportgen.assess.judge import EVALUATION_ERROR, judge
from reportgen.assess.lint import lint
from reportgen.errors import UsageError
from reportgen.model import Control, ControlTest, Json
from reportgen.snapshot import tree_sha256

__all__ = [
    "TestFailure",
    "catalogue_sha256",
    "json_schema",
    "lint",
    "load",
    "run_tests",
    "with_parameters",
]

DEFAULT_AS_OF = "2026-11-15T06:00:00Z"
"""The time at which a test is judged that names none."""

_NO_CONTROLS = frozenset({"frameworks"})


@dataclass(frozen=True, slots=True)
class TestFailure:
    """One case of a control's own tests that came out otherwise; ``got`` is a status."""

    __test__ = False
    control: str
    path: str
    line: int
    expected: str
    got: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: {self.control}"
        return f"{where}: expected {self.expected}, got {self.got} ({self.reason})"


def load(folder: Path) -> tuple[Control, ...]:
    """All controls below ``folder``, sorted by id.

    Raises UsageError with every problem of every file, ``file:line: key: what``.
    """
    files = [
        (path, name)
        for path in sorted(folder.rglob("*.yaml"))
        if (name := path.relative_to(folder)).parts[0] not in _NO_CONTROLS
    ]
    if not files:
        raise UsageError(f"{folder}: holds no control file (<area>/<id>.yaml)")
    controls: list[Control] = []
    problems: list[str] = []
    for path, name in files:
        try:
            controls.append(control_file.read(path, f"{folder.name}/{name.as_posix()}"))
        except UsageError as error:
            problems.append(str(error))
    problems += _doubled(controls)
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(sorted(controls, key=lambda control: control.id))


def _doubled(controls: list[Control]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for control in controls:
        if control.id in first:
            problems.append(f"{control.path}:1: id: {control.id} is the id of {first[control.id]} too")
        first.setdefault(control.id, control.path)
    return problems


def with_parameters(
    controls: tuple[Control, ...], overrides: Mapping[str, Mapping[str, Json]]
) -> tuple[Control, ...]:
    """The controls with an engagement's parameters in place of the defaults.

    Raises UsageError for an unknown control or parameter, and for a value of another type than the default's.
    """
    known = {control.id: control for control in controls}
    problems = [
        problem
        for control_id, values in overrides.items()
        for problem in _override_problems(known.get(control_id), control_id, values)
    ]
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(
        replace(control, parameters={**control.parameters, **overrides.get(control.id, {})})
        for control in controls
    )


def _override_problems(control: Control | None, control_id: str, values: Mapping[str, Json]) -> list[str]:
    if control is None:
        return [f"parameters.{control_id}: no control has this id; `reportgen controls list` shows them"]
    problems = []
    for name, value in values.items():
        where = f"parameters.{control_id}.{name}"
        if name not in control.parameters:
            names = ", ".join(control.parameters) or "none"
            problems.append(f"{where}: unknown parameter; this control has: {names}")
        elif not _same_type(value, control.parameters[name]):
            default = control.parameters[name]
            problems.append(f"{where}: expected {_type_name(default)} such as {default!r}, found {value!r}")
    return problems


def _same_type(value: Json, default: Json) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(
            type(item) is type(known) for item in value for known in (default[:1] or [""])
        )
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)


def _type_name(value: Json) -> str:
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        list: "a list",
    }
    return names.get(type(value), type(value).__name__)


def run_tests(controls: tuple[Control, ...]) -> list[TestFailure]:
    """Run every control's own tests; an empty list is success. An evaluation error is always a failure."""
    failures = []
    for control in controls:
        for case in control.tests:
            verdict = judge(control, expression.context(*_variables(control, case)))
            if verdict.status is not case.expect or verdict.reason.startswith(EVALUATION_ERROR):
                failures.append(
                    TestFailure(
                        control.id,
                        control.path,
                        case.line,
                        case.expect.value,
                        verdict.status.value,
                        verdict.reason,
                    )
                )
    return failures


def _variables(control: Control, case: ControlTest) -> tuple[dict[str, Json], datetime]:
    given = dict(case.given)
    as_of = datetime.fromisoformat(given.pop("as_of", DEFAULT_AS_OF))
    if control.subject == "cluster":
        given.setdefault("cluster", given.get("subject", {}))
    given["parameters"] = {**control.parameters, **given.get("parameters", {})}
    return given, as_of


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a control file, for editors."""
    schema = control_file.ControlFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "reportgen control",
    }


def catalogue_sha256(folder: Path) -> str:
    """SHA-256 over all files of the catalogue, by path."""
    return tree_sha256(folder)
