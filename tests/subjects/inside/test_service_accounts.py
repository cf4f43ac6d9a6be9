"""Service accounts: their rights, the pods that hold their token, and what runs as them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.model import Json
from reportgen.subjects.inside.service_accounts import SERVICE_ACCOUNT, automounts, mounts_token
from tests.subjects.inside.rbac import account, binding, group, objects, role, rule


def service_account(namespace: str, name: str, **more: Any) -> Json:
    return {"metadata": {"namespace": namespace, "name": name}, **more}


def pod(name: str, phase: str = "Running", **spec: Any) -> Json:
    return {"metadata": {"namespace": "shop", "name": name}, "spec": spec, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("of_account", "of_pod", "expected"),
    [
        (None, None, True),
        (False, None, False),
        (True, None, True),
        (None, False, False),
        (False, True, True),
        (True, False, False),
    ],
)
def test_the_pod_goes_before_the_account(of_account: Any, of_pod: Any, expected: bool) -> None:
    known = service_account("shop", "api", automountServiceAccountToken=of_account)
    assert mounts_token(pod("p", automountServiceAccountToken=of_pod), known) is expected


def test_an_absent_setting_mounts() -> None:
    assert automounts(service_account("shop", "api"))


def lists() -> dict[str, list[Json]]:
    return {
        "service-accounts": [service_account("shop", "api"), service_account("shop", "default")],
        "pods": [
            pod("api-1", serviceAccountName="api"),
            pod("api-2", serviceAccountName="api", automountServiceAccountToken=False),
            pod("night-1", serviceAccountName="api"),
            pod("done", "Succeeded", serviceAccountName="api"),
            pod("bare"),
        ],
        "cluster-roles": [
            role("secrets", rule("list", "secrets")),
            role("exec", rule("create", "pods/exec")),
        ],
        "roles": [role("tokens", rule("create", "serviceaccounts/token"), namespace="shop")],
        "role-bindings": [
            binding("own", "secrets", account("shop", "api"), namespace="shop"),
            binding("all", "tokens", group("system:serviceaccounts:shop"), namespace="shop", kind="Role"),
            binding(
                "others",
                "exec",
                group("system:serviceaccounts:bank"),
                account("bank", "api"),
                namespace="bank",
            ),
        ],
        "cluster-role-bindings": [],
    }


def test_the_derived_values(tmp_path: Path) -> None:
    api, default = SERVICE_ACCOUNT.build(objects(tmp_path, lists()))
    assert api.derived == {
        "automounts": True,
        "pods": 3,
        "pods_with_token": 2,
        "bindings": ["own (shop)"],
        "grants": ["reads-secrets", "creates-tokens"],
    }
    assert (default.derived["pods"], default.derived["bindings"]) == (1, [])
    assert default.derived["grants"] == ["creates-tokens"]
    assert set(api.derived) == set(SERVICE_ACCOUNT.derived)


@pytest.mark.parametrize("source", ["k8s.pods", "k8s.roles", "k8s.role-bindings"])
def test_what_could_not_be_read_leaves_its_values_out(tmp_path: Path, source: str) -> None:
    known = objects(tmp_path, lists(), missing=(source,))
    gone = {name for name, sources in SERVICE_ACCOUNT.derived.items() if source in sources}
    assert gone
    assert set(next(iter(SERVICE_ACCOUNT.build(known))).derived) == set(SERVICE_ACCOUNT.derived) - gone
