"""Resource Graph: the independent population, held to the rows that the service says there are."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from reportgen.collect.interface import Recorder

BATCH = 200
"""Subscriptions a query names at once."""


def query_text(source: str) -> str:
    """The KQL of a source, as it is sent: without the header comment."""
    name = source.removeprefix("arg.")
    text = (files("reportgen") / "collect" / "queries" / f"{name}.kql").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//"))


def collect(recorder: Recorder, source: str, subscriptions: tuple[str, ...]) -> list[dict[str, Any]]:
    """All rows over the subscriptions (all visible ones if empty); less than all is a gap."""
    rows: list[dict[str, Any]] = []
    for start in range(0, max(len(subscriptions), 1), BATCH):
        rows += _batch(recorder, source, subscriptions[start : start + BATCH], start)
    return rows


def _batch(
    recorder: Recorder, source: str, subscriptions: tuple[str, ...], start: int
) -> list[dict[str, Any]]:
    scope = "tenant" if start == 0 else f"tenant/batch-{start // BATCH + 1}"
    pages = recorder.record(source, scope, "tenant", recorder.azure.graph(query_text(source), subscriptions))
    if pages is None:
        return []
    rows = [row for page in pages for row in page["data"]]
    total = pages[0]["totalRecords"]
    distinct = len({row["id"].lower() for row in rows})
    truncated = any(str(page.get("resultTruncated", "")).lower() == "true" for page in pages)
    if truncated or not total == len(rows) == distinct:
        recorder.gap(
            source,
            scope,
            "tenant",
            "truncated",
            f"Resource Graph says {total} rows, {len(rows)} came, {distinct} of them distinct"
            f"{', and it cut the result' if truncated else ''}.",
        )
    return rows
