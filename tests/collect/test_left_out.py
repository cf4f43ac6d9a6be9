"""Resource Graph leaves out what the identity may not read; the snapshot says so, as gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.collect import jobs, population
from reportgen.engagement import Scope
from reportgen.model import Gap
from reportgen.sandbox import Faults, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, write

PERMISSIONS = "/subscriptions/*/providers/Microsoft.Authorization/permissions"
ROUTES = "Microsoft.Network/routeTables"


def roles(*entries: dict[str, Any], at: str = "*") -> dict[str, Any]:
    return {"path": PERMISSIONS.replace("*", at), "body": {"value": list(entries)}}


def route_table(subscription: str) -> dict[str, Any]:
    own = f"/subscriptions/{subscription}/resourceGroups/rg/providers/{ROUTES}/rt"
    return {"id": own, "name": "rt", "type": ROUTES, "location": "westeurope", "properties": {"routes": []}}


def collected(folder: Path, *empty: dict[str, Any], **faults: Any) -> Reader:
    """A cluster in alpha and none in beta, with a route table in each."""
    files = {
        "subscriptions.json": [
            {"subscriptionId": ALPHA, "displayName": "Alpha"},
            {"subscriptionId": BETA, "displayName": "Beta"},
            {"subscriptionId": HIDDEN, "readable": False},
        ],
        "one.json": cluster(ALPHA, "one"),
        "routes.json": [route_table(ALPHA), route_table(BETA)],
        "empty.json": list(empty),
    }
    with serve(write(folder / "estate", files), as_of=line.NOW, faults=Faults(**faults)) as sandbox:
        return line.collected(sandbox, folder, scope=Scope(subscriptions=(ALPHA, BETA, HIDDEN)))


def left_out(reader: Reader) -> list[Gap]:
    return [gap for gap in reader.gaps if gap.source.startswith("arg.")]


def without(*actions: str) -> dict[str, Any]:
    return {"actions": ["*/read"], "notActions": list(actions)}


def test_nothing_is_said_where_nothing_is_missing(tmp_path: Path) -> None:
    assert left_out(collected(tmp_path, roles(without()))) == []


def test_rows_that_vanish_are_a_gap_in_their_subscription(tmp_path: Path) -> None:
    lacking = roles(without(f"{ROUTES}/*"), at=BETA)
    reader = collected(tmp_path, lacking, roles(without()), denied_types=(ROUTES,))
    assert [page.body["data"] for page in reader.pages("arg.route-tables")] == [[]]
    (gap,) = left_out(reader)
    assert (gap.source, gap.scope, gap.scope_name, gap.reason) == ("arg.route-tables", BETA, "Beta", "denied")
    assert f"the identity lacks {ROUTES}/read." in gap.detail
    assert "`reportgen permissions`" in gap.detail


def test_one_gap_tells_all_that_a_query_lacks(tmp_path: Path) -> None:
    reader = collected(
        tmp_path, roles(without("Microsoft.Network/virtualNetworks/*"), at=ALPHA), roles(without())
    )
    found = {gap.source: gap.detail for gap in left_out(reader)}
    assert set(found) == {"arg.subnets", "arg.virtual-networks"}
    both = "lacks Microsoft.Network/virtualNetworks/read, Microsoft.Network/virtualNetworks/subnets/read."
    assert both in found["arg.subnets"]


@pytest.mark.parametrize(("subscription", "told"), [(ALPHA, True), (BETA, False)], ids=["asked", "not asked"])
def test_a_query_over_clusters_lacks_nothing_where_no_cluster_is(
    tmp_path: Path, subscription: str, told: bool
) -> None:
    reader = collected(tmp_path, roles(without("Microsoft.Advisor/*"), at=subscription), roles(without()))
    assert [(gap.source, gap.scope) for gap in left_out(reader)] == (
        [("arg.advisor-recommendations", ALPHA)] if told else []
    )


def test_permissions_that_cannot_be_read_are_one_gap_and_no_guess(tmp_path: Path) -> None:
    reader = collected(tmp_path, {"path": PERMISSIONS.replace("*", ALPHA), "status": 403}, roles(without()))
    assert left_out(reader) == []
    assert [gap.scope for gap in reader.gaps if gap.source == "arm.permissions"] == [ALPHA]


def test_an_identity_without_any_role_lacks_every_query_that_was_asked(tmp_path: Path) -> None:
    reader = collected(tmp_path, roles())
    lacking = {(gap.source, gap.scope) for gap in left_out(reader)}
    names = {population.SUBSCRIPTIONS.source, population.CLUSTERS.source}
    assert {source for source, _ in lacking} > names
    assert len({source for source, _ in lacking}) == len(jobs.GRAPH_READS) + len(names)
    assert {scope for _, scope in lacking} == {ALPHA, BETA}
