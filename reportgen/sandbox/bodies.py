"""What one entry of an estate file can be: a resource, an event of the activity log, a stored answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from reportgen.limits import GRAPH_PATH
from reportgen.model import Json
from reportgen.sandbox.graph_tables import ONLY_IN_ARM, RESOURCES, tables_of
from reportgen.sandbox.ids import ResourceId, parse
from reportgen.sandbox.parsing import BadFile

CLUSTER_TYPE = "microsoft.containerservice/managedclusters"


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM body, the file it came from (relative to the estate folder) and the tables that show it."""

    id: ResourceId
    body: Mapping[str, Json]
    file: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the activity log, of the subscription that its id names; ``at`` is its timestamp."""

    id: ResourceId
    body: Mapping[str, Json]
    at: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that is no resource, given back for its method and path."""

    method: str
    path: str
    status: int
    body: Json
    file: str


def is_answer(item: Mapping[str, Json]) -> bool:
    """Whether an entry is a request with its answer."""
    return "request" in item and "response" in item


def is_event(item: Mapping[str, Json]) -> bool:
    """Whether an entry is an event of the activity log, which has an id that looks like a resource's."""
    return "eventTimestamp" in item and "operationName" in item


def resource(body: dict[str, Any], file: str) -> Resource:
    """A resource; BadFile says why an entry is none and what to save instead."""
    resource_id = _id(body)
    tables = tables_of(resource_id, body)
    if not isinstance(body.get("properties"), dict) and _needs_properties(body, resource_id.type, tables):
        command = "`az aks show`" if resource_id.type == CLUSTER_TYPE else "an `az ... show` command"
        raise BadFile(
            f": {resource_id.name} has no `properties`: this is the flattened output of {command}. "
            f"Save the ARM body instead: az rest --method get --url '{resource_id.text}?api-version=...'"
        )
    return Resource(resource_id, body, file, tables)


def event(body: dict[str, Any]) -> Event:
    """An event of the activity log."""
    at = body["eventTimestamp"]
    if not isinstance(at, str):
        raise BadFile(f": eventTimestamp must be a time as text, found {at!r}")
    return Event(_id(body), body, at)


def _id(body: dict[str, Any]) -> ResourceId:
    text = body.get("id")
    if not isinstance(text, str):
        raise BadFile(
            ": no ARM body: it has no `id`. An answer that is no resource goes in as "
            '{"request": {"method", "uri"}, "response": {"body"}}'
        )
    found = parse(text)
    if found is None:
        raise BadFile(
            f": {text!r} is no resource id (/subscriptions/<id>/resourceGroups/<name>/providers/...)"
        )
    return found


def _needs_properties(body: dict[str, Any], kind: str, tables: tuple[str, ...]) -> bool:
    """Some tracked resources have no properties; a body that ``az`` flattened tells by its resourceGroup."""
    known = kind.startswith("microsoft.containerservice/") or kind in ONLY_IN_ARM
    return known or bool({*tables} - {RESOURCES}) or "resourceGroup" in body


def answer(item: dict[str, Any], file: str) -> StoredAnswer:
    """A stored answer; BadFile says what is wrong with it."""
    request, response = item["request"], item["response"]
    if not isinstance(request, dict) or not isinstance(request.get("uri"), str):
        raise BadFile(": an answer needs request.uri, the URL or path it answers")
    if not isinstance(response, dict) or "body" not in response:
        raise BadFile(": an answer needs response.body")
    status = http_status(response.get("status", 200), "response.status")
    path = "/" + unquote(urlsplit(request["uri"]).path).strip("/")
    if path.lower() == GRAPH_PATH:
        raise BadFile(
            ": Resource Graph runs over the resources of this folder; an answer for it is not taken"
        )
    return StoredAnswer(str(request.get("method", "GET")).upper(), path, status, response["body"], file)


def http_status(value: Json, name: str) -> int:
    """``value`` as the status of an answer."""
    if isinstance(value, bool) or not isinstance(value, int) or not 200 <= value <= 599:
        raise BadFile(f": {name} must be an HTTP status from 200 to 599, found {value!r}")
    return value
