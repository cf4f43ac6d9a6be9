"""Federated credentials: whose issuer they trust, spelled how, and whether their service account is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects.document import issuer_key
from reportgen.subjects.inside.federated_credentials import FEDERATED_CREDENTIAL
from reportgen.subjects.inside.interface import Found
from tests.assess.build import SUB, cluster
from tests.subjects.inside.rbac import objects

PATH = (
    f"subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/web/federatedIdentityCredentials/f"
)
ISSUER = "https://westeurope.oic.prod-aks.azure.com/t/own/"
OTHER = "https://westeurope.oic.prod-aks.azure.com/t/other/"


def built(
    folder: Path, properties: dict[str, Json], issuer: str | None = ISSUER, missing: tuple[str, ...] = ()
) -> Found:
    """The one credential with these properties, on a cluster with the service account shop/cart."""
    accounts = [{"metadata": {"namespace": "shop", "name": "cart"}}]
    known = replace(
        objects(folder, {"service-accounts": accounts}, missing=missing),
        cluster=cluster("one", oidcIssuerProfile={"issuerURL": issuer}),
        related={"federated_credentials": [{"id": f"/{PATH}", "name": "f", "properties": properties}]},
        pointers={"arm.federated-credentials": ("page#/value/0",)},
        issuers=frozenset({issuer_key(issuer), issuer_key(OTHER)}),
    )
    (found,) = FEDERATED_CREDENTIAL.build(known)
    return found


def test_it_is_named_by_its_identity_and_stands_where_azure_answered(tmp_path: Path) -> None:
    found = built(tmp_path, {"issuer": ISSUER})
    assert (found.name, found.path, found.pointers) == ("web/f", PATH, ("page#/value/0",))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"issuer": ISSUER}, {"issued_by": "this cluster", "issuer_exact": True}),
        ({"issuer": ISSUER.rstrip("/")}, {"issued_by": "this cluster", "issuer_exact": False}),
        ({"issuer": ISSUER.upper()}, {"issued_by": "this cluster", "issuer_exact": False}),
        ({"issuer": OTHER.rstrip("/")}, {"issued_by": "another cluster", "issuer_exact": False}),
        ({"issuer": f"{ISSUER}x"}, {"issued_by": "no cluster that was read", "issuer": f"{ISSUER}x"}),
        ({}, {"issued_by": "no cluster that was read", "service_account": "", "wildcard": False}),
        (
            {"subject": "system:serviceaccount:shop:cart"},
            {"service_account": "shop/cart", "service_account_exists": True, "wildcard": False},
        ),
        (
            {"subject": "system:serviceaccount:shop:Cart"},
            {"service_account": "shop/Cart", "service_account_exists": False},
        ),
        ({"subject": "system:serviceaccount:shop:*"}, {"wildcard": True, "service_account_exists": False}),
        ({"claimsMatchingExpression": {"value": "claims['sub'] matches 'x'"}}, {"wildcard": True}),
        (
            {"subject": "repo:contoso/shop:ref:refs/heads/main"},
            {"service_account": "", "service_account_exists": False},
        ),
    ],
)
def test_what_is_derived(tmp_path: Path, properties: dict[str, Json], expected: dict[str, Any]) -> None:
    derived = built(tmp_path, properties).derived
    assert {key: derived[key] for key in expected} == expected


def test_a_cluster_without_an_issuer_is_trusted_by_nobody(tmp_path: Path) -> None:
    assert built(tmp_path, {}, issuer=None).derived["issued_by"] != "this cluster"


def test_whether_an_account_exists_is_not_known_where_accounts_could_not_be_read(tmp_path: Path) -> None:
    found = built(tmp_path, {"subject": "system:serviceaccount:shop:cart"}, missing=("k8s.service-accounts",))
    assert "service_account_exists" not in found.derived
    assert found.derived["service_account"] == "shop/cart"
