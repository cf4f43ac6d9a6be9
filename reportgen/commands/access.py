"""``reportgen doctor`` and ``permissions``: what a collector can reach, and what it should be granted."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.collecting import load
from reportgen.commands.options import AsJson, Estate, Out
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.doctor import Report
    from reportgen.engagement import Engagement

EngagementFile = Annotated[Path | None, typer.Argument(help="The engagement file (see `reportgen init`).")]


def doctor(
    engagement: EngagementFile = None,
    out: Out = Path("out"),
    estate: Estate = None,
    as_json: AsJson = False,
) -> None:
    """Say what works before anything is collected: 0 all of it, 2 nothing, 3 gaps, 4 no delivery."""
    found = _examine(engagement, estate, out)
    if as_json:
        console.document(found.document())
    else:
        for line in found.text():
            console.say(line)
    raise typer.Exit(found.exit_code)


def _examine(path: Path | None, estate: Path | None, out: Path) -> Report:
    from reportgen import run as line
    from reportgen.collect.connection import connection
    from reportgen.doctor import examine, unusable

    try:
        loaded = _load(path, estate)
    except UsageError as error:
        return unusable(error)
    with ExitStack() as stack:

        def connect() -> line.Served:
            if estate is None:
                return line.Served(loaded, connection(loaded), "")
            return stack.enter_context(line.served(loaded, estate, None))

        return examine(loaded, out, lambda: datetime.now(UTC), connect)


def _load(path: Path | None, estate: Path | None) -> Engagement:
    from reportgen import engagement
    from reportgen import run as line

    if estate and path is None:
        own = estate / "engagement.yaml"
        return engagement.load(own) if own.is_file() else line.engagement_of_estate(estate, datetime.now(UTC))
    return load(path)


class Section(StrEnum):
    """A part of what `permissions` prints."""

    ARM_ROLE = "arm-role"
    DATA_ROLE = "data-role"
    CLUSTER_ROLE = "cluster-role"
    COMMANDS = "commands"
    GRAPH = "graph"


def permissions(
    engagement: EngagementFile = None,
    control: Annotated[
        list[str] | None, typer.Option(help="A control's id, repeatable; all controls without it.")
    ] = None,
    section: Annotated[
        Section | None,
        typer.Option(
            help="Only this: JSON for `az role definition create` (arm-role; data-role for clusters under "
            "Azure RBAC), YAML for `kubectl apply -f -` (cluster-role, for the others), the commands, or "
            "those for Microsoft Graph."
        ),
    ] = None,
    object_id: Annotated[str, typer.Option(help="Object id of the collector's identity.")] = "",
    group: Annotated[
        str, typer.Option(help="Object id of an Entra group that gets the rights in the identity's place.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print the least rights that a collector needs, in Azure and inside clusters, and how to give them."""
    from reportgen import roles
    from reportgen.assess import catalogue
    from reportgen.run import CONTROLS

    loaded = _load(engagement, None) if engagement else None
    to = roles.grantee(loaded, object_id, group)
    plan = roles.plan(loaded, catalogue.load(CONTROLS), tuple(control or ()), to)
    if as_json:
        console.document(plan.document())
    else:
        console.say(roles.text(plan, section or ""))
