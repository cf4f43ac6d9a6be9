"""What every report format is: results in, one or more files of the pack out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from reportgen.errors import ReportgenError
from reportgen.model import Results


class PdfUnavailable(ReportgenError):
    """The machine lacks something that the PDF needs; everything else of the pack can be made.

    ``lack`` says what, ``remedy`` what to do about it.
    """

    def __init__(self, lack: str, remedy: str) -> None:
        super().__init__(f"report.pdf was not made: {lack}. {remedy}; then run `reportgen report` again.")
        self.lack = lack
        self.remedy = remedy


class Renderer(Protocol):
    """One format. It reads nothing but ``results`` and its own packaged files, and opens no socket."""

    @property
    def name(self) -> str:
        """The word for the format in messages, such as ``pdf``."""

    def render(self, results: Results, folder: Path) -> Path:
        """Write into the pack ``folder`` and return the path of what was written."""


@runtime_checkable
class Drawn(Protocol):
    """A format that not every machine can make, and that an engagement asks for by its profile."""

    @property
    def profile(self) -> str:
        """The word for it in an engagement, such as ``standard``."""

    def check(self) -> None:
        """PdfUnavailable where the format cannot be made here."""
