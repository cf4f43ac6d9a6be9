"""What the permissions that Azure lists for a caller grant, lack and grant too much."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from reportgen.rights import Permission, beyond_reading, grants, missing, permissions, reads
from reportgen.sources import SOURCES, Source

READER = Permission(("*/read",))
OWNER = Permission(("*",))
CONTRIBUTOR = Permission(
    ("*",),
    (
        "Microsoft.Authorization/*/Delete",
        "Microsoft.Authorization/*/Write",
        "Microsoft.Authorization/elevateAccess/Action",
        "Microsoft.Blueprint/blueprintAssignments/write",
    ),
)
"""As Azure defines these roles."""
NETWORKS = "Microsoft.Network/virtualNetworks/read"
SUBNETS = "Microsoft.Network/virtualNetworks/subnets/read"
CLUSTERS = "Microsoft.ContainerService/managedClusters/read"


def only(*actions: str, without: tuple[str, ...] = ()) -> list[Permission]:
    return [Permission(actions, without)]


GRANTED: list[tuple[list[Permission], str, bool]] = [
    ([], NETWORKS, False),
    ([Permission()], NETWORKS, False),
    ([READER], NETWORKS, True),
    ([READER], "Microsoft.Network/virtualNetworks/write", False),
    ([READER], "microsoft.network/virtualnetworks/READ", True),
    ([READER], "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action", False),
    ([OWNER], "Microsoft.Authorization/roleAssignments/write", True),
    ([CONTRIBUTOR], "Microsoft.Authorization/roleAssignments/write", False),
    ([CONTRIBUTOR], "Microsoft.Authorization/roleAssignments/read", True),
    (only(NETWORKS), NETWORKS, True),
    (only(NETWORKS.upper()), NETWORKS, True),
    (only(NETWORKS), SUBNETS, False),
    (only(SUBNETS), NETWORKS, False),
    (only("Microsoft.Network/*/read"), NETWORKS, True),
    (only("Microsoft.Network/*/read"), SUBNETS, True),
    (only("Microsoft.Network/*"), SUBNETS, True),
    (only("Microsoft.Network/virtualNetworks/*"), NETWORKS, True),
    (only("Microsoft.Network/virtualNetworks/*/read"), NETWORKS, False),
    (only("Microsoft.Network/virtualNetworks/*/read"), SUBNETS, True),
    (only("Microsoft.Network/*/subnets/*"), SUBNETS, True),
    (only("Microsoft.*/managedClusters/read"), CLUSTERS, True),
    (only("Microsoft.ContainerService/managedClusters"), CLUSTERS, False),
    (only("icrosoft.ContainerService/managedClusters/read"), CLUSTERS, False),
    (only("Microsoft.Network/virtualNetworks/rea"), NETWORKS, False),
    (only("Microsoft.Network.virtualNetworks/read"), NETWORKS, False),
    (only("MicrosoftXNetwork/virtualNetworks/read"), NETWORKS, False),
    (only(".*"), NETWORKS, False),
    (only("*/read", without=("Microsoft.Network/*",)), NETWORKS, False),
    (only("*/read", without=("Microsoft.Network/*",)), CLUSTERS, True),
    (only("*/read", without=("MICROSOFT.NETWORK/*/READ",)), SUBNETS, False),
    (only("*", without=("*/write",)), NETWORKS, True),
    # What one role takes away, another may grant: notActions are no denial.
    ([*only("*/read", without=("Microsoft.Network/*",)), *only(NETWORKS)], NETWORKS, True),
    ([*only("*/read", without=("Microsoft.Network/*",)), *only(NETWORKS)], SUBNETS, False),
    ([Permission(data_actions=("*",))], NETWORKS, False),
]


@pytest.mark.parametrize(("held", "action", "granted"), GRANTED)
def test_what_is_granted(held: list[Permission], action: str, granted: bool) -> None:
    assert grants(held, action) is granted


BEYOND: list[tuple[list[Permission], tuple[str, ...]]] = [
    ([], ()),
    ([READER], ()),
    (only(NETWORKS, "Microsoft.Network/*/read", "Microsoft.Network/*/READ"), ()),
    ([OWNER], ("*",)),
    ([CONTRIBUTOR], ("*",)),
    (only("*", without=("*/write", "*/delete", "*/action")), ()),
    (only("*", without=("*/write", "*/delete")), ("*",)),
    (only("*", without=("Microsoft.Network/*/write", "*/delete", "*/action")), ("*",)),
    (only("Microsoft.Support/*", NETWORKS), ("Microsoft.Support/*",)),
    (only("Microsoft.Network/*", without=("Microsoft.Network/*",)), ()),
    (only("Microsoft.Network/*/write", "*/read"), ("Microsoft.Network/*/write",)),
    (only("Microsoft.Network/*/write", without=("*/write",)), ()),
    (only("Microsoft.Compute/disks/delete"), ("Microsoft.Compute/disks/delete",)),
    (only("Microsoft.Compute/disks/delete", without=("microsoft.compute/DISKS/*",)), ()),
    (only("Microsoft.Network/virtualNetworks/rea*"), ("Microsoft.Network/virtualNetworks/rea*",)),
    (only("Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"), ()),
    (only("Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action"),
     ("Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action",)),
    ([Permission(data_actions=("Microsoft.ContainerService/managedClusters/pods/read",))], ()),
    ([Permission(data_actions=("Microsoft.KeyVault/vaults/secrets/getSecret/action",))],
     ("Microsoft.KeyVault/vaults/secrets/getSecret/action",)),
    # What one role takes away from itself does not take it away from another.
    ([*only("*", without=("*",)), *only("b/write"), *only("a/write")], ("a/write", "b/write")),
]  # fmt: skip


@pytest.mark.parametrize(("held", "expected"), BEYOND)
def test_what_is_more_than_reading(held: list[Permission], expected: tuple[str, ...]) -> None:
    assert beyond_reading(held) == expected


def source(name: str, *actions: str) -> Source:
    return Source(name, name, actions, "subscription")


KNOWN = (
    source("a", NETWORKS),
    source("b", NETWORKS, SUBNETS),
    source("c"),
    source("d", "Microsoft.Management/managementGroups/descendants/read"),
)


def test_what_is_missing_and_which_sources_it_costs() -> None:
    assert missing([], KNOWN) == {NETWORKS: ("a", "b"), SUBNETS: ("b",)}
    assert missing(only(NETWORKS), KNOWN) == {SUBNETS: ("b",)}
    assert missing([READER], KNOWN) == {}


@pytest.mark.parametrize("role", [READER, OWNER, CONTRIBUTOR])
def test_azures_own_roles_are_enough_for_every_source_that_reads(role: Permission) -> None:
    assert [action for action in missing([role], SOURCES) if action.endswith("/read")] == []


def test_nothing_is_enough_for_nothing() -> None:
    needed = set(chain.from_iterable(known.permissions for known in SOURCES))
    assert set(missing([], SOURCES)) == {
        action for action in needed if not action.startswith("Microsoft.Management/managementGroups/")
    }


def test_every_action_that_a_source_needs_reads() -> None:
    assert [action for known in SOURCES for action in known.permissions if not reads(action)] == []


PAGES: list[Any] = [
    {"value": [{"actions": ["*/read"], "notActions": [], "dataActions": ["d"], "notDataActions": ["n"]}]},
    {"value": [{"actions": ["x"], "notActions": None}, {}]},
    {"value": None},
    {},
]


def test_permissions_of_all_pages_are_put_together() -> None:
    assert permissions(PAGES) == (
        Permission(("*/read",), (), ("d",), ("n",)),
        Permission(("x",)),
        Permission(),
    )
