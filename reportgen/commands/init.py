"""``init``: a first engagement."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reportgen import console
from reportgen.errors import UsageError


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("engagement.yaml"),
    entity: Annotated[str | None, typer.Option(help="Entity under audit: a company or division.")] = None,
    period: Annotated[str | None, typer.Option(help="Period of review: 2026-Q4, or START..END.")] = None,
    scope: Annotated[
        str | None, typer.Option(help="Subscription ids, comma-separated; empty: all that is visible.")
    ] = None,
    credential: Annotated[
        str | None, typer.Option(help="managed-identity, workload-identity, azure-cli or kubeconfig.")
    ] = None,
) -> None:
    """Write a small commented engagement; asks for what no option gives."""
    from reportgen import engagement

    written = engagement.write(
        path,
        entity=_answer(entity, "--entity", "Entity under audit", ""),
        period=_answer(period, "--period", "Period of review (2026-Q4, or START..END)", ""),
        scope=_answer(scope, "--scope", "Subscription ids, comma-separated (empty: all that is visible)", ""),
        credential=_answer(
            credential,
            "--credential",
            "Credential (managed-identity, workload-identity, azure-cli)",
            "azure-cli",
        ),
    )
    console.say(f"Wrote {path}: {written.entity}, {written.period.start} to {written.period.end}.")
    console.say(f"Next: reportgen permissions {path} (the rights to give), then reportgen doctor {path}")


def _answer(given: str | None, option: str, question: str, default: str) -> str:
    """An option's value; where there is none, a terminal is asked and a job is told which option to give."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"{option} is missing, and there is no terminal to ask on")
    try:
        return str(typer.prompt(question, default=default, show_default=bool(default)))
    except typer.Abort as leaving:
        raise typer.Exit(130) from leaving
