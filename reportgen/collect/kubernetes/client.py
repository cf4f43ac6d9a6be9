"""Calls to one API server: reads and reviews of one's own rights, with a token, patient within a deadline."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from reportgen import __version__
from reportgen.collect.connection import Connection
from reportgen.collect.kubernetes.failures import (
    DeadlinePassed,
    Interrupted,
    NoPath,
    Unread,
    no_path,
    status_words,
)
from reportgen.collect.kubernetes.objects.base import Kube, ListMetadata
from reportgen.collect.kubernetes.transport import Deadline, Transport

JSON = "application/json"
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of one answer, unpacked; a page of 500 pods is 2 to 5 MB."""
AT_ONCE = 4
"""Calls to one API server that are under way at most: a small part of the 600 requests that its priority and
fairness shares out by default, most of it to others."""
_ATTEMPTS = 5
_LONGEST_PAUSE = 60.0
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_POSTS = frozenset({_REVIEWS, _WHO})
_PRIORITY = "x-kubernetes-pf-prioritylevel-uid"

for _logger in ("httpx", "httpcore"):
    # Their lines repeat whole URLs, and a continue token in one holds names out of the cluster.
    logging.getLogger(_logger).setLevel(logging.WARNING)


Item = TypeVar("Item")
Result = TypeVar("Result")


class Authorizer(Protocol):
    """Who the collector is to a cluster."""

    def token(self) -> str:
        """The bearer token, "" where a client certificate stands in for it."""

    def renew(self, refused: str) -> bool:
        """Get another token than ``refused``; False where there is no other."""


class Details(Kube):
    """The machine's part of an error's details."""

    retry_after_seconds: int | None = None


class Failure(Kube):
    """A ``Status`` as far as it is for machines; its message may quote anything and is not declared."""

    kind: str | None = None
    reason: str | None = None
    metadata: ListMetadata | None = None
    details: Details | None = None


