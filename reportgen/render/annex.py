"""annex.pdf: every cluster and the whole population of every control, drawn in chunks by worker processes.

One document of WeasyPrint takes 4 MB and 0.2 s a page for tables; so the rows are lines instead of cells, and
each process draws a few hundred at a time and forgets them; the pages are merged. A merged document has no
structure for readers with a screen reader: it is PDF/A-3b and says so; report.html has the same, accessible.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.model import Control, Observation, Results, Status
from reportgen.render import charts, fonts
from reportgen.render.environment import render_part
from reportgen.render.merging import Chunk, merged
from reportgen.render.names import Names
from reportgen.render.pdf import PLAIN, drawn_by, laid_out, no_gc
from reportgen.render.strings import Strings
from reportgen.render.untagged import OPTIONS, chunk
from reportgen.render.values import observed

_ROWS = 250
"""Rows of a chunk: enough that a page which a chunk leaves half empty is one of many."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one control, or of the clusters (``control`` is None), that one chunk draws."""

    control: Control | None
    start: int
    end: int
    all: int


@dataclass(frozen=True, slots=True)
class _Annex:
    """All that a worker draws from."""

    results: Results
    names: Names
    covered: frozenset[int]
    clusters: tuple[str, ...]
    observations: dict[str, list[Observation]]
    chunks: tuple[tuple[_Part, ...], ...]


_drawn: list[_Annex] = []
"""What the parent has to draw: a worker that was forked finds it here, and nothing is sent to it."""


class PdfAnnex:
    """The annex that an engagement asks for by the profile ``full``."""

    name = "annex pdf"
    profile = "full"

    def check(self) -> None:
        """PdfUnavailable where it cannot be drawn here."""
        drawn_by()

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``annex.pdf`` into ``folder``; PdfUnavailable where it cannot be drawn here."""
        drawn_by()
        annex = _annex(results)
        path = folder / "annex.pdf"
        with no_gc():
            path.write_bytes(merged(_chunks(annex), results))
        return path


def _annex(results: Results) -> _Annex:
    names = Names.of(results)
    grouped: dict[str, list[Observation]] = defaultdict(list)
    for item in results.observations:
        grouped[item.control].append(item)
    for items in grouped.values():
        items.sort(key=lambda item: (charts.ORDER.index(item.status), names.order(item.subject)))
    clusters = tuple(names.anchors)
    parts = [_Part(None, 0, len(clusters), len(clusters))]
    parts += [
        _Part(control, 0, len(grouped[control.id]), len(grouped[control.id])) for control in results.controls
    ]
    return _Annex(results, names, fonts.covered(), clusters, grouped, tuple(_cut(parts)))


def _cut(parts: Sequence[_Part]) -> Iterator[tuple[_Part, ...]]:
    """The parts in groups of about `_ROWS` rows; a heading counts as three."""
    group: list[_Part] = []
    room = _ROWS
    for part in parts:
        start = part.start
        while True:
            end = min(part.end, start + max(room - 3, 1))
            group.append(_Part(part.control, start, end, part.all))
            room -= end - start + 3
            if room <= 3:
                yield tuple(group)
                group, room = [], _ROWS
            start = end
            if start >= part.end:
                break
    if group:
        yield tuple(group)


def _chunks(annex: _Annex) -> Iterator[Chunk]:
    """The chunks in order, drawn by as many processes as there are processors, if they can be forked."""
    _drawn.append(annex)
    try:
        places = range(len(annex.chunks))
        if len(places) == 1 or "fork" not in multiprocessing.get_all_start_methods():
            yield from map(_chunk, places)
            return
        gc.freeze()
        with ProcessPoolExecutor(
            min(os.cpu_count() or 1, len(places)), multiprocessing.get_context("fork"), gc.disable
        ) as pool:
            yield from pool.map(_chunk, places)
        gc.unfreeze()
    finally:
        _drawn.clear()


def _chunk(place: int) -> Chunk:
    (annex,) = _drawn
    facts, strings = annex.results.facts, annex.names.strings
    sections = [(*_heading(part, strings), _lines(annex, part)) for part in annex.chunks[place]]
    html = render_part(
        "annex.html.j2", annex.results, annex.covered, facts=facts, first=place == 0, sections=sections,
        banner=strings.banner(facts.collection_mode),
        totals=(len(annex.clusters), len(annex.results.controls), len(annex.results.observations)),
    )  # fmt: skip
    document = laid_out(html, OPTIONS)
    marks = tuple((title, target[0]) for title, target, *_ in document.make_bookmark_tree())
    content = chunk(document, **PLAIN)
    del document
    gc.collect()
    return Chunk(content, marks)


def _heading(part: _Part, strings: Strings) -> tuple[str, str, int, int, int, bool]:
    """Title and id, the numbers of the first and last row and of all, and whether it goes on from before."""
    title, name = (
        (part.control.title, part.control.id) if part.control else (strings.text("annex.clusters"), "")
    )
    return title, name, part.start + 1, part.end, part.all, part.start > 0


def _lines(annex: _Annex, part: _Part) -> list[tuple[str, str]]:
    """Each row as its status or name and the rest."""
    if part.control is None:
        names = annex.names
        return [
            (names.clusters[key], f"{names.cluster_subscription(key)} · {names.ids[key]}")
            for key in annex.clusters[part.start : part.end]
        ]
    return [_line(annex, item) for item in annex.observations[part.control.id][part.start : part.end]]


def _line(annex: _Annex, item: Observation) -> tuple[str, str]:
    names, subject = annex.names, item.subject
    cluster = names.clusters.get(subject.cluster_id.lower(), "") if subject.kind != "cluster" else ""
    where = (subject.name, cluster, names.subscription(subject.subscription))
    told: list[Any] = [" · ".join(part for part in where if part)]
    told += [
        f"{label}: {observed(names.spelled(value), names.strings)}" for label, value in item.observed.items()
    ]
    if item.reason and item.status is not Status.SATISFIED:
        told.append(names.spelled(item.reason))
    if item.waiver:
        told.append(item.waiver)
    return f"{charts.GLYPHS[item.status]} {names.strings.status(item.status)}", "; ".join(map(str, told))
