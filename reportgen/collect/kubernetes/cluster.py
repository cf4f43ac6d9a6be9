"""One cluster: the way in, what may be read, and then source by source what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import msgspec

from reportgen.collect.azure import Answer, Unreachable
from reportgen.collect.interface import Ledger, Origin
from reportgen.collect.kubernetes import secrets
from reportgen.collect.kubernetes.client import Client, refused
from reportgen.collect.kubernetes.discovery import Discovery
from reportgen.collect.kubernetes.failures import Expired, Unread
from reportgen.collect.kubernetes.objects.cluster import Version
from reportgen.collect.kubernetes.pager import answer, pages
from reportgen.collect.kubernetes.reads import READS, Read
from reportgen.collect.kubernetes.reviews import rights, who
from reportgen.model import CollectionMode, Gap
from reportgen.snapshot import Writer
from reportgen.sources import BY_NAME
from reportgen.sources.kubernetes import ACCESS, SECRETS
from reportgen.sources.source import Rule

VERSION = "k8s.version"
NAMESPACES = "k8s.namespaces"
_VERSION = msgspec.json.Decoder(Version)


@dataclass(frozen=True, slots=True)
class ClusterLedger(Ledger):
    """The ledger of what one cluster answers."""

    writer: Writer
    mode: CollectionMode
    late: Callable[[], bool]
    origin: Origin

    def came_from(self) -> Origin:
        """See `Ledger`."""
        return self.origin


@dataclass(frozen=True, slots=True)
class Subject:
    """The cluster that everything recorded here is about: its id is the scope, its name the reader's."""

    ledger: Ledger
    id: str
    name: str
    secrets: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """What there is to read, in order."""
        return (ACCESS, VERSION, *(read.source for read in READS), *((SECRETS,) if self.secrets else ()))

    @property
    def finished(self) -> bool:
        """Whether an earlier attempt left nothing to do: all is read, or nothing could be."""
        return bool(self.gaps(ACCESS)) or self.has_finished(self.sources)

    def has_finished(self, sources: Iterable[str]) -> bool:
        """Whether all of these are read, or known to be gaps."""
        return all(self.gaps(source) is not None for source in sources)

    def gaps(self, source: str) -> tuple[Gap, ...] | None:
        """The gaps of a source that is finished, None where it is not."""
        return self.ledger.writer.journal.finished((source, self.id.lower()))

    def record(self, source: str, answers: Iterable[Answer]) -> bool:
        """Store a source's answers; False, and one gap, where it could not be read."""
        return self.ledger.record(source, self.id, ((self.id, self.name),), answers)

    def unread(self, source: str, error: Unreachable) -> None:
        """Record that a source could not be read."""
        self.record(source, _failing(error))

    def through(self, proxy: str) -> Subject:
        """The same, its calls going through a proxy (host and port, "" for none)."""
        origin = replace(self.ledger.came_from(), proxy=proxy)
        ledger = ClusterLedger(self.ledger.writer, self.ledger.mode, self.ledger.late, origin)
        return replace(self, ledger=ledger)

    def shut(self, error: Unreachable) -> None:
        """Record that there is no way in: one gap, or one for each source that an earlier attempt left."""
        self.unread(ACCESS, error)
        if not self.gaps(ACCESS):
            for source in self.sources:
                self.unread(source, error)


def read(subject: Subject, client: Client, way: Iterable[Answer]) -> None:
    """Read a cluster through ``client``; ``way`` is what is to be kept of how it was found.

    Raises NoPath where the API server cannot be reached; of that nothing is recorded yet.
    """
    discovery = Discovery.of(client)
    me = who(client)
    held = rights(client, asked(discovery, subject.secrets))
    subject.record(ACCESS, chain(way, filter(None, (me, held.answer))))

    def look(one: Read) -> None:
        denied = next((rule for rule in _served(discovery, one) if rule in held.denied), None)
        if denied:
            subject.unread(one.source, _not_allowed(denied))
        else:
            _list(subject, one.source, _Lists(client, discovery, one))

    version = partial(subject.record, VERSION, _version(client))
    work: list[Callable[[], object]] = [version, *(partial(look, one) for one in READS)]
    client.at_once(lambda job: job(), work)
    if subject.secrets:
        rule = BY_NAME[SECRETS].rules[0]
        if rule in held.denied:
            subject.unread(SECRETS, _not_allowed(rule))
        else:
            _list(subject, SECRETS, _Tables(client, subject))


def asked(discovery: Discovery, with_secrets: bool) -> Iterator[Rule]:
    """The rights that reading what this cluster serves takes."""
    for one in READS:
        yield from _served(discovery, one)
    if with_secrets:
        yield from BY_NAME[SECRETS].rules


def _served(discovery: Discovery, one: Read) -> tuple[Rule, ...]:
    """The rules that are about something the cluster serves; none where that fails, as reading will tell."""
    try:
        return discovery.rules(one)
    except Unread:
        return ()


def _not_allowed(rule: Rule) -> Unread:
    return Unread(
        "denied",
        f"The API server says, asked by a SelfSubjectAccessReview, that the collector may not {rule.words}.",
    )


def _version(client: Client) -> Iterator[Answer]:
    reply = client.get("/version")
    if reply.status != 200:
        raise refused(reply, "read /version (the cluster role system:public-info-viewer)")
    try:
        found = _VERSION.decode(reply.content)
    except msgspec.DecodeError as error:
        raise Unread("failed", "/version: the answer is no version.") from error
    yield answer(reply, {"kind": "Version", **msgspec.to_builtins(found)}, "")


@dataclass(frozen=True, slots=True)
class _Lists:
    """The pages of a source."""

    client: Client
    discovery: Discovery
    read: Read

    def __call__(self, *, again: bool) -> Iterator[Answer]:
        calls = list(self.discovery.lists(self.read))
        if not calls:
            yield self.discovery.none(self.read)
        for call in calls:
            yield from pages(self.client, call, again=again)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The pages of the secrets."""

    client: Client
    subject: Subject

    def __call__(self, *, again: bool) -> Iterator[Answer]:
        writer = self.subject.ledger.writer
        if self.subject.gaps(NAMESPACES):
            raise Unread("failed", "The namespaces, which secrets are listed by, could not be read.")
        names = (
            str(namespace["metadata"]["name"])
            for body in writer.bodies(NAMESPACES, self.subject.id)
            for namespace in body["items"]
        )
        yield from secrets.tables(self.client, names, again=again)


def _list(subject: Subject, source: str, listed: _Lists | _Tables) -> None:
    """Record a list; one that expires is read once more from its beginning."""
    try:
        subject.record(source, listed(again=False))
    except Expired:
        subject.ledger.writer.discard(source, subject.id)
        subject.record(source, listed(again=True))


def _failing(error: Unreachable) -> Iterator[Answer]:
    raise error
    yield  # so that it is raised where it is looked for
