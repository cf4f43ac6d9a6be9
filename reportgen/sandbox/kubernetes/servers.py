"""The API servers: who calls, whether they may, and the answer."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from reportgen.sandbox.bodies import CLUSTER_TYPE
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, answered
from reportgen.sandbox.faults import ERRORS, Switches, broken
from reportgen.sandbox.identity import Identity
from reportgen.sandbox.interface import ADMIN_CANARY, API_AUDIENCE, OBJECT_ID, Fault, Kind
from reportgen.sandbox.kubernetes import statuses
from reportgen.sandbox.kubernetes.access import ADMIN, ANONYMOUS, Access, User, access
from reportgen.sandbox.kubernetes.cluster import Cluster
from reportgen.sandbox.kubernetes.contents import Contents
from reportgen.sandbox.kubernetes.folders import Folders
from reportgen.sandbox.kubernetes.reading import Reading
from reportgen.sandbox.kubernetes.request import attributes
from reportgen.sandbox.kubernetes.reviews import reviewed
from reportgen.sandbox.kubernetes.statuses import TEXT
from reportgen.sandbox.parsing import BadFile

_PACKED_FROM = 128 * 1024
"""Bytes from which a real server sends gzip to who takes it."""
_NAMESPACE = uuid.UUID("6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d020")
_REVIEWS = {
    "authentication.k8s.io": ("selfsubjectreviews",),
    "authorization.k8s.io": ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
}
_TOO_MANY = "Too many requests, please try again later."


@dataclass(frozen=True, slots=True)
class ApiServer:
    """The API server of one cluster."""

    cluster: Cluster
    folders: Folders
    clock: Clock
    switches: Switches
    identity: Identity

    def answer(self, call: Call) -> Answer:
        """The answer to a call, whatever becomes of it."""
        answer = self.switches.through(call, self._handled, self._faulty)
        takes_gzip = "gzip" in call.headers.get("accept-encoding", "")
        packed = takes_gzip and answer.status == 200 and len(answer.content()) >= _PACKED_FROM
        headers = {
            "Audit-Id": call.request_id(self.clock, "audit"),
            "Cache-Control": "no-cache, private",
            "Date": self.clock.http_date(),
        }
        delivery = replace(answer.delivery, packed=packed)
        return replace(answer, headers={**headers, **answer.headers}, delivery=delivery)

    def _handled(self, call: Call) -> Answer:
        if self.switches.struck(call, {Kind.TOKEN_EXPIRED}):
            self.identity.expire_all()
        try:
            contents = self.folders.contents(self.cluster.id.key)
        except BadFile as error:
            return statuses.failure(500, "InternalError", f"Internal error occurred: the estate's {error}")
        faults = self.switches.faults
        rights = access(
            contents.access,
            faults.denied_resources,
            webhook=faults.webhook,
            azure_rbac=self.cluster.azure_rbac,
        )
        user = self._user(call, rights)
        if user is None:
            return statuses.unauthorized()
        answer = self._authorised(call, contents, user, rights)
        return replace(answer, headers={**self._flow(), **answer.headers})

    def _user(self, call: Call, rights: Access) -> User | None:
        """Who calls; None for a token that is not good here."""
        header = call.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return ANONYMOUS if rights.anonymous else None
        if token == ADMIN_CANARY and self.cluster.local_accounts:
            return ADMIN
        good = self.cluster.entra and self.identity.is_for(header, API_AUDIENCE)
        return rights.user if good else None

    def _authorised(self, call: Call, contents: Contents, user: User, rights: Access) -> Answer:
        query = _query(call)
        asked = attributes(call.method, call.path, query)
        verdict = rights.verdict(user, asked)
        if not verdict.allowed:
            return statuses.forbidden(user.name, asked, verdict.reason)
        if asked.verb == "create" and asked.resource in _REVIEWS.get(asked.group, ()):
            return answered(lambda call: reviewed(asked.resource, call.json(), user, rights), call)
        if call.method not in ("GET", "HEAD") or asked.verb == "watch" or asked.subresource:
            return statuses.not_allowed()

        def expired() -> bool:
            return self.switches.struck(call, {Kind.LIST_EXPIRED}) is not None

        accept = call.headers.get("accept", "")
        reading = Reading(self.cluster, contents, query, accept, self.clock, expired)
        return answered(lambda _: reading.answer(asked), call)

    def _faulty(self, call: Call, fault: Fault) -> Answer:
        if fault.kind in ERRORS:
            return broken(ERRORS[fault.kind])
        if fault.kind is Kind.FORBIDDEN:
            return statuses.forbidden(OBJECT_ID, attributes(call.method, call.path, _query(call)))
        if fault.kind is Kind.FORBIDDEN_SILENTLY:
            return Answer(status=403, raw=b"", media=statuses.JSON)
        seconds = math.ceil(fault.seconds)
        if fault.kind is Kind.THROTTLED_BY_QUOTA:
            details = {"retryAfterSeconds": seconds}
            return statuses.failure(429, "TooManyRequests", _TOO_MANY, details, headers=self._flow())
        told = {**self._flow(), "Retry-After": str(seconds)} if fault.kind is Kind.THROTTLED else {}
        return Answer(status=429, headers=told, raw=f"{_TOO_MANY}\n".encode(), media=TEXT)

    def _flow(self) -> dict[str, str]:
        """The headers of API priority and fairness, which every call passes that has been signed in."""
        return {
            f"X-Kubernetes-Pf-{name}-Uid": str(uuid.uuid5(_NAMESPACE, f"{self.cluster.id.key} {name}"))
            for name in ("Flowschema", "Prioritylevel")
        }


@dataclass(frozen=True, slots=True)
class ApiServers:
    """All API servers of an estate that can be reached, by host; ``requests`` takes a line for each call."""

    by_host: Mapping[str, ApiServer]
    requests: list[str]

    @classmethod
    def over(
        cls, estate: Estate, clock: Clock, switches: Switches, identity: Identity, requests: list[str]
    ) -> ApiServers:
        """Those of the clusters that the estate has a folder of."""
        clusters = (Cluster.of(resource) for resource in estate.by_type.get(CLUSTER_TYPE, ()))
        folders = estate.kubernetes
        found = {
            one.host: ApiServer(one, folders, clock, switches, identity)
            for one in clusters
            if one.id.key in folders
        }
        return cls(found, requests)

    @property
    def hosts(self) -> dict[str, str]:
        """The host of each cluster, by its id in lower case."""
        return {server.cluster.id.key: host for host, server in self.by_host.items()}

    def answer(self, call: Call) -> Answer:
        """The answer to a call of ``call.server``."""
        self.requests.append(call.line)
        server = self.by_host.get(call.server)
        if server is None:
            return Answer(status=421, raw=f"No API server here is {call.server}.\n".encode(), media=TEXT)
        return server.answer(call)


def _query(call: Call) -> dict[str, str]:
    """The first value of each key; unlike Azure, Kubernetes tells keys apart by their casing."""
    found: dict[str, str] = {}
    for key, value in parse_qsl(call.query_text, keep_blank_values=True):
        found.setdefault(key, value)
    return found
