"""Where Azure is and how to reach it: the public cloud unless configured otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

_CHUNK = 65536
_CONNECT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Connection:
    """Endpoints as URLs without a trailing slash.

    ``address`` (host, port) is where the named hosts are really found, for an embedded sandbox whose
    port differs from run to run while the URLs in the evidence must not. ``call_seconds`` is the
    deadline of one call, from the first byte sent to the last byte read; ``sleep`` waits so many seconds.
    """

    management_url: str = "https://management.azure.com"
    authority_url: str = "https://login.microsoftonline.com"
    ca_file: Path | None = None
    address: tuple[str, int] | None = None
    call_seconds: float = 120.0
    sleep: Callable[[float], None] = time.sleep

    @property
    def public(self) -> bool:
        """Whether this is Azure's public cloud, reached as anybody reaches it."""
        plain = Connection()
        return (self.management_url, self.authority_url, self.ca_file, self.address) == (
            plain.management_url,
            plain.authority_url,
            None,
            None,
        )


class _Timed:
    """A response's body under a deadline: a server that drips ends its own call, not the run."""

    def __init__(self, raw: BaseHTTPResponse, ends: float) -> None:
        self._raw = raw
        self._ends = ends

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:
        """The body in pieces as they come; ReadTimeoutError where the deadline passes first."""
        while data := self._raw.read1(amt or _CHUNK, decode_content=decode_content):
            yield data
            if time.monotonic() > self._ends:
                self._raw.close()
                raise ReadTimeoutError(None, None, "the answer did not end in time")  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


class _Adapter(HTTPAdapter):
    """Holds each call to its deadline."""

    def __init__(self, call_seconds: float) -> None:
        self._call_seconds = call_seconds
        super().__init__(pool_maxsize=32)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """See `HTTPAdapter`."""
        ends = time.monotonic() + self._call_seconds
        response = super().send(request, *args, **kwargs)
        response.raw = _Timed(response.raw, ends)
        return response


class _AddressAdapter(_Adapter):
    """Connects to a fixed address while name, certificate check and Host header stay those of the URL."""

    def __init__(self, address: tuple[str, int], call_seconds: float) -> None:
        self._address = address
        super().__init__(call_seconds)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002 (the adapter's interface)
        cert: Any = None,
    ) -> HTTPConnectionPool:
        """See `HTTPAdapter`."""
        _, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        name = urlsplit(str(request.url)).hostname
        host, port = self._address
        return self.poolmanager.connection_from_host(
            host,
            port,
            scheme="https",
            pool_kwargs=dict(pool) | {"assert_hostname": name, "server_hostname": name},
        )

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        """See `HTTPAdapter`."""
        request.headers["Host"] = urlsplit(str(request.url)).netloc


class _Transport(RequestsTransport):  # type: ignore[misc]
    """The SDK's transport, with the connection's way to wait."""

    def __init__(self, sleep: Callable[[float], None], **kwargs: Any) -> None:
        self._wait = sleep
        super().__init__(**kwargs)

    def sleep(self, duration: float) -> None:
        """Wait between attempts."""
        self._wait(duration)


def transport(connection: Connection) -> RequestsTransport:
    """A transport for the SDK's clients and credentials."""
    session = requests.Session()
    session.mount("https://", _Adapter(connection.call_seconds))
    if connection.address:
        for url in (connection.management_url, connection.authority_url):
            session.mount(url, _AddressAdapter(connection.address, connection.call_seconds))
    return _Transport(
        connection.sleep,
        session=session,
        session_owner=False,
        connection_timeout=min(_CONNECT_SECONDS, connection.call_seconds),
        read_timeout=connection.call_seconds,
        connection_verify=str(connection.ca_file) if connection.ca_file else True,
    )
