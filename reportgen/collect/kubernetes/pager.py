"""Lists in pages, all of one state of the cluster; where the server cannot do that, the evidence says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from reportgen.collect.azure import Answer
from reportgen.collect.kubernetes.client import JSON, Client, Failure, Reply, refused
from reportgen.collect.kubernetes.failures import Expired, Unread, undecodable
from reportgen.collect.kubernetes.objects.base import Kube, ListMetadata, ObjectList
from reportgen.collect.kubernetes.reads import METADATA, PAGE, decoder
from reportgen.model import Json

INCONSISTENT = "not a consistent snapshot"
_MOST_PAGES = 10_000


class Call(Protocol):
    """A list to be read: where it is, in which form, and how its pages are understood."""

    @property
    def path(self) -> str:
        """Path of the list."""

    @property
    def accept(self) -> str:
        """The one media type that is asked for."""

    @property
    def api_version(self) -> str:
        """Group and version, as objects bear them."""

    @property
    def right(self) -> str:
        """The right that reading takes, in words."""

    @property
    def parameters(self) -> Mapping[str, str]:
        """What is asked beside the page."""

    def decoded(self, content: bytes) -> tuple[Json, str]:
        """The body to keep and the token of the next page, "" where there is none."""


class Kind(Kube):
    """What an answer says it is."""

    kind: str | None = None


_KIND = msgspec.json.Decoder(Kind)


@dataclass(frozen=True, slots=True)
class ListCall:
    """The objects of one kind, whole as far as declared, or ``bare``: their metadata alone."""

    path: str
    kind: str
    api_version: str
    item: type[Kube]
    right: str
    bare: bool = False

    @property
    def accept(self) -> str:
        """See `Call`."""
        return METADATA if self.bare else JSON

    @property
    def parameters(self) -> Mapping[str, str]:
        """See `Call`."""
        return {}

    def decoded(self, content: bytes) -> tuple[Json, str]:
        """See `Call`; nothing but its kind is looked at before that is the wanted one."""
        wanted = "PartialObjectMetadataList" if self.bare else f"{self.kind}List"
        be_of_kind(content, wanted, self.path)
        found: ObjectList[Any] = decoder(self.item).decode(content)
        metadata = found.metadata or ListMetadata()
        items = msgspec.to_builtins(found.items or [])
        if "kind" in self.item.__struct_fields__:
            for item in items:
                item["kind"] = self.kind
        body = {
            "kind": wanted,
            "apiVersion": self.api_version,
            "metadata": {"resourceVersion": metadata.resource_version or ""},
            "items": items,
        }
        return body, metadata.following or ""


def be_of_kind(content: bytes, wanted: str, path: str) -> None:
    """Raise Unread where an answer is another kind of thing than what was asked for."""
    if _KIND.decode(content).kind != wanted:
        raise Unread("failed", f"{path}: the answer is no {wanted}, and was not looked into.")


def pages(client: Client, call: Call, *, again: bool = False) -> Iterator[Answer]:
    """The pages of a list.

    Raises Expired where the server no longer has the state that the list began with; begun ``again`` it goes
    on with what there is now, and from there on every page says that it is not a consistent snapshot.
    """
    token, consistent = "", True
    seen: set[str] = set()
    while True:
        # No resourceVersion, least of all 0: the server would ignore the limit and answer from a stale cache.
        paging = {"limit": str(PAGE)} | ({"continue": token} if token else {})
        reply = client.get(call.path, call.accept, {**call.parameters, **paging})
        if reply.status == 410 and token:
            if not again:
                raise Expired
            token, consistent = _at_present(reply.failure), False
        else:
            body, token = _understood(call, reply)
            yield answer(reply, body, call.api_version, _parameters(call, consistent=consistent))
        if not token:
            return
        if token in seen or len(seen) >= _MOST_PAGES:
            raise Unread("failed", f"{call.path}: its pages do not end, {len(seen) + 1} were read.")
        seen.add(token)


def _at_present(failure: Failure) -> str:
    """The token with which a list goes on at the present state, from the error that says it expired."""
    token = failure.metadata.following if failure.metadata else None
    if not token:
        raise Unread("failed", "The list expired twice before it was read, and cannot be gone on with.")
    return token


def _understood(call: Call, reply: Reply) -> tuple[Json, str]:
    if reply.status != 200:
        raise refused(reply, call.right)
    try:
        return call.decoded(reply.content)
    except msgspec.DecodeError as error:
        detail = f"{call.path}: the answer is not as Kubernetes declares it{undecodable(error)}."
        raise Unread("failed", detail) from error


def _parameters(call: Call, *, consistent: bool) -> dict[str, Json]:
    parameters: dict[str, Json] = {"limit": PAGE}
    if call.accept != JSON:
        parameters["accept"] = call.accept
    if not consistent:
        parameters["consistency"] = INCONSISTENT
    return parameters


def answer(
    reply: Reply, body: Json, api_version: str, parameters: Mapping[str, Json] | None = None
) -> Answer:
    """A reply as the snapshot takes it: the body that is kept, the bytes for their hash."""
    return Answer(
        reply.method,
        reply.url,
        api_version,
        200,
        reply.content,
        body,
        reply.headers,
        reply.started_at,
        reply.ended_at,
        parameters=parameters or {},
    )
