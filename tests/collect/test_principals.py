"""Names and group members from Microsoft Graph: only where asked for, only of whom clusters know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reportgen.collect import directory, jobs
from reportgen.engagement import Clusters, Principals, Scope
from reportgen.model import Gap
from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from reportgen.snapshot import Reader
from reportgen.subjects.principals import principals
from tests import line
from tests.sandbox.conftest import ALPHA, cluster, cluster_id, write
from tests.sandbox.test_directory import BY_IDS, group, guid, user

NAMES, MEMBERS = "msgraph.principals", "msgraph.group-members"
ON = Principals(resolve=True)
AAD = {"managed": True, "enableAzureRBAC": True, "adminGroupObjectIDs": [guid(100)]}
CLUSTER = cluster_id(ALPHA, "one")
SCOPES = {
    1: "/",
    2: "/providers/Microsoft.Management/managementGroups/mg",
    3: f"/subscriptions/{ALPHA}",
    4: f"/subscriptions/{ALPHA}/resourceGroups/RG-AKS",
    5: CLUSTER.replace("managedClusters/one", "managedclusters/ONE"),
    6: f"{CLUSTER}/namespaces/apps",
    7: f"/subscriptions/{ALPHA}/resourceGroups/rg",
    8: f"{CLUSTER}-two",
    9: f"/subscriptions/{ALPHA}/resourceGroups/rg-aks/providers/Microsoft.Storage/storageAccounts/s",
}
"""By the number of the principal: 1 to 6 have to do with the cluster, the others do not."""


@pytest.fixture(autouse=True)
def _few_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRAPH_READS", ("role-assignments",))


def assignment(number: int, scope: str) -> dict[str, Any]:
    role = "/providers/Microsoft.Authorization/roleAssignments"
    return {
        "id": f"{scope.rstrip('/')}{role}/{guid(5000 + number)}",
        "name": guid(5000 + number),
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {"scope": scope, "principalId": guid(number).upper(), "principalType": "User",
                       "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{guid(9)}"},
    }  # fmt: skip


PEOPLE = [
    user(number, mobilePhone="+47 555 01 02", userType="Member") for number in (1, 2, 3, 5, 6, 7, 8, 9, 11)
]
"""Everybody but number 4, who was deleted."""


def estate(folder: Path, entries: Any = None, scopes: dict[int, str] | None = None) -> Path:
    known = [*PEOPLE, group(100, guid(1), guid(101)), group(101, guid(11), guid(2))]
    files: dict[str, Any] = {
        "one.json": cluster(ALPHA, "one", aadProfile=AAD),
        "assignments.json": [assignment(*one) for one in (SCOPES if scopes is None else scopes).items()],
        "empty.json": [f"/{'/'.join('*' * depth)}" for depth in range(5, 14)],
        "subscriptions.json": [{"subscriptionId": ALPHA, "managementGroups": [{"name": "mg"}]}],
        "directory.json": known if entries is None else entries,
    }  # fmt: skip
    return write(folder / "estate", files)


def collected(sandbox: Sandbox, out: Path, settings: Principals = ON, **changes: Any) -> Reader:
    return line.collected(sandbox, out, scope=Scope(), principals=settings, **changes)


def run(folder: Path, *calls: Fault, settings: Principals = ON, **of_estate: Any) -> tuple[Reader, list[str]]:
    """A snapshot, and the calls of Microsoft Graph."""
    with serve(estate(folder, **of_estate), as_of=line.NOW, faults=Faults(calls=calls)) as sandbox:
        reader = collected(sandbox, folder, settings)
        return reader, [request for request in sandbox.requests if "/v1.0/" in request]


def asked(reader: Reader) -> list[str]:
    return [one for _, page in reader.provenance(NAMES) for one in page.parameters["ids"]]


def gaps(reader: Reader) -> list[Gap]:
    return [gap for gap in reader.gaps if gap.source in (NAMES, MEMBERS)]


def test_nobody_is_asked_for_unless_the_engagement_says_so(tmp_path: Path) -> None:
    reader, requests = run(tmp_path, settings=Principals())
    assert requests == []
    assert not {NAMES, MEMBERS} & {*reader.sources()}
    assert principals(reader) is None


def test_who_has_to_do_with_a_cluster_is_asked_for_and_nobody_else(tmp_path: Path) -> None:
    reader, requests = run(tmp_path)
    assert asked(reader) == [*map(guid, range(1, 7)), guid(100)]
    assert [request.partition("?")[0] for request in requests] == [
        f"POST {BY_IDS}", f"GET /v1.0/groups/{guid(100)}/transitiveMembers",
    ]  # fmt: skip
    assert gaps(reader) == []


def test_who_changed_a_cluster_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRAPH_READS", ("resource-changes",))
    folder = estate(tmp_path, scopes={})
    log = [event(2, "write"), event(3, "delete"), event(5, "listClusterUserCredential/action")]
    write(folder, {"changes.json": [change(1), change(0)], "log.json": log})
    with serve(folder, as_of=line.NOW) as sandbox:
        reader = collected(sandbox, tmp_path)
    assert asked(reader) == [guid(1), guid(2), guid(3), guid(100)]


def change(number: int) -> dict[str, Any]:
    by = guid(number) if number else "Unspecified"
    kind = "Microsoft.Resources/changes"
    return {
        "id": f"{CLUSTER}/providers/{kind}/{guid(700 + number)}",
        "name": guid(700 + number),
        "type": kind,
        "properties": {
            "changeType": "Update",
            "targetResourceId": CLUSTER,
            "targetResourceType": "microsoft.containerservice/managedclusters",
            "changeAttributes": {"timestamp": "2026-11-10T06:00:00Z", "changedBy": by},
            "changes": {},
        },
    }


def event(number: int, verb: str) -> dict[str, Any]:
    """What somebody did to the cluster, as the activity log has it."""
    return {
        "id": f"{CLUSTER}/events/e{number}/ticks/{number}",
        "eventTimestamp": "2026-11-10T06:00:00.0000000Z",
        "caller": guid(number),
        "resourceGroupName": "rg-aks",
        "resourceId": CLUSTER,
        "resourceProviderName": {"value": "Microsoft.ContainerService"},
        "operationName": {"value": f"Microsoft.ContainerService/managedClusters/{verb}"},
        "eventDataId": f"e{number}",
    }


def test_names_members_and_who_is_gone(tmp_path: Path) -> None:
    known = principals(run(tmp_path)[0])
    assert known is not None
    assert (known[guid(1)].name, known[guid(1)].kind, known[guid(1)].found) == ("User 1", "user", True)
    assert (known[guid(4)].name, known[guid(4)].found) == ("", False)
    assert known[guid(100)].members == tuple(map(guid, (1, 2, 11, 101)))
    assert known[guid(100)].all_members
    assert known[guid(11)].name == "User 11"
    assert guid(7) not in known


def test_subjects_of_bindings_are_asked_for(tmp_path: Path) -> None:
    folder = estate(tmp_path, scopes={})
    kubernetes = folder / "kubernetes"
    (kubernetes / "one").mkdir(parents=True)
    (kubernetes / "empty.json").write_text('["*"]', encoding="utf-8")
    subjects = [
        {"kind": "Group", "name": guid(101), "apiGroup": "rbac.authorization.k8s.io"},
        {"kind": "User", "name": guid(2), "apiGroup": "rbac.authorization.k8s.io"},
        {"kind": "User", "name": "ada@contoso.example", "apiGroup": "rbac.authorization.k8s.io"},
    ]
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": subjects,
    }  # fmt: skip
    (kubernetes / "one" / "bindings.json").write_text(json.dumps(binding), encoding="utf-8")
    with serve(folder, as_of=line.NOW) as sandbox:
        reader = collected(sandbox, tmp_path, clusters=Clusters())
    assert asked(reader) == [guid(2), guid(100), guid(101)]
    assert {page.scope for _, page in reader.provenance(MEMBERS)} == {
        f"groups/{guid(100)}",
        f"groups/{guid(101)}",
    }


def test_nothing_is_stored_but_what_the_report_needs(tmp_path: Path) -> None:
    reader, _ = run(tmp_path)
    (page,) = reader.pages(NAMES)
    assert {key for row in page.body["value"] for key in row} <= set(directory.KEPT)
    stored = b"".join(path.read_bytes() for path in reader.folder.rglob("*.json"))
    assert b"User 1" in stored
    assert b"555 01 02" not in stored


def test_provenance_says_where_and_how(tmp_path: Path) -> None:
    reader, _ = run(tmp_path)
    ((_, page),) = reader.provenance(NAMES)
    assert (page.method, page.api_version, page.rows) == ("POST", "v1.0", 6)
    assert page.endpoint == "https://graph.sandbox.reportgen"
    assert page.url == f"https://graph.sandbox.reportgen{BY_IDS}"
    assert [name.partition(":")[0] for name in page.request_ids] == ["request-id"]


def test_so_many_ids_go_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.collect.principals.BATCH", 3)
    reader, requests = run(tmp_path)
    pages = [page for _, page in reader.provenance(NAMES)]
    assert [len(page.parameters["ids"]) for page in pages] == [3, 3, 1]
    assert [page.scope for page in pages] == [f"tenant/batch-00{number}" for number in (1, 2, 3)]
    assert sum(BY_IDS in request for request in requests) == 3
    known = principals(reader)
    assert known is not None
    assert [key for key, one in known.items() if not one.found] == [guid(4)]


@pytest.mark.parametrize("fault", [
    Fault(Kind.THROTTLED, "/v1.0/", times=2), Fault(Kind.ERROR_503, "/v1.0/", times=2),
    Fault(Kind.TRUNCATED, "/v1.0/", times=1), Fault(Kind.TOKEN_EXPIRED, "/v1.0/", times=1),
], ids=lambda fault: fault.kind)  # fmt: skip
def test_what_passes_leaves_no_trace(tmp_path: Path, fault: Fault) -> None:
    reader, requests = run(tmp_path, fault)
    assert gaps(reader) == []
    assert asked(reader)
    assert len(requests) > 2


def test_a_refusal_is_a_gap_with_the_permission_and_ids_stay_unresolved(tmp_path: Path) -> None:
    reader, requests = run(tmp_path, Fault(Kind.FORBIDDEN, BY_IDS))
    (gap,) = gaps(reader)
    assert (gap.source, gap.scope, gap.reason) == (NAMES, "tenant", "denied")
    assert gap.detail.startswith("HTTP 403 Authorization_RequestDenied.")
    assert gap.detail.endswith("Needed permission: Directory.Read.All.")
    assert len(requests) == 1
    assert principals(reader) == {}


def test_a_group_that_is_refused_costs_its_members_only(tmp_path: Path) -> None:
    reader, _ = run(tmp_path, Fault(Kind.FORBIDDEN, "/transitiveMembers"))
    (gap,) = gaps(reader)
    assert (gap.source, gap.scope, gap.scope_name) == (MEMBERS, f"groups/{guid(100)}", "Group 100")
    known = principals(reader)
    assert known is not None
    assert (known[guid(100)].name, known[guid(100)].members) == ("Group 100", None)


@pytest.mark.parametrize(("most", "read"), [(3, 3), (4, 4), (5, 4)])
def test_a_group_is_read_up_to_a_ceiling(tmp_path: Path, most: int, read: int) -> None:
    reader, _ = run(tmp_path, settings=Principals(resolve=True, members_per_group=most))
    known = principals(reader)
    assert known is not None
    assert len(known[guid(100)].members or ()) == read
    assert known[guid(100)].all_members is (read == 4)
    assert [(gap.source, gap.reason) for gap in gaps(reader)] == ([] if read == 4 else [(MEMBERS, "limit")])
    assert all("more than 3 members" in gap.detail for gap in gaps(reader))


def test_pages_of_members_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "PAGE_ROWS", 3)
    reader, requests = run(tmp_path)
    assert [page.rows for _, page in reader.provenance(MEMBERS)] == [3, 1]
    assert sum("transitiveMembers" in request for request in requests) == 2
    assert all("…" in page.url for number, (_, page) in enumerate(reader.provenance(MEMBERS)) if number)
    known = principals(reader)
    assert known is not None
    assert len(known[guid(100)].members or ()) == 4


def test_names_that_are_kept_back_are_a_gap(tmp_path: Path) -> None:
    entries = [*PEOPLE[1:], user(1) | {"displayName": None}, group(100, guid(1))]
    reader, _ = run(tmp_path, entries=entries)
    assert [(gap.source, gap.reason, gap.detail[:23]) for gap in gaps(reader)] == [
        (MEMBERS, "denied", "The names of 1 of the m"), (NAMES, "denied", "The names of 1 of the p"),
    ]  # fmt: skip
    known = principals(reader)
    assert known is not None
    assert (known[guid(1)].found, known[guid(1)].name) == (True, "")


def test_an_estate_without_a_directory_is_a_gap(tmp_path: Path) -> None:
    folder = estate(tmp_path)
    (folder / "azure" / "directory.json").unlink()
    with serve(folder, as_of=line.NOW) as sandbox:
        (gap,) = gaps(collected(sandbox, tmp_path))
    assert (gap.source, gap.reason) == (NAMES, "not-found")
    assert gap.detail.startswith("HTTP 404 ")


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    """A collection that is stopped after the names goes on with the members."""
    out = tmp_path / "out"

    def stop(done: int, of: int, what: str) -> None:
        del done, of
        if what == "names of principals":
            raise KeyboardInterrupt

    with serve(estate(tmp_path), as_of=line.NOW) as sandbox:
        with pytest.raises(KeyboardInterrupt):
            collected(sandbox, out, key="one attempt", progress=stop)
        del sandbox.requests[:]
        reader = collected(sandbox, out, key="one attempt")
        requests = [request.partition("?")[0] for request in sandbox.requests if "/v1.0/" in request]
    assert requests == [f"GET /v1.0/groups/{guid(100)}/transitiveMembers"]
    known = principals(reader)
    assert known is not None
    assert (known[guid(1)].name, known[guid(100)].members is not None) == ("User 1", True)
