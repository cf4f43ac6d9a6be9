"""The catalogue: the control files of a folder, loaded, parameterised and tested."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from reportgen.assess import control_file, expression
from reportgen.assess.judge import EVALUATION_ERROR, judge
from reportgen.assess.lint import lint
from reportgen.assess.parameters import with_parameters
from reportgen.errors import UsageError
from reportgen.model import Control, ControlTest, Json
from reportgen.snapshot import CATALOGUE, Reader

__all__ = [
    "TestFailure",
    "json_schema",
    "kept",
    "lint",
    "load",
    "of_then",
    "run_tests",
    "version",
    "with_parameters",
]

DEFAULT_AS_OF = "2026-11-15T06:00:00Z"
"""The time at which a test is judged that names none."""

_NO_CONTROLS = frozenset({"frameworks", "peers"})


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


def load(*folders: Path) -> tuple[Control, ...]:
    """All controls below the folders, sorted by id; one of a later folder stands in place of its namesake.

    Raises UsageError with every problem of every file, ``file:line: key: what``.
    """
    controls: dict[str, Control] = {}
    problems: list[str] = []
    for folder in folders:
        found, wrong = _read(folder)
        controls |= {control.id: control for control in found}
        problems += wrong
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(controls[key] for key in sorted(controls))


def _read(folder: Path) -> tuple[list[Control], list[str]]:
    """The controls of one folder, and what is wrong there."""
    files = [
        (path, name)
        for path in sorted(folder.rglob("*.yaml"))
        if (name := path.relative_to(folder)).parts[0] not in _NO_CONTROLS
    ]
    if not files:
        return [], [f"{folder}: holds no control file (<area>/<id>.yaml)"]
    controls: list[Control] = []
    problems: list[str] = []
    for path, name in files:
        try:
            controls.append(control_file.read(path, f"{folder.name}/{name.as_posix()}"))
        except UsageError as error:
            problems.append(str(error))
    return controls, problems + _doubled(controls)


def kept(controls: tuple[Control, ...]) -> bytes:
    """The controls with their parameters as JSON, for a snapshot to be judged by later; without tests."""
    return msgspec.json.encode([replace(control, tests=()) for control in controls], order="deterministic")


def of_then(reader: Reader) -> tuple[Control, ...]:
    """The controls that were the catalogue when a snapshot was taken; UsageError where it does not say."""
    path = reader.folder / CATALOGUE
    if not path.is_file():
        raise UsageError(f"{path}: the snapshot does not say which controls it was collected for")
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Control, ...])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path}: not the controls of this version of reportgen ({error})") from error


def version(folder: Path) -> str:
    """The version of the shipped catalogue, such as ``2026.4``: year and quarter."""
    return (folder / "VERSION").read_text(encoding="utf-8").strip()


def _doubled(controls: list[Control]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for control in controls:
        if control.id in first:
            problems.append(f"{control.path}:1: id: {control.id} is the id of {first[control.id]} too")
        first.setdefault(control.id, control.path)
    return problems


def run_tests(controls: tuple[Control, ...]) -> list[TestFailure]:
    """Run every control's own tests; an empty list is success. An evaluation error is always a failure."""
    failures = []
    for control in controls:
        for case in control.tests:
            verdict = judge(control, expression.context(*variables(control, case)))
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


def variables(control: Control, case: ControlTest) -> tuple[dict[str, Json], datetime]:
    """What the expressions see in a case, and its time: as given, with what a case may leave out."""
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
