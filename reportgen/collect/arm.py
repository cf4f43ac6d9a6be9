"""A read of Resource Manager as data: which path, which API version, one answer or a list, what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from reportgen.collect.azure import Answer, Azure
from reportgen.collect.interface import Recorder, error_code
from reportgen.model import Json

CONTAINER_SERVICE_API_VERSION = "2026-08-01"
"""Pinned, so that a property means the same in every snapshot; known to the SDK that is required."""


@dataclass(frozen=True, slots=True)
class ArmRead:
    """One source.

    ``path`` has {cluster}, {subscription}, {location}, {group}, {pool} or {resource} to fill in; ``query``
    goes behind it, with these and with {since} and {until}: the time ``back`` before the collection began,
    and that time.

    ``keep``, where it is given, are the only keys of a list's items that are stored (``a.b`` is b inside a):
    what they leave out is personal data, or of no use, and never reaches the snapshot. ``named`` are the
    names of the only items that are stored, where a list is long and the rest of it is about other things.

    ``among``, where it is given, is the part that holds the names, with commas between, of those of a list's
    items that are stored: Azure's list has no filter for them, and the others are about nothing in scope.

    ``absent``: a 404 can mean that there is none. It does if that is what its code says and the cluster is
    still there; it is stored as an empty list then, with the status 404. Any other 404 is a gap.
    """

    source: str
    path: str
    api_version: str
    paged: bool
    query: str = ""
    back: timedelta = timedelta()
    keep: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    absent: bool = False
    among: str = ""

    def collect(self, recorder: Recorder, scope: str, scope_name: str, **parts: str) -> bool:
        """Read and store; False where it was refused, which is a gap by then."""
        path = self.path.format(**{key: _quoted(value) for key, value in parts.items()})
        if self.query:
            path += "?" + quote(
                self.query.format(**_times(recorder.began, self.back), **parts), safe="$=&'(),:"
            )
        azure = recorder.azure
        answers = azure.pages(path, self.api_version) if self.paged else azure.single(path, self.api_version)
        if self.absent:
            answers = _or_none(azure, answers, parts["cluster"])
        if self.among:
            names = frozenset(parts[self.among].lower().split(","))
            answers = (_among(answer, names) for answer in answers)
        if self.keep:
            answers = (_kept(answer, self.keep, self.named) for answer in answers)
        return recorder.record(self.source, scope, ((scope, scope_name),), answers)

    def items(self, recorder: Recorder, scope: str) -> Iterator[dict[str, Any]]:
        """The items of the stored list, one page in memory at a time."""
        for page in recorder.writer.bodies(self.source, scope):
            yield from page.get("value") or ()


def _quoted(value: str) -> str:
    return quote(value, safe="/()")


def _times(began: str, back: timedelta) -> dict[str, str]:
    since = datetime.fromisoformat(began) - back
    return {"since": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "until": began}


def _or_none(azure: Azure, answers: Iterable[Answer], cluster: str) -> Iterator[Answer]:
    for answer in answers:
        nothing = answer.status == 404 and error_code(answer.body).lower().endswith("notfound")
        if nothing and azure.get(_quoted(cluster), CONTAINER_SERVICE_API_VERSION).status == 200:
            yield replace(answer, body={"value": []}, absent=True)
        else:
            yield answer


def _among(answer: Answer, names: frozenset[str]) -> Answer:
    """The answer with those items of its list that have one of these names (lower case)."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        return answer
    items = answer.body.get("value") or ()
    return replace(answer, body={"value": [one for one in items if str(one.get("name")).lower() in names]})


def _kept(answer: Answer, keys: tuple[str, ...], names: tuple[str, ...]) -> Answer:
    """The answer with a list and its items cut down; an error stays as it is, for its gap."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        return answer
    items = only(answer.body.get("value"), keys)
    wanted = {name.lower() for name in names}
    if wanted and isinstance(items, list):
        items = [item for item in items if str(item.get("name")).lower() in wanted]
    return replace(answer, body={"value": items})


def only(value: Json, keys: Iterable[str]) -> Json:
    """``value`` with these keys alone, in any casing; ``a.b`` keeps of a only b, also in a list of them.

    >>> only([{"id": 1, "caller": "x", "claims": {}, "status": {"value": "Started", "more": 2}}],
    ...      ("id", "status.value"))
    [{'id': 1, 'status': {'value': 'Started'}}]
    """
    tree: dict[str, Any] = {}
    for key in keys:
        branch = tree
        for part in key.lower().split("."):
            branch = branch.setdefault(part, {})
    return _pruned(value, tree)


def _pruned(value: Json, tree: Mapping[str, Any]) -> Json:
    if not tree:
        return value
    if isinstance(value, list):
        return [_pruned(item, tree) for item in value]
    if isinstance(value, dict):
        return {key: _pruned(item, tree[key.lower()]) for key, item in value.items() if key.lower() in tree}
    return None
