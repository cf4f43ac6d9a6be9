"""POST /providers/Microsoft.ResourceGraph/resources: scopes, paging and its own error bodies."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Refused
from reportgen.sandbox.faults import Switches
from reportgen.sandbox.interface import Kind
from reportgen.sandbox.scopes import FILTERS, FILTERS_SINCE, Reach, reach
from reportgen.sandbox.tables import BadQuery, Result, Tables

MAX_ROWS = 1000
"""Rows in one answer at most."""


@dataclass(frozen=True, slots=True)
class _Window:
    """Which rows of a result to give."""

    top: int
    skip: int


class ResourceGraph:
    """Resource Graph over one estate."""

    def __init__(self, estate: Estate, clock: Clock, switches: Switches) -> None:
        self._estate = estate
        self._clock = clock
        self._switches = switches
        self.tables = Tables(estate, switches.hides)

    def resources(self, call: Call) -> Answer:
        """Run one query."""
        headers = {"x-ms-resource-graph-request-duration": "0:00:00:00.0500000"}
        try:
            request = _request(call)
            found = self._reach(call, request)
            hit = {"x-ms-tenant-subscription-limit-hit": "true"} if found.cut else {}
            return Answer(self._answer(call, request, found), 200, headers | hit)
        except BadQuery as error:
            answer = self._error(call, 400, "BadRequest", *error.details)
        except Refused as error:
            answer = error.answer
        return Answer(answer.body, answer.status, headers)

    def denied(self, call: Call) -> Answer:
        """What Resource Graph answers where nothing that was named can be read."""
        return self._error(call, 403, "AccessDenied", {"code": "AccessDenied", "message": _DENIED})

    def throttled(self, call: Call, seconds: float) -> Answer:
        """What Resource Graph answers to a query above the quota, with ``seconds`` to wait."""
        code = "RateLimiting"
        answer = self._error(call, 429, code, {"code": code, "message": _THROTTLED})
        return Answer(answer.body, 429, {"Retry-After": str(max(math.ceil(seconds), 1))})

    def _answer(self, call: Call, request: Mapping[str, Any], found: Reach) -> Json:
        options = request.get("options") or {}
        result = self.tables.run(request["query"], found.scope, self._clock.now())
        window = _window(options)
        end = min(window.skip + window.top, len(result.rows))
        rows = result.rows[window.skip : end]
        if self._switches.faults.truncate_graph:
            rows = rows[: len(rows) // 2]
            end = window.skip + len(rows)
        body = self._body(result, window, end)
        if window.skip and rows and self._switches.struck(call, {Kind.REPEATED_ROWS}):
            rows = [result.rows[window.skip - 1], *rows[:-1]]
        if window.skip and self._switches.struck(call, {Kind.TOTAL_CHANGES}):
            body["totalRecords"] += 1
        if "$skipToken" in body and self._switches.struck(call, {Kind.NO_TOKEN}):
            del body["$skipToken"]
            body["resultTruncated"] = "true"
        return body | {"data": _data(result, rows, _format(call, options))}

    def _body(self, result: Result, window: _Window, end: int) -> dict[str, Json]:
        """An answer but for its rows, which end before the row ``end`` of the result."""
        more = end < len(result.rows)
        token = more and result.pageable and not self._switches.faults.truncate_graph
        body: dict[str, Json] = {
            "totalRecords": len(result.rows),
            "count": max(end - window.skip, 0),
            "data": [],
            "facets": [],
            "resultTruncated": "true" if more and not token else "false",
        }
        return body | {"$skipToken": _token(window.top, end)} if token else body

    def _reach(self, call: Call, request: Mapping[str, Any]) -> Reach:
        named, groups = request.get("subscriptions") or [], request.get("managementGroups") or []
        if named and groups:
            both = "Both subscriptions and managementGroups are given; name one of them."
            raise BadQuery({"code": "InvalidRequest", "message": both})
        limit = self._switches.faults.subscription_limit
        found = reach(self._estate, named, groups, _scope_filter(call, request.get("options") or {}), limit)
        if not found.scope.subscriptions:
            raise Refused(self.denied(call))
        return found

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


def _request(call: Call) -> dict[str, Any]:
    request = call.json()
    if not isinstance(request, dict) or not isinstance(request.get("query"), str):
        raise BadQuery({"code": "InvalidQuery", "message": "The request needs a query."})
    return request


def _scope_filter(call: Call, options: dict[str, Json]) -> str:
    wanted = options.get("authorizationScopeFilter") or FILTERS[0]
    if call.query.get("api-version", "") < FILTERS_SINCE:
        return FILTERS[0]
    if wanted not in FILTERS:
        text = f"authorizationScopeFilter must be one of {', '.join(FILTERS)}."
        raise BadQuery({"code": "InvalidOptions", "message": text})
    return str(wanted)


def _data(result: Result, rows: list[tuple[Any, ...]], form: str) -> Json:
    if form == "table":
        columns = [{"name": name, "type": kind} for name, kind in result.columns]
        return {"columns": columns, "rows": [result.cells(row) for row in rows]}
    names = [name for name, _ in result.columns]
    return [dict(zip(names, result.cells(row), strict=True)) for row in rows]


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
