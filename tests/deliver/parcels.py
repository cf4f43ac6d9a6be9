"""Packs that are quickly made, and engagements that deliver them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reportgen.engagement import load
from reportgen.kept import Kept, keep
from reportgen.model import Results
from reportgen.pack import build
from reportgen.render.data import FindingsJson, ObservationsJsonl
from tests.render import factory

ENGAGEMENT = """\
entity: {entity}
name: ISAE 3402 review of the container platform
period: {{start: 2026-10-01, end: 2026-12-31}}
scope: {{}}
{more}
deliver:
{deliver}
"""
PDF = b"%PDF-1.7 a summary\n" * 50
TO = ("audit@auditors.example", "second@auditors.example")
BOTH = "release: automatic\nto: [audit@auditors.example, second@auditors.example]\n"
APPROVED = (
    "release: after_approval\npreparer: ada@contoso.example\n"
    "to: [audit@auditors.example, second@auditors.example]\n"
)


def pack(
    out: Path, results: Results | None = None, summary: bytes | None = PDF, snapshots: Sequence[Path] = ()
) -> Path:
    """A pack's folder, its zip beside it; complete and from Azure where no results are given."""
    whole = results or factory.clean()

    def fill(folder: Path) -> tuple[str, ...]:
        FindingsJson().render(whole, folder)
        ObservationsJsonl().render(whole, folder)
        if summary is not None:
            (folder / "summary.pdf").write_bytes(summary)
        return ()

    out.mkdir(parents=True, exist_ok=True)
    return build(out, whole.facts, snapshots, fill)


def renamed(results: Results, **facts: object) -> Results:
    return replace(results, facts=replace(results.facts, **facts))  # type: ignore[arg-type]


def file(
    folder: Path, deliver: str, more: str = "credential: managed-identity", entity: str = "Contoso Energy"
) -> Path:
    """An engagement's file; ``more`` are its other keys."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "engagement.yaml"
    text = ENGAGEMENT.format(entity=entity, more=more, deliver=textwrap.indent(deliver, "  "))
    path.write_text(text, encoding="utf-8")
    return path


def kept(folder: Path, deliver: str, more: str = "credential: managed-identity") -> Kept:
    """What an engagement keeps, its store in ``folder/out``."""
    return keep(load(file(folder, deliver, more)), folder / "out")


def never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} s for nothing")
