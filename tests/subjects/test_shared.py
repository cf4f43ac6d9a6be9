"""Rows that clusters share: each cluster sees those that concern it, by id, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen import sources
from reportgen.sources import Join
from reportgen.subjects.document import canonical
from reportgen.subjects.place import place
from reportgen.subjects.shared import Shared
from tests.assess.build import SUB, Snapshot, cluster, cluster_id

OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
SOURCE = "arg.shared-things"
GROUP = "MC_rg_one_westeurope"
HUB = f"/subscriptions/{OTHER}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/Hub"


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(join: Join, scope: str = "tenant") -> None:
        known = replace(sources.BY_NAME["arg.managed-clusters"], name=SOURCE, join=join, scope=scope)
        monkeypatch.setitem(sources.BY_NAME, SOURCE, known)

    return use


@contextmanager
def shared(folder: Path, *rows: dict[str, Any], scope: str = "tenant", key: str = "data") -> Iterator[Shared]:
    groups = [{"name": "Corp"}, {"name": "root"}]
    known = [{"id": f"/subscriptions/{SUB}", "subscriptionId": SUB.upper(), "managementGroups": groups}]
    snapshot = Snapshot(folder).page("arg.subscriptions", "tenant", {"data": known})
    snapshot.page(SOURCE, scope, {key: list(rows)})
    with closing(Shared(snapshot.reader(), (SOURCE,))) as index:
        yield index


def where(**properties: Any) -> Any:
    return place(canonical(cluster("One", nodeResourceGroup=GROUP, **properties)))


def names(index: Shared, at: Any) -> list[str]:
    return [str(row.document["name"]) for row in index.rows(SOURCE, at)]


def row(row_id: str, name: str, **properties: Any) -> dict[str, Any]:
    return {"id": row_id, "name": name, "properties": properties}


def disk(subscription: str, group: str, name: str) -> dict[str, Any]:
    return row(
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{name}", name
    )


def test_what_lies_in_the_node_resource_group_whatever_its_casing(tmp_path: Path, joined: Any) -> None:
    joined(Join.NODE_GROUP)
    rows = (
        disk(SUB.upper(), GROUP.upper(), "a"),
        disk(SUB, f"{GROUP}2", "b"),
        disk(OTHER, GROUP, "c"),
        disk(SUB, GROUP, "d"),
    )
    with shared(tmp_path, *rows) as index:
        assert names(index, where()) == ["a", "d"]
        found = index.rows(SOURCE, where())[0]
        assert found.pointer.endswith(f"/{SOURCE}/tenant/page-0001.json#/data/0")


def test_what_its_subscription_has(tmp_path: Path, joined: Any) -> None:
    joined(Join.SUBSCRIPTION)
    plans = [
        row(f"/subscriptions/{known}/providers/Microsoft.Security/pricings/Containers", known)
        for known in (SUB, OTHER)
    ]
    with shared(tmp_path, *plans) as index:
        assert names(index, where()) == [SUB]


def test_what_speaks_of_the_cluster_or_of_something_in_it(tmp_path: Path, joined: Any) -> None:
    joined(Join.ABOUT)
    own, twin = cluster_id("One"), cluster_id("One-2")
    rows = (
        row(f"{own}/providers/Microsoft.Advisor/recommendations/r", "by its id"),
        row("/x/1", "by its target", targetResourceId=own.upper()),
        row("/x/2", "inside", resourceId=f"{own}/agentPools/sys"),
        row("/x/3", "a cluster that begins so", targetResourceId=twin),
        row("/x/4", "another", targetResourceId=cluster_id("Two")),
    )
    with shared(tmp_path, *rows) as index:
        assert sorted(names(index, where())) == ["by its id", "by its target", "inside"]


def test_what_holds_at_above_or_inside_the_cluster(tmp_path: Path, joined: Any) -> None:
    joined(Join.SCOPE)
    own = cluster_id("One")
    group = own.split("/providers/")[0]
    end = "/providers/Microsoft.Authorization/roleAssignments/x"
    management = "/providers/Microsoft.Management/managementGroups"
    rows = (
        row(f"{own}{end}", "cluster"),
        row(f"{own}/agentPools/a{end}", "inside"),
        row(f"{group}{end}", "group"),
        row(f"/subscriptions/{SUB}{end}", "subscription"),
        row(f"{management}/corp{end}", "management group"),
        row(f"{management}/other{end}", "another management group"),
        row(end, "tenant"),
        row(f"/subscriptions/{OTHER}{end}", "another subscription"),
        row(f"{cluster_id('One-2')}{end}", "another cluster"),
        row("/x/9", "by its scope", scope=group.upper()),
    )
    with shared(tmp_path, *rows) as index:
        assert set(names(index, where())) == {
            "cluster", "inside", "group", "subscription", "management group", "tenant", "by its scope"
        }  # fmt: skip


def test_what_the_body_names_or_names_something_of(tmp_path: Path, joined: Any) -> None:
    joined(Join.MENTIONED)
    rows = (row(HUB, "hub"), row(f"{HUB}2", "hub2"), row(cluster_id("One"), "itself"))
    with shared(tmp_path, *rows) as index:
        at = where(agentPoolProfiles=[{"name": "a", "vnetSubnetID": f"{HUB}/subnets/aks".upper()}])
        assert names(index, at) == ["hub"]
        assert names(index, where()) == []


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch, joined: Any) -> Any:
    """A source whose join goes over another one, of the rows that the cluster's body names."""

    def use(join: Join) -> None:
        joined(join)
        known = sources.BY_NAME[SOURCE]
        monkeypatch.setitem(
            sources.BY_NAME, BETWEEN, replace(known, name=BETWEEN, join=Join.MENTIONED, via=())
        )
        monkeypatch.setitem(sources.BY_NAME, SOURCE, replace(known, via=(BETWEEN,)))

    return use


