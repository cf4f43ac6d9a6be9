"""Where Azure is and how to reach it: the public cloud unless configured otherwise."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import ReadTimeoutError

from reportgen import clouds
from reportgen.engagement import Engagement
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

_CHUNK = 65536
_CONNECT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Connection:
    """Endpoints as URLs without a trailing slash.

    ``graph_url`` is Microsoft Graph's, which tokens for it are for as well.
    ``audience`` is whom other tokens are for, where that is not ``management_url``. ``proxy`` is the URL of a
    proxy that all calls go through; without it the environment's (HTTPS_PROXY, NO_PROXY) counts.
    ``address`` (host, port) is where the named hosts are really found, for an embedded sandbox whose
    port differs from run to run while the URLs in the evidence must not. ``call_seconds`` is the
    deadline of one call, from the first byte sent to the last byte read; ``sleep`` waits so many seconds.
    """

    management_url: str = clouds.CLOUDS[0].management
    authority_url: str = clouds.CLOUDS[0].authority
    ca_file: Path | None = None
    address: tuple[str, int] | None = None
    call_seconds: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    audience: str = ""
    proxy: str = ""
    graph_url: str = clouds.CLOUDS[0].graph

    @property
    def token_scope(self) -> str:
        """What a token for Resource Manager is asked for."""
        return f"{self.audience or self.management_url}/.default"

    @property
    def proxy_host(self) -> str:
        """Host and port of the proxy that calls to Azure go through, "" where they go through none."""
        found = self.proxy or select_proxy(self.management_url, get_environ_proxies(self.management_url))
        if self.address or not found:
            return ""
        return urlsplit(found if "://" in found else f"//{found}").netloc.rpartition("@")[2]

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
    """The SDK's transport, with the connection's way to wait and its proxy.

    ``proxies`` goes with each request, since requests prefers the environment to what a session says.
    """

    def __init__(
        self, sleep: Callable[[float], None], proxies: dict[str, str] | None = None, **kwargs: Any
    ) -> None:
        self._wait = sleep
        self._proxies = proxies
        super().__init__(**kwargs)

    def send(self, request: Any, *, proxies: Any = None, **kwargs: Any) -> Any:
        """See `RequestsTransport`."""
        own = None if self._proxies is None else dict(self._proxies)
        return super().send(request, proxies=proxies or own, **kwargs)

    def sleep(self, duration: float) -> None:
        """Wait between attempts."""
        self._wait(duration)


_DIRECT = {"http": "", "https": ""}


def transport(connection: Connection, *, direct: bool = False) -> RequestsTransport:
    """A transport for the SDK's clients and credentials; a ``direct`` one goes through no proxy."""
    proxies = {"https": connection.proxy} if connection.proxy else None
    session = requests.Session()
    session.mount("https://", _Adapter(connection.call_seconds))
    if connection.address:
        for url in (connection.management_url, connection.authority_url, connection.graph_url):
            session.mount(url, _AddressAdapter(connection.address, connection.call_seconds))
    return _Transport(
        connection.sleep,
        _DIRECT if direct else proxies,
        session=session,
        session_owner=False,
        connection_timeout=min(_CONNECT_SECONDS, connection.call_seconds),
        read_timeout=connection.call_seconds,
        connection_verify=str(connection.ca_file) if connection.ca_file else True,
    )


def connection(engagement: Engagement) -> Connection:
    """What the engagement says about the way to Azure; UsageError where its CA file cannot be used."""
    endpoint, cloud = engagement.endpoint, clouds.BY_NAME[engagement.cloud]
    return Connection(
        endpoint.management,
        endpoint.authority,
        _ca_file(engagement.folder / endpoint.ca_file) if endpoint.ca_file else None,
        audience=cloud.audience if endpoint.management == cloud.management else "",
        proxy=engagement.proxy or "",
        graph_url=endpoint.graph,
    )


def _ca_file(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        problem = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise UsageError(
            f"endpoint.ca_file: {path}: {problem}; expected the certificates of those who sign, as PEM"
        ) from error
    return path
