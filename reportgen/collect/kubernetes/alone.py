"""One cluster by a kubeconfig, without Azure: what Azure would say of it is left out."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from reportgen.collect.azure import Answer
from reportgen.collect.connection import Connection
from reportgen.collect.interface import Origin
from reportgen.collect.kubernetes import cluster
from reportgen.collect.kubernetes.client import Client
from reportgen.collect.kubernetes.cluster import ClusterLedger, Subject
from reportgen.collect.kubernetes.failures import Unread
from reportgen.collect.kubernetes.kubeconfig import Endpoint, Kubeconfig, User
from reportgen.collect.kubernetes.reviews import who
from reportgen.collect.kubernetes.tokens import FixedToken
from reportgen.collect.kubernetes.transport import Deadline, proxy_host, trusting
from reportgen.engagement import Engagement
from reportgen.errors import UsageError
from reportgen.model import CollectionMode, Gap, Identity
from reportgen.snapshot import Writer

_NO_AZURE = (
    "The cluster was read by a kubeconfig alone, as the engagement says: whatever Azure says of it, or of "
    "what is around it, was not asked for."
)
_UNKNOWN = Identity("not stated by the API server", "none: signed in by a kubeconfig")


@dataclass(frozen=True, slots=True)
class Way:
    """A context of a kubeconfig: where it leads, and as whom."""

    context: str
    place: Endpoint
    user: User

    @classmethod
    def of(cls, engagement: Engagement) -> Way:
        """What the engagement names; UsageError where it cannot be used."""
        path = _file(engagement)
        try:
            config = Kubeconfig(path.read_bytes(), engagement.clusters.context or "", path.parent)
            return cls(config.context, config.endpoint(), config.user())
        except OSError as error:
            raise UsageError(
                f"clusters.kubeconfig: {error.filename}: cannot be read ({error.strerror})"
            ) from error
        except ValueError as error:
            raise UsageError(f"clusters.kubeconfig: {path}: {error}") from error

    @property
    def scope(self) -> str:
        """What the cluster's evidence is filed under, in the shape of an ARM id."""
        return f"/kubeconfig/no-subscription/managedClusters/{quote(self.context, safe='')}"

    def trust(self) -> ssl.SSLContext:
        """Whom to trust and how to sign in; a client certificate lies in a file for as long as it is read."""
        if not self.user.certificate:
            return trusting(self.place.ca)
        with tempfile.TemporaryDirectory(prefix="reportgen-") as name:
            files = Path(name, "certificate"), Path(name, "key")
            files[0].write_bytes(self.user.certificate)
            files[1].touch(mode=0o600)
            files[1].write_bytes(self.user.key)
            return trusting(self.place.ca, (str(files[0]), str(files[1])))

    def client(self, engagement: Engagement, connection: Connection, clock: Callable[[], datetime]) -> Client:
        """Of the API server there; whoever asks for it closes it."""
        try:
            trusted = self.trust()
        except Unread as error:
            raise UsageError(f"clusters.kubeconfig: {error}") from error
        deadline = Deadline(engagement.clusters.deadline_seconds)
        return Client(self.place.server, trusted, FixedToken(self.user.token), connection, deadline, clock)


@dataclass(frozen=True, slots=True)
class Found:
    """Who was let in, and where."""

    identity: Identity
    endpoint: str


def enter(
    engagement: Engagement, connection: Connection, clock: Callable[[], datetime]
) -> tuple[Way, Client]:
    """The way in, and the client that `read` closes; UsageError where the kubeconfig cannot be used."""
    way = Way.of(engagement)
    return way, way.client(engagement, connection, clock)


def read(
    engagement: Engagement,
    entered: tuple[Way, Client],
    connection: Connection,
    writer: Writer,
    mode: CollectionMode,
) -> Found:
    """Read the cluster where `enter` leads; whatever goes wrong is a gap."""
    way, client = entered
    try:
        identity = _read(engagement, connection, client, writer, mode, way)
    finally:
        client.close()
    writer.gap(Gap("arm.managed-clusters", way.scope, way.context, "excluded", _NO_AZURE))
    return Found(identity, way.place.server)


def _read(
    engagement: Engagement,
    connection: Connection,
    client: Client,
    writer: Writer,
    mode: CollectionMode,
    way: Way,
) -> Identity:
    def subject(identity: Identity) -> Subject:
        origin = Origin(identity, bool(way.place.ca), proxy_host(way.place.server, connection))
        ledger = ClusterLedger(writer, mode, lambda: False, origin)
        return Subject(ledger, way.scope, way.context, engagement.clusters.secrets)

    identity = _UNKNOWN
    try:
        me = who(client)
        identity = _identity(me)
        cluster.read(subject(identity), client, ())
    except Unread as error:
        subject(identity).shut(error)
    return identity


def _identity(me: Answer | None) -> Identity:
    user = (me.body["status"] or {}).get("userInfo") or {} if me else {}
    return Identity(user["username"], _UNKNOWN.tenant_id) if user.get("username") else _UNKNOWN


def _file(engagement: Engagement) -> Path:
    given = engagement.clusters.kubeconfig
    if given:
        return engagement.folder / given.expanduser()
    named = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
    return Path(named) if named else Path.home() / ".kube" / "config"
