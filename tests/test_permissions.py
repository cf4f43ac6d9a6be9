"""`reportgen permissions`: the printed role reads what the sources need, and nothing else."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from reportgen import rights, roles
from reportgen.assess import catalogue
from reportgen.roles.commands import BELOW, OTHERS
from reportgen.run import CONTROLS
from reportgen.sandbox import serve
from reportgen.sources import SOURCES
from tests import line
from tests.sandbox.conftest import ALPHA, BETA, Client, cluster, write

CLIENT = "66666666-7777-8888-9999-000000000000"
TENANT = "11111111-2222-3333-4444-555555555555"
LOGGING = "logging-audit-logs-collected"


def engagement(folder: Path, scope: str, *, credential: str = "managed-identity", more: str = "") -> Path:
    path = folder / "engagement.yaml"
    path.write_text(
        f"entity: Contoso\nperiod: {{start: 2026-10-01, end: 2026-12-31}}\nscope: {scope}\n"
        f"credential: {credential}\n{more}",
        encoding="utf-8",
    )
    return path


def printed(*arguments: str | Path) -> Any:
    result = line.command("permissions", *arguments, "--json")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def held(role: dict[str, Any]) -> list[rights.Permission]:
    return [rights.Permission(tuple(role["Actions"]), tuple(role["NotActions"]))]


def test_the_role_grants_what_every_source_needs() -> None:
    (role,) = printed()["arm_roles"]
    for source in SOURCES:
        for action in source.permissions:
            assert rights.grants(held(role), action), f"{source.name}: {action}"


def test_the_role_writes_nothing() -> None:
    (role,) = printed()["arm_roles"]
    assert role["Actions"]
    assert [action for action in role["Actions"] if not rights.reads(action)] == []
    assert rights.beyond_reading(held(role)) == ()
    assert (role["DataActions"], role["NotDataActions"]) == ([], [])


def test_the_role_names_exact_actions_but_for_what_azure_does_not_register() -> None:
    (role,) = printed()["arm_roles"]
    needed = {action for source in SOURCES for action in source.permissions}
    assert set(role["Actions"]) - needed == {
        "Microsoft.ResourceGraph/resources/read", "Microsoft.Security/*/read",
    }  # fmt: skip
    assert all(action.startswith("Microsoft.Security/") for action in needed - set(role["Actions"]))
    assert len(role["Actions"]) == len({action.lower() for action in role["Actions"]})


def test_a_chosen_control_takes_no_more_than_it_needs() -> None:
    all_of_it, one = printed(), printed("--control", LOGGING)
    assert one["controls"] == [LOGGING]
    assert {source["name"] for source in one["sources"]} == {
        "arg.subscriptions", "arg.managed-clusters", "arm.subscriptions", "arm.management-groups",
        "arm.managed-clusters", "arm.permissions", "arm.diagnostic-settings",
    }  # fmt: skip
    (small,), (large,) = one["arm_roles"], all_of_it["arm_roles"]
    assert "Microsoft.Insights/diagnosticSettings/read" in small["Actions"]
    assert not [action for action in small["Actions"] if "*" in action]
    assert set(small["Actions"]) < set(large["Actions"])
    two = printed("--control", LOGGING, "--control", "patching-maintenance-windows")
    assert {source["name"] for source in two["sources"]} - {source["name"] for source in one["sources"]} == {
        "arm.maintenance-configurations"
    }
    assert (one["data_roles"], one["cluster_role"]) == ([], [])
    assert not [command for command in one["commands"] if "kube" in command]


def test_a_control_that_does_not_exist_is_refused() -> None:
    result = line.command("permissions", "--control", "no-such-control", "--control", LOGGING)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: no-such-control: no control has this id;")


def test_subscriptions_are_the_scopes(tmp_path: Path) -> None:
    found = printed(engagement(tmp_path, f"{{subscriptions: [{BETA}, {ALPHA}]}}"))
    (role,) = found["arm_roles"]
    assert role["AssignableScopes"] == [f"/subscriptions/{ALPHA}", f"/subscriptions/{BETA}"]
    (data,) = found["data_roles"]
    assert data["AssignableScopes"] == role["AssignableScopes"]
    assert found["assignments"] == [
        {"role": one["Name"], "scope": scope, "at": "the scope"}
        for one in (role, data)
        for scope in role["AssignableScopes"]
    ]
    assert not [action for action in role["Actions"] if "managementGroups" in action]


def test_an_export_of_what_should_exist_is_a_scope_too(tmp_path: Path) -> None:
    (tmp_path / "cmdb.csv").write_text(f"subscription id\n{BETA}\n", encoding="utf-8")
    scope = (
        f"{{subscriptions: [{ALPHA}], expected_from: {{file: cmdb.csv, source: x, exported_at: 2026-11-14}}}}"
    )
    (role,) = printed(engagement(tmp_path, scope))["arm_roles"]
    assert role["AssignableScopes"] == [f"/subscriptions/{ALPHA}", f"/subscriptions/{BETA}"]


def test_a_management_group_is_a_scope_and_takes_an_action_of_its_own(tmp_path: Path) -> None:
    (role,) = printed(engagement(tmp_path, f"{{management_groups: [corp], subscriptions: [{ALPHA}]}}"))[
        "arm_roles"
    ]
    assert role["AssignableScopes"] == [
        "/providers/Microsoft.Management/managementGroups/corp", f"/subscriptions/{ALPHA}",
    ]  # fmt: skip
    assert "Microsoft.Management/managementGroups/descendants/read" in role["Actions"]


def test_two_management_groups_take_two_roles(tmp_path: Path) -> None:
    scope = f"{{management_groups: [corp, lab], subscriptions: [{ALPHA}]}}"
    found = printed(engagement(tmp_path, scope))
    first, second = found["arm_roles"]
    groups = "/providers/Microsoft.Management/managementGroups"
    assert first["AssignableScopes"] == [f"{groups}/corp", f"/subscriptions/{ALPHA}"]
    assert second["AssignableScopes"] == [f"{groups}/lab"]
    assert first["Name"] != second["Name"]
    assert first["Actions"] == second["Actions"]
    assert [one["AssignableScopes"] for one in found["data_roles"]] == [
        first["AssignableScopes"], second["AssignableScopes"],
    ]  # fmt: skip
    assert len({one["Name"] for one in (*found["arm_roles"], *found["data_roles"])}) == 4
    assert [one["at"] for one in found["assignments"]] == [
        *3 * ["the scope"], "every subscription below the scope", "the scope",
        "every subscription below the scope",
    ]  # fmt: skip


def test_without_a_scope_there_is_a_place_to_fill_in(tmp_path: Path) -> None:
    for arguments in ((), (engagement(tmp_path, "{}"),)):
        (role,) = printed(*arguments)["arm_roles"]
        assert role["AssignableScopes"] == ["/subscriptions/<subscription-id>"]
        assert "# No scope is named: put the" in line.command("permissions", *arguments).out
    path = engagement(tmp_path, f"{{subscriptions: [{ALPHA}]}}")
    assert "No scope is named" not in line.command("permissions", path).out


CREDENTIALS = {
    "managed-identity": ("OBJECT_ID='<object-id>'", "ServicePrincipal"),
    f"{{kind: managed-identity, client_id: {CLIENT}}}": (f"az ad sp show --id {CLIENT}", "ServicePrincipal"),
    f"{{kind: client-secret, client_id: {CLIENT}, tenant_id: {TENANT}}}": (
        f"az ad sp show --id {CLIENT}", "ServicePrincipal",
    ),
    "azure-cli": ("az ad signed-in-user show", "User"),
    f"{{kind: device-code, tenant_id: {TENANT}, client_id: {CLIENT}}}": ("az ad signed-in-user show", "User"),
}  # fmt: skip


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_the_commands_fit_the_identity(tmp_path: Path, credential: str) -> None:
    who, kind = CREDENTIALS[credential]
    commands = printed(engagement(tmp_path, "{}", credential=credential))["commands"]
    assert [command for command in commands if who in command]
    assert [command for command in commands if f"--assignee-principal-type {kind} " in command]


def test_another_cloud_is_set_first(tmp_path: Path) -> None:
    path = engagement(tmp_path, "{}", more="cloud: AzureUSGovernment\n")
    assert printed(path)["commands"][0] == "az cloud set --name AzureUSGovernment"


def test_one_section_alone_is_what_az_takes(tmp_path: Path) -> None:
    path = engagement(tmp_path, f"{{subscriptions: [{ALPHA}]}}")
    result = line.command("permissions", path, "--section", "arm-role")
    assert result.code == 0
    assert [json.loads(result.out)] == printed(path)["arm_roles"]
    result = line.command("permissions", path, "--section", "data-role")
    assert [json.loads(result.out)] == printed(path)["data_roles"]
    commands = line.command("permissions", path, "--section", "commands")
    assert commands.out.splitlines() == printed(path)["commands"]


TOOL = """\
#!/bin/sh
printf '%s\\n' "${0##*/}" "$@" -- >> calls
case "$*" in
  *show*userPrincipalName*) echo someone@contoso.com ;;
  *show*) echo the-object-id ;;
  *resourcecontainers*) echo below-1; echo below-2 ;;
  graph*) printf 'sub\\trg-1\\taks-1\\nsub\\trg-2\\taks-2\\n' ;;
  *get-credentials*aks-1*) exit 1 ;;
