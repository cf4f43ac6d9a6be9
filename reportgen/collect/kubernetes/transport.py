"""The way to an API server: httpx over a socket that keeps to a deadline and finds an embedded sandbox.

The deadline holds for a call as a whole, from the look-up of the name to the last byte: a server that drips
headers or body ends its own call and nothing else.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
import httpx
from requests.utils import get_environ_proxies, select_proxy

from reportgen.collect.connection import Connection
from reportgen.collect.kubernetes.failures import Unread

_CONNECT_SECONDS = 15.0


class Deadline:
    """A moment of a clock that never goes back, after which nothing waits any more."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._now = now
        self._ends = now() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0 where none are."""
        return max(self._ends - self._now(), 0.0)

    def within(self, seconds: float) -> Deadline:
        """A deadline in so many seconds, and not after this one."""
        return Deadline(min(seconds, self.left), self._now)


class _Stream(httpcore.NetworkStream):
    """A socket whose every wait ends with the call's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, backend: Backend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See `httpcore.NetworkStream`."""
        return self._inner.read(max_bytes, self._backend.time_left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See `httpcore.NetworkStream`."""
        self._inner.write(buffer, self._backend.time_left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """See `httpcore.NetworkStream`."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """See `httpcore.NetworkStream`."""
        left = self._backend.time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> Any:
        """See `httpcore.NetworkStream`."""
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Opens the sockets of one cluster; the deadline is that of the call which the thread makes.

    With an ``address`` the hosts below ``domain`` are found there, and there is no other network.
    """

    def __init__(self, address: tuple[str, int] | None, domain: str) -> None:
        self._inner = httpcore.SyncBackend()
        self._address = address
        self._domain = domain
        self._call = threading.local()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """See `httpcore.NetworkBackend`."""
        if self._address:
            host, port = self._found(host)
        left = self.time_left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options), self)

    def _found(self, host: str) -> tuple[str, int]:
        try:
            if self._address is None or not host.lower().endswith(self._domain):
                raise socket.gaierror(socket.EAI_NONAME, "no such name in the sandbox")
        except socket.gaierror as error:
            # Raised while the other is handled, since httpcore's pool takes the cause away.
            raise httpcore.ConnectError(str(error)) from error
        return self._address

    def start(self, deadline: Deadline) -> None:
        """Set the deadline that holds in this thread until it starts another call."""
        self._call.deadline = deadline

    def time_left(self, timeout: float | None, passed: type[Exception]) -> float | None:
        """Seconds that a wait may take; raises ``passed`` where there are none."""
        deadline: Deadline | None = getattr(self._call, "deadline", None)
        if deadline is None:
            return timeout
        left = deadline.left
        if left <= 0:
            raise passed("the call's deadline passed")
        return left if timeout is None else min(timeout, left)


class _Body(httpx.SyncByteStream):
    def __init__(self, request: httpx.Request, inner: Iterable[bytes], close: Callable[[], None]) -> None:
        self._request = request
        self._inner = inner
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._inner
        except _ERRORS as error:
            raise _translated(error, self._request) from error

    def close(self) -> None:
        self._close()


_ERRORS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError)


def _translated(error: Exception, request: httpx.Request) -> httpx.TransportError:
    """The same error in httpx's tree, whose classes are named as httpcore's are."""
    kind: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
    return kind(str(error), request=request)


class Transport(httpx.BaseTransport):
    """HTTP/1.1 over `Backend`, through the connection's proxy or the environment's."""

    def __init__(
        self, server: str, context: ssl.SSLContext, connection: Connection, connections: int
    ) -> None:
        domain = "." + str(urlsplit(connection.management_url).hostname).partition(".")[2]
        self._backend = Backend(connection.address, domain)
        proxy = "" if connection.address else _proxy(server, connection)
        common: dict[str, Any] = {
            "ssl_context": context,
            "max_connections": connections,
            "http1": True,
            "http2": False,
            "network_backend": self._backend,
        }
        self._pool = _proxied(proxy, common) if proxy else httpcore.ConnectionPool(**common)

    def start(self, deadline: Deadline) -> None:
        """Set the deadline that holds in this thread until its next call starts."""
        self._backend.start(deadline)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See `httpx.BaseTransport`."""
        url = request.url
        try:
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": {"connect": _CONNECT_SECONDS}},
                )
            )
        except _ERRORS as error:
            raise _translated(error, request) from error
        stream = answer.stream
        close: Callable[[], None] = getattr(stream, "close", lambda: None)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(request, stream, close),  # type: ignore[arg-type]
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _proxied(proxy: str, common: dict[str, Any]) -> httpcore.HTTPProxy:
    parts = urlsplit(proxy)
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return httpcore.HTTPProxy(address, proxy_auth=auth, **common)


def _proxy(server: str, connection: Connection) -> str:
    """URL of the proxy for an API server, "" where calls go to it directly."""
    found = connection.proxy or select_proxy(server, get_environ_proxies(server)) or ""
    return found if not found or "://" in found else f"http://{found}"


def proxy_host(server: str, connection: Connection) -> str:
    """Host and port of that proxy, for provenance."""
    return "" if connection.address else urlsplit(_proxy(server, connection)).netloc.rpartition("@")[2]


def trusting(ca: str, certificate: tuple[str, str] | None = None) -> ssl.SSLContext:
    """A context that trusts the PEM certificates in ``ca`` alone; the system's where it is empty.

    ``certificate`` is the files of a client's certificate and key. Raises Unread where any of them is none.
    """
    try:
        return _context(ca, certificate)
    except ssl.SSLError as error:
        raise Unread("failed", "The kubeconfig's certificates or key are not what they should be.") from error


def _context(ca: str, certificate: tuple[str, str] | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca or None)
    # Python 3.13 on asks of certificates what the CAs of clusters, made once for ten years, do not have.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if certificate:
        context.load_cert_chain(*certificate)
    return context
