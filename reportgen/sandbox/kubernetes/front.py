"""Which calls are for an API server: those to its host, or to its path below any other host."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from reportgen.sandbox.exchange import Call
from reportgen.sandbox.interface import API_DOMAIN
from reportgen.sandbox.kubernetes.credentials import PREFIX
from reportgen.sandbox.kubernetes.servers import ApiServers
from reportgen.sandbox.wire import Sending


class Front:
    """Lets API servers answer what is for them, and Azure everything else."""

    def __init__(self, azure: ASGIApp, servers: ApiServers) -> None:
        self._azure = azure
        self._servers = servers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        request = Request(scope, receive) if scope["type"] == "http" else None
        server, path = _place(request) if request else ("", "")
        if request is None or not server:
            await self._azure(scope, receive, send)
            return
        call = Call(
            method=request.method,
            path=path,
            query_text=scope["query_string"].decode("latin-1"),
            query={},
            headers=request.headers,
            body=await request.body(),
            host=request.headers.get("host", ""),
            server=server,
        )
        await Sending(self._servers.answer(call), request.state.connection)(scope, receive, send)


def _place(request: Request) -> tuple[str, str]:
    """Host of the API server and path there; "" for the host where it is none."""
    path: str = request.scope["path"]
    host = request.headers.get("host", "").partition(":")[0].lower()
    if host.endswith(f".{API_DOMAIN}"):
        return host, path
    if path.startswith(PREFIX):
        label, _, rest = path.removeprefix(PREFIX).partition("/")
        return f"{label.lower()}.{API_DOMAIN}", f"/{rest}"
    return "", path
