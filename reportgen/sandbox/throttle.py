"""Azure's limits, enforced: how many reads one identity may make, and what is answered beyond them.

The table is `reportgen.limits.Limits`, which the collector keeps to. Resource Graph counts in windows that
begin with a query and end ``graph_seconds`` later, as its throttling headers tell.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportgen.limits import GRAPH_PATH, Bucket, Key, Limits, Meter, keys
from reportgen.sandbox.exchange import Answer, Call, error
from reportgen.sandbox.interface import CLIENT_ID, TENANT_ID


class FixedWindow:
    """So many calls in a window that the first of them opens; see `reportgen.limits.Meter`."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._ends = -math.inf
        self._used = 0

    def wait(self, now: float) -> float:
        """Seconds until the window ends, if it is full."""
        return max(self._ends - now, 0.0) if self._used >= self._calls else 0.0

    def take(self, now: float) -> None:
        """Count a call that is made now."""
        if now >= self._ends:
            self._ends, self._used = now + self._seconds, 0
        self._used += 1

    def left(self, now: float) -> int:
        """Calls that may be made before the window ends."""
        return self._calls - self._used if now < self._ends else self._calls

    def resets_after(self, now: float) -> int:
        """Whole seconds until the window ends."""
        return max(math.ceil(self._ends - now), 1)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the limits say to one call: ``wait`` seconds for ``key``, or that it may run; its headers."""

    wait: float
    key: Key
    headers: Mapping[str, str]


class Throttle:
    """Counts the calls of the one identity; with ``limits`` None it does not, and headers never change.

    ``region_of`` gives the region of a cluster by its lower-cased id.
    """

    def __init__(self, limits: Limits | None, region_of: Callable[[str], str]) -> None:
        self._limits = limits
        self._region_of = region_of
        self._meters: dict[Key, Meter] = {}

    def turn(self, call: Call) -> Turn:
        """Whether a call may run now; if so it is counted."""
        graph = call.key == GRAPH_PATH
        if not graph and call.method not in ("GET", "HEAD"):
            return Turn(0.0, (), {})
        if self._limits is None:
            return Turn(0.0, (), _graph_headers(14, 5) if graph else _arm_headers(call, 249))
        wanted = keys(call.path, self._region_of)
        now = time.monotonic()
        meters = [(key, self._meter(key, self._limits)) for key in wanted]
        wait, key = max((meter.wait(now), key) for key, meter in meters)
        if wait <= 0:
            for _, meter in meters:
                meter.take(now)
        return Turn(wait, key, _headers(call, meters[0][1], now))

    def _meter(self, key: Key, limits: Limits) -> Meter:
        if key not in self._meters:
            graph = key[0] == "graph"
            calls = limits.graph_calls * limits.scale
            self._meters[key] = FixedWindow(calls, limits.graph_seconds) if graph else limits.meter(key)
        return self._meters[key]


def _headers(call: Call, meter: Meter, now: float) -> dict[str, str]:
    if isinstance(meter, FixedWindow):
        return _graph_headers(meter.left(now), meter.resets_after(now))
    return _arm_headers(call, meter.left(now) if isinstance(meter, Bucket) else 0)


def _graph_headers(left: int, resets: int) -> dict[str, str]:
    return {
        "x-ms-user-quota-remaining": str(left),
        "x-ms-user-quota-resets-after": quota_time(resets),
        "x-ms-ratelimit-remaining-tenant-resource-requests": str(left),
    }


def _arm_headers(call: Call, left: int) -> dict[str, str]:
    """Reads left here, and in all regions together, of which Azure allows fifteen times as many."""
    scope = "subscription" if call.key.startswith("/subscriptions/") else "tenant"
    start = f"x-ms-ratelimit-remaining-{scope}"
    return {f"{start}-reads": str(left), f"{start}-global-reads": "3749"}


def quota_time(seconds: float) -> str:
    """Whole seconds as ``hh:mm:ss``."""
    whole = math.ceil(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def refused(call: Call, key: Key, seconds: float) -> Answer:
    """Resource Manager's 429, or that of the AKS provider where its limit is the one that is reached."""
    wait = max(math.ceil(seconds), 1)
    if key[:1] and key[0].startswith("aks"):
        return _by_provider(call, key, wait)
    if not call.key.startswith("/subscriptions/"):
        text = f"Number of 'read' requests for tenant '{TENANT_ID}' {_EXCEEDED.format(CLIENT_ID, wait)}"
        return error(429, "TooManyRequests", text, {"Retry-After": str(wait)})
    subscription = call.path.strip("/").split("/")[1]
    text = f"Number of 'read' requests for subscription '{subscription}' {_EXCEEDED.format(CLIENT_ID, wait)}"
    return error(429, "SubscriptionRequestsThrottled", text, {"Retry-After": str(wait)})


_EXCEEDED = (
    "actor '{}' exceeded. Please try again after '{}' seconds after additional tokens are available. "
    "Refer to https://aka.ms/arm-throttling for additional information."
)


def _by_provider(call: Call, key: Key, wait: int) -> Answer:
    """AKS sends its errors without the envelope."""
    handler = {"aks-list": "ListManagedClusters", "aks-get": "GetManagedCluster"}.get(key[0], "AllOthers")
    text = (
        f"The {handler}Handler.{call.method} request limit has been exceeded for SubID='{key[1]}', please "
        f"retry again in {wait} seconds. For more information, please visit aka.ms/aks/throttling"
    )
    body = {"code": "Throttled", "details": None, "message": text, "subcode": "Throttled"}
    return Answer(body, 429, {"Retry-After": str(wait)})
