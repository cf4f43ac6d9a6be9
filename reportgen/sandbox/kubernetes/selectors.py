"""Which objects of a list are asked for, by their labels and by a few of their fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import msgspec

from reportgen.sandbox.kubernetes.contents import Thing
from reportgen.sandbox.kubernetes.resources import ApiResource
from reportgen.sandbox.kubernetes.statuses import bad_request

Test = Callable[[Thing], bool]

_EVERYWHERE = ("metadata.name", "metadata.namespace")
_FIELDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "namespaces"): ("status.phase",),
    ("", "nodes"): ("spec.unschedulable",),
    ("", "pods"): (
        "spec.hostNetwork",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.nominatedNodeName",
        "status.phase",
        "status.podIP",
    ),
    ("", "secrets"): ("type",),
}
_FLAGS = ("spec.hostNetwork", "spec.unschedulable")
_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^()]*)\)")
_PAIR = re.compile(r"([^\s=!,]+)\s*(==|=|!=)\s*([^\s=!,]*)")
_KEY = re.compile(r"(!?)\s*([A-Za-z0-9][-A-Za-z0-9_./]*)")


class _Labelled(msgspec.Struct):
    labels: dict[str, str] | None = None


class _Object(msgspec.Struct):
    metadata: _Labelled


def selection(query: Mapping[str, str], resource: ApiResource) -> Test | None:
    """What an object has to pass, None where all are asked for; 400 for a selector that is none."""
    tests = [
        *_labels(query.get("labelSelector", "")),
        *_fields(query.get("fieldSelector", ""), resource),
    ]
    return (lambda thing: all(test(thing) for test in tests)) if tests else None


def _labels(text: str) -> Iterator[Test]:
    # A comma ends a requirement unless it stands in the parentheses of a set.
    for part in re.split(r",(?![^(]*\))", text) if text.strip() else []:
        yield _label(part.strip())


def _label(text: str) -> Test:
    """One requirement; what is not equal or not in a set may also be absent."""
    if found := _SET.fullmatch(text):
        return _among(found[1], {value.strip() for value in found[3].split(",")}, wanted=found[2] == "in")
    if found := _PAIR.fullmatch(text):
        return _among(found[1], {found[3]}, wanted=found[2] != "!=")
    if found := _KEY.fullmatch(text):
        return _among(found[2], {None}, wanted=bool(found[1]))
    raise bad_request(f"unable to parse requirement: found '{text}', expected: a label and what it is to be")


def _among(label: str, values: Container[str | None], *, wanted: bool) -> Test:
    return lambda thing: (_value(thing, label) in values) is wanted


def _value(thing: Thing, label: str) -> str | None:
    labels = msgspec.json.decode(thing.content, type=_Object).metadata.labels
    return labels.get(label) if labels else None


def _fields(text: str, resource: ApiResource) -> Iterator[Test]:
    for part in filter(None, text.split(",")):
        found = re.fullmatch(r"([^=!]+)(==|=|!=)(.*)", part)
        if not found:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        yield _field(resource, found[1], found[3], equal=found[2] != "!=")


def _field(resource: ApiResource, name: str, value: str, *, equal: bool) -> Test:
    own = _FIELDS.get(resource.key)
    if name not in (*_EVERYWHERE, *(own or ())):
        known = ", ".join(f'"{one}"' for one in _EVERYWHERE)
        raise bad_request(
            f"field label not supported: {name}"
            if own
            else f'"{name}" is not a known field selector: only {known}'
        )
    return lambda thing: (_read(thing, name) == value) is equal


def _read(thing: Thing, name: str) -> str:
    """A field as text; what is absent is empty, or false."""
    value: Any = msgspec.json.decode(thing.content)
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if name in _FLAGS:
        return "true" if value else "false"
    return "" if value is None else str(value)
