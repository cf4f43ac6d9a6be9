"""Every cluster that Azure shows, one job each: directly, and by run command where an engagement says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from reportgen.collect.azure import Answer, Unreachable
from reportgen.collect.connection import Connection
from reportgen.collect.interface import Origin, Recorder
from reportgen.collect.kubernetes import by_command, cluster, script
from reportgen.collect.kubernetes.access import Target, endpoint, targets
from reportgen.collect.kubernetes.client import AT_ONCE, Client
from reportgen.collect.kubernetes.cluster import ClusterLedger, Subject
from reportgen.collect.kubernetes.failures import NoPath, Unread
from reportgen.collect.kubernetes.kubeconfig import Endpoint
from reportgen.collect.kubernetes.run_command import Ceiling, Runner
from reportgen.collect.kubernetes.tokens import EntraTokens
from reportgen.collect.kubernetes.transport import Deadline, proxy_host, trusting
from reportgen.collect.policies import Renewable
from reportgen.collect.population import Population
from reportgen.engagement import Clusters
from reportgen.sources.kubernetes import ACCESS

_LEFT_OUT = (
    "Nothing inside the clusters was looked at: the engagement says clusters.access none, or the estate "
    "has no folder kubernetes."
)


@dataclass(frozen=True, slots=True)
class Fleet:
    """What all clusters of a run have in common."""

    recorder: Recorder
    settings: Clusters
    connection: Connection
    clock: Callable[[], datetime]
    tokens: EntraTokens
    ceiling: Ceiling
    permits: AbstractContextManager[object]

    @classmethod
    def of(
        cls,
        recorder: Recorder,
        settings: Clusters,
        connection: Connection,
        clock: Callable[[], datetime],
        credential: Renewable,
    ) -> Fleet:
        """With one token and one ceiling for all."""
        tokens, ceiling = EntraTokens(credential), Ceiling(settings.run_command_limit)
        permits = BoundedSemaphore(settings.concurrency * AT_ONCE)
        return cls(recorder, settings, connection, clock, tokens, ceiling, permits)

    @property
    def workers(self) -> int:
        """Clusters under way at a time: twice what the engagement says, with no more calls.

        A cluster cannot always use its share of the calls, since some have to wait for what others tell.
        """
        return 2 * self.settings.concurrency

    def client(self, place: Endpoint, deadline: Deadline) -> Client:
        """Of one API server; whoever asks for it closes it."""
        context = trusting(place.ca)
        return Client(place.server, context, self.tokens, self.connection, deadline, self.clock, self.permits)


def commands(settings: Clusters) -> Mapping[str, str]:
    """The commands that a run may send, each with its files: none unless it may send any."""
    return script.commands() if settings.access == "run-command" else {}


def jobs(fleet: Fleet, found: Population) -> Iterator[Callable[[], str]]:
    """A job for each cluster, which reads it and returns its name; where nothing is read, that is said."""
    if fleet.settings.access == "none":
        fleet.recorder.gap(ACCESS, "tenant", "tenant", "excluded", _LEFT_OUT)
        return
    for target in targets(fleet.recorder, found):
        yield _job(fleet, target)


def _job(fleet: Fleet, target: Target) -> Callable[[], str]:
    def job() -> str:
        ledger = fleet.recorder
        origin = Origin(ledger.azure.identity, ledger.azure.custom_ca, "")
        subject = Subject(
            ClusterLedger(ledger.writer, ledger.mode, ledger.late, origin),
            target.id,
            target.name,
            fleet.settings.secrets,
        )
        if not subject.finished:
            _read(fleet, target, subject)
        return target.name

    return job


def _read(fleet: Fleet, target: Target, subject: Subject) -> None:
    deadline = Deadline(fleet.settings.deadline_seconds)
    if fleet.recorder.late():
        subject.shut(Unread("deadline", "The run's deadline passed before this could be read."))
        return
    try:
        place, way = endpoint(fleet.recorder.azure, target)
        _enter(fleet, target, subject, place, way, deadline)
    except Unreachable as error:
        subject.shut(error)


def _enter(
    fleet: Fleet, target: Target, subject: Subject, place: Endpoint, way: Answer, deadline: Deadline
) -> None:
    try:
        _directly(fleet, subject, place, way, deadline)
    except NoPath as error:
        if fleet.settings.access != "run-command":
            raise with_advice(error, target) from error
        if not target.run_command:
            raise Unread(error.reason, f"{error} Run command is switched off on this cluster.") from error
        azure, sleep = fleet.recorder.azure, fleet.connection.sleep
        runner = Runner(azure, target, fleet.tokens, fleet.ceiling, deadline, sleep)
        try:
            by_command.read(subject, runner, way)
        except Unread as refused:
            raise Unread(refused.reason, f"{error} Run command: {refused}") from refused


def _directly(fleet: Fleet, subject: Subject, place: Endpoint, way: Answer, deadline: Deadline) -> None:
    proxied = subject.through(proxy_host(place.server, fleet.connection))
    client = fleet.client(place, deadline)
    try:
        cluster.read(proxied, client, (way,))
    finally:
        client.close()


def with_advice(error: NoPath, target: Target) -> NoPath:
    """The same, with what may stand in between."""
    advice = (
        " The cluster is private: collect from inside its network, or set clusters.access to run-command."
        if target.private
        else " Its authorised ranges, a firewall or a proxy may stand in between."
    )
    return NoPath(f"{error}{advice}")
