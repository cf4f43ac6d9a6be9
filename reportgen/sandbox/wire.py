"""How an answer goes over the wire: whole, late, or broken at the level of bytes and sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reportgen.sandbox.exchange import Answer
from reportgen.sandbox.interface import Kind

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_PACKED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


class Connection:
    """The client's connection, for answers that have to break it or outlast it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.gone = asyncio.Event()

    async def pause(self, seconds: float) -> bool:
        """Wait; False, and at once, where the client or the server hangs up meanwhile."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)
        return not self.gone.is_set()

    async def reset(self) -> None:
        """Close without a goodbye of TLS or TCP: the client's system reports a reset by peer."""
        sock: socket.socket = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()
        await self.gone.wait()


class Protocol(H11Protocol):
    """HTTP/1.1 that shows its connection to the application, as ``state["connection"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._connection = Connection(transport)
        self.app_state = {**self.app_state, "connection": self._connection}

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        super().connection_lost(exc)
        self._connection.gone.set()


class Sending(Response):
    """Sends an answer as its delivery says."""

    def __init__(self, answer: Answer, connection: Connection) -> None:
        self._delivery = answer.delivery
        self._connection = connection
        content = answer.content()
        if self._delivery.broken is Kind.TRUNCATED:
            content = content[: len(content) // 2]
        headers = dict(answer.headers)
        if self._delivery.packed:
            content, headers = gzip.compress(content, 1, mtime=0), headers | _PACKED
        super().__init__(content, answer.status, headers, answer.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See `Response`."""
        if self._delivery.pause and not await self._connection.pause(self._delivery.pause):
            return
        if self._delivery.broken not in (Kind.RESET, Kind.DRIP):
            await super().__call__(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if self._delivery.broken is Kind.RESET:
            await send(_part(bytes(self.body[: len(self.body) // 2]), more=True))
            await self._connection.reset()
        else:
            await self._drip(send)

    async def _drip(self, send: Send) -> None:
        for byte in bytes(self.body):
            await send(_part(bytes([byte]), more=True))
            if not await self._connection.pause(self._delivery.gap):
                return
        await send(_part(b"", more=False))


def _part(body: bytes, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": more}
