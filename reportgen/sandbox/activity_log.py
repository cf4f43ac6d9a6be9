"""The activity log of a subscription: ``GET .../providers/Microsoft.Insights/eventtypes/management/values``.

Source: Microsoft's REST reference for Activity Logs - List. ``$filter`` is required with a start time of at
most 90 days ago, and knows ``eventTimestamp``, ``resourceGroupName``, ``resourceUri``, ``resourceProvider``
and ``correlationId``; what it selects comes newest first, in pages of 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from reportgen.model import Json
from reportgen.sandbox.bodies import StoredAnswer
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Clock, Refused, error
from reportgen.sandbox.lists import Lists

A_PAGE = 200
KEPT = timedelta(days=90)
_TERM = re.compile(r"(\w+)\s+(ge|le|eq)\s+'([^']*)'")
_FIELDS = {
    "resourcegroupname": ("resourceGroupName",),
    "resourceuri": ("resourceId",),
    "resourceprovider": ("resourceProviderName", "value"),
    "correlationid": ("correlationId",),
    "eventchannels": (),
    "levels": (),
}
"""Where an event holds what a filter asks for; channels and levels are taken and select nothing."""


@dataclass(frozen=True, slots=True)
class _Filter:
    """A time from and to, and texts by field that have to be equal but for casing."""

    start: datetime
    end: datetime
    equal: Mapping[str, str]

    def takes(self, event: Mapping[str, Json]) -> bool:
        at = _time(str(event.get("eventTimestamp", "")))
        if at is None or not self.start <= at <= self.end:
            return False
        return all(
            _text(event, _FIELDS[name]).lower() == value.lower()
            for name, value in self.equal.items()
            if _FIELDS[name]
        )


@dataclass(frozen=True, slots=True)
class ActivityLog:
    """Answers from the events of the folder, or from an answer that it stores for the path."""

    estate: Estate
    lists: Lists
    clock: Clock

    def events(self, call: Call) -> Answer:
        """One page of the events that the filter selects."""
        wanted = self._filter(call)
        stored = self.estate.answers.get((call.method, call.key))
        if stored and stored.status != 200:
            return Answer(stored.body, stored.status)
        held = self._held(call, stored)
        if held is None:
            return self.lists.answer(call)
        found = [event for event in held if wanted.takes(event)]
        start = _position(call)
        body: dict[str, Json] = {"value": found[start : start + A_PAGE]}
        if start + A_PAGE < len(found):
            body["nextLink"] = _link(call, start + A_PAGE)
        return Answer(body)

    def _held(self, call: Call, stored: StoredAnswer | None) -> list[dict[str, Json]] | None:
        if stored and isinstance(stored.body, dict):
            return list(stored.body.get("value") or [])
        events = self.estate.events.get(call.parts["subscription"])
        return [dict(event.body) for event in events] if events else None

    def _filter(self, call: Call) -> _Filter:
        text = call.query.get("$filter", "")
        now, terms = self.clock.now(), [(n.lower(), op, value) for n, op, value in _TERM.findall(text)]
        times = {op: _time(value) for name, op, value in terms if name == "eventtimestamp"}
        start, end = times.get("ge"), times.get("le", now)
        if start is None or end is None:
            raise Refused(error(400, "BadRequest", "The $filter needs a start: eventTimestamp ge '<time>'."))
        if start < now - KEPT:
            raise Refused(error(400, "BadRequest", "The start time cannot be more than 90 days in the past."))
        equal = {name: value for name, op, value in terms if op == "eq"}
        unknown = sorted(equal.keys() - _FIELDS.keys())
        if unknown:
            raise Refused(error(400, "BadRequest", f"$filter={unknown[0]} is not supported."))
        return _Filter(start, end, equal)


def _time(text: str) -> datetime | None:
    """A time of Azure's, which has seven digits of a second; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(event: Mapping[str, Json], path: tuple[str, ...]) -> str:
    value: Json = dict(event)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return str(value or "")


def _position(call: Call) -> int:
    text = call.query.get("$skiptoken", "0")
    if not text.isdecimal():
        raise Refused(error(400, "BadRequest", f"The $skipToken '{text}' is invalid."))
    return int(text)


def _link(call: Call, position: int) -> str:
    version, chosen = call.query["api-version"], quote(call.query["$filter"], safe="")
    path = quote(call.path, safe="/")
    return f"https://{call.host}{path}?api-version={version}&$filter={chosen}&$skipToken={position}"
