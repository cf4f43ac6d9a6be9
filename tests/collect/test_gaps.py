"""What could not be read is a gap with its reason and what to do, and all other evidence is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.collect.azure import Answer
from reportgen.collect.connection import Connection
from reportgen.collect.interface import Origin
from reportgen.collect.kubernetes.cluster import ClusterLedger
from reportgen.engagement import Scope
from reportgen.errors import CredentialError, IncompleteError
from reportgen.model import CollectionMode, Gap, Identity, SubscriptionScope
from reportgen.sandbox import Faults, serve
from reportgen.snapshot import Reader, Writer
from tests import line
from tests.collect.conftest import EVERYTHING
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, cluster_id, write

WINDOWS = "arm.maintenance-configurations"


def with_faults(estate: Path, out: Path, faults: Faults | None = None, **changes: Any) -> Reader:
    with serve(estate, as_of=line.NOW, faults=faults) as sandbox:
        return line.collected(sandbox, out, **changes)


def gaps(reader: Reader, source: str) -> list[Gap]:
    return [gap for gap in reader.gaps if gap.source == source]


def pages(reader: Reader, *, without: str) -> dict[str, str]:
    """Path and hash of every page but those of one source."""
    return {
        path: page.stored_sha256
        for source in reader.sources()
        if source != without
        for path, page in reader.provenance(source)
    }


def subscription(reader: Reader, wanted: str) -> SubscriptionScope:
    return next(known for known in reader.scope.subscriptions if known.id == wanted)


def test_an_answer_that_cannot_be_stored_is_a_gap(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "snapshot", CollectionMode.ESTATE, line.AS_OF)
    origin = Origin(Identity("", ""), custom_ca=False, proxy="")
    ledger = ClusterLedger(writer, CollectionMode.ESTATE, lambda: False, origin)
    body = {"value": [{"name": "\ud800"}]}
    one = Answer("GET", "https://a/b", "v1", 200, b"{}", body, {}, line.AS_OF, line.AS_OF)
    assert not ledger.record(WINDOWS, "a", (("a", "A"),), [one])
    (found,) = writer.gaps
    assert (found.source, found.reason) == (WINDOWS, "failed")
    assert "surrogates not allowed" in found.detail


def test_a_denied_read_names_the_permission_and_costs_nothing_else(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    reader = with_faults(mixed_estate, tmp_path, Faults(deny=("/maintenanceconfigurations",)))
    found = gaps(reader, WINDOWS)
    assert {gap.scope.rsplit("/", 1)[-1] for gap in found} == {
        "aks-good", "aks-weak", line.FORMULA, line.ESCAPES,
    }  # fmt: skip
    for gap in found:
        assert gap.reason == "denied"
        assert gap.scope_name == gap.scope.rsplit("/", 1)[-1]
        assert gap.detail == (
            "HTTP 403 AuthorizationFailed. "
            "Needed permission: Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read."
        )
    assert WINDOWS not in reader.sources()
    assert pages(reader, without=WINDOWS) == pages(snapshot, without=WINDOWS)


def test_a_page_of_html_is_a_failure_and_no_traceback(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    faults = Faults(server_errors=(f"{cluster_id(ALPHA, 'aks-good')}/maintenanceConfigurations",))
    reader = with_faults(mixed_estate, tmp_path, faults)
    (gap,) = [gap for gap in gaps(reader, WINDOWS) if gap.scope_name == "aks-good"]
    assert (gap.reason, gap.scope) == ("failed", cluster_id(ALPHA, "aks-good"))
    assert gap.detail == "HTTP 503: the answer was no JSON object."
    assert pages(reader, without=WINDOWS) == pages(snapshot, without=WINDOWS)


def test_a_failure_is_tried_again_before_it_is_a_gap(mixed_estate: Path, tmp_path: Path) -> None:
    part = f"{cluster_id(ALPHA, 'aks-good')}/maintenanceConfigurations"
    with serve(mixed_estate, as_of=line.NOW, faults=Faults(server_errors=(part,))) as sandbox:
        line.collected(sandbox, tmp_path)
        assert sum(part.lower() in request.lower() for request in sandbox.requests) > 1


def test_what_the_graph_cuts_off_is_a_gap(mixed_estate: Path, tmp_path: Path) -> None:
    reader = with_faults(mixed_estate, tmp_path, Faults(truncate_graph=True))
    (gap,) = [gap for gap in gaps(reader, "arg.managed-clusters") if gap.reason == "truncated"]
    assert gap.scope == "tenant"
    assert "Resource Graph says 4 rows, 2 came, 2 of them distinct" in gap.detail
    assert "cut" in gap.detail
    assert subscription(reader, BETA).clusters_listed == 3


def test_a_cluster_that_one_side_alone_shows_is_a_gap_either_way(tmp_path: Path) -> None:
    path = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/managedClusters"
    both, listed, shown = (cluster(ALPHA, name) for name in ("both", "only-listed", "only-shown"))
    estate = write(tmp_path / "estate", {
        "both.json": both,
        "shown.json": shown,
        "list.json": line.answer(path, {"value": [both, listed]}),
    })  # fmt: skip
    reader = with_faults(estate, tmp_path, scope=EVERYTHING)
    (unread,) = gaps(reader, "arm.managed-clusters")
    (unseen,) = gaps(reader, "arg.managed-clusters")
    assert (unread.reason, unread.scope, unread.scope_name) == ("differs", shown["id"], "only-shown")
    assert "Resource Graph shows this cluster and ARM's list does not" in unread.detail
    assert (unseen.reason, unseen.scope, unseen.scope_name) == ("differs", listed["id"], "only-listed")
    assert "ARM lists this cluster and Resource Graph does not" in unseen.detail
    assert subscription(reader, ALPHA).clusters_in_graph == subscription(reader, ALPHA).clusters_listed == 2


def test_ids_are_compared_without_regard_to_case(tmp_path: Path) -> None:
    path = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/managedClusters"
    body = cluster(ALPHA, "Same")
    shouted = body | {"id": body["id"].upper().replace("/SUBSCRIPTIONS", "/subscriptions")}
    estate = write(tmp_path / "estate", {
        "same.json": body,
        "list.json": line.answer(path, {"value": [shouted]}),
    })  # fmt: skip
    reader = with_faults(estate, tmp_path, scope=EVERYTHING)
    assert not gaps(reader, "arm.managed-clusters")
    assert not gaps(reader, "arg.managed-clusters")


def test_a_subscription_that_is_not_visible_is_expected_and_missing(snapshot: Reader) -> None:
    (gap,) = gaps(snapshot, "arm.managed-clusters")
    assert (gap.scope, gap.reason) == (HIDDEN, "denied")
    assert "the identity has no Reader role there" in gap.detail
    hidden = subscription(snapshot, HIDDEN)
    assert (hidden.expected, hidden.visible, hidden.collected) == (True, False, False)
    assert hidden.reason.startswith("Expected, but not visible")
    alpha = subscription(snapshot, ALPHA)
    assert (alpha.expected, alpha.visible, alpha.collected, alpha.reason) == (True, True, True, "")


def test_a_list_that_is_refused_leaves_its_clusters_in_the_population(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    path = f"/subscriptions/{BETA}/providers/Microsoft.ContainerService/managedClusters"
    reader = with_faults(mixed_estate, tmp_path, Faults(deny=(path,)))
    gap = next(gap for gap in gaps(reader, "arm.managed-clusters") if gap.scope == BETA)
    assert (gap.reason, gap.scope_name) == ("denied", line.ESCAPES)
    assert gap.detail.endswith("Needed permission: Microsoft.ContainerService/managedClusters/read.")
    beta = subscription(reader, BETA)
    assert (beta.visible, beta.collected, beta.clusters_in_graph, beta.clusters_listed) == (True, False, 3, 0)
    assert beta.reason == gap.detail
    assert not [other for other in reader.gaps if other.reason == "differs"]
    kept = pages(snapshot, without="arm.managed-clusters")
    assert pages(reader, without="").items() >= {
        path: known for path, known in kept.items() if "aks-good" in path or "tenant" in path
    }.items()  # fmt: skip


def test_the_population_is_judged_even_if_the_graph_is_denied(mixed_estate: Path, tmp_path: Path) -> None:
    reader = with_faults(
        mixed_estate, tmp_path, Faults(deny=("/providers/microsoft.resourcegraph/resources",))
    )
    for source in ("arg.managed-clusters", "arg.subscriptions"):
        gap = next(gap for gap in gaps(reader, source) if gap.reason == "denied")
        assert gap.detail.startswith("HTTP 403 AccessDenied")
        assert "Needed permission: " in gap.detail
    assert subscription(reader, BETA).clusters_listed == 3
    assert "arm.agent-pools" in reader.sources()


def test_an_estate_of_which_nothing_can_be_read_is_all_gaps(tmp_path: Path) -> None:
    estate = write(tmp_path / "estate", {
        "subscriptions.json": [{"subscriptionId": HIDDEN, "readable": False}],
        "hidden.json": cluster(HIDDEN, "hidden"),
    })  # fmt: skip
    reader = with_faults(estate, tmp_path, scope=Scope(subscriptions=(HIDDEN,)))
    assert [gap.scope for gap in gaps(reader, "arm.managed-clusters")] == [HIDDEN]
    assert [(known.id, known.collected) for known in reader.scope.subscriptions] == [(HIDDEN, False)]


def test_without_the_list_of_subscriptions_there_is_no_snapshot(mixed_estate: Path, tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="list of subscriptions could not be read: HTTP 503"):
        with_faults(mixed_estate, tmp_path, Faults(server_errors=("/subscriptions",)))
    assert not list(tmp_path.rglob("snapshot.json"))


def test_the_subscriptions_below_a_management_group_are_expected(mixed_estate: Path, tmp_path: Path) -> None:
    reader = with_faults(mixed_estate, tmp_path, scope=Scope(management_groups=("mg_prod",)))
    assert {known.id: known.expected for known in reader.scope.subscriptions} == {ALPHA: True, BETA: False}
    assert reader.scope.management_groups == ("mg_prod",)
    assert subscription(reader, BETA).reason.startswith("Visible to the collector, but outside the scope")
    assert not subscription(reader, BETA).collected


def test_groups_whose_names_are_alike_keep_their_own_evidence(mixed_estate: Path, tmp_path: Path) -> None:
    reader = with_faults(mixed_estate, tmp_path, scope=Scope(management_groups=("mg_prod", "mg-prod")))
    assert {known.id for known in reader.scope.subscriptions if known.expected} == {ALPHA, BETA}
    found = {
        page.provenance.scope: {item["name"] for item in page.body["value"]}
        for page in reader.pages("arm.management-groups")
    }
    assert found == {"management-group/mg_prod": {ALPHA}, "management-group/mg-prod": {BETA}}


def test_a_management_group_that_cannot_be_read_is_a_gap(mixed_estate: Path, tmp_path: Path) -> None:
    reader = with_faults(mixed_estate, tmp_path, scope=Scope(management_groups=("nowhere",)))
    (gap,) = gaps(reader, "arm.management-groups")
    assert (gap.reason, gap.scope_name) == ("denied", "nowhere")
    assert "Needed permission: Microsoft.Management/managementGroups" in gap.detail


def test_a_cluster_that_the_list_gives_twice_is_one_cluster(tmp_path: Path) -> None:
    path = f"/subscriptions/{ALPHA}/providers/Microsoft.ContainerService/managedClusters"
    body = cluster(ALPHA, "twin")
    files = {"twin.json": body, "list.json": line.answer(path, {"value": [body, body]})}
    reader = with_faults(write(tmp_path / "estate", files), tmp_path, scope=EVERYTHING)
    alpha = subscription(reader, ALPHA)
    assert (alpha.clusters_in_graph, alpha.clusters_listed) == (1, 1)
    assert sum(1 for _ in reader.provenance("arm.agent-pools")) == 1


def test_a_token_that_is_refused_says_what_to_check(mixed_estate: Path, tmp_path: Path) -> None:
    with pytest.raises(CredentialError) as raised:
        with_faults(mixed_estate, tmp_path, Faults(refuse_token=True))
    message = str(raised.value)
    assert "AADSTS7000215: Invalid client secret provided" in message
    assert "Check tenant, client id and secret" in message
    assert "Trace ID" not in message
    assert not list(tmp_path.iterdir())


def test_an_endpoint_that_nobody_listens_on_says_what_to_check(mixed_estate: Path, tmp_path: Path) -> None:
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        gone = Connection(
            f"https://{sandbox.management_host}",
            f"https://{sandbox.login_host}",
            sandbox.ca_file,
            ("127.0.0.1", 9),
            sleep=lambda seconds: None,
        )
        with pytest.raises(CredentialError, match="Check the network path, proxy and CA"):
            line.collected(sandbox, tmp_path, connection=gone)


def test_progress_counts_to_the_end(mixed_estate: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    with_faults(mixed_estate, tmp_path, progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == list(range(1, len(told) + 1))
    assert {of for _, of, _ in told} == {len(told)}
    assert "aks-good" in {what for _, _, what in told}
