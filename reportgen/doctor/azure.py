"""What the identity can reach and read in Azure."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reportgen import expected, rights, scope
from reportgen.collect import CLOCKS_APART, permissions, population
from reportgen.collect.azure import Azure
from reportgen.collect.connection import Connection
from reportgen.collect.credentials import credential
from reportgen.collect.directory import Directory
from reportgen.collect.interface import Recorder
from reportgen.collect.kubernetes.fleet import Fleet
from reportgen.doctor import clusters
from reportgen.doctor.report import Cluster, Subscription, listed, told_costs
from reportgen.engagement import Engagement
from reportgen.errors import CredentialError, IncompleteError
from reportgen.limits import Limits
from reportgen.model import CollectionMode, Control, Gap, Identity
from reportgen.preflight import Line, State
from reportgen.run import Served
from reportgen.snapshot import Writer
from reportgen.sources import Source
from reportgen.sources.directory import PRINCIPALS

_WORKERS = 8
_ROLE = "`reportgen permissions` prints the role and how to assign it."


@dataclass(frozen=True, slots=True)
class Found:
    """The lines, and what they rest on."""

    lines: tuple[Line, ...]
    identity: Identity | None = None
    subscriptions: tuple[Subscription, ...] = ()
    clusters: tuple[Cluster, ...] = ()


def examine(
    served: Served,
    clock: Callable[[], datetime],
    controls: tuple[Control, ...],
    export: expected.Listed | None,
) -> Found:
    """Sign in, and read what a collection would read first."""
    engagement, connection = served.engagement, served.connection
    way = _way(engagement, connection)
    try:
        identity = credential(engagement.credential, connection, served.secret, engagement.folder)
        azure = Azure(identity, connection, clock, None if connection.address else Limits())
    except CredentialError as error:
        return Found((way, Line(State.STOPS, "identity", str(error))))
    who = _who(engagement, azure.identity)
    with tempfile.TemporaryDirectory(prefix="reportgen-doctor-") as name:
        writer = Writer(Path(name) / "snapshot", CollectionMode.ESTATE, "")
        recorder = Recorder(azure, writer, CollectionMode.ESTATE)
        try:
            known = population.resolve(engagement, export, recorder)
        except IncompleteError as error:
            stopped = Line(State.STOPS, "subscriptions", str(error), advice=_ROLE)
            return Found((way, who, _clock(azure), stopped), azure.identity)
        inside = engagement.clusters
        needed = rights.of_azure(rights.read_by(inside.access, secrets=inside.secrets))
        subscriptions = tuple(_subscriptions(known, recorder, needed))
        fleet = Fleet.of(recorder, inside, connection, clock, identity)
        entered = clusters.examine(fleet, known, controls)
        lines = (
            way,
            who,
            _clock(azure),
            _visible(known, subscriptions),
            *_groups(engagement, writer.gaps),
            _graph(recorder),
            *_directory(engagement, recorder, Directory(identity, connection, clock, azure.host_clock)),
            *_rights([one for one in subscriptions if one.visible and one.expected], controls, needed),
            *entered.lines,
        )
    return Found(lines, azure.identity, subscriptions, entered.clusters)


def _way(engagement: Engagement, connection: Connection) -> Line:
    if connection.address:
        return Line(
            State.OK, "endpoint", "an estate folder, served by the embedded sandbox with its own identity"
        )
    known = {"proxy": connection.proxy_host, "certificates": connection.ca_file}
    return Line(
        State.OK,
        "endpoint",
        f"{connection.management_url} ({engagement.cloud})",
        tuple(f"{name:<14}  {value}" for name, value in known.items() if value),
    )


def _who(engagement: Engagement, identity: Identity) -> Line:
    return Line(
        State.OK,
        "identity",
        f"signed in by {engagement.credential.kind}",
        (
            f"object id       {identity.object_id}",
            f"application id  {identity.app_id or 'none in the token'}",
            f"tenant id       {identity.tenant_id}",
        ),
    )


def _clock(azure: Azure) -> Line:
    apart = azure.host_clock.apart
    found = f"this host is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} Azure's"
    if abs(apart) <= CLOCKS_APART:
        return Line(State.OK, "clock", found)
    return Line(
        State.INCOMPLETE,
        "clock",
        f"{found}: times in the evidence could not be relied on",
        advice="Set this host's clock, by NTP.",
    )


def _subscriptions(
    known: scope.Scope, recorder: Recorder, needed: tuple[Source, ...]
) -> Iterator[Subscription]:
    """Every subscription that is expected or visible, with the rights on those in scope."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        answers = pool.map(lambda one: _held(known, recorder, one), known.readable)
        held = dict(zip(known.readable, answers, strict=True))
    for one in sorted({*known.readable, *known.unseen, *known.visible}):
        seen, rights_held = known.visible.get(one), held.get(one)
        yield Subscription(
            one,
            seen.name if seen else (known.listed or {}).get(one, ""),
            seen.state if seen else "",
            known.expected is None or one in known.expected,
            seen is not None,
            None if rights_held is None else rights.missing(rights_held, needed),
            rights.beyond_reading(rights_held or ()),
        )


def _held(known: scope.Scope, recorder: Recorder, subscription: str) -> tuple[rights.Permission, ...] | None:
    """What the identity may do at a subscription; None where that could not be read."""
    read = permissions.READ
    if not read.collect(recorder, subscription, known.visible[subscription].name, subscription=subscription):
        return None
    return rights.permissions(recorder.writer.bodies(read.source, subscription))


