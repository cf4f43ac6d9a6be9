"""A server of the standard library on a free port of loopback, behind TLS, for the length of a test."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve in a thread while the block lasts."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def https(handler: type[BaseHTTPRequestHandler], signer: trustme.CA) -> Iterator[int]:
    """Serve HTTPS for 127.0.0.1 with a certificate of the signer; gives the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    signer.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield int(server.server_address[1])
