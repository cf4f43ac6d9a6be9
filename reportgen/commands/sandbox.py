"""``sandbox``: an estate folder, served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    estate: Annotated[Path, typer.Argument(help="An estate folder.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8443,
) -> None:
    """Serve an estate folder as Azure does, until interrupted."""
    from reportgen import sandbox

    sandbox.run_forever(estate, port)
