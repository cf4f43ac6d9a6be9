"""Lists: pages, their state, what they must be, and what a cluster does not serve."""

from __future__ import annotations

from reportgen.collect.kubernetes.reads import PAGE
from tests.collect.kubernetes.conftest import ID, Bench, named
from tests.collect.kubernetes.server import API, Call, Reply, Server, status

TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1"


def pods(server: Server, number: int) -> None:
    server.cluster.add("v1", "pods", "Pod", *(named(f"pod-{count:04}") for count in range(number)))


def asked(server: Server, path: str) -> list[Call]:
    return [call for call in server.calls if call.path == path]


def test_k11_all_pages_of_a_list_are_one_state_of_the_cluster(bench: Bench) -> None:
    pods(bench.server, 2 * PAGE + 202)
    bench.collect()
    assert not bench.gaps
    pages = bench.pages("k8s.pods")
    assert [len(page["items"]) for page in pages] == [500, 500, 202]
    assert {page["metadata"]["resourceVersion"] for page in pages} == {"246"}
    assert {item["metadata"]["name"] for item in bench.items("k8s.pods")} == {f"pod-{n:04}" for n in range(1202)}
    assert [page.rows for page in bench.provenance("k8s.pods")] == [500, 500, 202]
    assert pages[0].keys() == {"kind", "apiVersion", "metadata", "items"}
    assert (pages[0]["kind"], pages[0]["apiVersion"]) == ("PodList", "v1")
