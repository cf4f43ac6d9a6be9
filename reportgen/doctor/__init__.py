"""What works and what does not, before anything is collected.

The checks of Azure go through the same code as a collection does, into a snapshot that is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from reportgen import expected, preflight
from reportgen.catalogues import catalogue_of
from reportgen.collect import imported
from reportgen.doctor import azure, clusters, delivery
from reportgen.doctor.report import Report
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.preflight import Line, State
from reportgen.run import Served

__all__ = ["Line", "Report", "State", "examine", "unusable"]


def examine(
    engagement: Engagement,
    out: Path,
    clock: Callable[[], datetime],
    connect: Callable[[], Served],
) -> Report:
    """Look at everything that a run of ``engagement`` into ``out`` stands on.

    ``connect`` gives the engagement with the credential to use, and the way to Azure or to an embedded
    sandbox.
    """
    try:
        controls = catalogue_of(engagement).controls
        export = expected.read(engagement.export_file) if engagement.export_file else None
        imported.find(engagement)
        served = connect()
    except UsageError as error:
        return unusable(error)
    here = (
        _fits(engagement, len(controls)),
        *_entries(engagement),
        preflight.report(),
        preflight.folder(out),
    )
    if served.engagement.credential.kind == "kubeconfig":
        alone = clusters.alone(served, clock, controls)
        return Report((*here, alone, *delivery.examine(engagement, simulated=True)), controls=controls)
    there = azure.examine(served, clock, controls, export)
    handed = delivery.examine(engagement, simulated=bool(served.connection.address))
    lines = (*here, *there.lines, *handed)
    return Report(lines, there.identity, there.subscriptions, there.clusters, controls)


def _fits(known: Engagement, controls: int) -> Line:
    period = known.period
    return Line(
        State.OK, "engagement", f"{known.entity}, {period.start} to {period.end}; {controls} controls fit it"
    )


def _entries(known: Engagement) -> tuple[Line, ...]:
    """A line where entries of the engagement's lists have mistakes."""
    found = known.malformed
    if not found:
        return ()
    entries = (
        f"{len(found)} entries have mistakes and are" if len(found) > 1 else "1 entry has a mistake and is"
    )
    return (
        Line(
            State.NOTE,
            "entries",
            f"{entries} not applied; a run goes on without, and the pack says so in front",
            found,
            "Correct what is named; `reportgen controls schema waivers` prints what an entry has.",
        ),
    )


def unusable(error: UsageError) -> Report:
    """The report where the engagement itself cannot be used."""
    return Report((Line(State.STOPS, "engagement", str(error)),))
