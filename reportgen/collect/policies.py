"""What every call to Azure goes through: reads only, at Azure's pace, patient with faults, whole answers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline import PipelineRequest, PipelineResponse, policies
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

from reportgen import __version__
from reportgen.errors import ReportgenError
from reportgen.limits import GRAPH_PATH, Key, Limits, Meter, keys

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

LONGEST_WAIT = 600.0
"""Seconds; a service that asks for more is given up for this run, and a gap says so."""
_ATTEMPTS = 5
_MARGIN = 0.1
"""Seconds; the service counts from when a call arrives, and the next may travel faster than the last."""
_QUOTA_LEFT = "x-ms-user-quota-remaining"
_QUOTA_RESETS = "x-ms-user-quota-resets-after"


_CLUSTER = (
    r"/subscriptions/[^/]+/resourcegroups/[^/]+/providers/microsoft\.containerservice/managedclusters/[^/]+"
)
_USER_CREDENTIAL = re.compile(f"{_CLUSTER}/listclusterusercredential")
_RUN_COMMAND = re.compile(f"{_CLUSTER}/runcommand")
PRINCIPALS_PATH = "/v1.0/directoryObjects/getByIds"
"""Microsoft Graph's read of many objects at once."""


class ReadOnlyPolicy(policies.SansIOHTTPPolicy[Any, Any]):
    """Lets GET through, the query of Resource Graph, a cluster's user credential, principals by id; no more.

    ``commands`` are those that may be run inside clusters, word for word, with the files that go with each:
    none unless an engagement has chosen that way in.
    """

    def __init__(self, commands: Mapping[str, str] | None = None) -> None:
        self._commands = commands or {}

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Refuse whatever could change something."""
        method, url = request.http_request.method, request.http_request.url
        if method == "GET" or (method == "POST" and self._lets_through(request)):
            return
        raise ReportgenError(f"{method} {url}: refused, reportgen only reads")

    def _lets_through(self, request: PipelineRequest[Any]) -> bool:
        path = urlsplit(request.http_request.url).path.lower()
        if path in (GRAPH_PATH, PRINCIPALS_PATH.lower()) or _USER_CREDENTIAL.fullmatch(path):
            return True
        if not _RUN_COMMAND.fullmatch(path):
            return False
        content = request.http_request.content
        body = json.loads(content) if isinstance(content, str | bytes) else {}
        files = self._commands.get(str(body.get("command")))
        return files is not None and files == body.get("context")


class WholeAnswerPolicy(policies.SansIOHTTPPolicy[Any, Any]):
    """Takes an answer that says 200 and breaks off in the middle of its JSON for what it is: no answer."""

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Raise where the body is cut; a retry follows."""
        http = response.http_response
        if http.status_code != 200 or "json" not in http.headers.get("Content-Type", "").lower():
            return
        try:
            json.loads(http.body() if callable(getattr(http, "body", None)) else http.content)
        except ValueError as error:
            path = urlsplit(request.http_request.url).path
            raise ServiceResponseError(f"the JSON of {path} breaks off: {error}") from error


class PatientRetryPolicy(policies.RetryPolicy[Any, Any]):
    """Retries reads as Azure asks: by Retry-After, by Resource Graph's quota headers, else with back-off.

    Everything that passes `ReadOnlyPolicy` changes nothing, so the POST of Resource Graph is repeated too.
    """

    def __init__(self) -> None:
        super().__init__(
            retry_total=_ATTEMPTS,
            retry_connect=_ATTEMPTS,
            retry_read=_ATTEMPTS,
            retry_status=_ATTEMPTS,
            retry_backoff_factor=0.5,
            retry_backoff_max=60,
            retry_on_methods=["GET", "POST"],
        )
        self._method_whitelist = frozenset({"GET", "POST"})

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """Seconds to wait; None where the service does not say."""
        asked = super().get_retry_after(response)
        headers = response.http_response.headers
        if not asked and response.http_response.status_code == 429 and headers.get(_QUOTA_LEFT) == "0":
            asked = quota_seconds(headers)
        return asked or None

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """Whether to try again: never where the service asks for a longer wait than a run has."""
        asked = self.get_retry_after(response)
        return (asked or 0.0) <= LONGEST_WAIT and bool(super().is_retry(settings, response))


