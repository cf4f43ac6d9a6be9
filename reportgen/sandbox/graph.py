"""POST /providers/Microsoft.ResourceGraph/resources: scopes, paging, quota and its own error bodies."""

from __future__ import annotations

import base64
import json
import math
import time
from dataclasses import dataclass
from typing import Any

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Refused
from reportgen.sandbox.interface import Faults
from reportgen.sandbox.rows import chain
from reportgen.sandbox.tables import BadQuery, Result, Tables

QUERIES = 15
"""Queries in a window of WINDOW seconds for each identity, as Resource Graph documents its throttling."""
WINDOW = 5.0
MAX_ROWS = 1000
"""Rows in one answer at most."""


class Quota:
    """Counts queries in windows. Where the clock stands still nothing is counted, so that answers repeat."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._frozen = clock.frozen is not None
        self._to_refuse = faults.throttle_first
        self._start = -math.inf
        self._used = 0

    def take(self) -> tuple[bool, dict[str, str], int]:
        """Whether this query may run, the quota headers, and seconds until the window ends."""
        now = time.monotonic()
        if now - self._start >= WINDOW:
            self._start, self._used = now, 0
        self._used += 1
        refused = self._to_refuse > 0
        self._to_refuse -= refused
        used = 1 if self._frozen else self._used
        left = max(QUERIES - used, 0)
        resets = int(WINDOW) if self._frozen else max(math.ceil(self._start + WINDOW - now), 1)
        headers = {
            "x-ms-user-quota-remaining": "0" if refused else str(left),
            "x-ms-user-quota-resets-after": f"00:00:{resets:02}",
            "x-ms-ratelimit-remaining-tenant-resource-requests": "0" if refused else str(left),
        }
        return not refused and used <= QUERIES, headers, resets


@dataclass(frozen=True, slots=True)
class _Window:
    """Which rows of a result to give."""

    top: int
    skip: int


class ResourceGraph:
    """Resource Graph over one estate."""

    def __init__(self, estate: Estate, clock: Clock, faults: Faults) -> None:
        self._estate = estate
        self._clock = clock
        self._faults = faults
        self._quota = Quota(clock, faults)
        self.tables = Tables(estate)

    def resources(self, call: Call) -> Answer:
        """Run one query."""
        allowed, headers, resets = self._quota.take()
        if not allowed:
            refused = self._error(
                call,
                429,
                "RateLimiting",
                {"code": "RateLimiting", "message": _THROTTLED},
            )
            return Answer(refused.body, 429, {**headers, "Retry-After": str(resets)})
        headers["x-ms-resource-graph-request-duration"] = "0:00:00:00.0500000"
        try:
            return Answer(self._answer(call), 200, headers)
        except BadQuery as error:
            answer = self._error(call, 400, "BadRequest", *error.details)
        except Refused as error:
            answer = error.answer
        return Answer(answer.body, answer.status, headers)

    def denied(self, call: Call) -> Answer:
        """What Resource Graph answers where nothing that was named can be read."""
        return self._error(call, 403, "AccessDenied", {"code": "AccessDenied", "message": _DENIED})

    def _answer(self, call: Call) -> Json:
        request = call.json()
        if not isinstance(request, dict) or not isinstance(request.get("query"), str):
            raise BadQuery({"code": "InvalidQuery", "message": "The request needs a query."})
        options = request.get("options") or {}
        scope = self._scope(call, request)
        result = self.tables.run(request["query"], scope, self._clock.now())
        window = _window(options)
        rows = result.rows[window.skip : window.skip + window.top]
        if self._faults.truncate_graph:
            rows = rows[: len(rows) // 2]
        return self._body(result, rows, window, _format(call, options))

    def _body(self, result: Result, rows: list[tuple[Any, ...]], window: _Window, form: str) -> Json:
        end = window.skip + len(rows)
        more = end < len(result.rows)
        token = more and result.pageable and not self._faults.truncate_graph
        data: Json
        if form == "table":
            columns = [{"name": name, "type": kind} for name, kind in result.columns]
            data = {"columns": columns, "rows": [result.cells(row) for row in rows]}
        else:
            names = [name for name, _ in result.columns]
            data = [dict(zip(names, result.cells(row), strict=True)) for row in rows]
        body = {
            "totalRecords": len(result.rows),
            "count": len(rows),
            "data": data,
            "facets": [],
            "resultTruncated": "true" if more and not token else "false",
        }
        return body | {"$skipToken": _token(window.top, end)} if token else body

    def _scope(self, call: Call, request: dict[str, Json]) -> frozenset[str]:
        named, groups = (
            request.get("subscriptions") or [],
            request.get("managementGroups") or [],
        )
        if named and groups:
            both = "Both subscriptions and managementGroups are given; name one of them."
            raise BadQuery({"code": "InvalidRequest", "message": both})
        readable = {s.id.lower(): s for s in self._estate.subscriptions if s.readable}
        wanted = set(readable)
        if named:
            wanted &= {str(name).lower() for name in named}
        elif groups:
            above = {str(group).lower() for group in groups}
            wanted = {
                key for key, s in readable.items() if above & {link["name"].lower() for link in chain(s)}
            }
        if not wanted:
            raise Refused(self.denied(call))
        return frozenset(wanted)

    def _error(self, call: Call, status: int, code: str, *details: dict[str, Json]) -> Answer:
        message = (
            f"Please provide below info when asking for support: timestamp = {self._clock.stamp()}, "
            f"correlationId = {call.request_id(self._clock, 'correlation')}."
        )
        return Answer(
            {"error": {"code": code, "message": message, "details": list(details)}},
            status,
        )


_THROTTLED = (
    "Client application has been throttled and should not attempt to repeat the request until an amount of "
    "time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
)
_DENIED = "Access is denied to the requested resource. The user might not have enough permission."


def _format(call: Call, options: dict[str, Json]) -> str:
    """Objects, unless a table is asked for; API versions before 2020-04-01 gave tables by default."""
    default = "table" if call.query.get("api-version", "") < "2020-04-01" else "objectArray"
    return str(options.get("resultFormat") or default)


def _window(options: dict[str, Json]) -> _Window:
    top, skip = options.get("$top") or MAX_ROWS, options.get("$skip") or 0
    token = options.get("$skipToken")
    if token:
        try:
            stored = json.loads(base64.b64decode(str(token), validate=True))
            top, skip = (
                options.get("$top") or int(stored["MaxRows"]),
                int(stored["RowsToSkip"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BadQuery(
                {
                    "code": "InvalidSkipToken",
                    "message": "The $skipToken is not one of ours.",
                }
            ) from error
    if not isinstance(top, int) or not isinstance(skip, int) or top < 1 or skip < 0:
        raise BadQuery(
            {
                "code": "InvalidOptions",
                "message": "$top must be 1 to 1000 and $skip 0 or more.",
            }
        )
    return _Window(min(top, MAX_ROWS), skip)


def _token(top: int, skip: int) -> str:
    text = json.dumps(
        {"$id": "1", "MaxRows": top, "RowsToSkip": skip, "KustoClusterUrl": "sandbox"},
        indent=2,
    )
    return base64.b64encode(text.encode()).decode()
