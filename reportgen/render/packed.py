"""All observations as columns, for the script of report.html: every text once, compressed, and cleaned.

The browser gets one JSON document, gzipped and in base64. Its columns hold numbers only: places in the tables
of statuses, severities, controls, subjects and texts beside them. What came from outside is cleaned here, as
every printed expression of a template is, so that the script has only to set it as text.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from reportgen.model import SEVERITIES, Control, Observation, Results, Subject
from reportgen.render import charts
from reportgen.render.context import Report
from reportgen.render.data import FORMULA
from reportgen.render.names import Names
from reportgen.render.text import cleaner
from reportgen.render.values import observed

_MAX_VALUE = 2000
"""Letters of one observed value; the CSV has it whole."""
_NONE = -1
_GZIP = zlib.MAX_WBITS + 16
"""A format of zlib: gzip's, in whose head it writes no time."""
_clean = cleaner()
_Key = TypeVar("_Key")


@dataclass(slots=True)
class _Table(Generic[_Key]):
    """Values once each, by the place in which they were first seen."""

    places: dict[_Key, int] = field(default_factory=dict)

    def place(self, value: _Key) -> int:
        return self.places.setdefault(value, len(self.places))


def packed(view: Report) -> str:
    """The document for the script, gzipped, in base64; the same results give the same text."""
    compressor = zlib.compressobj(level=9, wbits=_GZIP)
    compressed = [compressor.compress(piece.encode()) for piece in _pieces(_document(view))]
    return base64.b64encode(b"".join([*compressed, compressor.flush()])).decode()


def _pieces(value: Any) -> Iterator[str]:
    """JSON; of the columns one is text at a time."""
    if isinstance(value, dict):
        yield "{"
        for place, (key, member) in enumerate(value.items()):
            yield f"{',' if place else ''}{json.dumps(key)}:"
            yield from _pieces(member)
        yield "}"
    else:
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=list)


def _document(view: Report) -> dict[str, Any]:
    results, names = view.results, Names.of(view.results)
    tables = _Tables(results, names)
    rows, subjects = tables.rows(), tables.subjects()
    words = view.strings.statuses()
    return {
        "strings": view.strings.section("script"),
        "formula": FORMULA.pattern,
        "statuses": [[status.value, charts.GLYPHS[status], words[status]] for status in charts.ORDER],
        "severities": [[word, view.strings.severity(word)] for word in SEVERITIES],
        "controls": [_control(control, view) for control in results.controls],
        "frameworks": [
            [result.framework.id, _clean(result.framework.short)] for result in results.frameworks
        ],
        "subscriptions": [[_clean(key), _clean(names.subscription(key))] for key in tables.subscriptions],
        "clusters": [
            [_clean(names.ids[key]), _clean(names.clusters[key]), names.link(key)] for key in tables.clusters
        ],
        "subjects": subjects,
        "texts": list(tables.texts.places),
        "waivers": _waivers(view, tables.texts),
        "values": list(tables.values.places),
        "evidence": list(tables.evidence.places),
        "rows": rows,
    }


def _waivers(view: Report, texts: _Table[str]) -> dict[str, str]:
    """What is said of waivers, by the place of the text that names them."""
    named = {item.waiver for item in view.results.observations if item.waiver}
    return {
        str(texts.place(_clean(waiver))): "; ".join(
            _clean(view.strings.text("waivers.beside_until" if day else "waivers.beside", id=key, day=day))
            for _, key, day in view.registers.beside(waiver)
        )
        for waiver in sorted(named)
    }


def _control(control: Control, view: Report) -> dict[str, Any]:
    asked = [
        (place, line.requirement.id)
        for place, result in enumerate(view.results.frameworks)
        for line in result.requirements
        if any(mapped.control == control.id for mapped in line.requirement.controls)
    ]
    return {
        "id": control.id,
        "title": _clean(control.title),
        "area": view.strings.area(control.area),
        "severity": SEVERITIES.index(control.severity),
        "remedy": _clean(control.remediation_text),
        "cli": _clean(control.remediation_cli.strip()),
        "frameworks": sorted({place for place, _ in asked}),
        "requirements": [[place, _clean(requirement)] for place, requirement in asked],
        "sheets": [
            [sheet.anchor, sheet.number] for sheet in view.ipe if sheet.source.source in control.needs
        ],
    }


