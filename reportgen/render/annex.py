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

from reportgen.model import Control, Observation, Results, Status
from reportgen.render import charts, fonts
from reportgen.render.environment import render_part
from reportgen.render.merging import Chunk, merged, packed
from reportgen.render.names import Names
from reportgen.render.pdf import PLAIN, drawn_by, laid_out, no_gc
from reportgen.render.untagged import OPTIONS, chunk
from reportgen.render.values import observed

_ROWS = 250
"""Rows of a chunk: enough that a page which a chunk leaves half empty is one of many."""


@dataclass(frozen=True, slots=True)
class Row:
    """A subject, or a cluster, in the words that are printed; "" is what it has not."""

    status: str
    subject: str
    cluster: str
    subscription: str
    observed: str
    waiver: str = ""
    reason: str = ""

    @property
    def line(self) -> str:
        """All but the status in one run of text: a further element would cost as much as the words in it."""
        where = " · ".join(filter(None, (self.subject, self.cluster, self.subscription)))
        return "; ".join(filter(None, (where, self.observed, self.waiver, self.reason)))


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one control, or of the clusters; ``start`` to ``end`` of ``all``, counted from 1."""

    title: str
    id: str
    start: int
    end: int
    all: int
    rows: tuple[Row, ...]


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
    html = render_part(
        "annex.html.j2", annex.results, annex.covered, facts=facts, first=place == 0,
        sections=[_section(annex, part) for part in annex.chunks[place]],
        banner=strings.banner(facts.collection_mode),
        totals=(len(annex.clusters), len(annex.results.controls), len(annex.results.observations)),
    )  # fmt: skip
    document = laid_out(html, OPTIONS)
    marks = tuple((title, target[0]) for title, target, *_ in document.make_bookmark_tree())
    content = packed(chunk(document, **PLAIN))
    del document
    gc.collect()
    return Chunk(content, marks)


def sections(results: Results) -> Iterator[Section]:
    """All that the annex has to print, as it is cut for the workers."""
    annex = _annex(results)
    for parts in annex.chunks:
        yield from (_section(annex, part) for part in parts)


def _section(annex: _Annex, part: _Part) -> Section:
    names, control = annex.names, part.control
    if control is None:
        title, name = names.strings.text("annex.clusters"), ""
        rows = [_cluster(names, key) for key in annex.clusters[part.start : part.end]]
    else:
        title, name = control.title, control.id
        rows = [_row(names, item) for item in annex.observations[control.id][part.start : part.end]]
    return Section(title, name, part.start + 1, part.end, part.all, tuple(rows))


def _cluster(names: Names, key: str) -> Row:
    return Row("", names.clusters[key], "", names.cluster_subscription(key), names.ids[key])


def _row(names: Names, item: Observation) -> Row:
    subject, strings = item.subject, names.strings
    told = (f"{label}: {observed(names.spelled(value), strings)}" for label, value in item.observed.items())
    return Row(
        status=f"{charts.GLYPHS[item.status]} {strings.status(item.status)}",
        subject=subject.name,
        cluster=names.clusters.get(subject.cluster_id.lower(), "") if subject.kind != "cluster" else "",
        subscription=names.subscription(subject.subscription),
        observed="; ".join(told),
        waiver=item.waiver or "",
        reason=str(names.spelled(item.reason)) if item.status is not Status.SATISFIED else "",
    )
