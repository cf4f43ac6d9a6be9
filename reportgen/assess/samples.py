"""Cases of a control's own tests with one value taken away or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reportgen.assess.paths import EACH, Path
from reportgen.model import Control, ControlTest, Json

Place = tuple[str | int, ...]
"""Where a value stands in what a case gives: a path with the index of each item."""

_HUGE = 10**9
_OTHER_TEXTS = ("", "something else", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z")


def without(control: Control, case: ControlTest, path: Path) -> Iterator[ControlTest]:
    """The case once without each value that it has at the path, and once without all of them.

    A list without one of its items lacks nothing, so items stay.
    """
    values = _places(case.given, _own(control, case, path))
    found = [place for place in values if isinstance(place[-1], str)]
    for places in [[place] for place in found] + ([found] if len(found) > 1 else []):
        given = case.given
        for place in reversed(places):
            given = _removed(given, place)
        yield replace(case, given=given)


def changed(control: Control, case: ControlTest, path: Path) -> Iterator[ControlTest]:
    """The case with another value at the path: flipped, out of range, replaced, emptied, or another case's.

    Where it has no value there, it gets each that the control's other cases have.
    """
    own = _own(control, case, path)
    others = [
        _at(other.given, place)
        for other in control.tests
        for place in _places(other.given, _own(control, other, path))
    ]
    found = list(_places(case.given, own))
    for place in found:
        value = _at(case.given, place)
        for new in [*_out_of_range(value), *others]:
            if not _same(new, value):
                yield replace(case, given=_set(case.given, place, new))
    if not found:
        for place in _gaps(case.given, own):
            for new in others:
                yield replace(case, given=_set(case.given, place, new))


def _own(control: Control, case: ControlTest, path: Path) -> Path:
    """A cluster's own case need not give the cluster twice."""
    if path[0] == "cluster" and control.subject == "cluster" and "cluster" not in case.given:
        return ("subject", *path[1:])
    return path


def _out_of_range(value: Json) -> list[Json]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, (int, float)):
        return [0, -1, _HUGE]
    if isinstance(value, str):
        return [*_OTHER_TEXTS]
    return [type(value)()] if isinstance(value, (list, dict)) else []


def _same(new: Json, value: Json) -> bool:
    return type(new) is type(value) and bool(new == value)


def _places(document: Json, path: Path) -> Iterator[Place]:
    """Every place that the path names in a document and that holds a value."""
    if not path:
        yield ()
        return
    for key in _keys(document, path[0]):
        for rest in _places(document[key], path[1:]):
            yield (key, *rest)


def _gaps(document: Json, path: Path) -> Iterator[Place]:
    """Every place that the path names and that could hold a value, below what there is."""
    if EACH not in path:
        yield path
        return
    for key in _keys(document, path[0]):
        for rest in _gaps(document[key], path[1:]):
            yield (key, *rest)


def _keys(document: Json, key: str) -> list[Any]:
    if isinstance(document, list):
        return [*range(len(document))] if key == EACH else []
    if not isinstance(document, dict):
        return []
    return [*document] if key == EACH else [key] if key in document else []


def _at(document: Json, place: Place) -> Json:
    for key in place:
        document = document[key]
    return document


def _removed(document: Json, place: Place) -> Json:
    key, rest = place[0], place[1:]
    copy = _copy(document)
    if rest:
        copy[key] = _removed(copy[key], rest)
    else:
        del copy[key]
    return copy


def _set(document: Json, place: Place, value: Json) -> Json:
    if not place:
        return value
    copy, key = _copy(document), place[0]
    known = copy.get(key, {}) if isinstance(copy, dict) else copy[key]
    copy[key] = _set(known, place[1:], value)
    return copy


def _copy(document: Json) -> Any:
    """A copy of a list or a map, and a map where anything else stands: only a map can have keys below it."""
    if isinstance(document, list):
        return [*document]
    return dict(document) if isinstance(document, Mapping) else {}
