"""A proxy on loopback that takes CONNECT and leads every name to one address."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.loopback import running


@dataclass
class Proxy:
    """Where it listens, and each ``host:port`` that it was asked for.

    With ``credentials`` (the text of a Proxy-Authorization header) it refuses who does not bring them.
    """

    leads_to: tuple[str, int]
    credentials: str = ""
    address: tuple[str, int] = ("", 0)
    asked: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"


@contextmanager
def proxy(
    leads_to: tuple[str, int], *, credentials: str = "", tls: ssl.SSLContext | None = None
) -> Iterator[Proxy]:
    """Serve for the length of a ``with`` block; behind TLS of its own where ``tls`` is given."""
    known = Proxy(leads_to, credentials)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError):
                if tls is None:
                    _serve(known, self.request)
                    return
                with tls.wrap_socket(self.request, server_side=True) as wrapped:
                    _serve(known, wrapped)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    known.address = ("127.0.0.1", server.server_address[1])
    with running(server):
        yield known


def _serve(known: Proxy, client: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(4096)
        if not piece:
            return
        head += piece
    first, *headers = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    known.asked.append(target)
    if method != "CONNECT" or (
        known.credentials and f"Proxy-Authorization: {known.credentials}" not in headers
    ):
        client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        client.close()
        return
    with socket.create_connection(known.leads_to) as server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
