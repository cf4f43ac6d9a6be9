"""Hundreds of subscriptions and a thousand clusters: as many queries as it takes, and not one more."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import pytest

from reportgen.collect import graph, jobs
from reportgen.engagement import Scope
from reportgen.sandbox import serve
from tests import line
from tests.sandbox.conftest import cluster

SUBSCRIPTIONS = 300
CLUSTERS = 1000
PAGE = 1000
EMPTY = 100
"""So many of the subscriptions hold no cluster."""


def subscription(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The estate: clusters dealt out over two thirds of the subscriptions, three disks each."""
    folder = tmp_path_factory.mktemp("wide") / "azure"
    folder.mkdir()
    known = [{"subscriptionId": subscription(number)} for number in range(SUBSCRIPTIONS)]
    bodies = [
        cluster(subscription(number % (SUBSCRIPTIONS - EMPTY)), f"aks-{number:04d}")
        for number in range(CLUSTERS)
    ]
    disks = [
        {
            "id": body["id"].replace("ContainerService/managedClusters", "Compute/disks") + f"-{disk}",
            "name": f"{body['name']}-{disk}",
            "type": "Microsoft.Compute/disks",
            "location": "westeurope",
            "properties": {"encryption": {"type": "EncryptionAtRestWithPlatformKey"}},
        }
        for body in bodies
        for disk in range(3)
    ]
    for name, content in (("subscriptions", known), ("clusters", bodies), ("disks", disks)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder.parent


def test_a_query_takes_its_pages_and_one_count_for_each_batch(
    wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CLUSTER_READS", "POOL_READS", "REGION_READS", "SUBSCRIPTION_READS", "RESOURCE_READS"):
        monkeypatch.setattr(jobs, name, ())
    with serve(wide, as_of=line.NOW) as served:
        named = tuple(subscription(number) for number in range(SUBSCRIPTIONS))
        reader = line.collected(served, tmp_path, scope=Scope(subscriptions=named))
        asked = Counter(request.split("?")[0].lower() for request in served.requests)
    assert not [gap for gap in reader.gaps if gap.source.startswith("arg.")]
    rows: Counter[tuple[str, str]] = Counter()
    for source in reader.sources():
        for _, page in reader.provenance(source):
            if page.query and source != graph.COUNTS:
                rows[(source, page.scope)] += page.rows
    needed = sum(max(1, math.ceil(number / PAGE)) + 1 for number in rows.values())
    assert asked["post /providers/microsoft.resourcegraph/resources"] == needed
    over_scope = math.ceil(SUBSCRIPTIONS / graph.BATCH)
    over_clusters = math.ceil((SUBSCRIPTIONS - EMPTY) / graph.BATCH)
    reads = [graph.load(name) for name in jobs.GRAPH_READS]
    batches = {"scope": over_scope, "clusters": over_clusters, "tenant": 1}
    assert len(rows) == sum(batches[read.over] for read in reads) + 2 * over_scope
    assert sum(number for (source, _), number in rows.items() if source == "arg.disks") == 3 * CLUSTERS
    assert sum(known.clusters_listed for known in reader.scope.subscriptions) == CLUSTERS
    assert all(known.clusters_in_graph == known.clusters_listed for known in reader.scope.subscriptions)
