"""The table of limits: which calls count against what, and how long a call has to wait."""

from __future__ import annotations

import pytest

from reportgen.limits import GRAPH_PATH, Bucket, Limits, Window, keys

SUB = "aaaaaaaa-0000-4000-8000-000000000001"
CLUSTER = f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/One"
ARM = ("arm", SUB)


def region_of(cluster: str) -> str:
    return "westeurope" if cluster == CLUSTER.lower() else ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (GRAPH_PATH, (("graph",),)),
        ("/providers/Microsoft.ResourceGraph/resources", (("graph",),)),
        ("/subscriptions", (("arm", ""),)),
        ("/providers/Microsoft.Management/managementGroups/corp/descendants", (("arm", ""),)),
        (f"/subscriptions/{SUB}/resourceGroups/rg", (ARM,)),
        (
            f"/subscriptions/{SUB}/providers/Microsoft.ContainerService/managedClusters",
            (ARM, ("aks-list", SUB)),
        ),
        (CLUSTER, (ARM, ("aks-get", SUB, "westeurope"))),
        (f"{CLUSTER}/agentPools", (ARM, ("aks-other", SUB, "westeurope"))),
        (f"{CLUSTER}/agentPools/a/upgradeProfiles/default", (ARM, ("aks-other", SUB, "westeurope"))),
        (f"{CLUSTER.replace('One', 'Two')}/agentPools", (ARM, ("aks-other", SUB, ""))),
        (f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings", (ARM,)),
        (
            f"{CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards/default",
            (ARM, ("aks-other", SUB, "westeurope")),
        ),
        (CLUSTER.removesuffix("/One"), (ARM, ("aks-group-list", SUB, "rg"))),
        (
            f"/subscriptions/{SUB}/providers/Microsoft.ContainerService/locations/northeurope/kubernetesVersions",
            (ARM, ("aks-other", SUB, "northeurope")),
        ),
    ],
)
def test_a_read_counts_against_these_limits(path: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert keys(path, region_of) == expected


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(3, 2.0)
    for _ in range(3):
        assert bucket.wait(100.0) == 0
        bucket.take(100.0)
    assert bucket.wait(100.0) == 0.5
    bucket.take(100.0)
    assert bucket.wait(100.0) == 1.0, "one call waits already"
    assert bucket.wait(101.0) == 0
    assert Bucket(3, 2.0).wait(0.0) == 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(2, 10.0)
    bucket.take(0.0)
    bucket.wait(1000.0)
    bucket.take(1000.0)
    bucket.take(1000.0)
    assert bucket.wait(1000.0) == pytest.approx(0.1)


def test_a_window_never_holds_more_calls_than_it_may() -> None:
    window = Window(15, 5.0)
    sent = []
    now = 0.0
    for _ in range(100):
        now += window.wait(now)
        window.take(now)
        sent.append(now)
        now += 0.01
    for start in sent:
        assert sum(start <= time < start + 5.0 for time in sent) <= 15
    assert sent[-1] < 35.0, "and it wastes no time"


def test_the_table_is_what_azure_documents_and_scales() -> None:
    graph = Limits().meter(("graph",))
    lists = Limits(scale=2).meter(("aks-list", SUB))
    for _ in range(15):
        assert graph.wait(0.0) == 0
        graph.take(0.0)
    assert graph.wait(0.0) == 5.0
    for _ in range(1000):
        lists.take(0.0)
    assert lists.wait(0.0) == 0.5