esac
"""


def ran(folder: Path, script: str) -> Iterator[list[str]]:
    """Each call of a tool that a script makes, with its arguments; one of two clusters lets nobody in."""
    for name in ("az", "kubectl", "kubelogin"):
        (folder / name).write_text(TOOL, encoding="utf-8")
        (folder / name).chmod(0o755)
    subprocess.run(["sh", "-eu"], input=script, text=True, cwd=folder, check=True,
                   env={"PATH": f"{folder}:/usr/bin:/bin"})  # fmt: skip
    calls = (folder / "calls").read_text(encoding="utf-8").split("--\n")
    return (call.splitlines() for call in calls if call.strip())


def test_what_is_printed_runs_as_a_script(tmp_path: Path) -> None:
    hostile = "a'; echo $(id) `id` \"x"
    scope = json.dumps({"management_groups": [hostile], "subscriptions": [ALPHA]})
    path = engagement(tmp_path, scope, credential="azure-cli")
    result = line.command("permissions", path)
    calls = list(ran(tmp_path, result.out))
    assert [call[1:4] for call in calls[:2]] == 2 * [["ad", "signed-in-user", "show"]]
    created = [call[-1] for call in calls if call[1:4] == ["role", "definition", "create"]]
    assert created == ["@reportgen-arm-role.json", "@reportgen-data-role.json"]
    assign = [call for call in calls if call[1:4] == ["role", "assignment", "create"]]
    assert {call[call.index("--assignee-object-id") + 1] for call in assign} == {"the-object-id"}
    group = f"/providers/Microsoft.Management/managementGroups/{hostile}"
    assert [(call[call.index("--role") + 1], call[call.index("--scope") + 1]) for call in assign] == [
        ("reportgen evidence reader", group),
        ("reportgen evidence reader", f"/subscriptions/{ALPHA}"),
        ("reportgen cluster reader", "/subscriptions/below-1"),
        ("reportgen cluster reader", "/subscriptions/below-2"),
        ("reportgen cluster reader", f"/subscriptions/{ALPHA}"),
    ]
    for kind in ("arm", "data"):
        role = json.loads((tmp_path / f"reportgen-{kind}-role.json").read_text(encoding="utf-8"))
        assert role["AssignableScopes"] == [group, f"/subscriptions/{ALPHA}"]


def test_the_script_applies_the_manifests_to_each_cluster_and_names_those_it_cannot(tmp_path: Path) -> None:
    path = engagement(tmp_path, f"{{subscriptions: [{ALPHA}]}}", credential="azure-cli")
    script = line.command("permissions", path).out
    calls = list(ran(tmp_path, script))
    asked = [call[call.index("--name") + 1] for call in calls if "get-credentials" in call]
    assert asked == ["aks-1", "aks-2"]
    assert [call for call in calls if call[0] == "kubectl"] == [
        ["kubectl", "--kubeconfig", "reportgen-kubeconfig", "apply", "--filename",
         "reportgen-cluster-role.yaml"]
    ]  # fmt: skip
    (query,) = [call for call in calls if call[1:3] == ["graph", "query"]]
    assert query[query.index("--subscriptions") + 1] == ALPHA
    role, binding = yaml.safe_load_all((tmp_path / "reportgen-cluster-role.yaml").read_text(encoding="utf-8"))
    assert role == printed(path)["cluster_role"][0]
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "someone@contoso.com"}
    ]
    assert 'NOT APPLIED to $NAME" >&2' in script


def test_the_clusters_for_the_manifests_are_those_that_kubernetes_authorises(tmp_path: Path) -> None:
    clusters: dict[str, dict[str, Any]] = {
        "plain": {"aadProfile": {"managed": True}},
        "off": {"aadProfile": {"managed": True, "enableAzureRBAC": False}},
        "azure": {"aadProfile": {"managed": True, "enableAzureRBAC": True}},
        "legacy": {},
        "old": {"aadProfile": {"serverAppID": "x"}},
    }
    write(tmp_path, {f"{name}.json": cluster(ALPHA, name, **more) for name, more in clusters.items()})
    with serve(tmp_path) as sandbox:
        client = Client(sandbox)
        found = client.query(OTHERS, subscriptions=[ALPHA]).json()["data"]
        below = client.query(BELOW, subscriptions=[ALPHA]).json()["data"]
    assert {row["name"]: (row["subscriptionId"], row["resourceGroup"]) for row in found} == {
        "plain": (ALPHA, "rg-aks"), "off": (ALPHA, "rg-aks"),
    }  # fmt: skip
    assert below == [{"subscriptionId": ALPHA}]


def test_commands_are_one_line_each(tmp_path: Path) -> None:
    path = engagement(tmp_path, f"{{subscriptions: [{ALPHA}]}}")
    for command in printed(path)["commands"]:
        assert "\n" not in command
        assert shlex.split(command, comments=True)


def test_a_wrong_engagement_is_refused(tmp_path: Path) -> None:
    result = line.command("permissions", engagement(tmp_path, "{subscription: []}"))
    assert (result.code, result.out) == (2, "")
    assert "scope.subscription: unknown key" in result.err


def test_what_a_source_requires_comes_with_it() -> None:
    (control,) = (known for known in catalogue.load(CONTROLS) if known.id == LOGGING)
    inside = next(source for source in SOURCES if source.requires)
    chosen = roles.sources_for([replace(control, needs=(inside.name,))], (LOGGING,))
    assert {inside.name, inside.requires} < {source.name for source in chosen}


@pytest.mark.parametrize("control", ["", LOGGING])
def test_azures_own_roles_are_named_where_they_would_do(control: str) -> None:
    chosen = ("--control", control) if control else ()
    (role,) = printed(*chosen)["arm_roles"]
    more = [action for action in role["Actions"] if not action.endswith("/read")]
    assert more == (
        [] if control else ["Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"]
    )
    told = line.command("permissions", *chosen).out
    assert ("grant more:\n# Reader and Azure Kubernetes Service Cluster User Role." in told) is bool(more)
    assert ("grant more:\n# Reader." in told) is (not more)


def test_without_a_look_into_clusters_their_credential_is_not_needed(tmp_path: Path) -> None:
    (role,) = printed(engagement(tmp_path, "{}", more="clusters: {access: none}\n"))["arm_roles"]
    assert [action for action in role["Actions"] if not action.endswith("/read")] == []


def test_what_needs_no_rights_cannot_be_printed_alone(tmp_path: Path) -> None:
    path = engagement(tmp_path, "{}", more="clusters: {access: none}\n")
    for section in ("data-role", "cluster-role"):
        result = line.command("permissions", path, "--section", section)
        assert (result.code, result.out) == (2, "")
        assert f"--section {section}: what was chosen takes no rights there" in result.err
    assert "kubectl" not in line.command("permissions", path).out


@pytest.mark.parametrize("access", ["direct", "run-command"])
def test_run_commands_are_allowed_only_where_they_are_used(tmp_path: Path, access: str) -> None:
    path = engagement(tmp_path, "{}", more=f"clusters: {{access: {access}}}\n")
    (role,) = printed(path)["arm_roles"]
    more = {action for action in role["Actions"] if "ommand" in action}
    assert more == (set() if access == "direct" else {
        "Microsoft.ContainerService/managedClusters/runCommand/action",
        "Microsoft.ContainerService/managedClusters/commandResults/read",
    })  # fmt: skip
    told = line.command("permissions", path).out
    assert ("run any command in the clusters" in told) is bool(more)
    assert ("It changes nothing." in told) is (not more)


@pytest.mark.parametrize("secrets", [False, True])
def test_secrets_are_in_the_roles_only_where_the_engagement_asks_for_them(
    tmp_path: Path, secrets: bool
) -> None:
    path = engagement(tmp_path, "{}", more=f"clusters: {{secrets: {str(secrets).lower()}}}\n")
    found = printed(path)
    text = json.dumps([found["data_roles"], found["cluster_role"]])
    assert ("secrets/read" in text, '"secrets"' in text) == (secrets, secrets)
    for never in ("nodes/proxy", "pods/exec", "configmaps", "impersonate", '"verbs": ["*"]'):
        assert never not in text
    assert {verb for rule in found["cluster_role"][0]["rules"] for verb in rule["verbs"]} == {"list"}
    (data,) = found["data_roles"]
    assert data["Actions"] == []
    assert [action for action in data["DataActions"] if "*" in action or not action.endswith("/read")] == []


def test_a_chosen_control_takes_only_its_own_rights_inside_clusters() -> None:
    found = printed("--control", "governance-webhooks-fail-closed")
    (role, _), (data,) = found["cluster_role"], found["data_roles"]
    hooks = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]
    assert role["rules"] == [
        {"apiGroups": ["admissionregistration.k8s.io"], "resources": hooks, "verbs": ["list"]}
    ]
    assert [action.split("/")[-2] for action in data["DataActions"]] == hooks


IDS = {"--object-id": "User", "--group": "Group"}


@pytest.mark.parametrize("option", IDS)
def test_an_object_id_is_put_where_it_belongs(option: str) -> None:
    found = printed(option, CLIENT)
    _, binding = found["cluster_role"]
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": IDS[option], "name": CLIENT}
    ]
    assert f"OBJECT_ID={CLIENT}" in found["commands"]
    kind = "Group" if option == "--group" else "ServicePrincipal"
    assert [command for command in found["commands"] if f"--assignee-principal-type {kind} " in command]
    refused = line.command("permissions", option, "$(id)")
    assert (refused.code, refused.err) == (
        2, f"error: {option} $(id): expected a GUID, the object id that Entra shows\n",
    )  # fmt: skip


def test_rights_go_to_an_identity_or_to_a_group() -> None:
    result = line.command("permissions", "--object-id", CLIENT, "--group", TENANT)
    assert (result.code, result.out) == (2, "")
    assert "give the rights to one of them" in result.err


def test_a_person_is_bound_by_name_and_assigned_by_id(tmp_path: Path) -> None:
    path = engagement(tmp_path, "{}", credential="azure-cli")
    commands = printed(path, "--object-id", CLIENT)["commands"]
    assert commands[:2] == [
        f"OBJECT_ID=$(az ad user show --id {CLIENT} --query id --output tsv)",
        f"SUBJECT=$(az ad user show --id {CLIENT} --query userPrincipalName --output tsv)",
    ]


def test_one_cluster_by_a_kubeconfig_takes_nothing_in_azure(tmp_path: Path) -> None:
    path = engagement(tmp_path, "{}", credential="kubeconfig", more="clusters: {context: 'a b'}\n")
    found = printed(path)
    assert (found["arm_roles"], found["data_roles"], found["assignments"]) == ([], [], [])
    assert {source["name"].split(".")[0] for source in found["sources"]} == {"k8s"}
    assert found["commands"][1:] == ["kubectl --context 'a b' apply --filename reportgen-cluster-role.yaml"]
    assert "az " not in line.command("permissions", path).out
    refused = line.command("permissions", path, "--object-id", CLIENT)
    assert (refused.code, refused.out) == (2, "")


def test_manifests_alone_say_what_to_fill_in(tmp_path: Path) -> None:
    result = line.command("permissions", "--section", "cluster-role")
    assert "in the place of <object-id>, or give --object-id or --group" in result.out
    filled = line.command("permissions", "--section", "cluster-role", "--object-id", CLIENT)
    assert "<" not in filled.out
    assert [*yaml.safe_load_all(filled.out)] == printed("--object-id", CLIENT)["cluster_role"]


RESOLVE = "principals: {resolve: true}\n"


def test_microsoft_graph_is_granted_only_where_the_engagement_asks_it(tmp_path: Path) -> None:
    scope = f"{{subscriptions: [{ALPHA}]}}"
    for found in (printed(), printed(engagement(tmp_path, scope))):
        assert (found["graph_permissions"], found["graph_commands"]) == ([], [])
    plain = line.command("permissions", tmp_path / "engagement.yaml").out
    assert "# Microsoft Graph:" not in plain
    asking = printed(engagement(tmp_path, scope, more=RESOLVE))
    assert asking["graph_permissions"] == ["Directory.Read.All"]
    assert asking["graph_permissions"] == sorted({role for one in SOURCES for role in one.app_roles})
    assert not [one for one in asking["sources"] if one["name"].startswith("msgraph.")]
    whole = line.command("permissions", tmp_path / "engagement.yaml").out
    assert whole.startswith(plain.rstrip("\n"))
    assert "\n".join(asking["graph_commands"]) in whole


@pytest.mark.parametrize(("cloud", "host"), [
    ("AzureCloud", "graph.microsoft.com"), ("AzureUSGovernment", "graph.microsoft.us"),
    ("AzureChinaCloud", "microsoftgraph.chinacloudapi.cn"),
])  # fmt: skip
def test_the_commands_for_microsoft_graph_run_in_a_shell(tmp_path: Path, cloud: str, host: str) -> None:
    scope = f"{{subscriptions: [{ALPHA}]}}"
    path = engagement(tmp_path, scope, more=f"{RESOLVE}cloud: {cloud}\n")
    result = line.command("permissions", path, "--section", "graph")
    *_, resource, role, grant = ran(tmp_path, result.out)
    assert resource[1:5] == ["ad", "sp", "show", "--id"]
    assert role[role.index("--query") + 1] == "appRoles[?value=='Directory.Read.All'].id | [0]"
    assert grant[1:4] == ["rest", "--method", "post"]
    assert grant[grant.index("--url") + 1] == (
        f"https://{host}/v1.0/servicePrincipals/<object-id>/appRoleAssignments"
    )
    assert json.loads(grant[grant.index("--body") + 1]) == {
        "principalId": "<object-id>", "resourceId": "the-object-id", "appRoleId": "the-object-id",
    }  # fmt: skip


def test_whoever_signs_in_needs_no_application_permission(tmp_path: Path) -> None:
    path = engagement(tmp_path, f"{{subscriptions: [{ALPHA}]}}", credential="azure-cli", more=RESOLVE)
    assert printed(path)["graph_commands"] == []
    assert "nothing to grant" in line.command("permissions", path, "--section", "graph").out


def test_the_section_says_so_where_microsoft_graph_is_not_asked() -> None:
    assert line.command("permissions", "--section", "graph").out.startswith(
        "# This engagement asks Microsoft"
    )
