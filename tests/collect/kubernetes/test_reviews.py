"""What the collector may read: asked before it reads, and kept."""

from __future__ import annotations

from dataclasses import replace

from reportgen.collect.kubernetes.reads import READS
from reportgen.sources.kubernetes import SECRETS
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import Bench, named
from tests.collect.kubernetes.server import Call, Reply, status

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def reviewed(bench: Bench) -> list[tuple[str, str, str]]:
    found = [call.json()["spec"]["resourceAttributes"] for call in bench.server.calls if call.path == REVIEWS]
    return [(one["verb"], one["group"], one["resource"]) for one in found]


def reviews(bench: Bench) -> dict[str, dict[str, object]]:
    page = bench.pages("k8s.access")[-1]
    assert page["kind"] == "SelfSubjectAccessReviewList"
    return {item["spec"]["resourceAttributes"]["resource"]: item["status"] for item in page["items"]}


def test_k25_each_right_is_asked_about_once_before_anything_is_listed(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    asked = reviewed(bench)
    assert len(asked) == len(set(asked))
    # One of Calico's two ways is served; secrets are not asked about.
    assert len(asked) == sum(len(read.rules) for read in READS) - 2
    lines = [call.path for call in bench.server.calls]
    last = max(number for number, path in enumerate(lines) if path == REVIEWS)
    first = min(number for number, call in enumerate(bench.server.calls) if "limit" in call.query)
    assert last < first
    assert reviews(bench)["pods"] == {
        "allowed": True,
        "reason": 'RBAC: allowed by ClusterRoleBinding "reader"',
    }
    told = bench.provenance("k8s.access")[-1]
    assert (told.method, told.rows, told.parameters["calls"]) == ("POST", len(asked), len(asked))


def test_k25_what_is_not_allowed_is_a_gap_and_not_asked_for(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.denied = {"pods", "clusterroles"}
    bench.collect()
    assert sorted((gap.source, gap.reason) for gap in bench.gaps) == [
        ("k8s.cluster-roles", "denied"),
        ("k8s.pods", "denied"),
    ]
    assert bench.gaps[0].detail == (
        "The API server says, asked by a SelfSubjectAccessReview, that the collector may not list "
        "clusterroles in the API group rbac.authorization.k8s.io."
    )
    assert not [line for line in bench.server.asked() if line.startswith("GET /api/v1/pods")]
    assert reviews(bench)["pods"] == {"allowed": False}
    assert bench.items("k8s.services")


def test_azures_authoriser_says_why_not(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.denied, bench.server.cluster.authoriser = {"pods"}, "azure"
    bench.collect()
    assert reviews(bench)["pods"] == {
        "allowed": False,
        "reason": "User does not have access to the resource in Azure.",
    }


def test_k26_only_what_is_served_is_asked_about(bench: Bench) -> None:
    bench.server.cluster.add("v1", "pods", "Pod")
    bench.collect()
    assert reviewed(bench) == [("list", "", "pods")]


def test_k27_constraints_are_asked_about_all_at_once(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    assert ("list", "constraints.gatekeeper.sh", "*") in reviewed(bench)


def test_k27_who_the_server_takes_the_collector_for_is_kept(bench: Bench) -> None:
    bench.collect()
    page = bench.pages("k8s.access")[1]
    assert page == {
        "kind": "SelfSubjectReview",
        "status": {"userInfo": {"username": "app", "uid": "1", "groups": ["system:authenticated"]}},
    }


def test_k27_a_server_before_1_28_does_not_tell(bench: Bench) -> None:
    bench.server.cluster.add("v1", "pods", "Pod", named("a"))
    gone = status(404, "NotFound", "the server could not find the requested resource")
    bench.server.faults.append(lambda call: gone if call.path.endswith("/selfsubjectreviews") else None)
    bench.collect()
    assert not bench.gaps
    kinds = [page["kind"] for page in bench.pages("k8s.access")]
    assert kinds == ["ClusterEndpoint", "SelfSubjectAccessReviewList"]


def test_k28_the_only_posts_are_reviews_of_ones_own_rights(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect(secrets=True)
    posted = {
        call.path for call in bench.server.calls if call.host == "api.azure.test" and call.method != "GET"
    }
    assert posted == {REVIEWS, "/apis/authentication.k8s.io/v1/selfsubjectreviews"}


def test_a_review_that_is_refused_says_nothing_about_the_right(bench: Bench) -> None:
    bench.server.cluster.add("v1", "pods", "Pod", named("a"))
    refused = status(403, "Forbidden", "CANARY")

    def fault(call: Call) -> Reply | None:
        return replace(refused) if call.path == REVIEWS else None

    bench.server.faults.append(fault)
    bench.collect()
    assert not bench.gaps
    assert bench.items("k8s.pods")
    assert reviews(bench)["pods"] == {"error": "HTTP 403 Forbidden"}
    assert "CANARY" not in bench.text()


def test_secrets_are_asked_about_only_where_they_are_wanted(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    assert ("list", "", "secrets") not in reviewed(bench)
    assert SECRETS not in {gap.source for gap in bench.gaps}
