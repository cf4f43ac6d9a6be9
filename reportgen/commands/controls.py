"""``reportgen controls``: look at the catalogue, and check control files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.options import AsJson
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.assess.coverage import PeerCheck
    from reportgen.assess.frameworks import Mapped
    from reportgen.model import Control, Framework

controls = typer.Typer(help="Look at the catalogue, and check control files.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of control files; the shipped catalogue without it.", file_okay=False),
]
OwnFrameworks = Annotated[
    Path | None, typer.Option("--frameworks", help="A folder of your own frameworks, beside the shipped.")
]


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
    own_frameworks: OwnFrameworks = None,
    as_json: AsJson = False,
) -> None:
    """Print one control: what it tests, how, how to remedy, for which frameworks, and which peers have it."""
    from dataclasses import asdict

    from reportgen.assess import coverage, frameworks
    from reportgen.run import CONTROLS, FRAMEWORKS, Own

    found = next((known for known in _load(folder) if known.id == control), None)
    if found is None:
        raise UsageError(f"{control}: no control has this id; `reportgen controls list` shows them")
    loaded = frameworks.load([FRAMEWORKS, *Own(frameworks=own_frameworks).folders])
    mapped = frameworks.of_control(loaded, found.id)
    checks = [row for row in coverage.checks(CONTROLS) if row.id in found.covers]
    if as_json:
        requirements = [
            {"framework": framework.id, "requirement": requirement.id, **asdict(mapping)}
            for framework, each in mapped
            for requirement, mapping in each
        ]
        peers = [asdict(row) for row in checks]
        console.document({**asdict(found), "frameworks": requirements, "peers": peers})
        return
    about = [*_mapped(mapped), *_checked(checks), *_history(found, shipped=folder is None)]
    for line in _described(found, about):
        console.say(line)


def _mapped(mapped: tuple[tuple[Framework, Mapped], ...]) -> Iterator[tuple[str, str]]:
    for framework, each in mapped:
        told = ", ".join(f"{requirement.id} ({mapping.relation})" for requirement, mapping in each)
        yield framework.short, told


def _checked(checks: list[PeerCheck]) -> Iterator[tuple[str, str]]:
    for row in checks:
        peers = "; ".join(f"{peer}: {name}" for peer, name in row.peers.items())
        yield f"Peers' check {row.id}", f"{row.concept}. {peers or 'No peer has it'}"


def _history(control: Control, shipped: bool) -> Iterator[tuple[str, str]]:
    from reportgen.assess import history

    told = history.told(control) if shipped or control.history else ()
    return ((f"Catalogue {version}", what) for version, what in told)


def _described(control: Control, about: list[tuple[str, str]]) -> list[str]:
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
        *about,
        ("File", control.path),
    ]
    return [f"{control.id}: {control.title}", *(f"  {label}: {text}" for label, text in labelled if text)]


@controls.command()
def lint(folder: Folder = None, own_frameworks: OwnFrameworks = None) -> None:
    """Find what loads but is wrong: constant checks, doubles, unread needs, words that claim too much."""
    from reportgen.assess import catalogue, coverage, frameworks, history
    from reportgen.run import CONTROLS, FRAMEWORKS, Own

    loaded = _load(folder)
    problems = catalogue.lint(loaded)
    known = {control.id for control in (*loaded, *_load(None))}
    problems += frameworks.unknown_controls(frameworks.load(Own(frameworks=own_frameworks).folders), known)
    if folder is None:
        shipped = frameworks.load([FRAMEWORKS])
        problems += frameworks.unknown_controls(shipped, (control.id for control in loaded))
        problems += coverage.problems(CONTROLS, loaded)
        problems += history.problems(loaded, catalogue.version(CONTROLS))
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
    WAIVERS = "waivers"
    EXCLUSIONS = "exclusions"
    ATTESTATIONS = "attestations"
    RESPONSES = "responses"


@controls.command()
def schema(of: Annotated[Schema, typer.Argument(help="Of which kind of file.")] = Schema.CONTROL) -> None:
    """Print the JSON Schema of a file of controls, frameworks, waivers, ..., for editors."""
    from reportgen.assess import catalogue, frameworks
    from reportgen.engagement import registers

    if of is Schema.CONTROL:
        console.document(catalogue.json_schema())
    elif of is Schema.FRAMEWORK:
        console.document(frameworks.json_schema())
    else:
        console.document(registers.json_schema(of.value))


def _load(folder: Path | None) -> tuple[Control, ...]:
    from reportgen.assess import catalogue
    from reportgen.run import CONTROLS

    if folder is not None and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    return catalogue.load(folder or CONTROLS)