class _Tables:
    """The rows in the order in which they are shown: exceptions first, the most severe before others.

    Clusters, subscriptions and subjects are in the order of their names, so that their places sort rows.
    """

    def __init__(self, results: Results, names: Names) -> None:
        self._names = names
        self._places = {control.id: place for place, control in enumerate(results.controls)}
        self._ordered = _ordered(results, names)
        known = {_identity(item.subject): item.subject for item in results.observations}
        self._subjects = dict(
            sorted(known.items(), key=lambda one: (one[1].name.casefold(), names.order(one[1]), one[0]))
        )
        found = {subject.subscription.lower() for subject in known.values()}
        self.clusters = sorted(names.clusters, key=lambda key: (names.clusters[key].casefold(), key))
        self.subscriptions = sorted(found, key=lambda key: (names.subscription(key).casefold(), key))
        self.texts: _Table[str] = _Table()
        self.values: _Table[tuple[int, ...]] = _Table()
        self.evidence: _Table[tuple[int, ...]] = _Table()

    def subjects(self) -> dict[str, list[Any]]:
        """The subjects, as columns."""
        strings = self._names.strings
        cluster = {key: place for place, key in enumerate(self.clusters)}
        subscription = {key: place for place, key in enumerate(self.subscriptions)}
        subjects = self._subjects.values()
        return {
            "name": [_clean(subject.name) for subject in subjects],
            "id": [_clean(subject.id) for subject in subjects],
            "kind": [self._text(strings.kind(subject.kind)) for subject in subjects],
            "cluster": [cluster.get(subject.cluster_id.lower(), _NONE) for subject in subjects],
            "subscription": [subscription[subject.subscription.lower()] for subject in subjects],
        }

    def rows(self) -> dict[str, array[int]]:
        """The observations, as columns of numbers."""
        subject = {key: place for place, key in enumerate(self._subjects)}
        ordered, strings = self._ordered, self._names.strings
        return {
            "status": _column(charts.ORDER.index(item.status) for item in ordered),
            "control": _column(self._places[item.control] for item in ordered),
            "subject": _column(subject[_identity(item.subject)] for item in ordered),
            "cause": _column(self._text(item.cause and strings.cause(item.cause)) for item in ordered),
            "reason": _column(self._text(self._names.spelled(item.reason)) for item in ordered),
            "waiver": _column(self._text(item.waiver) for item in ordered),
            "values": _column(self.values.place(tuple(self._observed(item))) for item in ordered),
            "evidence": _column(self.evidence.place(tuple(self._evidence(item))) for item in ordered),
        }

    def _text(self, value: str | None) -> int:
        return self.texts.place(_clean(value)) if value else _NONE

    def _observed(self, item: Observation) -> Iterable[int]:
        """Label and value, in turn."""
        strings = self._names.strings
        for label, value in item.observed.items():
            yield self.texts.place(_clean(label))
            yield self.texts.place(_clean(observed(self._names.spelled(value), strings, _MAX_VALUE)))

    def _evidence(self, item: Observation) -> Iterable[int]:
        """The path of a page and the pointer into it, in turn."""
        for reference in item.evidence:
            path, _, pointer = reference.partition("#")
            yield self.texts.place(_clean(path))
            yield self.texts.place(_clean(pointer))


def _ordered(results: Results, names: Names) -> list[Observation]:
    """By status, severity, control and subject; in steps, which take no key for each in memory."""
    seen = dict.fromkeys(item.subject for item in results.observations)
    orders = {subject: names.order(subject) for subject in seen}
    places = {order: place for place, order in enumerate(sorted(set(orders.values())))}
    subjects = {subject: places[order] for subject, order in orders.items()}
    by_severity = sorted(results.controls, key=lambda control: SEVERITIES.index(control.severity))
    controls = {control.id: place for place, control in enumerate(by_severity)}
    ordered = sorted(results.observations, key=lambda item: subjects[item.subject])
    ordered.sort(key=lambda item: controls[item.control])
    ordered.sort(key=lambda item: charts.ORDER.index(item.status))
    return ordered


def _column(numbers: Iterable[int]) -> array[int]:
    return array("i", numbers)


def _identity(subject: Subject) -> tuple[str, str]:
    return subject.kind, subject.id.lower()
