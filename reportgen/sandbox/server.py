"""Starts and stops the HTTPS server: in a thread for demo and tests, in the foreground for a person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Container, Iterator
from datetime import datetime
from pathlib import Path

import uvicorn

from reportgen.errors import ReportgenError, UsageError
from reportgen.limits import Limits
from reportgen.sandbox.app import Site
from reportgen.sandbox.certificates import Certificates, certificates
from reportgen.sandbox.estate import Estate, load
from reportgen.sandbox.exchange import Clock
from reportgen.sandbox.interface import API_AUDIENCE, API_DOMAIN, Faults, Sandbox
from reportgen.sandbox.kubernetes.credentials import PREFIX
from reportgen.sandbox.wire import Protocol

_START_SECONDS = 15


class _Server(uvicorn.Server):
    """Hangs up on clients when it stops, for they keep TLS connections open that would be waited for."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)
        await super().shutdown(sockets)


@contextlib.contextmanager
def serve(
    folder: Path, *, as_of: datetime | None, faults: Faults | None, limits: Limits | None
) -> Iterator[Sandbox]:
    """See `reportgen.sandbox.serve`."""
    estate = load(folder)
    with (
        _listening(0) as listener,
        certificates(repeatable=as_of is not None) as files,
        _site(estate, as_of, faults, limits, files.ca) as site,
    ):
        server = _Server(_configured(site, files))
        thread = threading.Thread(
            target=server.run,
            kwargs={"sockets": [listener]},
            name="reportgen-sandbox",
            daemon=True,
        )
        thread.start()
        try:
            _wait(server, thread)
            yield _sandbox(site, listener, files.ca)
        finally:
            server.should_exit = server.force_exit = True
            thread.join(_START_SECONDS)


def run_forever(
    folder: Path, port: int, *, as_of: datetime | None, faults: Faults | None, limits: Limits | None
) -> None:
    """See `reportgen.sandbox.run_forever`."""
    estate = load(folder)
    with (
        _listening(port) as listener,
        certificates(repeatable=False) as files,
        _site(estate, as_of, faults, limits, files.ca) as site,
    ):
        # So that the certificate's folder is removed on a plain kill as well.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            sandbox = _sandbox(site, listener, files.ca)
            sys.stdout.write(greeting(estate, sandbox))
            sys.stdout.flush()
            _Server(_configured(site, files)).run(sockets=[listener])


def greeting(estate: Estate, sandbox: Sandbox) -> str:
    """What a person needs to connect."""
    url = f"https://{sandbox.address[0]}:{sandbox.address[1]}"
    unreadable = sum(not subscription.readable for subscription in estate.subscriptions)
    size = f"{len(estate.resources)} resources in {len(estate.subscriptions)} subscriptions"
    lines = [
        f"Sandbox of {estate.folder}: {size} ({unreadable} unreadable), {len(estate.answers)} stored answers",
        *(f"{file} holds one page of a longer list: only that page is served" for file in estate.continued),
        *(f"No table of Resource Graph shows {kind}, only Resource Manager does" for kind in estate.unlisted),
        "",
        f"Azure, sign-in and Graph      {url}",
        f"Certificate authority         {sandbox.ca_file}",
        f"export AZURE_AUTHORITY_HOST={url}",
        f"export AZURE_TENANT_ID={sandbox.tenant_id}",
        f"export AZURE_CLIENT_ID={sandbox.client_id}",
        f"export AZURE_CLIENT_SECRET={sandbox.client_secret}",
        f"export REQUESTS_CA_BUNDLE={sandbox.ca_file} SSL_CERT_FILE={sandbox.ca_file}",
        f"export IDENTITY_ENDPOINT={url}/msi/token IDENTITY_HEADER={sandbox.identity_header}",
        *_api_servers(estate, sandbox, url),
        "",
        "Stop it with Ctrl-C.",
        "",
    ]
    return "\n".join(lines)


def _api_servers(estate: Estate, sandbox: Sandbox, url: str) -> list[str]:
    """Where the API servers are, for a person, who has no names for them."""
    if not sandbox.api_servers:
        return []
    labels = {key: host.partition(".")[0] for key, host in sandbox.api_servers.items()}
    names = {key: estate.by_key[key].id.name for key in labels}
    width = max(map(len, names.values()))
    return [
        "",
        f"API servers (a token of scope {API_AUDIENCE}/.default signs in)",
        *(f"  {names[key]:{width}}  {url}{PREFIX}{label}" for key, label in labels.items()),
    ]


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # asyncio sets TCP_NODELAY only on sockets made with IPPROTO_TCP; without it each call costs 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(f"The sandbox cannot listen on 127.0.0.1:{port}: {error.strerror}") from error
        listener.listen(128)
        yield listener


@contextlib.contextmanager
def _site(
    estate: Estate, as_of: datetime | None, faults: Faults | None, limits: Limits | None, ca_file: Path
) -> Iterator[Site]:
    known = faults or Faults()
    site = Site.over(estate, Clock(as_of, known.clock_skew), known, limits, ca_file.read_bytes())
    try:
        yield site
    finally:
        site.graph.tables.close()


def _sandbox(site: Site, listener: socket.socket, ca_file: Path) -> Sandbox:
    return Sandbox(
        listener.getsockname()[:2],
        ca_file,
        api_servers=site.servers.hosts,
        requests=site.requests,
        admin_credentials=site.credentials.handed_out,
    )


def _configured(site: Site, files: Certificates) -> uvicorn.Config:
    config = uvicorn.Config(
        site.app(),
        http=Protocol,
        ssl_certfile=str(files.chain),
        ssl_keyfile=str(files.key),
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=60,
    )
    config.load()
    if config.ssl:
        config.ssl.sni_callback = _Names(site.servers.by_host)
    return config


class _Names:
    """Lets no TLS come about with an API server that cannot be reached."""

    def __init__(self, known: Container[str]) -> None:
        self._known = known

    def __call__(self, _: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
        """An alert, which ends the handshake; None where it goes on."""
        wanted = (name or "").lower()
        if not wanted.endswith(f".{API_DOMAIN}") or wanted in self._known:
            return None
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise ReportgenError("The sandbox's HTTPS server did not start")
        time.sleep(0.005)
