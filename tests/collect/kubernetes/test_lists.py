"""Lists: pages, their state, what they must be, and what a cluster does not serve."""

from __future__ import annotations

import base64
import json

import pytest

from reportgen.collect.kubernetes.reads import METADATA, PAGE
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import ID, Bench, named
from tests.collect.kubernetes.server import API, Call, Reply, Server, status

PODS = "/api/v1/pods"


def pods(server: Server, number: int) -> None:
    server.cluster.add("v1", "pods", "Pod", *(named(f"pod-{count:04}") for count in range(number)))


def asked(server: Server, path: str) -> list[Call]:
    return [call for call in server.calls if call.path == path]


def gap(bench: Bench, source: str) -> tuple[str, str]:
    """Reason and detail of the one gap of a source."""
    (found,) = [gap for gap in bench.gaps if gap.source == source]
    assert (found.scope, found.scope_name) == (ID, "aks-one")
    return found.reason, found.detail


def test_k01_metadata_lists_hold_metadata_alone(bench: Bench) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u", "controller": True}
    whole = named("web-1", metadata={"ownerReferences": [owner]}, spec={"template": world.TEMPLATE})
    bench.server.cluster.add("apps/v1", "replicasets", "ReplicaSet", whole)
    bench.collect()
    (page,) = bench.pages("k8s.replica-sets")
    assert page["kind"] == "PartialObjectMetadataList"
    (item,) = page["items"]
    assert item == {"metadata": item["metadata"]}
    assert item["metadata"]["ownerReferences"][0]["name"] == "web"
    assert asked(bench.server, "/apis/apps/v1/replicasets")[0].accept == METADATA
    assert bench.provenance("k8s.replica-sets")[0].parameters["accept"] == METADATA


def test_k02_annotations_that_hold_whole_manifests_are_not_read(bench: Bench) -> None:
    bench.server.cluster.add("v1", "serviceaccounts", "ServiceAccount", named("web"))
    bench.server.cluster.add("apps/v1", "replicasets", "ReplicaSet", named("web-1"))
    bench.collect()
    for source in ("k8s.service-accounts", "k8s.replica-sets"):
        (item,) = bench.items(source)
        assert item["metadata"].keys() == {"name", "namespace", "uid", "labels"}
    assert "CANARY" not in bench.text()


@pytest.mark.parametrize("code", [406, 400])
def test_k05_k06_a_form_that_the_server_does_not_know_is_a_gap(bench: Bench, code: int) -> None:
    bench.server.cluster.add("apps/v1", "replicasets", "ReplicaSet", named("web-1"))
    words = {406: "NotAcceptable", 400: "BadRequest"}[code]
    bench.server.faults.append(
        lambda call: status(code, words, "CANARY-message") if "as=Partial" in call.accept else None
    )
    bench.collect()
    reason, detail = gap(bench, "k8s.replica-sets")
    assert reason == "failed"
    assert detail.startswith(f"HTTP {code} {words}")
    assert not bench.pages("k8s.replica-sets")


def test_k07_an_answer_of_another_kind_is_not_looked_into(bench: Bench) -> None:
    whole = {
        "kind": "ReplicaSetList",
        "apiVersion": "apps/v1",
        "metadata": {},
        "items": [named("web-1", data="CANARY")],
    }
    bench.server.cluster.add("apps/v1", "replicasets", "ReplicaSet", named("web-1"))
    bench.server.faults.append(lambda call: Reply(whole) if call.path.endswith("/replicasets") else None)
    bench.collect()
    assert gap(bench, "k8s.replica-sets") == (
        "failed",
        "/apis/apps/v1/replicasets: the answer is no PartialObjectMetadataList, and was not looked into.",
    )


