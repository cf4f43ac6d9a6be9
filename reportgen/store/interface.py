"""What every store of evidence is: files that are created once and never written again."""

from __future__ import annotations

from typing import Protocol

from reportgen.errors import ReportgenError


class StoreError(ReportgenError):
    """The store stayed down or holds something else than was put there; nothing in it was overwritten."""

    exit_code = 3


class Store(Protocol):
    """Names of files are relative, with forward slashes.

    StoreError is raised where the store cannot be reached, UsageError where it is not there or may not be
    used, FileNotFoundError by `read` alone.
    """

    @property
    def place(self) -> str:
        """How messages and reports call it."""

    def create(self, name: str, content: bytes) -> bool:
        """Write a file that is not there yet, whole or not at all.

        False where it is there with other content: the same content may be an own attempt whose answer was
        lost.
        """

    def read(self, name: str) -> bytes:
        """The content of a file."""

    def entries(self, folder: str) -> tuple[str, ...]:
        """The names of the files and folders directly in a folder, sorted; none where it is not there."""

    def files(self, folder: str) -> tuple[str, ...]:
        """The names of all files below a folder, sorted."""

    def remove(self, name: str) -> bool:
        """Remove a file; False where the store's own rules (immutability, permissions) forbid it."""
