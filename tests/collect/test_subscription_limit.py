"""One subscription more than Resource Graph covers in a query that names none, at the real number.

Takes minutes, so `make scale` runs it and `make test` does not; with a lowered number it is in `test_faults`.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest

from reportgen.collect import graph, jobs
from reportgen.model import CollectionMode
from reportgen.pack import verify
from reportgen.sandbox import serve
from reportgen.snapshot import Reader
from tests import line
from tests.conftest import leave_out_pdf
from tests.sandbox.conftest import cluster_id, write

pytestmark = pytest.mark.scale

COVERED = 10_000
"""learn.microsoft.com/azure/governance/resource-graph/concepts/query-language, "Query scope"."""
PAGE = 1000


def subscription(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


ALL = {subscription(number) for number in range(COVERED + 1)}
FIRST, LAST = min(ALL), max(ALL)
HOLDING = {FIRST: "aks-first", LAST: "aks-last"}
"""The subscriptions with a cluster; the limit leaves out the last by its id."""


@dataclass(frozen=True)
class Finished:
    """How the run ended, what it left, and how often each path was called, by its last part."""

    result: line.Result
    reader: Reader
    calls: Counter[str]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run over whatever is visible, but for its PDF, as against Azure but for the pace."""
    folder = tmp_path_factory.mktemp("limit")
    files = {
        "subscriptions.json": [{"subscriptionId": known} for known in sorted(ALL)],
        **line.nothing_else(*(cluster_id(known, name) for known, name in HOLDING.items())),
    }
    for known, name in HOLDING.items():
        (versions,) = line.versions(known).values()
        files |= {f"{name}.json": line.hardened(known, name), f"versions-{name}.json": versions}
        files |= line.children(known, name)
    estate = write(folder / "estate", files)
    with pytest.MonkeyPatch.context() as patch, serve(estate, limits=None) as served:
        patch.setenv("SANDBOX_SECRET", served.client_secret)
        patch.setattr("reportgen.run.Limits", lambda: None)
        leave_out_pdf(patch)
        path = line.engagement_file(folder / "engagement.yaml", served, scope={}, clusters={"access": "none"})
        result = line.command("run", path, "--out", folder / "out")
        calls = Counter(request.split("?")[0].rsplit("/", 1)[-1].lower() for request in served.requests)
    (snapshot,) = (folder / "out" / "snapshots").iterdir()
    return Finished(result, Reader(snapshot), calls)


def test_it_is_one_gap_and_the_run_is_incomplete(finished: Finished) -> None:
    assert finished.result.code == 3
    (gap,) = [gap for gap in finished.reader.gaps if not gap.excluded]
    assert (gap.source, gap.scope, gap.reason) == ("arg.subscriptions", "tenant", "truncated")
    assert gap.detail == (
        "Resource Graph answered over the first 10,000 subscriptions that the identity sees and left out the "
        "rest; name the subscriptions in scope."
    )
    rows = [row["subscriptionId"] for page in finished.reader.pages(gap.source) for row in page.body["data"]]
    assert set(rows) == ALL - {LAST}
    assert len(rows) == COVERED


def test_every_subscription_is_accounted_for(finished: Finished) -> None:
    lines = {known.id: known for known in finished.reader.scope.subscriptions}
    assert lines.keys() == ALL
    assert all(known.expected and known.visible and known.collected for known in lines.values())
    for known, one in lines.items():
        clusters = 1 if known in HOLDING else 0
        assert (one.clusters_in_graph, one.clusters_listed) == (clusters, clusters)


@pytest.mark.parametrize("source", ["arm.managed-clusters", "arm.permissions"])
def test_what_is_read_of_each_subscription_is_there(finished: Finished, source: str) -> None:
    pages = [provenance for _, provenance in finished.reader.provenance(source)]
    assert {page.scope for page in pages} == ALL
    assert {page.http_status for page in pages} == {200}


def test_every_query_in_scope_covers_all_in_batches(finished: Finished) -> None:
    batches: dict[str, list[str]] = defaultdict(list)
    rows: Counter[tuple[str, str]] = Counter()
    for source in finished.reader.sources():
        for _, page in finished.reader.provenance(source):
            if page.query and source != graph.COUNTS:
                rows[(source, page.scope)] += page.rows
                batches[source] += page.parameters["subscriptions"]
    reads = [graph.load(name) for name in ("managed-clusters", *jobs.GRAPH_READS)]
    asked = {"scope": sorted(ALL), "clusters": sorted(HOLDING)}
    assert {read.source: sorted(batches[read.source]) for read in reads} == {
        read.source: asked[read.over] for read in reads
    }
    assert rows[("arg.subscriptions", "tenant")] == COVERED
    needed = sum(max(1, math.ceil(number / PAGE)) + 1 for number in rows.values())
    assert finished.calls["resources"] == needed - 1  # what the limit cut is not counted again


def test_the_pack_says_it_and_the_clusters_are_judged(finished: Finished) -> None:
    pack = finished.result.pack
    checked = verify(pack)
    assert (checked.intact, checked.collection_mode) == (True, CollectionMode.AZURE)
    found = json.loads((pack / "results" / "findings.json").read_bytes())
    assert [gap["source"] for gap in found["gaps"] if gap["reason"] == "truncated"] == ["arg.subscriptions"]
    assert "answered over the first 10,000 subscriptions" in (pack / "report.html").read_text("utf-8")
    private = next(one for one in found["findings"] if one["control"] == "api-server-private")
    assert (private["status"], private["population"]) == ("satisfied", 2)