def test_k07_one_media_type_is_asked_for_and_no_second(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect(secrets=True)
    accepted = {call.accept for call in bench.server.calls if call.host == API}
    assert len(accepted) == 3
    assert not [accept for accept in accepted if "," in accept or "*" in accept]


def test_k11_all_pages_of_a_list_are_one_state_of_the_cluster(bench: Bench) -> None:
    pods(bench.server, 2 * PAGE + 202)
    bench.collect()
    assert not bench.gaps
    pages = bench.pages("k8s.pods")
    assert [len(page["items"]) for page in pages] == [500, 500, 202]
    assert {page["metadata"]["resourceVersion"] for page in pages} == {"246"}
    assert {item["metadata"]["name"] for item in bench.items("k8s.pods")} == {
        f"pod-{n:04}" for n in range(1202)
    }
    told = bench.provenance("k8s.pods")
    assert [page.rows for page in told] == [500, 500, 202]
    assert pages[0].keys() == {"kind", "apiVersion", "metadata", "items"}
    assert (pages[0]["kind"], pages[0]["apiVersion"]) == ("PodList", "v1")
    assert {(page.method, page.url, page.endpoint, page.api_version) for page in told} == {
        ("GET", f"https://{API}{PODS}?limit=500", f"https://{API}", "v1")
    }


def test_k11_continue_tokens_carry_names_and_are_kept_nowhere(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    bench.server.cluster.page = 1
    pods(bench.server, 3)
    bench.collect()
    tokens = [call.query["continue"] for call in asked(bench.server, PODS) if "continue" in call.query]
    assert len(tokens) == 2
    kept = bench.text() + caplog.text
    assert not [token for token in tokens if token in kept or token[:20] in kept]


def test_k12_nothing_rests_on_the_number_of_items_that_remain(bench: Bench) -> None:
    pods(bench.server, 3)
    bench.server.cluster.page = 2

    def without(call: Call) -> Reply | None:
        if call.path != PODS or call.query.get("seen"):
            return None
        from tests.collect.kubernetes.server import ApiServer

        reply = ApiServer(bench.server.cluster).answer(call)
        reply.body["metadata"].pop("remainingItemCount", None)
        return reply

    bench.server.faults.append(without)
    bench.collect()
    assert len(bench.items("k8s.pods")) == 3


def test_k13_a_token_that_the_server_no_longer_knows_is_a_gap_and_not_quoted(bench: Bench) -> None:
    pods(bench.server, 3)
    bench.server.cluster.page = 2
    message = "invalid continue token: continue key is not valid: CANARY-token"
    bench.server.faults.append(
        lambda call: status(400, "BadRequest", message) if "continue" in call.query else None
    )
    bench.collect()
    assert gap(bench, "k8s.pods") == ("failed", "HTTP 400 BadRequest.")
    assert len(bench.items("k8s.pods")) == 2, "what came before is not lost"
    assert "CANARY" not in bench.text()


def test_k14_k35_a_list_that_expires_is_begun_again(bench: Bench) -> None:
    pods(bench.server, 5)
    bench.server.cluster.page, bench.server.cluster.expires = 2, 1
    bench.collect()
    assert not bench.gaps
    assert [len(page["items"]) for page in bench.pages("k8s.pods")] == [2, 2, 1]
    assert len({item["metadata"]["name"] for item in bench.items("k8s.pods")}) == 5
    assert not [page for page in bench.provenance("k8s.pods") if "consistency" in page.parameters]
    assert ["continue" in call.query for call in asked(bench.server, PODS)] == [
        False,
        True,
        False,
        True,
        True,
    ]


def test_k14_pages_from_before_are_not_left_behind(bench: Bench) -> None:
    pods(bench.server, 5)
    bench.server.cluster.page, bench.server.cluster.expires = 2, 0

    def fewer(call: Call) -> Reply | None:
        items = bench.server.cluster.resources[("", "v1", "pods")].items
        if call.path == PODS and len(asked(bench.server, PODS)) == 3:
            del items[1:]
            return status(410, "Expired", "too old")
        return None

    bench.server.faults.append(fewer)
    bench.collect()
    assert [item["metadata"]["name"] for item in bench.items("k8s.pods")] == ["pod-0000"]


def test_k14_k35_one_that_expires_again_goes_on_and_says_so(bench: Bench) -> None:
    pods(bench.server, 5)
    bench.server.cluster.page, bench.server.cluster.expires = 2, 2
    bench.collect()
    assert not bench.gaps
    pages = bench.pages("k8s.pods")
    assert [page["metadata"]["resourceVersion"] for page in pages] == ["246", "999", "246"]
    assert len({item["metadata"]["name"] for item in bench.items("k8s.pods")}) == 5
    said = [page.parameters.get("consistency") for page in bench.provenance("k8s.pods")]
    assert said == [None, "not a consistent snapshot", "not a consistent snapshot"]


def test_k14_an_expiry_that_gives_no_way_on_is_a_gap(bench: Bench) -> None:
    pods(bench.server, 3)
    bench.server.cluster.page = 2
    bench.server.faults.append(
        lambda call: status(410, "Expired", "too old") if "continue" in call.query else None
    )
    bench.collect()
    reason, detail = gap(bench, "k8s.pods")
    assert reason == "failed"
    assert detail.startswith("The list expired twice")


def test_k15_k16_k35_no_resource_version_is_ever_sent(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.page = 1
    bench.collect(secrets=True)
    assert not [call.line for call in bench.server.calls if "resourceVersion" in call.query]
    lists = [call for call in bench.server.calls if call.path == PODS]
    assert [call.query["limit"] for call in lists] == ["500", "500"]


def test_k17_a_token_goes_on_with_its_own_list_only(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.page = 1
    bench.collect(secrets=True)
    given: dict[str, str] = {}
    for call in bench.server.calls:
        if "continue" in call.query:
            said = json.loads(base64.urlsafe_b64decode(call.query["continue"] + "=="))
            assert said["start"] == 1
            given[call.path] = call.query["continue"]
    assert len(given) > 3


def test_pages_that_do_not_end_are_a_gap(bench: Bench) -> None:
    page = {"kind": "PodList", "metadata": {"continue": "again"}, "items": []}
    pods(bench.server, 1)
    bench.server.faults.append(lambda call: Reply(page) if call.path == PODS else None)
    bench.collect()
    reason, detail = gap(bench, "k8s.pods")
    assert reason == "failed"
    assert "do not end, 2 were read" in detail


def test_k18_a_list_that_is_refused_names_the_right_that_it_takes(bench: Bench) -> None:
    bench.server.cluster.add("apps/v1", "deployments", "Deployment")
    message = 'deployments.apps is forbidden: User "CANARY-user" cannot list'
    bench.server.faults.append(
        lambda call: status(403, "Forbidden", message) if call.path.endswith("/deployments") else None
    )
    bench.collect()
    assert gap(bench, "k8s.deployments") == (
        "denied",
        "HTTP 403 Forbidden. Needed right in the cluster: list deployments in the API group apps.",
    )
    assert "CANARY" not in bench.text()


def test_k20_what_is_not_served_is_none_and_is_not_asked_for(bench: Bench) -> None:
    bench.server.cluster.empty_groups = {"": ["v1"], "gateway.networking.k8s.io": ["v1"]}
    bench.collect()
    assert not bench.gaps
    (page,) = bench.pages("k8s.gateways")
    assert page == {
        "kind": "GatewayList",
        "apiVersion": "gateway.networking.k8s.io",
        "metadata": {},
        "items": [],
    }
    (told,) = bench.provenance("k8s.gateways")
    assert (told.url, told.parameters) == (f"https://{API}/apis", {"served": False})
    assert not [
        line for line in bench.server.asked() if "gateways" in line or "ciliumnetworkpolicies" in line
    ]
    reviewed = [
        call.json()["spec"]["resourceAttributes"]
        for call in bench.server.calls
        if call.path.endswith("/selfsubjectaccessreviews")
    ]
    assert not reviewed


def test_k20_a_group_in_versions_that_nobody_here_knows_is_a_gap(bench: Bench) -> None:
    bench.server.cluster.empty_groups = {"gateway.networking.k8s.io": ["v7", "v8alpha1"]}
    bench.collect()
    assert gap(bench, "k8s.gateways") == (
        "failed",
        "The cluster serves gateway.networking.k8s.io in v7, v8alpha1; known here: v1, v1beta1.",
    )


def test_an_older_version_is_read_where_the_best_is_not_there(bench: Bench) -> None:
    bench.server.cluster.add("external-secrets.io/v1beta1", "secretstores", "SecretStore", named("store"))
    bench.server.cluster.empty_groups = {"external-secrets.io": ["v1"]}
    bench.collect()
    (page,) = bench.pages("k8s.secret-stores")
    assert (page["apiVersion"], page["items"][0]["kind"]) == ("external-secrets.io/v1beta1", "SecretStore")


def test_of_two_ways_to_the_same_policies_one_is_read(bench: Bench) -> None:
    for api in ("crd.projectcalico.org/v1", "projectcalico.org/v3"):
        bench.server.cluster.add(api, "networkpolicies", "NetworkPolicy", named("deny"))
    bench.collect()
    (page,) = bench.pages("k8s.calico-network-policies")
    assert page["apiVersion"] == "crd.projectcalico.org/v1"
    assert not [line for line in bench.server.asked() if "projectcalico.org/v3/networkpolicies" in line]


def test_constraints_are_of_any_kind_and_say_which(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    found = bench.items("k8s.constraints")
    assert [item["kind"] for item in found] == ["K8sAzureOne", "K8sAzureTwo"]
    assert found[0]["status"]["totalViolations"] == 31
    assert found[0]["status"]["violations"] == [
        {"kind": "Pod", "namespace": "app", "name": "web-1-a", "enforcementAction": "deny"}
    ]


def test_an_object_that_is_not_as_declared_is_a_gap_that_quotes_nothing(bench: Bench) -> None:
    bench.server.cluster.add("v1", "pods", "Pod", named("odd", spec={"hostPID": "CANARY-value"}))
    bench.collect()
    assert gap(bench, "k8s.pods") == (
        "failed",
        f"{PODS}: the answer is not as Kubernetes declares it (at $.items[0].spec.hostPID).",
    )


def test_nulls_are_nothing(bench: Bench) -> None:
    empty = {
        "metadata": {"name": "a", "labels": None, "annotations": None},
        "spec": {"containers": None},
        "status": None,
    }
    reply = {"kind": "PodList", "apiVersion": "v1", "metadata": {"continue": None}, "items": [empty]}
    pods(bench.server, 1)
    bench.server.faults.append(lambda call: Reply(reply) if call.path == PODS else None)
    bench.collect()
    assert bench.items("k8s.pods") == [{"metadata": {"name": "a"}, "spec": {}}]
    reply["items"] = None  # type: ignore[assignment]


def test_a_list_whose_items_are_null_is_empty(bench: Bench) -> None:
    pods(bench.server, 1)
    reply = {"kind": "PodList", "apiVersion": "v1", "metadata": None, "items": None}
    bench.server.faults.append(lambda call: Reply(reply) if call.path == PODS else None)
    bench.collect()
    assert bench.pages("k8s.pods")[0]["items"] == []
