"""In which form objects are sent: whole, their metadata alone, or as a table, as the Accept header asks.

A part of the header that is not known here is passed over, and the next one counts, as with a real server:
a client that names a second choice may get the whole objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from reportgen.model import Json
from reportgen.sandbox.exchange import Refused
from reportgen.sandbox.kubernetes.contents import Thing
from reportgen.sandbox.kubernetes.resources import ApiResource
from reportgen.sandbox.kubernetes.statuses import bad_request, failure
from reportgen.sandbox.kubernetes.table import cells, columns

_META = "meta.k8s.io"
_PLAIN = ("*/*", "application/*", "application/json")
_NOT_ACCEPTABLE = (
    "only the following media types are accepted: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf"
)


class Form(StrEnum):
    """What a client asks objects ``as``."""

    WHOLE = ""
    METADATA = "PartialObjectMetadata"
    METADATA_LIST = "PartialObjectMetadataList"
    TABLE = "Table"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form, in a version of meta.k8s.io."""

    form: Form
    version: str = "v1"

    @property
    def api_version(self) -> str:
        """As bodies bear it."""
        return f"{_META}/{self.version}"


def negotiated(accept: str) -> Wanted:
    """The first form in an Accept header that is known; 406 where there is none."""
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        media, *parameters = (one.strip() for one in part.split(";"))
        named = dict(one.partition("=")[::2] for one in parameters)
        form, version = named.get("as", ""), named.get("v", "v1")
        if media not in _PLAIN:
            continue
        if not form:
            return Wanted(Form.WHOLE)
        if form in [*Form] and named.get("g") == _META and version in ("v1", "v1beta1"):
            return Wanted(Form(form), version)
    raise Refused(failure(406, "NotAcceptable", _NOT_ACCEPTABLE))


def whole(thing: Thing, resource: ApiResource, version: str) -> bytes:
    """An object with its kind and apiVersion."""
    api_version = f"{resource.group}/{version}" if resource.group else version
    head = msgspec.json.encode({"kind": resource.kind, "apiVersion": api_version})
    return head[:-1] + b"," + thing.content[1:]


def metadata_of(thing: Thing, wanted: Wanted) -> dict[str, Json]:
    """An object's metadata alone: all of it, annotations and managed fields too."""
    parts = msgspec.json.decode(thing.content, type=dict[str, msgspec.Raw])
    return {"kind": Form.METADATA.value, "apiVersion": wanted.api_version, "metadata": parts["metadata"]}


def single(thing: Thing, resource: ApiResource, version: str, wanted: Wanted) -> bytes:
    """The answer with one object; 406 for the form of a list."""
    if wanted.form is Form.WHOLE:
        return whole(thing, resource, version)
    if wanted.form is Form.METADATA:
        return msgspec.json.encode(metadata_of(thing, wanted))
    text = f"you requested {wanted.form}, but the requested object is not a list (*{_go_type(resource)})"
    raise Refused(failure(406, "NotAcceptable", text))


@dataclass(frozen=True, slots=True)
class Listed:
    """A page: its objects, its own metadata, and the version of the resource that is asked for."""

    things: Iterable[Thing]
    metadata: Mapping[str, Json]
    resource: ApiResource
    version: str


def listed(page: Listed, wanted: Wanted, query: Mapping[str, str], now: datetime) -> bytes:
    """The answer with a page; 406 for the form of one object."""
    if wanted.form is Form.WHOLE:
        return _whole_list(page)
    if wanted.form is Form.TABLE:
        return msgspec.json.encode(_table(page, wanted, query.get("includeObject", "Metadata"), now))
    if wanted.form is Form.METADATA:
        kind = _go_type(page.resource)
        text = f"you requested {wanted.form}, but the requested object is a list (*{kind}List)"
        raise Refused(failure(406, "NotAcceptable", text))
    items = [metadata_of(thing, wanted) for thing in page.things]
    return msgspec.json.encode(_head(Form.METADATA_LIST, wanted.api_version, page) | {"items": items})


def _whole_list(page: Listed) -> bytes:
    """Items of Kubernetes' own kinds do not say what they are; custom ones do."""
    resource = page.resource
    api_version = f"{resource.group}/{page.version}" if resource.group else page.version
    head = msgspec.json.encode(_head(resource.list_kind, api_version, page))
    items = (
        whole(thing, resource, page.version) if resource.custom else thing.content for thing in page.things
    )
    return head[:-1] + b',"items":[' + b",".join(items) + b"]}"


def _table(page: Listed, wanted: Wanted, include: str, now: datetime) -> dict[str, Json]:
    if include not in ("None", "Metadata", "Object"):
        raise bad_request(f'unable to convert to table: unsupported includeObject value: "{include}"')
    rows = []
    for thing in page.things:
        shown: Json = None
        if include == "Metadata":
            shown = metadata_of(thing, wanted)
        elif include == "Object":
            shown = msgspec.Raw(whole(thing, page.resource, page.version))
        rows.append({"cells": cells(thing, page.resource, now), "object": shown})
    return _head(Form.TABLE, wanted.api_version, page) | {
        "columnDefinitions": columns(page.resource),
        "rows": rows,
    }


def _head(kind: str, api_version: str, page: Listed) -> dict[str, Json]:
    return {"kind": str(kind), "apiVersion": api_version, "metadata": dict(page.metadata)}


def _go_type(resource: ApiResource) -> str:
    if resource.custom:
        return "unstructured.Unstructured"
    return f"{resource.group.partition('.')[0] or 'core'}.{resource.kind}"
