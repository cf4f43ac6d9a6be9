"""Who may do what, from a snapshot to the results: each cluster's own listing, and what it lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Cause, Status
from tests.assess.build import OTHER, SUB, Snapshot, cluster, cluster_id
from tests.assess.test_engine import by_name, control, run
from tests.subjects.inside.rbac import binding, group, role, rule

GUID = "aaaaaaaa-0000-4000-8000-00000000000a"
OWNER = {
    "id": f"/providers/Microsoft.Authorization/roleDefinitions/{GUID}",
    "roleName": "Owner",
    "permissions": [{"actions": ["*"]}],
}
ISSUER = {"issuerURL": "https://westeurope.oic.prod-aks.azure.com/t/a/"}
IDENTITY = (
    f"/subscriptions/{OTHER}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"
)


def snapshot_of(folder: Path) -> Snapshot:
    """Clusters b and a, an owner of a, and inside b a group that reads secrets."""
    snapshot = Snapshot(folder).arm(cluster("b"), cluster("a"))
    assignment = {
        "id": f"{cluster_id('a')}/providers/Microsoft.Authorization/roleAssignments/x",
        "scope": cluster_id("a"),
        "roleDefinitionId": f"/subscriptions/{SUB}{OWNER['id']}",
        "principalId": "p",
        "principalType": "User",
    }
    snapshot.page("arg.role-assignments", "tenant", {"data": [assignment]})
    snapshot.page("arg.role-definitions", "tenant", {"data": [OWNER]})
    snapshot.page("arm.role-eligibilities", SUB, {"value": []})
    for name in ("a", "b"):
        bound = [binding("readers", "reader", group("g"))] if name == "b" else []
        known = {"cluster-roles": [role("reader", rule("list", "secrets"))], "cluster-role-bindings": bound}
        for source in ("roles", "role-bindings", "cluster-roles", "cluster-role-bindings"):
            snapshot.page(f"k8s.{source}", cluster_id(name), {"items": known.get(source, [])})
    return snapshot


def test_every_cluster_has_its_own_listing_in_the_order_of_ids(tmp_path: Path) -> None:
    found = run(tmp_path, snapshot_of(tmp_path)).access
    assert [listing.cluster.name for listing in found] == ["a", "b"]
    assert [[(row.principal, row.right) for row in listing.rows] for listing in found] == [
        [("User/p", "assigns-roles"), ("User/p", "changes-cluster"), ("User/p", "cluster-admin")],
        [("Group/g", "reads-secrets")],
    ]
    assert [listing.missing for listing in found] == [(), ()]


@pytest.mark.parametrize(
    ("source", "scope", "incomplete"),
    [
        ("k8s.role-bindings", cluster_id("b"), ["b"]),
        ("k8s.access", cluster_id("b").upper(), ["b"]),
        ("arm.role-eligibilities", SUB, ["a", "b"]),
        ("arg.role-definitions", "tenant", ["a", "b"]),
        ("k8s.pods", cluster_id("b"), []),
    ],
)
def test_a_listing_says_what_it_lacks(tmp_path: Path, source: str, scope: str, incomplete: list[str]) -> None:
    snapshot = snapshot_of(tmp_path).gap(source, scope, "HTTP 403.")
    found = run(tmp_path, snapshot).access
    assert [listing.cluster.name for listing in found if listing.missing] == incomplete
    assert all(sentence.endswith(": HTTP 403.") for listing in found for sentence in listing.missing)
    if source == "arg.role-definitions":
        assert [row.right for row in found[0].rows] == ["unknown-role"]


def test_a_cluster_that_could_not_be_read_has_a_listing_that_says_so(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path).graph(cluster("c")).gap("arm.managed-clusters", SUB)
    (listing,) = run(tmp_path, snapshot).access
    assert (listing.cluster.name, listing.rows) == ("c", ())
    assert listing.missing[0].endswith("HTTP 403.")


def credentials_control(folder: Path) -> None:
    control(
        folder,
        needs=["arm.managed-clusters", "arm.federated-credentials"],
        check="related.federated_credentials.size() == 0",
    )


@pytest.mark.parametrize(
    ("properties", "touched"),
    [
        ({"oidcIssuerProfile": ISSUER}, True),
        ({"identityProfile": {"kubeletidentity": {"resourceId": IDENTITY.upper()}}}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("source", ["arm.federated-credentials", "arg.managed-identities"])
def test_an_identity_that_was_not_read_may_trust_any_issuer(
    tmp_path: Path, source: str, properties: dict[str, Any], touched: bool
) -> None:
    credentials_control(tmp_path)
    snapshot = Snapshot(tmp_path).arm(cluster("a", **properties))
    snapshot.page("arg.managed-identities", "tenant", {"data": []}).gap(source, IDENTITY)
    found = by_name(run(tmp_path, snapshot))["a"]
    assert (found.cause is Cause.GAP) is touched
    assert (found.status is Status.SATISFIED) is not touched


def test_a_credential_is_a_subject_with_its_own_evidence_and_knows_the_issuers_of_all_clusters(
    tmp_path: Path,
) -> None:
    control(
        tmp_path,
        id="identity-federated-x",
        area="identity",
        subject="federated-credential",
        needs=["arm.federated-credentials", "k8s.service-accounts"],
        check="derived.service_account_exists",
        observe={"Issued by": "derived.issued_by"},
    )
    other = {"issuerURL": "https://westeurope.oic.prod-aks.azure.com/t/b/"}
    snapshot = Snapshot(tmp_path).arm(
        cluster("a", oidcIssuerProfile=ISSUER), cluster("b", OIDCIssuerProfile=other)
    )
    subject = "system:serviceaccount:shop:cart"
    snapshot.page(
        "arm.federated-credentials",
        IDENTITY,
        {
            "value": [
                {
                    "id": f"{IDENTITY}/federatedIdentityCredentials/{name}",
                    "properties": {"issuer": issuer, "subject": subject},
                }
                for name, issuer in (
                    ("one", ISSUER["issuerURL"]),
                    ("two", other["issuerURL"]),
                    ("x", "https://x"),
                )
            ]
        },
    )
    snapshot.page("arg.managed-identities", "tenant", {"data": []})
    for name, accounts in (("a", ["cart"]), ("b", [])):
        items = [{"metadata": {"namespace": "shop", "name": known}} for known in accounts]
        snapshot.page("k8s.service-accounts", cluster_id(name), {"items": items})
    found = run(tmp_path, snapshot).observations
    assert [(o.subject.cluster, o.subject.name, o.status.value, o.observed["Issued by"]) for o in found] == [
        ("a", "web/one", "satisfied", "this cluster"),
        ("a", "web/two", "satisfied", "another cluster"),
        ("a", "web/x", "satisfied", "no cluster that was read"),
        ("b", "web/one", "not-satisfied", "another cluster"),
        ("b", "web/two", "not-satisfied", "this cluster"),
        ("b", "web/x", "not-satisfied", "no cluster that was read"),
    ]
    assert [[pointer.rpartition("/")[2] for pointer in o.evidence] for o in found] == 2 * [
        ["0"],
        ["1"],
        ["2"],
    ]


def test_credentials_that_were_never_asked_for_are_no_empty_list(tmp_path: Path) -> None:
    credentials_control(tmp_path)
    found = by_name(run(tmp_path, Snapshot(tmp_path).arm(cluster("a"))))["a"]
    assert (found.status, found.cause) == (Status.NOT_ASSESSED, Cause.GAP)
