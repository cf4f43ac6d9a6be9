"""The routes, and what every answer has in common: token check, faults, headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reportgen.sandbox.container_service import ContainerService
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Handler, Refused, error
from reportgen.sandbox.graph import ResourceGraph
from reportgen.sandbox.identity import Identity
from reportgen.sandbox.interface import LOGIN_HOST, TENANT_ID, Faults
from reportgen.sandbox.resource_manager import ResourceManager, check_api_version, forbidden

_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourcegroups/{group}"
_AKS = "/providers/microsoft.containerservice"
_CLUSTER = _GROUP + _AKS + "/managedclusters/{cluster}"
GRAPH_PATH = "/providers/microsoft.resourcegraph/resources"
_HTML_503 = (
    "<!DOCTYPE html><html><head><title>503</title></head><body><h2>Service unavailable</h2></body></html>"
)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class _LowerCasePaths:
    """Lets routes match without regard to case, as Azure does; the path as sent stays in ``sandbox.path``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            scope = {
                **scope,
                "sandbox.path": path,
                "path": path.rstrip("/").lower() or "/",
            }
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that answers, over one estate."""

    clock: Clock
    faults: Faults
    identity: Identity
    graph: ResourceGraph
    manager: ResourceManager
    aks: ContainerService
    requests: list[str]

    @classmethod
    def over(cls, estate: Estate, clock: Clock, faults: Faults, requests: list[str]) -> Site:
        """A site; ``requests`` takes a line for each call."""
        identity, graph = Identity(clock, faults), ResourceGraph(estate, clock, faults)
        manager, aks = ResourceManager(estate), ContainerService.over(estate)
        return cls(clock, faults, identity, graph, manager, aks, requests)

    def app(self) -> ASGIApp:
        """The ASGI application."""
        identity = self.identity
        routes = [
            _route("/{tenant}/oauth2/v2.0/token", self._open(identity.token), "POST"),
            _route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                self._open(identity.openid_configuration),
                "GET",
            ),
            _route(
                "/common/discovery/instance",
                self._open(identity.instance_discovery),
                "GET",
            ),
            _route("/msi/token", self._open(identity.app_service), "GET"),
            _route(
                "/metadata/identity/oauth2/token",
                self._open(identity.instance_metadata),
                "GET",
            ),
            _route(GRAPH_PATH, self._guarded(self.graph.resources), "POST"),
            *(
                _route(path, self._guarded(self._stored_or(handler)), "GET")
                for path, handler in self._reads()
            ),
            _route("/{path:path}", self._guarded(self._stored_or(self._rest)), *_METHODS),
        ]
        return _LowerCasePaths(Starlette(routes=routes))

    def _reads(self) -> list[tuple[str, Handler]]:
        aks, manager = self.aks, self.manager
        return [
            ("/subscriptions", manager.subscriptions),
            (_SUBSCRIPTION, manager.subscription),
            (
                "/providers/microsoft.management/managementgroups/{group}/descendants",
                manager.descendants,
            ),
            (_SUBSCRIPTION + _AKS + "/managedclusters", aks.clusters),
            (
                _SUBSCRIPTION + _AKS + "/locations/{location}/kubernetesversions",
                aks.unknown,
            ),
            (_GROUP + _AKS + "/managedclusters", aks.clusters_of_group),
            (_CLUSTER + "/agentpools", aks.agent_pools),
            (_CLUSTER + "/agentpools/{pool}", aks.agent_pool),
            (_CLUSTER + "/agentpools/{pool}/upgradeprofiles/default", aks.single),
            (_CLUSTER + "/upgradeprofiles/default", aks.single),
            (_CLUSTER + "/maintenanceconfigurations", aks.children),
            (
                _CLUSTER + "/providers/microsoft.insights/diagnosticsettings",
                aks.children,
            ),
        ]

    def _rest(self, call: Call) -> Answer:
        if call.method not in ("GET", "HEAD"):
            text = f"The sandbox only reads: {call.method} {call.path} is not supported."
            return error(405, "MethodNotAllowed", text)
        return self.manager.not_found(call)

    def _stored_or(self, handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            parts = call.path.strip("/").split("/")
            if parts[0].lower() == "subscriptions" and len(parts) > 1:
                self.manager.readable(call, parts[1])
            return self.manager.stored(call) or handler(call)

        return answer

    def _open(self, handler: Handler) -> Handler:
        """For the endpoints that give tokens, and so ask for none."""

        def answer(call: Call) -> Answer:
            self.requests.append(f"{call.method} {call.path}?{call.query_text}".rstrip("?"))
            return self._finished(call, self._faulty(call) or handler(call))

        return answer

    def _guarded(self, handler: Handler) -> Handler:
        """For Resource Manager: a token, an API version, and the faults."""

        def answer(call: Call) -> Answer:
            self.requests.append(f"{call.method} {call.path}?{call.query_text}".rstrip("?"))
            try:
                found = self._unauthorized(call) or self._faulty(call)
                if found is None:
                    check_api_version(call)
                    found = handler(call)
            except Refused as refusal:
                found = refusal.answer
            return self._finished(call, found)

        return answer

    def _unauthorized(self, call: Call) -> Answer | None:
        problem = self.identity.problem(call.headers.get("authorization", ""))
        if problem is None:
            return None
        code, message = problem
        challenge = (
            f'Bearer authorization_uri="https://{LOGIN_HOST}/{TENANT_ID}", error="invalid_token", '
            f'error_description="{message}"'
        )
        return error(401, code, message, {"WWW-Authenticate": challenge})

    def _faulty(self, call: Call) -> Answer | None:
        if any(part.lower() in call.key for part in self.faults.server_errors):
            return Answer(status=503, html=_HTML_503)
        if any(part.lower() in call.key for part in self.faults.deny):
            return self.graph.denied(call) if call.key == GRAPH_PATH else forbidden(call.path)
        return None

    def _finished(self, call: Call, answer: Answer) -> Answer:
        request_id = call.request_id(self.clock, "request")
        stamp = self.clock.now().strftime("%Y%m%dT%H%M%SZ")
        headers = {
            "Date": self.clock.http_date(),
            "Cache-Control": "no-cache",
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": call.request_id(self.clock, "correlation"),
            "x-ms-routing-request-id": f"SANDBOX:{stamp}:{request_id}",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
        }
        if call.method == "GET" and answer.status == 200 and call.key.startswith("/subscriptions"):
            headers["x-ms-ratelimit-remaining-subscription-reads"] = "249"
            headers["x-ms-ratelimit-remaining-subscription-global-reads"] = "3749"
        return Answer(answer.body, answer.status, {**headers, **answer.headers}, answer.html)


def _route(path: str, handler: Handler, *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        answer = handler(_call(request, await request.body()))
        return Response(answer.content(), answer.status, dict(answer.headers), answer.media_type)

    return Route(path, endpoint, methods=list(methods))


def _call(request: Request, body: bytes) -> Call:
    scope: dict[str, Any] = dict(request.scope)
    return Call(
        method=request.method,
        path=scope["sandbox.path"],
        query_text=scope["query_string"].decode("latin-1"),
        query={key.lower(): value for key, value in request.query_params.items()},
        headers=request.headers,
        body=body,
        host=request.headers.get("host", ""),
        parts=request.path_params,
    )
