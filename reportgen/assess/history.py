"""Since when a control is in the shipped catalogue, and what changed in it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reportgen.model import Control

FIRST = "2026.4"
"""The first version of the catalogue; while it is the only one, a control need not say when it was added."""


def told(control: Control) -> tuple[tuple[str, str], ...]:
    """What changed in a control of the shipped catalogue, as version and sentence, the oldest first."""
    return tuple(sorted(control.history.items())) or ((FIRST, "First release."),)


def problems(controls: Iterable[Control], version: str) -> Iterator[str]:
    """Where a control's history cannot be true of the catalogue's ``version``, as ``file: id: what``."""
    for control in controls:
        where = f"{control.path}: {control.id}"
        if not control.history and version != FIRST:
            yield f"{where}: lacks history; since catalogue {version} each control says when it was added"
        yield from (
            f"{where}: history tells of {later}, and the catalogue is {version}"
            for later in sorted(control.history)
            if later > version
        )
