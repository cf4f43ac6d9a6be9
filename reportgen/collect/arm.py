"""A read of Resource Manager as data: which path, which API version, one answer or a list."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from reportgen.collect.interface import Recorder
from reportgen.model import Json

CONTAINER_SERVICE_API_VERSION = "2026-08-01"
"""Pinned, so that a property means the same in every snapshot; known to the SDK that is required."""


@dataclass(frozen=True, slots=True)
class ArmRead:
    """One source. ``path`` has {cluster}, {subscription}, {location} or {group} to fill in."""

    source: str
    path: str
    api_version: str
    paged: bool

    def collect(self, recorder: Recorder, scope: str, scope_name: str, **parts: str) -> list[Json] | None:
        """Read, store and return the bodies; None where it was refused, which is a gap by then."""
        path = self.path.format(**{key: quote(value, safe="/()") for key, value in parts.items()})
        if self.paged:
            answers = recorder.azure.pages(path, self.api_version)
        else:
            answers = (recorder.azure.get(path, self.api_version) for _ in range(1))
        return recorder.record(self.source, scope, scope_name, answers)
