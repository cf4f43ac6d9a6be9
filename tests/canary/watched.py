"""``reportgen`` as a process that loses nothing: a copy is kept of each file that it removes or overwrites.

What lies in a temporary file for a moment is a leak too. Waits between attempts are left out.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reportgen import cli, render, run
from reportgen.collect.connection import connection
from reportgen.render.pdf import PdfReport

KEPT = "REPORTGEN_TEST_KEPT"
"""The variable that names the folder of the copies."""
PRINTED = "REPORTGEN_TEST_PRINTED"
"""The variable with which PDFs are made, which take longer than all the rest; without it there are none."""


class Keeper:
    """An audit hook (see the table of audit events in Python's documentation)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._busy = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Copy what is about to be lost."""
        if self._busy or not (path := _lost(event, arguments)):
            return
        self._busy = True
        try:
            self._copy(Path(os.fsdecode(path)))
        finally:
            self._busy = False

    def _copy(self, path: Path) -> None:
        target = self._folder / f"{next(self._numbers):05d}-{path.name}"
        if path.is_dir():
            shutil.copytree(path, target)
        elif path.is_file():
            shutil.copy(path, target)


def _lost(event: str, arguments: tuple[Any, ...]) -> Any:
    """The path of what an event does away with, None where it does not."""
    if event == "open":
        path, _, flags = arguments
        truncates = isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & os.O_TRUNC
        # An unnamed temporary file is opened by its folder's path.
        return path if truncates and not Path(os.fsdecode(path)).is_dir() else None
    if event == "os.rename":
        return arguments[1]
    return arguments[0] if event in ("os.remove", "shutil.rmtree") else None


def main() -> None:
    """The command, watched."""
    sys.addaudithook(Keeper(Path(os.environ[KEPT])))
    patch.object(run, "connection", lambda about: replace(connection(about), sleep=lambda _: None)).start()
    if PRINTED not in os.environ:
        render.RENDERERS = tuple(one for one in render.RENDERERS if not isinstance(one, PdfReport))
    cli.main()


if __name__ == "__main__":
    main()
