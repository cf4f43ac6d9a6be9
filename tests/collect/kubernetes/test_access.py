"""The way into a cluster: what stands in it is one gap, and some doors are never knocked at."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.collect.kubernetes.access import Target
from reportgen.collect.kubernetes.client import AT_ONCE
from reportgen.collect.kubernetes.reads import READS
from reportgen.collect.kubernetes.tokens import SCOPE, EntraTokens
from reportgen.model import Gap
from reportgen.sources.kubernetes import KUBERNETES
from tests.collect.kubernetes import world
from tests.collect.kubernetes.conftest import GROUP, ID, Bench, entra
from tests.collect.kubernetes.server import API, LOGIN, MANAGEMENT, Reply, Server, status
from tests.collect.kubernetes.wire import serving


def asked_for(server: Server, what: str) -> list[str]:
    return [line for line in server.asked(MANAGEMENT) if what in line]


def only_gap(bench: Bench) -> Gap:
    """The one gap of a cluster that could not be entered; nothing else was written about it."""
    (found,) = [gap for gap in bench.gaps if gap.scope == ID]
    assert found.source == "k8s.access"
    kept = [source.name for source in KUBERNETES if bench.recorder.writer.units(source.name)]
    assert kept == ["k8s.access"]
    assert not bench.pages("k8s.access")
    return found


NO_ENTRA: dict[str, dict[str, Any]] = {
    "no profile": {"aadProfile": None},
    "not managed": {"aadProfile": {"managed": False, "serverAppID": "x"}},
    "managed not said": {"aadProfile": {"serverAppID": "x"}},
    "no boolean": {"aadProfile": {"managed": "true"}},
}


@pytest.mark.parametrize("properties", NO_ENTRA.values(), ids=NO_ENTRA)
@pytest.mark.parametrize("access", ["direct", "run-command"])
def test_no_credential_is_asked_for_where_only_an_administrators_exists(
    bench: Bench, properties: dict[str, Any], access: str
) -> None:
    bench.collect(entra(**properties), access=access)
    assert only_gap(bench).reason == "admin-only"
    assert "only an admin credential exists" in only_gap(bench).detail
    assert not asked_for(bench.server, "Credential")
    assert not asked_for(bench.server, "runCommand")
    assert not bench.server.asked()


SHUT: dict[str, tuple[dict[str, Any], str, str]] = {
    "stopped": (
        {"powerState": {"code": "Stopped"}},
        "stopped",
        "The cluster is stopped, and so is its API server.",
    ),
    "creating": ({"provisioningState": "Creating"}, "not-ready", "provisioning state is Creating"),
    "deleting": (
        {"ProvisioningState": "Deleting", "provisioningState": "Deleting"},
        "not-ready",
        "is Deleting",
    ),
}


@pytest.mark.parametrize(("properties", "reason", "words"), SHUT.values(), ids=SHUT)
def test_a_cluster_that_is_not_in_service_is_not_asked(
    bench: Bench, properties: dict[str, Any], reason: str, words: str
) -> None:
    bench.collect(entra(**properties))
    assert only_gap(bench).reason == reason
    assert words in only_gap(bench).detail
    assert not asked_for(bench.server, "Credential")


def test_the_admins_credential_is_never_asked_for(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    assert len(asked_for(bench.server, "listClusterUserCredential")) == 1
    assert not asked_for(bench.server, "listClusterAdminCredential")


def test_keys_of_a_body_are_known_in_any_casing() -> None:
    body = {
        "id": ID,
        "Properties": {
            "AADProfile": {"Managed": True},
            "powerstate": {"Code": "stopped"},
            "apiserveraccessprofile": {"EnablePrivateCluster": True, "disablerunCommand": True},
        },
    }
    found = Target.of(body)
    assert (found.name, found.entra, found.private, found.run_command) == ("aks-one", True, True, False)
    assert found.obstacle is not None
    assert found.obstacle.reason == "stopped"


PERMISSION = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
REFUSALS: dict[str, tuple[Reply, str, str]] = {
    "denied": (
        Reply({"error": {"code": "AuthorizationFailed", "message": "CANARY-message"}}, 403),
        "denied",
        f"HTTP 403 AuthorizationFailed from listClusterUserCredential. Needed permission: {PERMISSION}.",
    ),
    "gone": (
        Reply({"error": {"code": "ResourceNotFound", "message": "CANARY"}}, 404),
        "not-found",
        "HTTP 404 ResourceNotFound",
    ),
    "no code": (Reply(raw=b"<html>CANARY", status=400), "failed", "HTTP 400 from listClusterUserCredential."),
    "odd code": (Reply({"code": "CANARY code!"}, 409), "failed", "HTTP 409 from listClusterUserCredential."),
    "nothing in it": (Reply({"kubeconfigs": []}), "failed", "holds no kubeconfig"),
    "no base64": (Reply({"kubeconfigs": [{"value": "CANARY!"}]}), "failed", "holds no kubeconfig"),
    "no YAML": (Reply({"kubeconfigs": [{"value": "ezpbQ0FOQVJZ"}]}), "failed", "the kubeconfig is no YAML"),
    "no JSON": (Reply(raw=b"CANARY"), "failed", "listClusterUserCredential"),
}


@pytest.mark.parametrize(("reply", "reason", "words"), REFUSALS.values(), ids=REFUSALS)
def test_azure_that_gives_no_credential_is_one_gap_that_quotes_nothing(
    bench: Bench, reply: Reply, reason: str, words: str
) -> None:
    bench.server.arm["listclusterusercredential"] = lambda call: reply
    bench.collect()
    found = only_gap(bench)
    assert found.reason == reason
    assert words in found.detail
    assert "CANARY" not in bench.text()


SERVERS: dict[str, tuple[str, str]] = {
    "plain http": ("http://api.azure.test", "the kubeconfig names no server at https://"),
    "no name": (
        "https://aks.privatelink.westeurope.azmk8s.io:443",
        "the name aks.privatelink.westeurope.azmk8s.io does not resolve",
    ),
}


@pytest.mark.parametrize(("place", "words"), SERVERS.values(), ids=SERVERS)
def test_an_api_server_that_cannot_be_reached_is_one_gap(bench: Bench, place: str, words: str) -> None:
    bench.server.gives_kubeconfig(place)
    bench.collect()
    assert words in only_gap(bench).detail
    assert not bench.server.asked()


def test_a_private_cluster_without_a_path_says_what_would_be_one(bench: Bench) -> None:
    bench.server.gives_kubeconfig("https://x.privatelink.azmk8s.io")
    bench.collect(entra(apiServerAccessProfile={"enablePrivateCluster": True}))
    found = only_gap(bench)
    assert found.reason == "unreachable"
    assert found.detail.endswith("collect from inside its network, or set clusters.access to run-command.")


def test_a_server_whose_ca_is_another_is_one_gap(bench: Bench) -> None:
    with serving() as other:
        bench.server.gives_kubeconfig(ca=other.ca_pem)
        bench.collect()
    found = only_gap(bench)
    assert (found.reason, "the certificate that" in found.detail) == ("unreachable", True)


def test_an_identity_that_the_server_does_not_know_is_one_gap(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.server.cluster.tokens = {"somebody else's"}
    bench.collect()
    found = only_gap(bench)
    assert found.reason == "denied"
    assert found.detail.startswith("HTTP 401 Unauthorized.")
    assert "CANARY" not in bench.text()


def test_discovery_that_is_refused_is_one_gap(bench: Bench) -> None:
    bench.server.faults.append(
        lambda call: status(403, "Forbidden", "CANARY") if call.path == "/apis" else None
    )
    bench.collect()
    assert only_gap(bench).detail == (
        "HTTP 403 Forbidden. Needed right in the cluster: discovery (the cluster role system:discovery)."
    )


def test_entra_that_gives_no_token_is_one_gap(bench: Bench) -> None:
    bench.server.refuse_tokens_for.update({f"{SCOPE}", SCOPE})
    bench.collect()
    found = only_gap(bench)
    assert (found.reason, found.detail) == (
        "denied",
        f"Entra ID gives no token for API servers (AADSTS7000215), scope {SCOPE}.",
    )
    assert "CANARY" not in bench.text()


def test_a_refused_token_is_taken_anew_in_the_middle_of_a_run(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    seen: list[str] = []

    def expire(call: Any) -> Reply | None:
        token = call.headers.get("authorization", "")
        if call.host != API:
            return None
        if token not in seen:
            seen.append(token)
        if call.path == "/api/v1/pods" and token == seen[0]:
            return status(401, "Unauthorized", "Unauthorized")
        return None

    bench.server.faults.append(expire)
    bench.collect()
    assert not bench.gaps
    assert len(seen) == 2
    assert bench.items("k8s.pods")


def test_one_token_is_for_all_clusters_and_for_them_alone(bench: Bench) -> None:
    bench.collect(entra("aks-one"), entra("aks-two"))
    asked = [call for call in bench.server.calls if call.host == LOGIN and call.method == "POST"]
    scopes = [call.body.decode() for call in asked]
    assert len([scope for scope in scopes if "6dae42f8" in scope]) == 1
    assert len({call.headers["authorization"] for call in bench.server.calls if call.host == API}) == 1
    arm = {call.headers["authorization"] for call in bench.server.calls if call.host == MANAGEMENT}
    assert not arm & {call.headers["authorization"] for call in bench.server.calls if call.host == API}


def test_a_token_is_taken_anew_before_it_expires() -> None:
    class Token:
        def __init__(self, text: str, expires: int) -> None:
            self.token, self.expires_on = text, expires

    class Credential:
        given = 0

        def get_token(self, *_: str, **__: Any) -> Any:
            self.given += 1
            return Token(f"t{self.given}", 0 if self.given == 1 else 2**40)

        def renew(self, refused: str) -> None:
            raise AssertionError(refused)

    tokens = EntraTokens(Credential())
    assert [tokens.token(), tokens.token(), tokens.token()] == ["t1", "t2", "t2"]
    assert tokens.renew("t1"), "another thread has done that already"
    assert tokens.token() == "t2"


def test_what_is_kept_of_the_credential_is_server_and_ca(bench: Bench) -> None:
    bench.collect()
    page = bench.pages("k8s.access")[0]
    assert page.keys() == {"kind", "server", "certificateAuthoritySha256"}
    told = bench.provenance("k8s.access")[0]
    assert told.url.startswith(f"https://{MANAGEMENT}{GROUP}/aks-one/listClusterUserCredential?api-version=")
    assert told.parameters["body"].startswith("not stored")
    assert (told.method, told.endpoint) == ("POST", f"https://{MANAGEMENT}")
    assert "Q0FOQVJZ" not in bench.text()


def test_every_cluster_is_looked_into_once_and_for_itself(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    shut = entra("aks-shut", powerState={"code": "Stopped"})
    bench.collect(entra("aks-one"), shut, entra("aks-one"))
    assert [gap.scope for gap in bench.gaps] == [f"{GROUP}/aks-shut"]
    assert len(asked_for(bench.server, "listClusterUserCredential")) == 1
    assert bench.items("k8s.pods", f"{GROUP}/aks-one")


def test_a_cluster_that_hangs_costs_its_own_deadline(bench: Bench) -> None:
    bench.server.clusters["slow.azure.test"] = bench.server.cluster
    world.fill(bench.server.cluster)
    bench.server.faults.append(
        lambda call: Reply({"kind": "PodList"}, drip=0.2) if call.path == "/api/v1/pods" else None
    )
    bench.collect(deadline_seconds=1)
    late = [gap for gap in bench.gaps if gap.reason == "deadline"]
    assert "k8s.pods" in {gap.source for gap in late}
    assert "The 1 seconds that one cluster may take passed" in late[0].detail
    assert bench.items("k8s.nodes"), "what came before is not lost"


def test_lists_that_are_not_under_way_at_the_deadline_are_not_asked_for(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    hangs = Reply({"kind": "List"}, drip=0.2)
    bench.server.faults.append(lambda call: hangs if "limit" in call.query else None)
    bench.collect(deadline_seconds=3)
    late = {gap.source for gap in bench.gaps if gap.reason == "deadline"}
    assert late == {read.source for read in READS}
    assert sum("limit=" in line for line in bench.server.asked()) == AT_ONCE


def test_clusters_are_left_out_where_the_engagement_says_so(bench: Bench) -> None:
    bench.collect(access="none")
    (found,) = bench.gaps
    assert (found.source, found.scope, found.reason) == ("k8s.access", "tenant", "excluded")
    assert found.excluded
    assert not bench.server.asked()
    assert not asked_for(bench.server, "Credential")


def test_a_killed_run_goes_on_where_it_was(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    writer = bench.recorder.writer
    writer.journal.forget(("k8s.services", ID.lower()))
    writer.journal._lock.release()
    before = len(bench.server.calls)
    bench.collect()
    lists = [
        line
        for line in bench.server.asked()[before - len(bench.server.asked(MANAGEMENT)) :]
        if "limit=" in line
    ]
    assert lists[-1].startswith("GET /api/v1/services")
    assert not bench.gaps
    assert len(bench.items("k8s.pods")) == 2


def test_a_cluster_that_is_read_is_not_entered_again(bench: Bench) -> None:
    shut = entra("aks-shut", powerState={"code": "Stopped"})
    bench.collect(entra(), shut)
    bench.recorder.writer.journal._lock.release()
    calls = len(asked_for(bench.server, "Credential")), len(bench.server.asked())
    bench.collect(entra(), shut)
    assert (len(asked_for(bench.server, "Credential")), len(bench.server.asked())) == calls
    assert [gap.reason for gap in bench.gaps] == ["stopped"]


def test_a_server_that_is_gone_in_the_second_attempt_leaves_what_was_read(bench: Bench) -> None:
    world.fill(bench.server.cluster)
    bench.collect()
    bench.recorder.writer.journal.forget(("k8s.services", ID.lower()))
    bench.recorder.writer.journal._lock.release()
    bench.server.gives_kubeconfig("https://gone.example")
    bench.collect()
    assert [(gap.source, gap.reason) for gap in bench.gaps] == [("k8s.services", "unreachable")]
