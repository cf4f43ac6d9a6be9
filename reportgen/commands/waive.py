"""``reportgen waive``: begin a waiver, for people to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportgen import console
from reportgen.errors import UsageError


def waive(
    engagement: Annotated[Path, typer.Argument(help="The engagement file.")],
    control: Annotated[str, typer.Option(help="The control's id.")],
    subject: Annotated[str, typer.Option(help="The subject's exact id, as results show it.")] = "",
    glob: Annotated[str, typer.Option(help="In its place a pattern over ids; * is any text.")] = "",
    own: Annotated[
        Path | None, typer.Option("--controls", help="A folder of your own controls, as `run` takes it.")
    ] = None,
) -> None:
    """Write a waiver's skeleton beside the engagement: malformed, and not applied, until it is filled in."""
    from reportgen import waive as skeleton
    from reportgen.assess import catalogue
    from reportgen.run import CONTROLS

    if bool(subject) == bool(glob):
        raise UsageError("Name either --subject (an exact id) or --glob (a pattern)")
    loaded = catalogue.load(CONTROLS, own) if own else catalogue.load(CONTROLS)
    found = next((one for one in loaded if one.id == control), None)
    if found is None:
        raise UsageError(f"{control}: no control has this id; `reportgen controls list` shows them")
    written = skeleton.write(
        engagement, control=control, title=found.title, subject=subject or glob, glob=bool(glob)
    )
    console.say(f"Wrote a skeleton to {written.path}. It is no waiver yet: reports call it malformed")
    console.say(
        "and apply nothing until reason, ticket, who asked, who approved, and the days are filled in."
    )
    if not written.named:
        console.say(f"Add this line to {engagement}:  waivers: {written.path.name}")
