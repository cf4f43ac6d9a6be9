"""One observation of a pack, with the value it rests on and how to remedy: ``reportgen show``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reportgen.errors import UsageError
from reportgen.model import Json
from reportgen.pack import cited, read_file

_LONGEST_VALUE = 2000
_LISTED = 10


def lines(pack: Path, control: str, subject: str) -> Iterator[str]:
    """What to print. ``subject`` is a cluster, ``<cluster>/<pool>`` or an ARM id, in any casing.

    Raises UsageError where the pack has no such control, or the subject is not exactly one.
    """
    document = json.loads(read_file(pack, "results/findings.json"))
    finding = next((found for found in document["findings"] if found["control"] == control), None)
    if finding is None:
        raise UsageError(f"{pack}: has no control {control}; results/findings.json lists them")
    observation = _observation(pack, control, subject)
    yield f"{control}: {finding['title']}"
    yield f"  collection mode: {document['pack']['collection_mode']}"
    yield f"  subject: {_named(observation)} ({observation['subject']['id']})"
    cause = f" ({observation['cause']})" if observation["cause"] else ""
    yield f"  status:  {observation['status']}{cause}, as of {document['pack']['as_of']}"
    if observation["reason"]:
        yield f"  reason:  {observation['reason']}"
    for waiver in document["waivers"]:
        if waiver["id"] in (observation["waiver"] or "").split(", "):
            until = f"until {waiver['expires_on']}, approved by {waiver['approved_by']}"
            yield f"  waiver:  {waiver['id']} {until}: {waiver['reason']}"
    for label, value in observation["observed"].items():
        yield f"  observed: {label} = {_short(value)}"
    for name, value in finding["parameters"].items():
        yield f"  parameter: {name} = {_short(value)}"
    for reference in observation["evidence"]:
        yield from _evidence(pack, reference)
    yield f"  remedy: {finding['remediation']['text']}"
    for text in finding["remediation"]["cli"].splitlines():
        yield f"    {text}"


def _observation(pack: Path, control: str, subject: str) -> dict[str, Any]:
    found = [
        line
        for text in read_file(pack, "results/observations.jsonl").splitlines()
        if (line := json.loads(text))["control"] == control
    ]
    wanted = subject.lower()
    named: list[dict[str, Any]] = [
        line for line in found if wanted in (line["subject"]["id"].lower(), _named(line).lower())
    ]
    if len(named) == 1:
        return named[0]
    listed = sorted(line["subject"]["id"] if named else _named(line) for line in named or found)
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    problem = "several subjects have this name; give the id of one" if named else "no such subject; there are"
    raise UsageError(f"{subject}: {problem}: {', '.join(listed[:_LISTED])}{more}")


def _named(observation: dict[str, Any]) -> str:
    subject = observation["subject"]
    inside = subject["cluster"] and subject["kind"] != "cluster"
    return f"{subject['cluster']}/{subject['name']}" if inside else str(subject["name"])


def _evidence(pack: Path, reference: str) -> Iterator[str]:
    found = cited(pack, reference)
    yield f"  evidence: {reference}"
    yield f"    {found.provenance.method} {found.provenance.url}"
    yield f"    read {found.provenance.started_at} by {found.provenance.identity.object_id}"
    value = json.dumps(found.value, indent=2, ensure_ascii=False, sort_keys=True)
    cut = value[:_LONGEST_VALUE] + "\n… (the file has the rest)" if len(value) > _LONGEST_VALUE else value
    for line in cut.splitlines():
        yield f"    {line}"


def _short(value: Json) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
