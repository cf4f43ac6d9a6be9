"""Where Azure is and how to reach it: the public cloud unless configured otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool


@dataclass(frozen=True, slots=True)
class Connection:
    """Endpoints as URLs without a trailing slash.

    ``address`` (host, port) is where the named hosts are really found, for an embedded sandbox whose
    port differs from run to run while the URLs in the evidence must not.
    """

    management_url: str = "https://management.azure.com"
    authority_url: str = "https://login.microsoftonline.com"
    ca_file: Path | None = None
    address: tuple[str, int] | None = None


class _AddressAdapter(HTTPAdapter):
    """Connects to a fixed address while name, certificate check and Host header stay those of the URL."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        super().__init__(pool_maxsize=32)

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,
        proxies: Any = None,  # noqa: ARG002 (the adapter's interface)
        cert: Any = None,
    ) -> HTTPConnectionPool:
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
        request.headers["Host"] = urlsplit(str(request.url)).netloc


def transport(connection: Connection) -> RequestsTransport:
    """A transport for the SDK's clients and credentials."""
    session = requests.Session()
    if connection.address:
        for url in (connection.management_url, connection.authority_url):
            session.mount(url, _AddressAdapter(connection.address))
    verify = str(connection.ca_file) if connection.ca_file else True
    return RequestsTransport(session=session, session_owner=False, connection_verify=verify)