@contextmanager
def linked(folder: Path, between: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Iterator[Shared]:
    snapshot = Snapshot(folder).page(BETWEEN, "tenant", {"data": between})
    snapshot.page(SOURCE, "tenant", {"data": rows})
    with closing(Shared(snapshot.reader(), (SOURCE,))) as index:
        yield index


BETWEEN = "arg.things-between"
SUBNET = f"{HUB}/subnets/aks"
GROUPS = f"/subscriptions/{SUB}/resourceGroups/net/providers/Microsoft.Network/networkSecurityGroups"


def test_what_a_row_names_that_belongs_to_the_cluster(tmp_path: Path, between: Any) -> None:
    between(Join.LINKED)
    subnets = [
        row(SUBNET, "aks", networkSecurityGroup={"id": f"{GROUPS}/Nodes".upper()}),
        row(f"{SUBNET}2", "aks2", networkSecurityGroup={"id": f"{GROUPS}/others"}),
    ]
    rows = [row(f"{GROUPS}/nodes", "nodes"), row(f"{GROUPS}/others", "others"), row(f"{GROUPS}/own", "own")]
    with linked(tmp_path, subnets, rows) as index:
        pools = [{"name": "a", "vnetSubnetID": SUBNET}]
        assert names(index, where(agentPoolProfiles=pools)) == ["nodes"]
        assert names(index, where(agentPoolProfiles=pools, nsg=f"{GROUPS}/own")) == ["nodes", "own"]
        assert names(index, where(rule=f"{GROUPS}/own/securityRules/web")) == ["own"]


def test_what_the_pages_name_that_were_read_of_the_cluster_alone(
    tmp_path: Path, between: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(Join.LINKED)
    alone = replace(sources.BY_NAME[BETWEEN], join=None, scope="cluster")
    monkeypatch.setitem(sources.BY_NAME, BETWEEN, alone)
    logs = f"/subscriptions/{OTHER}/resourceGroups/log/providers/Microsoft.OperationalInsights/workspaces"
    snapshot = Snapshot(tmp_path)
    for name, target in (("One", "Own"), ("Two", "Other")):
        setting = {"properties": {"workspaceId": f"{logs}/{target}".upper()}}
        snapshot.page(BETWEEN, cluster_id(name), {"value": [setting]})
    rows = [row(f"{logs}/{name}", name) for name in ("own", "other", "third")]
    snapshot.page(SOURCE, "tenant", {"data": rows})
    with closing(Shared(snapshot.reader(), (SOURCE,))) as index:
        assert names(index, where()) == ["own"]


def test_what_lies_inside_a_row_that_belongs_to_the_cluster(tmp_path: Path, between: Any) -> None:
    between(Join.INSIDE)
    vault = f"/subscriptions/{OTHER}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults/kms"
    rows = [row(f"{vault}/keys/etcd", "etcd"), row(f"{vault}2/keys/other", "other")]
    with linked(tmp_path, [row(vault, "kms")], rows) as index:
        at = where(vault=vault)
        assert names(index, at) == ["etcd"]
        assert index.owners(SOURCE, at) == [vault.lower()]


def test_what_names_the_cluster_or_what_its_body_names(tmp_path: Path, joined: Any) -> None:
    joined(Join.NAMING)
    ends = f"/subscriptions/{OTHER}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints"
    rows = (
        row(f"{ends}/a", "to the cluster", connections=[{"to": cluster_id("One").upper()}]),
        row(f"{ends}/b", "in its subnet", subnet={"id": SUBNET}),
        row(f"{ends}/c", "to its twin", connections=[{"to": cluster_id("One-2")}]),
    )
    with shared(tmp_path, *rows) as index:
        at = where(agentPoolProfiles=[{"name": "a", "vnetSubnetID": SUBNET.upper()}])
        assert sorted(names(index, at)) == ["in its subnet", "to the cluster"]


def test_what_names_a_row_that_belongs_to_the_cluster(tmp_path: Path, between: Any) -> None:
    between(Join.NAMING)
    logs = f"/subscriptions/{OTHER}/resourceGroups/NetworkWatcherRG/providers/x/flowLogs"
    rows = [
        row(f"{logs}/a", "of its network", target=HUB.upper()),
        row(f"{logs}/b", "of another", target=f"{HUB}2"),
    ]
    with linked(tmp_path, [row(HUB, "hub")], rows) as index:
        assert names(index, where(agentPoolProfiles=[{"name": "a", "vnetSubnetID": SUBNET}])) == [
            "of its network"
        ]


def test_what_names_the_cluster_or_a_scope_above_it(tmp_path: Path, joined: Any) -> None:
    joined(Join.COVERING)
    own = cluster_id("One")
    alerts = f"/subscriptions/{SUB}/resourceGroups/alerts/providers/Microsoft.Insights/metricAlerts"
    rows = (
        row(f"{alerts}/a", "cluster", scopes=[own.upper()]),
        row(f"{alerts}/b", "group", scopes=[own.partition("/providers/")[0]]),
        row(f"{alerts}/c", "subscription", scopes=[f"/subscriptions/{SUB}"]),
        row(f"{alerts}/d", "twin", scopes=[f"{own}-2"]),
        row(f"{alerts}/e", "another", scopes=[f"/subscriptions/{OTHER}"]),
        row(f"{alerts}/f", "no scope"),
    )
    with shared(tmp_path, *rows) as index:
        at = where(agentPoolProfiles=[{"name": "a", "vnetSubnetID": SUBNET}])
        assert sorted(names(index, at)) == ["cluster", "group", "subscription"]


def test_a_vault_by_its_address(tmp_path: Path, joined: Any) -> None:
    joined(Join.VAULT)
    vaults = f"/subscriptions/{OTHER}/resourceGroups/keys/providers/Microsoft.KeyVault/vaults"
    rows = [row(f"{vaults}/Contoso-KMS", "kms"), row(f"{vaults}/kms", "another")]
    with shared(tmp_path, *rows) as index:
        at = where(
            securityProfile={"azureKeyVaultKms": {"keyId": "https://contoso-kms.vault.azure.net/keys/k/1"}}
        )
        assert names(index, at) == ["kms"]


@pytest.mark.parametrize(("scope", "asked"), [(SUB, True), (OTHER, False)])
def test_nothing_found_is_told_from_never_asked(tmp_path: Path, joined: Any, scope: str, asked: bool) -> None:
    joined(Join.SCOPE, "subscription")
    with shared(tmp_path, scope=scope, key="value") as index:
        assert index.rows(SOURCE, where()) == []
        assert index.answered(SOURCE, where()) is asked


GUID = "AAAAAAAA-0000-4000-8000-00000000000a"
ROLE = f"/providers/Microsoft.Authorization/RoleDefinitions/{GUID}"


def definition(row_id: str, name: str) -> dict[str, Any]:
    return {"id": row_id, "name": name, "roleName": name}


@pytest.mark.parametrize("source", ["arg.role-assignments", "arm.role-eligibilities"])
def test_roles_that_are_assigned_or_can_be_activated_whatever_the_scope_in_their_ids(
    tmp_path: Path, joined: Any, source: str
) -> None:
    joined(Join.ROLE)
    graph = source.startswith("arg.")
    named = {"scope": f"/subscriptions/{SUB}", "roleDefinitionId": f"/subscriptions/{SUB}{ROLE.lower()}"}
    foreign = {"scope": f"/subscriptions/{OTHER}", "roleDefinitionId": "/x/bbbb"}
    end = "/providers/Microsoft.Authorization/roleAssignments"
    entries = [
        {"id": f"{values['scope']}{end}/{index}", **(values if graph else {"properties": values})}
        for index, values in enumerate((named, named, foreign))
    ]
    snapshot = Snapshot(tmp_path)
    snapshot.page(source, "tenant" if graph else SUB, {"data" if graph else "value": entries})
    known = [
        definition(ROLE, "assigned"),
        definition("/x/bbbb", "elsewhere"),
        definition("/x/cccc", "nowhere"),
    ]
    snapshot.page(SOURCE, "tenant", {"data": known})
    with closing(Shared(snapshot.reader(), (SOURCE,))) as index:
        assert names(index, where()) == ["assigned"]


IDENTITIES = (
    f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
)
ISSUER = f"https://westeurope.oic.prod-aks.azure.com/{SUB}/1651a52d-7d44-4bcf-9697-d5649c835a96/"


def credential(identity: str, name: str, issuer: str) -> dict[str, Any]:
    return row(f"{IDENTITIES}/{identity}/federatedIdentityCredentials/{name}", name, issuer=issuer)


def test_credentials_of_identities_that_are_named_or_trust_the_issuer(tmp_path: Path) -> None:
    source = "arm.federated-credentials"
    held = {
        "web": [
            credential("web", "own", ISSUER.upper().rstrip("/")),
            credential("web", "beside", "https://x"),
        ],
        "kubelet": [credential("kubelet", "of a named identity", "https://x/")],
        "web2": [credential("web2", "of a longer name", "https://y/"), credential("web2", "no issuer", "")],
        "empty": [],
    }
    snapshot = Snapshot(tmp_path)
    for identity, known in held.items():
        snapshot.page(source, f"{IDENTITIES}/{identity}", {"value": known})
    snapshot.page("arg.managed-identities", "tenant", {"data": []})
    group = IDENTITIES.partition("/providers/")[0]
    named = {"kubeletidentity": {"resourceId": f"{IDENTITIES}/KUBELET"}, "group": group}
    with closing(Shared(snapshot.reader(), (source,))) as index:

        def found(**properties: Any) -> list[str]:
            return sorted(str(one.document["name"]) for one in index.rows(source, where(**properties)))

        assert found(oidcIssuerProfile={"issuerURL": ISSUER}) == ["beside", "own"]
        assert found(identityProfile=named) == ["of a named identity"]
        assert found(oidcIssuerProfile={}) == []
        assert index.answered(source, where())


@pytest.mark.parametrize("identities", [True, False])
def test_no_identity_at_all_is_an_answer_about_their_credentials(tmp_path: Path, identities: bool) -> None:
    snapshot = Snapshot(tmp_path)
    if identities:
        snapshot.page("arg.managed-identities", "tenant", {"data": []})
    with closing(Shared(snapshot.reader(), ("arm.federated-credentials",))) as index:
        assert index.answered("arm.federated-credentials", where()) is identities


def test_what_lies_below_the_subject_itself(tmp_path: Path, joined: Any) -> None:
    joined(Join.BELOW)
    own = cluster_id("One")
    rows = (
        row(f"{own.upper()}/things/a", "below"),
        row(own, "itself"),
        row(f"{own}2/things/b", "of a longer name"),
    )
    with shared(tmp_path, *rows) as index:
        assert names(index, where()) == ["below"]


def test_an_answer_about_another_resource_says_nothing(tmp_path: Path, joined: Any) -> None:
    joined(Join.BELOW, "resource")
    with shared(tmp_path / "other", scope=cluster_id("Two"), key="value") as index:
        assert not index.answered(SOURCE, where())
        assert index.answer(SOURCE, where()) == ()
    with shared(tmp_path / "own", scope=cluster_id("One").upper(), key="value") as index:
        assert index.answered(SOURCE, where())
        assert index.answer(SOURCE, where())[0].endswith("page-0001.json#/value")
