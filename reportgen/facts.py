"""What a pack states about itself: its id, who collected what and when, and one summary a source."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from reportgen import __version__, rights
from reportgen.engagement import Engagement
from reportgen.model import (
    Collector,
    HeldRights,
    ImportedFile,
    OwnTemplates,
    PackFacts,
    PreviousPack,
    Provenance,
    RunCommands,
    RunListing,
    SourceSummary,
)
from reportgen.snapshot import Header, Reader, canonical_json, tree_sha256
from reportgen.sources import SOURCES, Source
from reportgen.sources.imported import PREFIX
from reportgen.sources.kubernetes import ACCESS

_SHOWN_REQUEST_IDS = 5


def pack_facts(
    engagement: Engagement,
    header: Header,
    before: Sequence[Header],
    controls: Sequence[Path],
    templates: Path,
    own_templates: OwnTemplates | None = None,
    runs: RunListing | None = None,
    previous: PreviousPack | None = None,
) -> PackFacts:
    """The facts on the cover. The pack id is a function of all that the pack is made from.

    ``before`` are the other snapshots of the period, ``controls`` the folders of the catalogue in order.
    """
    trees = [tree_sha256(folder) for folder in controls]
    catalogue = trees[0] if len(trees) == 1 else hashlib.sha256("\n".join(trees).encode()).hexdigest()
    snapshots = (*(one.root_sha256 for one in before), header.root_sha256)
    made_by = tree_sha256(templates)
    made_from = [*snapshots, catalogue, engagement.sha256, made_by, __version__]
    if own_templates:
        made_from.append(own_templates.sha256)
    if runs:
        made_from.append(hashlib.sha256(canonical_json(asdict(runs))).hexdigest())
    if previous:
        made_from.append(previous.manifest_sha256)
    return PackFacts(
        pack_id=hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:12],
        entity=engagement.entity,
        engagement=engagement.name or f"{engagement.period.start} to {engagement.period.end}",
        period_start=engagement.period.start.isoformat(),
        period_end=engagement.period.end.isoformat(),
        as_of=header.as_of,
        collected_from=header.started_at,
        collected_to=header.ended_at,
        collection_mode=header.collection_mode,
        classification=engagement.classification,
        tool_version=__version__,
        catalogue_sha256=catalogue,
        snapshot=header.name,
        snapshot_sha256=header.root_sha256,
        identity=header.identity,
        host=header.host,
        templates_sha256=made_by,
        previous=previous,
    )


def collector(reader: Reader) -> Collector:
    """The evidence about the evidence: from the header, the provenance and the identity's permissions."""
    header = reader.header
    first = next((page for _, page in reader.provenance("arm.subscriptions")), None)
    return Collector(
        host=header.host,
        job=header.job,
        endpoint=header.endpoint,
        proxy=first.proxy if first else "",
        custom_ca=bool(first and first.custom_ca),
        resumed_at=header.resumed_at,
        rights=tuple(_rights(reader)),
        commands=tuple(_commands(reader)),
    )


def _rights(reader: Reader) -> Iterator[HeldRights]:
    for line in reader.scope.subscriptions:
        if line.collected:
            pages = [page.body for page in reader.pages("arm.permissions", line.id)]
            held = rights.permissions(pages)
            yield HeldRights(line.id, bool(pages), rights.beyond_reading(held))


def _commands(reader: Reader) -> Iterator[RunCommands]:
    """By cluster, from the provenance of the way in."""
    pods: dict[tuple[str, str], list[str]] = {}
    for _, page in reader.provenance(ACCESS):
        if "pod" in page.parameters:
            place = (page.scope, str(page.parameters["namespace"]))
            pods.setdefault(place, []).append(str(page.parameters["pod"]))
    for (cluster, namespace), named in sorted(pods.items()):
        yield RunCommands(cluster, namespace, tuple(named))


def source_summaries(reader: Reader) -> tuple[SourceSummary, ...]:
    """One summary for each source that has a page or a gap, in the order of `reportgen.sources`."""
    return tuple(_summaries(reader))


def _summaries(reader: Reader) -> Iterator[SourceSummary]:
    gaps = Counter(gap.source for gap in reader.gaps)
    counted = _closing_counts(reader)
    for source in SOURCES:
        pages = list(reader.provenance(source.name))
        if pages:
            yield _summary(source, pages, counted.get(source.name), gaps[source.name])
        elif gaps[source.name]:
            yield _unread(source, reader.header, gaps[source.name])


def _closing_counts(reader: Reader) -> dict[str, int]:
    """By source, over its batches; the unit of a count is ``<source>/<unit of the query>``."""
    counted: Counter[str] = Counter()
    for page in reader.pages("arg.closing-counts"):
        counted[page.provenance.scope.partition("/")[0]] += sum(
            int(row["Count"]) for row in page.body["data"]
        )
    return dict(counted)


def _unread(source: Source, header: Header, gaps: int) -> SourceSummary:
    """A source of which not one page could be read: it stays in sight, with nothing in it."""
    return SourceSummary(
        source=source.name,
        title=source.title,
        query="",
        url="",
        parameters={},
        api_versions=(),
        endpoint=header.endpoint,
        identity=header.identity,
        started_at=header.started_at,
        ended_at=header.ended_at,
        pages=0,
        rows=0,
        total_records=None,
        closing_count=None,
        truncated=None,
        request_ids=(),
        path=source.name,
        pages_sha256=hashlib.sha256(b"").hexdigest(),
        gaps=gaps,
    )


def _imported(source: Source, pages: list[tuple[str, Provenance]]) -> tuple[ImportedFile, ...]:
    """The files of other tools that a source's pages were made from."""
    if not source.name.startswith(PREFIX):
        return ()
    return tuple(
        ImportedFile(
            file=page.url,
            sha256=page.wire_sha256,
            cluster=str(page.parameters["cluster"]),
            tool=", ".join(filter(None, (str(page.parameters[key]) for key in ("tool", "content")))),
            taken_at=str(page.parameters["taken_at"]),
            taken_from=str(page.parameters["taken_from"]),
            calls_it=str(page.parameters["calls_it"]),
        )
        for _, page in pages
    )


def _summary(
    source: Source, pages: list[tuple[str, Provenance]], counted: int | None, gaps: int
) -> SourceSummary:
    first = pages[0][1]
    totals = [page.total_records for _, page in pages if page.page == 1 and page.total_records is not None]
    lines = "".join(f"{page.stored_sha256}  {path}\n" for path, page in pages)
    request_ids = [request_id for _, page in pages for request_id in page.request_ids]
    return SourceSummary(
        source=source.name,
        title=source.title,
        query=first.query,
        url=first.url,
        parameters=first.parameters,
        api_versions=tuple(sorted({page.api_version for _, page in pages} - {""})),
        endpoint=first.endpoint,
        identity=first.identity,
        started_at=min(page.started_at for _, page in pages),
        ended_at=max(page.ended_at for _, page in pages),
        pages=len(pages),
        rows=sum(page.rows for _, page in pages),
        total_records=sum(totals) if totals else None,
        closing_count=counted,
        truncated=None if first.truncated is None else any(page.truncated for _, page in pages),
        request_ids=tuple(request_ids[:_SHOWN_REQUEST_IDS]),
        path=source.name,
        pages_sha256=hashlib.sha256(lines.encode()).hexdigest(),
        gaps=gaps,
        files=_imported(source, pages),
    )
