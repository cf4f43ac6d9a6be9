"""The server's wire: TLS on loopback, a thread a connection, gzip, and answers that drip or break off."""

from __future__ import annotations

import gzip
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import trustme

from tests.collect.kubernetes.server import API, LOGIN, MANAGEMENT, Call, Cluster, Reply, Server


@contextmanager
def serving(*hosts: str) -> Iterator[Server]:
    """Serve for the length of a ``with`` block; its certificate is for Azure's hosts and these (or `API`)."""
    server = Server()
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(MANAGEMENT, LOGIN, API, "127.0.0.1", *hosts).configure_cert(context)
    with tempfile.TemporaryDirectory() as folder:
        server.ca_file, server.ca_pem = Path(folder, "ca.pem"), ca.cert_pem.bytes()
        server.ca_file.write_bytes(server.ca_pem)
        for host in hosts:
            server.clusters[host] = Cluster()
        with _Listener(server, context) as listener, _running(listener):
            yield server


@contextmanager
def _running(listener: _Listener) -> Iterator[None]:
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        listener.shutdown()
        thread.join()
        listener.hang_up()


class _Listener(ThreadingHTTPServer):
    """Speaks TLS in each connection's own thread, and hangs up on all of them at the end."""

    daemon_threads = True

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.played = server
        self._context = context
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        server.address = ("127.0.0.1", self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        self._connections.append((request, threading.current_thread()))
        request.settimeout(20)
        try:
            wrapped = self._context.wrap_socket(request, server_side=True)
        except OSError:
            return
        with wrapped:
            self._connections.append((wrapped, threading.current_thread()))
            super().finish_request(wrapped, client_address)

    def handle_error(self, *_: object) -> None:
        pass

    def hang_up(self) -> None:
        """Again and again, for a connection may be in the middle of its handshake."""
        while any(thread.is_alive() for _, thread in list(self._connections)):
            for connection, thread in list(self._connections):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                thread.join(0.01)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 20
    server: _Listener

    def handle(self) -> None:
        with suppress(OSError, ValueError):
            super().handle()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)

    def _any(self) -> None:
        parts = urlsplit(self.path)
        call = Call(
            self.command,
            self.headers.get("Host", "").partition(":")[0],
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        self._send(call, self.server.played.answer(call))

    def _send(self, call: Call, reply: Reply) -> None:
        content = reply.content()
        headers = {"Content-Type": "application/json", "Audit-Id": "audit-1", "Warning": '299 - "x"'}
        headers |= reply.headers
        if "gzip" in call.headers.get("accept-encoding", "") and len(content) > 200 and reply.raw is None:
            content = gzip.compress(content)
            headers["Content-Encoding"] = "gzip"
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self._body(content, reply)

    def _body(self, content: bytes, reply: Reply) -> None:
        if reply.cut:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif reply.drip:
            for number in range(len(content)):
                self.wfile.write(content[number : number + 1])
                time.sleep(reply.drip)
        else:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
