"""``reportgen controls``: look at the catalogue, and check control files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.model import Control

controls = typer.Typer(help="Look at the catalogue, and check control files.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of control files; the shipped catalogue without it.", file_okay=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@controls.command(name="list")
def list_controls(folder: Folder = None, as_json: AsJson = False) -> None:
    """List the controls: id, severity, subject and title."""
    loaded = _load(folder)
    if as_json:
        keys = ("id", "title", "area", "severity", "subject", "method", "needs", "covers")
        console.document([{key: getattr(control, key) for key in keys} for control in loaded])
        return
    width = max(len(control.id) for control in loaded)
    for control in loaded:
        console.say(f"{control.id:<{width}}  {control.severity:<8}  {control.subject:<10}  {control.title}")


@controls.command()
def show(
    control: Annotated[str, typer.Argument(help="A control's id.")],
    folder: Annotated[Path | None, typer.Option("--controls", help="A folder of control files.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print one control: what it tests, how, and how to remedy."""
    from dataclasses import asdict

    found = next((known for known in _load(folder) if known.id == control), None)
    if found is None:
        raise UsageError(f"{control}: no control has this id; `reportgen controls list` shows them")
    if as_json:
        console.document(asdict(found))
        return
    for line in _described(found):
        console.say(line)


def _described(control: Control) -> list[str]:
    labelled = [
        ("Severity", f"{control.severity}. {control.severity_reason}".strip()),
        ("Subject", control.subject),
        ("Objective", control.objective),
        ("Test procedure", control.test_procedure),
        ("Evidence", ", ".join(control.needs)),
        ("Applies when", control.when),
        ("Assessable", control.assessable),
        ("Check", control.check),
        ("Satisfied where absent", "; ".join(f"{p}: {why}" for p, why in control.absent_satisfied.items())),
        ("Parameters", ", ".join(f"{name} = {value}" for name, value in control.parameters.items())),
        ("Remedy", control.remediation_text),
        ("Command", control.remediation_cli),
        ("References", " ".join(control.references)),
        ("Peers' checks", ", ".join(control.covers)),
        ("File", control.path),
    ]
    return [f"{control.id}: {control.title}", *(f"  {label}: {text}" for label, text in labelled if text)]


@controls.command()
def lint(folder: Folder = None) -> None:
    """Find what loads but is wrong: constant checks, doubles, unread needs, words that claim too much."""
    from reportgen.assess import catalogue, coverage, frameworks
    from reportgen.run import CONTROLS, FRAMEWORKS

    loaded = _load(folder)
    problems = catalogue.lint(loaded)
    if folder is None:
        shipped = frameworks.load([FRAMEWORKS])
        problems += frameworks.unknown_controls(shipped, (control.id for control in loaded))
        problems += coverage.problems(CONTROLS, loaded)
    for problem in problems:
        console.complain(problem)
    console.say(f"{len(loaded)} controls, {len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


@controls.command()
def test(
    folder: Folder = None,
    mutations: Annotated[
        bool, typer.Option("--mutations", help="Also tell which changes to a control no test of it notices.")
    ] = False,
) -> None:
    """Run every control's own tests."""
    from reportgen.assess import catalogue, mutation

    loaded = _load(folder)
    failures = catalogue.run_tests(loaded)
    survivors = mutation.survivors(loaded) if mutations and not failures else []
    for problem in (*failures, *survivors):
        console.complain(str(problem))
    cases = sum(len(control.tests) for control in loaded)
    unnoticed = f", {len(survivors)} changes that no test notices" if mutations and not failures else ""
    console.say(f"{len(loaded)} controls, {cases} tests, {len(failures)} failures{unnoticed}")
    raise typer.Exit(1 if failures or survivors else 0)


@controls.command()
def new(
    control: Annotated[str, typer.Argument(help="The new control's id, <area>-<good state>.")],
    folder: Annotated[
        Path, typer.Option("--controls", help="Your folder of control files.", file_okay=False)
    ] = Path("controls"),
    subject: Annotated[str, typer.Option(help="What one observation is about.")] = "cluster",
) -> None:
    """Write a control file to fill in; it passes `lint` and `test` as it stands."""
    from reportgen.assess.skeleton import skeleton

    path = skeleton(control, subject, folder)
    console.say(f"Wrote {path}")
    console.say(f"Next: reportgen controls lint {folder}; reportgen controls test {folder}")


class Schema(StrEnum):
    """What there is a schema of."""

    CONTROL = "control"
    FRAMEWORK = "framework"


@controls.command()
def schema(of: Annotated[Schema, typer.Argument(help="Of which kind of file.")] = Schema.CONTROL) -> None:
    """Print the JSON Schema of a control file or a framework file, for editors."""
    from reportgen.assess import catalogue, frameworks

    console.document(catalogue.json_schema() if of is Schema.CONTROL else frameworks.json_schema())


def _load(folder: Path | None) -> tuple[Control, ...]:
    from reportgen.assess import catalogue
    from reportgen.run import CONTROLS

    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    return catalogue.load(folder or CONTROLS)