def quota_seconds(headers: Mapping[str, str]) -> float:
    """Seconds until Resource Graph's quota is whole again; its header says ``hh:mm:ss``. 0 if absent."""
    found = re.fullmatch(r"(\d+):(\d\d):(\d\d)", headers.get(_QUOTA_RESETS, "").strip())
    return int(found[1]) * 3600.0 + int(found[2]) * 60.0 + int(found[3]) if found else 0.0


class Renewable(Protocol):
    """A credential that can be told that a token of its was refused."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """See `azure.core.credentials.TokenCredential`."""

    def renew(self, refused: str) -> None:
        """Do not give the refused token again."""


class FreshTokenPolicy(ARMChallengeAuthenticationPolicy):
    """Bears the token; where Azure refuses one in the middle of a run, a new one is fetched, once a call."""

    def __init__(self, credential: Renewable, *scopes: str) -> None:
        super().__init__(credential, *scopes)
        self._renewable = credential

    def on_challenge(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> bool:
        """Answer a claims challenge as the SDK does, and any other with a new token."""
        if super().on_challenge(request, response):
            return True
        refused = request.http_request.headers.get("Authorization", "").removeprefix("Bearer ")
        self._renewable.renew(refused)
        self.authorize_request(request, *self._scopes)
        return True


class PacePolicy(policies.SansIOHTTPPolicy[Any, Any]):
    """Waits before each call until Azure's own limits allow it, and after a quota that is used up."""

    def __init__(
        self,
        limits: Limits,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._sleep = sleep
        self._now = now
        self._meters: dict[Key, Meter] = {}
        self._held_until: dict[Key, float] = {}
        self._lock = threading.Lock()
        self.regions: dict[str, str] = {}
        """The region of each cluster known so far, by lower-cased id: AKS counts calls by region."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Wait for this call's turn."""
        wait = self._reserve(urlsplit(request.http_request.url).path)
        if wait > 0:
            self._sleep(wait)

    def _reserve(self, path: str) -> float:
        with self._lock:
            now, wait = self._now(), 0.0
            for key in keys(path, lambda cluster: self.regions.get(cluster, "")):
                meter = self._meters.setdefault(key, self._limits.meter(key))
                own = max(meter.wait(now), self._held_until.get(key, now) - now)
                wait = max(wait, own + _MARGIN if own > 0 else 0.0)
                meter.take(now)
            return wait

    def on_response(
        self,
        request: PipelineRequest[Any],  # noqa: ARG002 (the policy's interface)
        response: PipelineResponse[Any, Any],
    ) -> None:
        """Hold the next query back where Resource Graph says that the quota is used up."""
        headers = response.http_response.headers
        if headers.get(_QUOTA_LEFT) == "0":
            with self._lock:
                self._held_until[("graph",)] = self._now() + quota_seconds(headers)


class ClockPolicy(policies.SansIOHTTPPolicy[Any, Any]):
    """Compares the host's clock with the ``Date`` of each answer; ``clock`` is what evidence shows."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.apart = 0.0
        """Seconds by which the host is ahead (or behind, negative), the furthest seen."""

    def on_response(
        self,
        request: PipelineRequest[Any],  # noqa: ARG002 (the policy's interface)
        response: PipelineResponse[Any, Any],
    ) -> None:
        """Remember the furthest distance."""
        try:
            theirs = parsedate_to_datetime(response.http_response.headers.get("Date", ""))
        except ValueError:
            return
        apart = (self._clock() - theirs.astimezone(UTC)).total_seconds()
        if abs(apart) > abs(self.apart):
            self.apart = apart


def reading(
    credential: Renewable,
    scope: str,
    host_clock: ClockPolicy,
    pace: PacePolicy | None = None,
    commands: Mapping[str, str] | None = None,
) -> list[Any]:
    """The pipeline, as `azure.core` takes it; ``scope`` is what tokens are asked for.

    The SDK's own for Resource Manager also registers resource providers on a 409, which is a write.
    """
    return [
        policies.RequestIdPolicy(auto_request_id=True),
        policies.UserAgentPolicy(base_user_agent=f"reportgen/{__version__}"),
        policies.ProxyPolicy(),
        policies.RedirectPolicy(permit_redirects=False),
        PatientRetryPolicy(),
        *([pace] if pace else []),
        WholeAnswerPolicy(),
        host_clock,
        ReadOnlyPolicy(commands),
        FreshTokenPolicy(credential, scope),
        policies.CustomHookPolicy(),
    ]
