"""Resource Graph: a query is a file, and its answer is held to the rows that the service says there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from reportgen.collect.interface import Recorder, Scope

BATCH = 200
"""Subscriptions a query names at once."""
COUNTS = "arg.closing-counts"
_TENANT: Scope = ("tenant", "tenant")


@dataclass(frozen=True, slots=True)
class GraphRead:
    """One query file.

    ``over`` is tenant, scope or clusters: everything visible, the subscriptions in scope, or those of them
    that hold a cluster; ``scope_filter`` is Resource Graph's authorizationScopeFilter.
    """

    source: str
    over: str
    words: str
    query: str
    scope_filter: str = ""

    def collect(self, recorder: Recorder, subscriptions: tuple[str, ...]) -> None:
        """Store all rows over the subscriptions (all visible ones if empty); less than all is a gap."""
        starts = range(0, max(len(subscriptions), 1), BATCH)
        for number, start in enumerate(starts, start=1):
            unit = "tenant" if len(starts) == 1 else f"tenant/batch-{number:03d}"
            self._batch(recorder, unit, subscriptions[start : start + BATCH], alone=len(starts) == 1)

    def rows(self, recorder: Recorder) -> Iterator[dict[str, Any]]:
        """The rows that are stored, one page in memory at a time."""
        for unit in recorder.writer.units(self.source):
            for page in recorder.writer.bodies(self.source, unit):
                yield from page["data"]

    def _batch(self, recorder: Recorder, unit: str, subscriptions: tuple[str, ...], *, alone: bool) -> None:
        """A population that changes while it is read gives numbers that differ: it is read once more."""
        scopes = (_TENANT,) if alone else tuple((known, known) for known in subscriptions)
        for attempt in (1, 2):
            if not self._read(recorder, unit, scopes, subscriptions):
                return
            problem = self._problem(recorder, unit)
            if not problem:
                return
            if attempt == 1:
                recorder.writer.discard(self.source, unit)
                recorder.writer.discard(COUNTS, f"{self.source}/{unit}")
        for scope, name in scopes:
            recorder.gap(self.source, scope, name, "truncated", problem)

    def _read(
        self, recorder: Recorder, unit: str, scopes: tuple[Scope, ...], subscriptions: tuple[str, ...]
    ) -> bool:
        whole = recorder.record(
            self.source,
            unit,
            scopes,
            recorder.azure.graph(self.query, subscriptions, self.scope_filter),
        )
        count = f"{self.query.rstrip()}\n| count"
        return whole and recorder.record(
            COUNTS,
            f"{self.source}/{unit}",
            scopes,
            recorder.azure.graph(count, subscriptions, self.scope_filter),
            gap_source=self.source,
        )

    def _problem(self, recorder: Recorder, unit: str) -> str:
        """What is not whole about the stored pages: "" where sum, totals, distinct ids and count agree."""
        rows, truncated = 0, False
        totals: set[int] = set()
        ids: set[str] = set()
        for page in recorder.writer.bodies(self.source, unit):
            totals.add(int(page["totalRecords"]))
            rows += len(page["data"])
            ids.update(str(row.get("id", "")).lower() for row in page["data"])
            truncated |= str(page.get("resultTruncated", "")).lower() == "true"
        counted = {
            int(row["Count"])
            for page in recorder.writer.bodies(COUNTS, f"{self.source}/{unit}")
            for row in page["data"]
        }
        if not truncated and totals == counted == {rows} and len(ids) == rows:
            return ""
        said = " and then ".join(str(total) for total in sorted(totals)) or "nothing"
        return (
            f"Resource Graph says {said} rows, {rows} came, {len(ids)} of them distinct, and a closing count "
            f"gives {', '.join(map(str, sorted(counted))) or 'nothing'}"
            f"{'; it says that it cut the result' if truncated else ''}."
        )


@cache
def load(name: str) -> GraphRead:
    """The query of ``collect/queries/<name>.kql``.

    Comment lines at its head give ``source``, ``over`` and, where it matters, ``authorizationScopeFilter``;
    the other comment lines say in words what is asked. What is sent is the text without them.
    """
    text = (files("reportgen") / "collect" / "queries" / f"{name}.kql").read_text(encoding="utf-8")
    comments = [line.removeprefix("//").strip() for line in text.splitlines() if line.startswith("//")]
    keys = ("source", "over", "authorizationScopeFilter")
    head = {key: value.strip() for key, _, value in (line.partition(":") for line in comments) if key in keys}
    words = " ".join(line for line in comments if line.partition(":")[0] not in keys)
    query = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    return GraphRead(head["source"], head["over"], words, query, head.get("authorizationScopeFilter", ""))