def _visible(known: scope.Scope, subscriptions: tuple[Subscription, ...]) -> Line:
    wanted = [one for one in subscriptions if one.expected]
    seen = [one for one in wanted if one.visible]
    outside = len(subscriptions) - len(wanted)
    found = (
        f"{len(seen)} visible; the engagement expects whatever is visible"
        if known.expected is None
        else f"{len(seen)} of {len(wanted)} expected are visible"
        + (f", and {outside} outside the scope" if outside else "")
    )
    details = _listed(sorted(wanted, key=lambda one: (one.visible, one.id)), _remarked)
    if not seen:
        return Line(State.STOPS, "subscriptions", found, details, _ROLE)
    if len(seen) < len(wanted):
        advice = "Check the ids that are not visible, and the identity's role there. " + _ROLE
        return Line(State.INCOMPLETE, "subscriptions", found, details, advice)
    return Line(State.OK, "subscriptions", found, details)


def _remarked(one: Subscription) -> str:
    remark = "NOT VISIBLE" if not one.visible else "" if one.state == "Enabled" else f"state {one.state}"
    return f"{one.called}  {remark}".rstrip()


def _listed(subscriptions: list[Subscription], told: Callable[[Subscription], str]) -> tuple[str, ...]:
    return listed([told(one) for one in subscriptions])


def _groups(engagement: Engagement, gaps: Iterable[Gap]) -> Iterator[Line]:
    refused = {gap.scope_name: gap.detail for gap in gaps if gap.source == "arm.management-groups"}
    for group in engagement.scope.management_groups:
        if group in refused:
            yield Line(State.INCOMPLETE, "mgmt group", f"{group}: {refused[group]}", advice=_ROLE)
        else:
            yield Line(State.OK, "mgmt group", f"{group}: its subscriptions can be listed")


def _graph(recorder: Recorder) -> Line:
    gaps = [gap for gap in recorder.writer.gaps if gap.source == population.SUBSCRIPTIONS.source]
    if gaps:
        return Line(State.INCOMPLETE, "resource graph", gaps[0].detail, advice=_ROLE)
    rows = sum(1 for _ in population.SUBSCRIPTIONS.rows(recorder))
    return Line(State.OK, "resource graph", f"answers, and shows {rows} subscriptions")


def _directory(engagement: Engagement, recorder: Recorder, directory: Directory) -> Iterator[Line]:
    """Whether Microsoft Graph tells names, where the engagement wants them: the collector asks for itself."""
    if not engagement.principals.resolve:
        return
    own = recorder.azure.identity.object_id
    scopes = (("tenant", "tenant"),)
    if recorder.record(PRINCIPALS, "tenant", scopes, directory.by_ids((own,))):
        yield Line(State.OK, "directory", "answers who stands behind ids of principals")
    else:
        detail = next(gap.detail for gap in recorder.writer.gaps if gap.source == PRINCIPALS)
        advice = "`reportgen permissions` prints how to grant it; without it the report shows ids."
        yield Line(State.INCOMPLETE, "directory", detail, advice=advice)


def _rights(
    asked: list[Subscription], controls: tuple[Control, ...], needed: tuple[Source, ...]
) -> Iterator[Line]:
    """What is missing and what is too much, each told once for all subscriptions that have it in common."""
    if not asked:
        return
    unknown = [one for one in asked if one.missing is None]
    if unknown:
        yield Line(
            State.INCOMPLETE,
            "permissions",
            f"what the identity may do could not be read {_where(unknown, asked)}",
            _listed(unknown, _called),
            _ROLE,
        )
    lacking: dict[tuple[str, ...], list[Subscription]] = defaultdict(list)
    beyond: dict[tuple[str, ...], list[Subscription]] = defaultdict(list)
    for one in asked:
        lacking[tuple(one.missing or ())].append(one)
        beyond[one.beyond_reading].append(one)
    for actions, where in lacking.items():
        if actions:
            yield _missing(where, asked, controls)
    if list(lacking) == [()] and not unknown:
        number = len(rights.missing((), needed))
        yield Line(State.OK, "permissions", f"all {number} that the sources need, {_where(asked, asked)}")
    wanted = {action.lower() for source in needed for action in source.permissions}
    for patterns, where in beyond.items():
        unwanted = [pattern for pattern in patterns if pattern.lower() not in wanted]
        if unwanted:
            yield Line(
                State.NOTE,
                "permissions",
                f"more than reading needs {_where(where, asked)}: {', '.join(unwanted)}",
                _listed(where, _called),
                f"A collector only reads; take this right away from it. {_ROLE}",
            )


def _missing(where: list[Subscription], asked: list[Subscription], controls: tuple[Control, ...]) -> Line:
    missing = where[0].missing or {}
    return Line(
        State.INCOMPLETE,
        "permissions",
        f"{len(missing)} missing {_where(where, asked)}",
        (
            *_listed(where, _called),
            *(f"{action}  for {', '.join(sources)}" for action, sources in missing.items()),
            told_costs((source for sources in missing.values() for source in sources), controls),
        ),
        _ROLE,
    )


def _where(some: list[Subscription], of: list[Subscription]) -> str:
    return f"at {len(some)} of {len(of)} subscriptions"


def _called(one: Subscription) -> str:
    return one.called
