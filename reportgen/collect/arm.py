"""A read of Resource Manager as data: which path, which API version, one answer or a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reportgen.collect.interface import Recorder

CONTAINER_SERVICE_API_VERSION = "2026-08-01"
"""Pinned, so that a property means the same in every snapshot; known to the SDK that is required."""


@dataclass(frozen=True, slots=True)
class ArmRead:
    """One source. ``path`` has {cluster}, {subscription}, {location} or {group} to fill in."""

    source: str
    path: str
    api_version: str
    paged: bool

    def collect(self, recorder: Recorder, scope: str, scope_name: str, **parts: str) -> bool:
        """Read and store; False where it was refused, which is a gap by then."""
        path = self.path.format(**{key: quote(value, safe="/()") for key, value in parts.items()})
        azure = recorder.azure
        answers = azure.pages(path, self.api_version) if self.paged else azure.single(path, self.api_version)
        return recorder.record(self.source, scope, ((scope, scope_name),), answers)

    def items(self, recorder: Recorder, scope: str) -> Iterator[dict[str, Any]]:
        """The items of the stored list, one page in memory at a time."""
        for page in recorder.writer.bodies(self.source, scope):
            yield from page.get("value") or ()
