"""The one door to Azure: the SDK's clients with a read-only pipeline, raw answers out."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.rest import HttpRequest
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from reportgen.collect.connection import Connection, transport
from reportgen.collect.policies import ClockPolicy, PacePolicy, reading
from reportgen.errors import CredentialError, ReportgenError
from reportgen.limits import Limits
from reportgen.model import Identity, Json

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse

    from reportgen.collect.credentials import Chosen

GRAPH_API_VERSION = "2022-10-01"
GRAPH_PAGE_ROWS = 1000
"""Rows that Resource Graph gives at most in one answer."""
_MAX_PAGES = 10_000
_REQUEST_IDS = ("x-ms-request-id", "x-ms-correlation-request-id", "audit-id", "request-id")


class Unreachable(ReportgenError):
    """A call got no answer at all (name resolution, connection, TLS, time-out); ``reason`` is the gap's."""

    reason = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came; times are RFC 3339, names of headers in lower case.

    ``absent`` marks a refusal that says that there is none, which is an answer too; ``body`` is empty then.
    """

    method: str
    url: str
    api_version: str
    status: int
    content: bytes
    body: Json
    headers: Mapping[str, str]
    started_at: str
    ended_at: str
    query: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    absent: bool = False

    @property
    def request_ids(self) -> tuple[str, ...]:
        """What the service calls this answer in its own logs."""
        return tuple(f"{name}: {self.headers[name]}" for name in _REQUEST_IDS if self.headers.get(name))


class Client(Protocol):
    """What the SDK's clients have in common."""

    def send_request(self, request: HttpRequest, **options: Any) -> Any:
        """See `azure.core.PipelineClient`."""


class _Options(QueryRequestOptions):
    """The SDK's options with the one that the API version has and the SDK's model (8.0) leaves out."""

    _attribute_map = {  # noqa: RUF012 (as the base class has it)
        **QueryRequestOptions._attribute_map,  # noqa: SLF001 (how the SDK's serializer is told)
        "authorization_scope_filter": {"key": "authorizationScopeFilter", "type": "str"},
    }
    authorization_scope_filter: str | None = None


class Azure:
    """Reads from Resource Graph and Resource Manager; safe to use from several threads.

    ``clock`` gives the times in the provenance; with ``limits`` None calls are not paced; ``commands`` are
    those that may be run inside clusters (see `ReadOnlyPolicy`).
    """

    def __init__(
        self,
        credential: Chosen,
        connection: Connection,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        commands: Mapping[str, str] | None = None,
    ) -> None:
        self.endpoint = connection.management_url
        self.custom_ca = connection.ca_file is not None
        self._clock = clock
        self.proxy = connection.proxy_host
        self._scope = connection.token_scope
        self._credential = credential
        self.pace = PacePolicy(limits, connection.sleep) if limits else None
        self.host_clock = ClockPolicy(clock)
        self.identity = self._who()
        common: dict[str, Any] = {
            "credential": credential,
            "base_url": self.endpoint,
            "credential_scopes": [self._scope],
            "policies": reading(credential, self._scope, self.host_clock, self.pace, commands),
            "transport": transport(connection),
        }
        self._arm = ContainerServiceClient(subscription_id="00000000-0000-0000-0000-000000000000", **common)
        self._graph = ResourceGraphClient(api_version=GRAPH_API_VERSION, **common)
        self._graph_lock = threading.Lock()

    def learn_regions(self, regions: Mapping[str, str]) -> None:
        """Tell the pace where clusters are (lower-cased id to region): AKS counts calls by region."""
        if self.pace:
            self.pace.regions.update(regions)

    def _who(self) -> Identity:
        try:
            token = self._credential.get_token(self._scope).token
        except AzureError as error:
            raise CredentialError(
                f"No token from {self._scope}: {_why(error, self._credential.advice)}"
            ) from (None if _answered(error) else error)
        except OSError as error:
            raise CredentialError(
                f"No token from {self._scope}: {error.strerror}: {error.filename}. "
                "Check the file that the environment names for the credential."
            ) from error
        return _claims(token)

    def _stamp(self) -> str:
        return _stamp(self._clock)

    def get(self, path: str, api_version: str) -> Answer:
        """One GET of ``path`` (from the root, or a nextLink) below the management endpoint."""
        answer = self._call("GET", path, api_version)
        return replace(answer, body=decoded(answer.content))

    def post(self, path: str, api_version: str, body: Json = None, *, once: bool = False) -> Answer:
        """One of the POSTs that `ReadOnlyPolicy` lets through; the answer's body is left undecoded.

        ``once``: nothing that goes wrong is tried again.
        """
        options = {"retry_total": 0} if once else {}
        return self._call("POST", path, api_version, body, **options)

    def _call(self, method: str, path: str, api_version: str, body: Json = None, **options: Any) -> Answer:
        url = path if path.startswith("https://") else f"{self.endpoint}{path}"
        parameters = {} if "api-version=" in url else {"api-version": api_version}
        request = HttpRequest(method, url, params=parameters, json=body)
        return ask(self._arm, request, self._clock, api_version, **options)

    def single(self, path: str, api_version: str) -> Iterator[Answer]:
        """One answer that is the whole."""
        yield self.get(path, api_version)

    def pages(self, path: str, api_version: str) -> Iterator[Answer]:
        """The pages of a list, following ``nextLink`` below the same endpoint only."""
        following: str | None = path
        seen: set[str] = set()
        while following:
            if following in seen or len(seen) >= _MAX_PAGES:
                raise Unreachable(f"{path}: its pages do not end, {len(seen)} were read")
            seen.add(following)
            answer = self.get(following, api_version)
            yield answer
            following = answer.body.get("nextLink") if isinstance(answer.body, dict) else None
            if following and urlsplit(following).netloc.lower() != urlsplit(self.endpoint).netloc.lower():
                raise Unreachable(f"nextLink of {path} points at another host: {urlsplit(following).netloc}")

    def graph(self, query: str, subscriptions: tuple[str, ...], scope_filter: str = "") -> Iterator[Answer]:
        """The pages of a Resource Graph query over the given subscriptions (all visible ones if empty)."""
        token: str | None = None
        for _ in range(_MAX_PAGES):
            answer = self._graph_page(query, subscriptions, scope_filter, token)
            yield answer
            token = answer.body.get("$skipToken") if isinstance(answer.body, dict) else None
            if not token:
                return
        raise Unreachable(f"Resource Graph: its pages do not end, {_MAX_PAGES} were read")

    def _graph_page(
        self, query: str, subscriptions: tuple[str, ...], scope_filter: str, token: str | None
    ) -> Answer:
        options = _Options(top=GRAPH_PAGE_ROWS, skip_token=token, result_format="objectArray")
        options.authorization_scope_filter = scope_filter or None
        request = QueryRequest(query=query, subscriptions=list(subscriptions) or None, options=options)
        seen: list[PipelineResponse[Any, Any]] = []
        started = self._stamp()
        try:
            with self._graph_lock:
                self._graph.resources(request, raw_response_hook=seen.append, cls=lambda *_: None)
        except AzureError as error:
            if not seen:
                raise Unreachable(f"Resource Graph: {_said(error)}") from error
        http = seen[-1].http_response
        content = http.body() if callable(getattr(http, "body", None)) else http.content
        return Answer(
            "POST",
            str(http.request.url),
            GRAPH_API_VERSION,
            http.status_code,
            content,
            decoded(content),
            _lowered(http.headers),
            started,
            self._stamp(),
            query,
            {
                "subscriptions": list(subscriptions),
                "$top": GRAPH_PAGE_ROWS,
                "resultFormat": "objectArray",
                **({"authorizationScopeFilter": scope_filter} if scope_filter else {}),
            },
        )


