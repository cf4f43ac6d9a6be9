"""The routes, and what every answer has in common: faults, limits, token check, headers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from reportgen.limits import GRAPH_PATH, Limits
from reportgen.sandbox.activity_log import ActivityLog
from reportgen.sandbox.command.service import RunCommand
from reportgen.sandbox.container_service import ContainerService
from reportgen.sandbox.directory import BY_IDS, MEMBERS, Directory, is_for_graph
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Handler, answered, error
from reportgen.sandbox.faults import ERRORS, THROTTLING, Switches, broken
from reportgen.sandbox.graph import ResourceGraph
from reportgen.sandbox.identity import Identity
from reportgen.sandbox.interface import LOGIN_HOST, TENANT_ID, Fault, Faults, Kind
from reportgen.sandbox.kubernetes.credentials import Credentials
from reportgen.sandbox.kubernetes.front import Front
from reportgen.sandbox.kubernetes.servers import ApiServers
from reportgen.sandbox.lists import Lists
from reportgen.sandbox.resource_manager import ResourceManager, check_api_version, forbidden, missing
from reportgen.sandbox.throttle import Throttle, quota_time, refused
from reportgen.sandbox.wire import Sending

_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourcegroups/{group}"
_AKS = "/providers/microsoft.containerservice"
_CLUSTER = _GROUP + _AKS + "/managedclusters/{cluster}"
_LOG = _SUBSCRIPTION + "/providers/microsoft.insights/eventtypes/management/values"
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
    switches: Switches
    throttle: Throttle
    identity: Identity
    graph: ResourceGraph
    manager: ResourceManager
    lists: Lists
    aks: ContainerService
    log: ActivityLog
    directory: Directory
    credentials: Credentials
    servers: ApiServers
    commands: RunCommand
    requests: list[str]

    @classmethod
    def over(cls, estate: Estate, clock: Clock, faults: Faults, limits: Limits | None, ca: bytes) -> Site:
        """A site; ``ca`` (PEM) vouches for its hosts. Where the clock stands still no limit holds."""
        estate = estate.with_faults(faults.unreadable, faults.disabled)
        switches, lists, identity = Switches(faults), Lists(estate), Identity(clock, faults)
        requests: list[str] = []
        credentials = Credentials(estate, ca)
        servers = ApiServers.over(estate, clock, switches, identity, requests)
        return cls(
            clock,
            switches,
            Throttle(None if clock.frozen else limits, estate.region),
            identity,
            ResourceGraph(estate, clock, switches),
            ResourceManager(estate),
            lists,
            ContainerService.over(estate),
            ActivityLog(estate, lists, clock),
            Directory(estate.directory, identity, clock),
            credentials,
            servers,
            RunCommand(estate, servers, clock, switches, credentials.handed_out),
            requests,
        )

    def app(self) -> ASGIApp:
        """The ASGI application."""
        routes = [
            *(_route(path, self._open(handler), method) for method, path, handler in self._tokens()),
            _route(BY_IDS, self._of_directory(self.directory.by_ids), "POST"),
            _route(MEMBERS, self._of_directory(self.directory.members), "GET"),
            _route(GRAPH_PATH, self._guarded(self.graph.resources), "POST"),
            _route(_LOG, self._guarded(self._permitted(self.log.events)), "GET"),
            *(
                _route(path, self._guarded(self._permitted(self._stored_or(handler))), "GET")
                for path, handler in self._reads()
            ),
            *(
                _route(_CLUSTER + path, self._guarded(self._permitted(self._stored_or(handler))), "POST")
                for path, handler in self._actions()
            ),
            _route("/{path:path}", self._guarded(self._permitted(self._stored_or(self._rest))), *_METHODS),
        ]
        return Front(_LowerCasePaths(Starlette(routes=routes)), self.servers)

    def _tokens(self) -> list[tuple[str, str, Handler]]:
        identity = self.identity
        return [
            ("POST", "/{tenant}/oauth2/v2.0/token", identity.token),
            ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", identity.openid_configuration),
            ("GET", "/common/discovery/instance", identity.instance_discovery),
            ("GET", "/msi/token", identity.app_service),
            ("GET", "/metadata/identity/oauth2/token", identity.instance_metadata),
        ]

    def _reads(self) -> list[tuple[str, Handler]]:
        aks, manager = self.aks, self.manager
        return [
            ("/subscriptions", manager.subscriptions),
            (_SUBSCRIPTION, manager.subscription),
            ("/providers/microsoft.management/managementgroups/{group}/descendants", manager.descendants),
            (_SUBSCRIPTION + _AKS + "/managedclusters", aks.clusters),
            (_GROUP + _AKS + "/managedclusters", aks.clusters_of_group),
            (_CLUSTER + "/agentpools", aks.agent_pools),
            (_CLUSTER + "/agentpools/{pool}", aks.agent_pool),
            (_CLUSTER + "/commandresults/{command}", self.commands.result),
        ]

    def _actions(self) -> list[tuple[str, Handler]]:
        return [
            ("/listclusterusercredential", self.credentials.user),
            ("/listclusteradmincredential", self.credentials.admin),
            ("/runcommand", self.commands.run),
        ]

    def _rest(self, call: Call) -> Answer:
        if call.method not in ("GET", "HEAD"):
            text = f"The sandbox only reads: {call.method} {call.path} is not supported."
            return error(405, "MethodNotAllowed", text)
        return self.lists.answer(call)

    def _stored_or(self, handler: Handler) -> Handler:
        return lambda call: self.manager.stored(call) or handler(call)

    def _permitted(self, handler: Handler) -> Handler:
        """For what the identity may read and what is still there."""

        def answer(call: Call) -> Answer:
            parts = call.path.strip("/").split("/")
            if parts[0].lower() == "subscriptions" and len(parts) > 1:
                self.manager.readable(call, parts[1])
            if self.switches.hides_path(call.path):
                return forbidden(call.path, call.method)
            gone = self.switches.deleted(call)
            return missing(gone, parts[3]) if gone else handler(call)

        return answer

    def _open(self, handler: Handler) -> Handler:
        """For the endpoints that give tokens, and so ask for none."""

        def answer(call: Call) -> Answer:
            return self._received(replace(call, signing_in=True), handler)

        return answer

    def _guarded(self, handler: Handler) -> Handler:
        """For Resource Manager: a token, the limits and an API version."""

        def checked(call: Call) -> Answer:
            check_api_version(call)
            return handler(call)

        def limited(call: Call) -> Answer:
            if self.switches.struck(call, {Kind.TOKEN_EXPIRED}):
                self.identity.expire_all()
            return self._unauthorized(call) or self._limited(call, checked)

        return lambda call: self._received(call, limited)

    def _of_directory(self, handler: Handler) -> Handler:
        """For Microsoft Graph: a token that is for it."""

        def checked(call: Call) -> Answer:
            if self.switches.struck(call, {Kind.TOKEN_EXPIRED}):
                self.identity.expire_all()
            return self.directory.unauthorized(call) or answered(handler, call)

        return lambda call: self._received(call, checked)

    def _received(self, call: Call, handler: Handler) -> Answer:
        self.requests.append(call.line)
        return self._finished(call, self.switches.through(call, handler, self._faulty))

    def _limited(self, call: Call, handler: Handler) -> Answer:
        turn = self.throttle.turn(call)
        if turn.wait > 0:
            graph = call.key == GRAPH_PATH
            answer = self.graph.throttled(call, turn.wait) if graph else refused(call, turn.key, turn.wait)
        else:
            answer = answered(handler, call)
        return replace(answer, headers={**turn.headers, **answer.headers})

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

    def _faulty(self, call: Call, fault: Fault) -> Answer:
        graph = call.key == GRAPH_PATH
        if fault.kind in ERRORS:
            return broken(ERRORS[fault.kind])
        if fault.kind is Kind.FORBIDDEN_SILENTLY:
            return Answer(status=403, raw=b"")
        if is_for_graph(call):
            return self.directory.faulty(call, fault)
        if fault.kind not in THROTTLING:
            return self.graph.denied(call) if graph else forbidden(call.path, call.method)
        answer = self.graph.throttled(call, fault.seconds) if graph else refused(call, (), fault.seconds)
        headers = dict(answer.headers)
        if fault.kind is not Kind.THROTTLED:
            del headers["Retry-After"]
        if fault.kind is Kind.THROTTLED_BY_QUOTA or (graph and fault.kind is Kind.THROTTLED):
            headers["x-ms-user-quota-remaining"] = "0"
            headers["x-ms-user-quota-resets-after"] = quota_time(fault.seconds)
        return replace(answer, headers=headers)

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
        if is_for_graph(call):
            headers = {"Date": headers["Date"], "Cache-Control": "no-cache", "request-id": request_id}
        return replace(answer, headers={**headers, **answer.headers})


def _route(path: str, handler: Handler, *methods: str) -> Route:
    async def endpoint(request: Request) -> Response:
        answer = handler(_call(request, await request.body()))
        return Sending(answer, request.state.connection)

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
