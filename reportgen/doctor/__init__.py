"""What works and what does not, before anything is collected.

The checks of Azure go through the same code as a collection does, into a snapshot that is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from reportgen.collect.connection import Connection
from reportgen.doctor import azure, host
from reportgen.doctor.report import Line, Report, State
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.run import controls_for

__all__ = ["Line", "Report", "State", "examine", "unusable"]


def examine(
    engagement: Engagement,
    out: Path,
    clock: Callable[[], datetime],
    connect: Callable[[], tuple[Engagement, Connection, str]],
) -> Report:
    """Look at everything that a run of ``engagement`` into ``out`` stands on.

    ``connect`` gives the engagement with the credential to use, the way to Azure and, for an embedded
    sandbox, its secret.
    """
    try:
        controls = controls_for(engagement)
        used, connection, secret = connect()
    except UsageError as error:
        return unusable(error)
    here = (host.engagement(engagement, len(controls)), host.report(), *host.folder(out))
    there = azure.examine(used, connection, clock, secret, controls)
    return Report((*here, *there.lines), there.identity, there.subscriptions, controls)


def unusable(error: UsageError) -> Report:
    """The report where the engagement itself cannot be used."""
    return Report((Line(State.STOPS, "engagement", str(error)),))