_FAILURE = msgspec.json.Decoder(Failure)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; ``url`` is without what must not be kept, times are RFC 3339."""

    method: str
    url: str
    status: int
    content: bytes
    headers: Mapping[str, str]
    started_at: str
    ended_at: str

    @property
    def failure(self) -> Failure:
        """What an error says to a machine; nothing where its body is no Status."""
        try:
            return _FAILURE.decode(self.content)
        except msgspec.DecodeError:
            return Failure()

    @property
    def words(self) -> str:
        """The answer in a few words."""
        return status_words(self.status, self.failure.reason or "")


class Client:
    """Calls one API server; ``deadline`` is the cluster's.

    ``permits`` are shared by the clients of all clusters: each call holds one while it is under way.
    """

    def __init__(
        self,
        server: str,
        context: ssl.SSLContext,
        authorizer: Authorizer,
        connection: Connection,
        deadline: Deadline,
        clock: Callable[[], datetime],
        permits: AbstractContextManager[object] | None = None,
    ) -> None:
        self._permits = permits or nullcontext()
        self.server = server.rstrip("/")
        self.deadline = deadline
        self._authorizer = authorizer
        self._connection = connection
        self._clock = clock
        self._reached = False
        self._transport = Transport(self.server, context, connection, AT_ONCE)
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._http = httpx.Client(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": f"reportgen/{__version__}", "Accept-Encoding": "gzip"},
            timeout=None,  # noqa: S113 (the transport's deadline holds)
        )

    def close(self) -> None:
        """Close the connections, once no call is under way."""
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def at_once(self, do: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """What comes of each item, in their order, a few at once; what fails first is raised.

        ``do`` makes its calls by this client, and does not come back here.
        """
        return list(self._pool.map(do, items))

    @property
    def host(self) -> str:
        """Name and, where it is not 443, port of the server."""
        return urlsplit(self.server).netloc.rpartition("@")[2].removesuffix(":443")

    def get(self, path: str, accept: str = JSON, parameters: Mapping[str, str] | None = None) -> Reply:
        """The answer to a GET, whatever its status; Unread where none came."""
        return self._patiently(self._request("GET", path, accept, dict(parameters or {})))

    def review(self, body: msgspec.Struct) -> Reply:
        """The answer to a SelfSubjectAccessReview."""
        return self._patiently(self._request("POST", _REVIEWS, JSON, {}, msgspec.json.encode(body)))

    def who(self, body: msgspec.Struct) -> Reply:
        """The answer to a SelfSubjectReview."""
        return self._patiently(self._request("POST", _WHO, JSON, {}, msgspec.json.encode(body)))

    def _request(
        self, method: str, path: str, accept: str, parameters: dict[str, str], content: bytes | None = None
    ) -> httpx.Request:
        if method != "GET" and path not in _POSTS:
            raise ValueError(f"{method} {path}: refused, reportgen only reads")
        headers = {"Accept": accept} | ({"Content-Type": JSON} if content else {})
        return self._http.build_request(
            method, f"{self.server}{path}", params=parameters, content=content, headers=headers
        )

    def _patiently(self, request: httpx.Request) -> Reply:
        """Try again what a server may answer in a moment; a token that is refused is renewed once."""
        renewed = False
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS
            pause = 2.0 ** (attempt - 2)
            try:
                reply, token = self._send(request)
            except Interrupted:
                if last:
                    raise
            else:
                if reply.status == 401 and not renewed and self._authorizer.renew(token):
                    renewed = True
                    continue
                pause = _asked(reply, pause)
                if last or pause > _LONGEST_PAUSE or not _may_change(reply):
                    break
            self._pause(pause)
        return self._settled(reply)

    def _settled(self, reply: Reply) -> Reply:
        if 300 <= reply.status < 400:
            raise Unread("failed", f"{reply.words} from {self.host}: redirects are not followed.")
        return reply

    def _pause(self, seconds: float) -> None:
        if seconds > self.deadline.left:
            raise DeadlinePassed(self.deadline.seconds)
        self._connection.sleep(seconds)

    def _send(self, request: httpx.Request) -> tuple[Reply, str]:
        """One attempt, and the token that it was made with."""
        if self.deadline.left <= 0:
            raise DeadlinePassed(self.deadline.seconds)
        token = self._authorizer.token()
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        with self._permits:
            self._transport.start(self.deadline.within(self._connection.call_seconds))
            started = self._stamp()
            try:
                response = self._http.send(request, stream=True)
                try:
                    content = self._content(response)
                finally:
                    response.close()
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise self._explained(error) from error
        self._reached = True
        headers = {name.lower(): value for name, value in response.headers.items()}
        reply = Reply(
            request.method,
            str(request.url.copy_remove_param("continue")),
            response.status_code,
            content,
            headers,
            started,
            self._stamp(),
        )
        return _whole(reply, self.host), token

    def _content(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > LARGEST_ANSWER:
                raise Unread(
                    "failed", f"{self.host} answered with more than {LARGEST_ANSWER >> 20} MiB at once."
                )
            parts.append(part)
        return b"".join(parts)

    def _explained(self, error: httpx.TransportError | httpx.DecodingError) -> Unread:
        if self.deadline.left <= 0:
            return DeadlinePassed(self.deadline.seconds)
        why = no_path(error, self.host) if isinstance(error, httpx.TransportError) else ""
        if why and not self._reached:
            return NoPath(f"The API server could not be reached: {why}.")
        if isinstance(error, httpx.TimeoutException):
            seconds = self._connection.call_seconds
            return Unread("failed", f"{self.host} did not finish its answer within {seconds:g} seconds.")
        return Interrupted(f"The connection to {self.host} broke off before the answer was whole.")

    def _stamp(self) -> str:
        return self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(reply: Reply, host: str) -> Reply:
    """The reply, unless it says 200 and its JSON breaks off: that is no answer, and is tried again."""
    if reply.status not in (200, 201) or "json" not in reply.headers.get("content-type", ""):
        return reply
    try:
        msgspec.json.decode(reply.content, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        raise Interrupted(f"The JSON that {host} answered with breaks off.") from error
    return reply


def _may_change(reply: Reply) -> bool:
    return reply.status == 429 or reply.status in (500, 502, 503, 504)


def _asked(reply: Reply, otherwise: float) -> float:
    """Seconds that a server asks to wait: by header, by its Status, else as given."""
    header = reply.headers.get("retry-after", "")
    if header.isdecimal():
        return float(header)
    details = reply.failure.details
    return float(details.retry_after_seconds or otherwise) if details else otherwise


def refused(reply: Reply, right: str) -> Unread:
    """What a reply that is no 200 means; ``right`` is the right that reading takes, in words."""
    if reply.status in (401, 403):
        return Unread("denied", f"{reply.words}. Needed right in the cluster: {right}.")
    if reply.status == 404:
        return Unread("not-found", f"{reply.words}: {right} is not there.")
    if reply.status == 429:
        who = "API priority and fairness rejects" if _PRIORITY in reply.headers else "the API server rejects"
        return Unread("throttled", f"{reply.words}: {who} the calls, {_ATTEMPTS} times one after the other.")
    if reply.status == 406:
        return Unread("failed", f"{reply.words}: the server does not know the form that was asked for.")
    return Unread("failed", f"{reply.words}.")