def _answered(error: AzureError) -> bool:
    """Whether an answer is behind an error: the SDK then quotes it, and so does a traceback."""
    unanswered = (ServiceRequestError, ServiceResponseError)
    return isinstance(error, HttpResponseError) and not isinstance(error.__cause__, unanswered)


def _said(error: AzureError) -> str:
    """What went wrong; of an answer only Entra's code."""
    if not _answered(error):
        return str(error)
    code = re.search(r"AADSTS\d+", str(error.message))
    return f"no token from Entra ID{f' ({code[0]})' if code else ''}"


def _why(error: AzureError, advice: str) -> str:
    """What the token endpoint said and what to check: the network, where it did not answer at all."""
    if not _answered(error):
        return f"{error}. Check the network path, proxy and CA to the token endpoint."
    reason = re.split(r"\s*Trace ID|\s*To mitigate|\n", str(error.message))[0]
    return f"{reason.rstrip('. ')}. {advice}"


def _claims(token: str) -> Identity:
    """Object, tenant and application id from an access token's payload (read, not verified)."""
    parts = token.split(".")
    if len(parts) != 3:
        return Identity("not stated by the token", "not stated by the token")
    payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return Identity(payload.get("oid", ""), payload.get("tid", ""), payload.get("appid", ""))


def ask(
    client: Client, request: HttpRequest, clock: Callable[[], datetime], api_version: str, **options: Any
) -> Answer:
    """Send one request; the answer's body is left undecoded. Raises Unreachable where none came."""
    started = _stamp(clock)
    try:
        response = client.send_request(request, **options)
    except AzureError as error:
        raise Unreachable(f"{request.method} {_without_token(request.url)}: {_said(error)}") from error
    url = str(response.request.url)
    return Answer(
        request.method,
        _without_token(url),
        dict(parse_qsl(urlsplit(url).query)).get("api-version", api_version),
        response.status_code,
        response.content,
        None,
        _lowered(response.headers),
        started,
        _stamp(clock),
    )


def _stamp(clock: Callable[[], datetime]) -> str:
    return clock().strftime("%Y-%m-%dT%H:%M:%SZ")


def decoded(content: bytes) -> Json:
    """A body as JSON, None where it is none."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _without_token(url: str) -> str:
    """The URL without its paging token, which carries data and repeats nothing."""
    parts = urlsplit(url)
    query = re.sub(r"(?i)((?:^|&)(?:\$|%24)?skiptoken)=[^&]*", r"\1=…", parts.query)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
