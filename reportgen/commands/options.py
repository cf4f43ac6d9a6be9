"""Arguments and options that several commands have, and what is read by them."""

from __future__ import annotations

import getpass
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reportgen.kept import Kept

EngagementFile = Annotated[Path, typer.Argument(help="The engagement file (see `reportgen init`).")]
Out = Annotated[Path, typer.Option(help="Folder for snapshots and packs.", file_okay=False)]
Estate = Annotated[
    Path | None, typer.Option(help="Read a folder of JSON instead of Azure (needs reportgen[sandbox]).")
]
Pack = Annotated[Path, typer.Argument(help="A pack's folder or zip.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def kept_by(engagement: Path, out: Path) -> Kept:
    """What is kept of the engagement in a file: its store and its register."""
    from reportgen.engagement import load
    from reportgen.kept import keep

    return keep(load(engagement), out)


def account() -> str:
    """The account and the host that a command is run by; a container's user may have a number alone."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # KeyError up to Python 3.12
        name = f"uid {os.getuid()}"
    return f"{name} on {platform.node()}"
