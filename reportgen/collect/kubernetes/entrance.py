"""Whether a cluster lets the collector in and what it may read there, before anything is listed or kept."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.collect.azure import Unreachable
from reportgen.collect.kubernetes import cluster
from reportgen.collect.kubernetes.access import Target, endpoint
from reportgen.collect.kubernetes.client import Client
from reportgen.collect.kubernetes.discovery import Discovery
from reportgen.collect.kubernetes.failures import NoPath
from reportgen.collect.kubernetes.fleet import Fleet, with_advice
from reportgen.collect.kubernetes.reviews import rights
from reportgen.collect.kubernetes.transport import Deadline
from reportgen.sources.source import Rule


@dataclass(frozen=True, slots=True)
class Entrance:
    """What came of trying: ``closed`` says why there is no way in, "" where there is one.

    ``by_command`` is set where only a run command leads in, which is not sent for this: the rights there
    stay unknown. ``denied`` are the rules that the API server says the collector may not use.
    """

    target: Target
    closed: str = ""
    by_command: bool = False
    denied: frozenset[Rule] = frozenset()


def tried(fleet: Fleet, target: Target) -> Entrance:
    """Go in as a collection does, ask about each right, and leave."""
    deadline = Deadline(fleet.settings.deadline_seconds)
    try:
        place, _ = endpoint(fleet.recorder.azure, target)
        client = fleet.client(place, deadline)
        try:
            return Entrance(target, denied=denied(client, secrets=fleet.settings.secrets))
        finally:
            client.close()
    except NoPath as error:
        if fleet.settings.access == "run-command" and target.run_command:
            return Entrance(target, by_command=True)
        return Entrance(target, closed=str(with_advice(error, target)))
    except Unreachable as error:
        return Entrance(target, closed=str(error))


def denied(client: Client, *, secrets: bool) -> frozenset[Rule]:
    """The rights to what the cluster serves that the collector lacks; Unread where it is not let in."""
    return rights(client, cluster.asked(Discovery.of(client), secrets)).denied
