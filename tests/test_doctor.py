"""`reportgen doctor`: what works and what does not, what that costs, and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reportgen.sandbox import Fault, Faults, Kind, Sandbox, serve
from tests import line
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, write

PERMISSIONS = "/subscriptions/*/providers/Microsoft.Authorization/permissions"
CREDENTIAL = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
READER = {"actions": ["*/read", CREDENTIAL], "notActions": []}
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings/read"
SETTINGS = ["arm.diagnostic-settings", "arm.registry-diagnostic-settings"]
LOGGING = [
    "logging-audit-logs-apart",
    "logging-audit-logs-collected",
    "logging-audit-logs-kept",
    "logging-platform-logs-collected",
    "logging-registry-events-collected",
]


def roles(*entries: dict[str, Any], at: str = "*") -> dict[str, Any]:
    """What a subscription says of the identity's permissions there."""
    return {"path": PERMISSIONS.replace("*", at), "body": {"value": list(entries)}}


def estate(folder: Path, *empty: dict[str, Any] | str) -> Path:
    """Three subscriptions, one unreadable, and a cluster in the first."""
    subscriptions = [
        {"subscriptionId": ALPHA, "displayName": "Alpha", "managementGroups": [{"name": "corp"}]},
        {"subscriptionId": BETA, "displayName": "Beta", "managementGroups": [{"name": "corp"}]},
        {"subscriptionId": HIDDEN, "displayName": "Hidden", "readable": False},
    ]
    files = {
        "subscriptions.json": subscriptions,
        "one.json": cluster(ALPHA, "one"),
        "empty.json": list(empty or [roles(READER)]),
        "directory.json": [],
    }
    return write(folder, files)


@contextmanager
def azure(folder: Path, *empty: dict[str, Any] | str, **faults: Any) -> Iterator[Sandbox]:
    with serve(estate(folder / "estate", *empty), faults=Faults(**faults)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SECRET", "sandbox-only")


def look(folder: Path, sandbox: Sandbox, *options: str | Path, **changes: Any) -> line.Result:
    """Doctor on an engagement that reaches the sandbox by its address."""
    known = {"scope": {"subscriptions": [ALPHA, BETA]}, "clusters": {"access": "none"}} | changes
    path = line.engagement_file(folder / "engagement.yaml", sandbox, **known)
    return line.command("doctor", path, "--out", folder / "out", *options)


def document(folder: Path, sandbox: Sandbox, **changes: Any) -> dict[str, Any]:
    result = look(folder, sandbox, "--json", **changes)
    found: dict[str, Any] = json.loads(result.out)
    assert found["exit_code"] == result.code
    return found


def checks(found: dict[str, Any], topic: str) -> list[dict[str, Any]]:
    return [check for check in found["checks"] if check["topic"] == topic]


def test_all_is_well(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        result = look(tmp_path, sandbox)
    assert (result.code, result.err) == (0, "")
    *lines, empty, verdict = result.out.splitlines()
    assert (empty, verdict) == ("", "All that the engagement expects can be read.")
    topics = [text[12:27].strip() for text in lines if text[0] != " "]
    assert topics == [
        "engagement", "report", "out folder", "endpoint", "identity", "clock", "subscriptions",
        "resource graph", "permissions",
    ]  # fmt: skip
    assert {text[:12].strip() for text in lines} == {"ok", ""}
    assert all(text[:27].strip() == "" or text[26] == " " for text in lines)
    assert max(len(text) for text in lines) <= 110
    for known in (
        sandbox.object_id,
        sandbox.client_id,
        sandbox.tenant_id,
        f"{ALPHA}  Alpha",
        f"{BETA}  Beta",
    ):
        assert known in result.out
    assert "sandbox-only" not in result.out
    assert not (tmp_path / "out").exists()


def test_a_machine_gets_one_document(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox)
    assert found["exit_code"] == 0
    assert found["identity"] == {
        "object_id": sandbox.object_id, "tenant_id": sandbox.tenant_id, "app_id": sandbox.client_id,
    }  # fmt: skip
    assert {check["state"] for check in found["checks"]} == {"ok"}
    assert [(one["id"], one["name"], one["expected"], one["visible"]) for one in found["subscriptions"]] == [
        (ALPHA, "Alpha", True, True), (BETA, "Beta", True, True),
    ]  # fmt: skip
    assert [(one["missing"], one["beyond_reading"]) for one in found["subscriptions"]] == [([], []), ([], [])]


def test_a_machine_s_document_steers_no_terminal(tmp_path: Path) -> None:
    out = line.command("doctor", tmp_path / "\u202e\x9b.yaml", "--json").out
    assert "\\u202e\\u009b.yaml" in out
    assert not {"\u202e", "\x9b"} & {*out}


# --- subscriptions ---


def test_a_subscription_that_is_expected_and_not_visible(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        result = look(tmp_path, sandbox, scope={"subscriptions": [ALPHA, HIDDEN]})
    assert result.code == 3
    assert "incomplete  subscriptions  1 of 2 expected are visible, and 1 outside the scope" in result.out
    assert f"{HIDDEN}  NOT VISIBLE" in result.out
    assert "-> Check the ids that are not visible" in result.out
    assert "reportgen permissions" in " ".join(result.out.split())


def test_nothing_that_is_expected_is_visible(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, scope={"subscriptions": [HIDDEN]})
    assert found["exit_code"] == 2
    (check,) = checks(found, "subscriptions")
    assert (check["state"], check["found"]) == (
        "stops",
        "0 of 1 expected are visible, and 2 outside the scope",
    )
    assert checks(found, "permissions") == []


def test_without_a_scope_what_is_visible_is_expected(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        (check,) = checks(document(tmp_path, sandbox, scope={}), "subscriptions")
    assert (check["state"], check["found"]) == ("ok", "2 visible; the engagement expects whatever is visible")


def test_a_subscription_that_is_disabled_is_said_to_be(tmp_path: Path) -> None:
    with azure(tmp_path, disabled=(BETA,)) as sandbox:
        found = document(tmp_path, sandbox)
    (check,) = checks(found, "subscriptions")
    assert f"{BETA}  Beta  state Disabled" in check["details"]


def test_an_export_says_what_is_expected_and_names_it(tmp_path: Path) -> None:
    (tmp_path / "cmdb.csv").write_text(f"subscription,display name\n{HIDDEN},Payments\n", encoding="utf-8")
    export = {"file": "cmdb.csv", "source": "CMDB", "exported_at": "2026-11-14"}
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, scope={"subscriptions": [ALPHA], "expected_from": export})
    (check,) = checks(found, "subscriptions")
    assert f"{HIDDEN}  Payments  NOT VISIBLE" in check["details"]


def test_management_groups(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, scope={"management_groups": ["corp", "nowhere"]})
    good, bad = checks(found, "mgmt group")
    assert (good["state"], good["found"]) == ("ok", "corp: its subscriptions can be listed")
    assert (bad["state"], found["exit_code"]) == ("incomplete", 3)
    assert bad["found"].startswith("nowhere: HTTP 403 AuthorizationFailed")
    assert [one["id"] for one in found["subscriptions"] if one["expected"]] == [ALPHA, BETA]


def test_the_list_of_subscriptions_that_is_refused_stops_everything(tmp_path: Path) -> None:
    with azure(tmp_path, calls=(Fault(Kind.FORBIDDEN, match="GET /subscriptions?"),)) as sandbox:
        found = document(tmp_path, sandbox)
    assert found["exit_code"] == 2
    (check,) = checks(found, "subscriptions")
    assert check["state"] == "stops"
    assert "HTTP 403 AuthorizationFailed" in check["found"]
    assert found["identity"]["object_id"] == sandbox.object_id


def test_resource_graph_that_refuses(tmp_path: Path) -> None:
    with azure(tmp_path, calls=(Fault(Kind.FORBIDDEN, match="Microsoft.ResourceGraph"),)) as sandbox:
        found = document(tmp_path, sandbox)
    (check,) = checks(found, "resource graph")
    assert (check["state"], found["exit_code"]) == ("incomplete", 3)
    assert "HTTP 403" in check["found"]


# --- permissions ---


def test_a_missing_permission_and_what_it_costs(tmp_path: Path) -> None:
    lacking = READER | {"notActions": ["Microsoft.Insights/diagnosticSettings/*"]}
    with azure(tmp_path, roles(lacking, at=BETA), roles(READER)) as sandbox:
        result = look(tmp_path, sandbox)
        found = document(tmp_path, sandbox)
    assert result.code == 3
    (check,) = checks(found, "permissions")
    assert (check["state"], check["found"]) == ("incomplete", "1 missing at 1 of 2 subscriptions")
    assert check["details"] == [
        f"{BETA}  Beta", f"{DIAGNOSTICS}  for {', '.join(SETTINGS)}", f"costs {', '.join(LOGGING)}",
    ]  # fmt: skip
    assert "reportgen permissions" in check["advice"]
    beta = next(one for one in found["subscriptions"] if one["id"] == BETA)
    assert beta["missing"] == [{"action": DIAGNOSTICS, "sources": SETTINGS, "controls": LOGGING}]
    assert f"{DIAGNOSTICS}  for {SETTINGS[0]}" in result.out


def test_what_several_subscriptions_lack_alike_is_told_once(tmp_path: Path) -> None:
    with azure(tmp_path, roles({"actions": ["Microsoft.Resources/*/read"]})) as sandbox:
        found = document(tmp_path, sandbox, clusters={"access": "direct"})
    (check,) = checks(found, "permissions")
    assert check["found"].endswith(" missing at 2 of 2 subscriptions")
    assert check["details"][:2] == [f"{ALPHA}  Alpha", f"{BETA}  Beta"]
    assert check["details"][-1].startswith("costs all ")
    assert check["details"][-1].endswith(" controls")


def test_a_permission_that_no_control_needs_is_still_missing(tmp_path: Path) -> None:
    lacking = READER | {"notActions": ["Microsoft.Network/natGateways/*"]}
    with azure(tmp_path, roles(lacking)) as sandbox:
        (check,) = checks(document(tmp_path, sandbox), "permissions")
    assert check["state"] == "incomplete"
    assert check["details"][-2:] == [
        "Microsoft.Network/natGateways/read  for arg.nat-gateways", "costs no control",
    ]  # fmt: skip


def test_permissions_that_cannot_be_read(tmp_path: Path) -> None:
    with azure(tmp_path, {"path": PERMISSIONS.replace("*", BETA), "status": 403}, roles(READER)) as sandbox:
        found = document(tmp_path, sandbox)
    (check,) = checks(found, "permissions")
    assert (check["state"], found["exit_code"]) == ("incomplete", 3)
    assert check["found"] == "what the identity may do could not be read at 1 of 2 subscriptions"
    assert check["details"] == [f"{BETA}  Beta"]
    assert [one["missing"] for one in found["subscriptions"]] == [[], None]


@pytest.mark.parametrize("where", ["*", ALPHA], ids=["everywhere", "in one"])
def test_a_write_right_is_more_than_needed(tmp_path: Path, where: str) -> None:
    writer = {"actions": ["Microsoft.Network/virtualNetworks/*"]}
    with azure(tmp_path, roles(READER, writer, at=where), roles(READER)) as sandbox:
        found = document(tmp_path, sandbox)
    assert found["exit_code"] == 0
    fine, check = checks(found, "permissions")
    assert (fine["state"], check["state"]) == ("ok", "note")
    number = 2 if where == "*" else 1
    assert check["found"] == (
        f"more than reading needs at {number} of 2 subscriptions: Microsoft.Network/virtualNetworks/*"
    )
    assert check["advice"].startswith("A collector only reads; take this right away from it.")
    assert found["subscriptions"][0]["beyond_reading"] == ["Microsoft.Network/virtualNetworks/*"]


def test_only_subscriptions_in_scope_are_asked_for_permissions(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, scope={"subscriptions": [ALPHA]})
        asked = [request for request in sandbox.requests if "Authorization/permissions" in request]
    assert [ALPHA in request for request in asked] == [True]
    assert [one["missing"] for one in found["subscriptions"]] == [[], None]
    (check,) = checks(found, "permissions")
    assert check["found"].endswith("at 1 of 1 subscriptions")


def test_many_subscriptions_are_counted_and_the_document_has_all(tmp_path: Path) -> None:
    ids = [f"dddddddd-0000-4000-8000-{number:012}" for number in range(40)]
    files: dict[str, Any] = {"subscriptions.json": [{"subscriptionId": one} for one in ids]}
    write(tmp_path / "estate", files | {"empty.json": [roles(READER)]})
    with serve(tmp_path / "estate") as sandbox:
        found = document(tmp_path, sandbox, scope={})
    (check,) = checks(found, "subscriptions")
    assert len(check["details"]) == 31
    assert check["details"][-1] == "and 10 more, which --json lists"
    assert [one["id"] for one in found["subscriptions"]] == ids


# --- identity and clock ---


def test_a_token_that_is_refused_stops_everything(tmp_path: Path) -> None:
    with azure(tmp_path, refuse_token=True) as sandbox:
        found = document(tmp_path, sandbox)
    assert found["exit_code"] == 2
    assert found["verdict"] == "Nothing can be collected until what stops it is mended."
    (check,) = checks(found, "identity")
    assert check["state"] == "stops"
    assert "AADSTS7000215" in check["found"]
    assert "Check tenant, client id and secret" in check["found"]
    assert found["identity"] is None
    assert checks(found, "out folder")[0]["state"] == "ok"


def test_a_missing_secret_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANDBOX_SECRET")
    with azure(tmp_path) as sandbox:
        result = look(tmp_path, sandbox)
    assert result.code == 2
    assert (
        "stops       identity       credential.secret_env: the environment variable SANDBOX_SECRET"
        in result.out
    )
    assert sandbox.requests == []


@pytest.mark.parametrize(("skew", "state", "code"), [(-400.0, "incomplete", 3), (100.0, "ok", 0)])
def test_the_clock(tmp_path: Path, skew: float, state: str, code: int) -> None:
    with azure(tmp_path, clock_skew=skew) as sandbox:
        found = document(tmp_path, sandbox)
    (check,) = checks(found, "clock")
    assert (check["state"], found["exit_code"]) == (state, code)
    assert ("ahead of" in check["found"]) is (skew < 0)
    assert ("NTP" in check["advice"]) is (code == 3)


# --- this host ---


def test_an_engagement_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text("entity: x\ncolour: red\n", encoding="utf-8")
    result = line.command("doctor", path)
    assert (result.code, result.err) == (2, "")
    assert result.out.startswith(f"stops       engagement     {path}:2:") or f"{path}:2:" in result.out
    assert "colour: unknown key" in " ".join(result.out.split())
    found = json.loads(line.command("doctor", path, "--json").out)
    assert (found["exit_code"], found["checks"][0]["state"], found["subscriptions"]) == (2, "stops", [])


def test_entries_with_mistakes_are_named_and_stop_nothing(tmp_path: Path) -> None:
    wrong = [{"control": "api-server-private", "subject": "x\x1b[2J", "ticket": "\u202e"}, "\u202e"]
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, waivers=wrong)
        result = look(tmp_path, sandbox, waivers=wrong)
    (check,) = checks(found, "entries")
    assert (found["exit_code"], check["state"]) == (0, "note")
    assert check["found"].startswith("2 entries have mistakes and are not applied")
    assert "waivers, entry 1: malformed, not applied: reason: missing" in check["details"][0]
    assert "waivers, entry 2: malformed, not applied: expected keys" in check["details"][1]
    assert "note        entries        2 entries have mistakes and are not applied" in result.out
    assert not {"\x1b", "\u202e"} & set(result.out)


def test_parameters_that_no_control_has(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, parameters={"no-such-control": {"x": 1}})
    (check,) = found["checks"]
    assert (check["topic"], check["state"]) == ("engagement", "stops")
    assert "no-such-control" in check["found"]


def test_a_ca_file_that_is_not_there(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, endpoint={"ca_file": "none.pem"})
    (check,) = found["checks"]
    assert f"{tmp_path / 'none.pem'}: No such file" in check["found"]


def test_neither_engagement_nor_folder() -> None:
    result = line.command("doctor")
    assert result.code == 2
    assert "Name an engagement file" in result.out


def test_a_host_without_pango(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('no pango')\n", encoding="utf-8")
    estate(tmp_path / "estate")
    result = line.process(
        "doctor",
        "--estate",
        tmp_path / "estate",
        "--out",
        tmp_path / "out",
        "--json",
        PYTHONPATH=str(tmp_path),
    )
    found = json.loads(result.stdout)
    (check,) = checks(found, "report")
    assert (check["state"], result.returncode) == ("incomplete", 3)
    assert "no pango" in check["found"]
    assert "apt install" in check["advice"]


# --- estate folders ---


def test_an_estate_folder_is_looked_at_with_the_sandboxs_identity(tmp_path: Path) -> None:
    folder = estate(tmp_path / "estate")
    result = line.command("doctor", "--estate", folder, "--out", tmp_path / "out")
    assert result.code == 3  # the folder's third subscription is expected and cannot be read
    assert "an estate folder, served by the embedded sandbox" in result.out
    assert f"{HIDDEN}  NOT VISIBLE" in result.out


def test_a_folder_that_is_no_estate(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(line.MIXED_ENGAGEMENT, encoding="utf-8")
    result = line.command("doctor", path, "--estate", tmp_path / "none")
    assert result.code == 2
    assert str(tmp_path / "none") in result.out


def test_names_from_azure_cannot_steer_the_terminal(tmp_path: Path, mixed_estate: Path) -> None:
    result = line.command("doctor", "--estate", mixed_estate, "--out", tmp_path / "out")
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out
    assert BETA in result.out


def test_a_kubeconfig_signs_in_to_no_azure(tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(
        "entity: Contoso\nperiod: {start: 2026-10-01, end: 2026-12-31}\nscope: {}\ncredential: kubeconfig\n"
        "clusters: {kubeconfig: none.yaml}\n",
        encoding="utf-8",
    )
    result = line.command("doctor", path, "--out", tmp_path / "out")
    assert result.code == 2
    told = " ".join(result.out.split())
    assert f"stops cluster clusters.kubeconfig: {tmp_path / 'none.yaml'}: cannot be read" in told
    assert "identity" not in told


def test_an_export_that_cannot_be_read(tmp_path: Path) -> None:
    export = {"file": "cmdb.csv", "source": "CMDB", "exported_at": "2026-11-14"}
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, scope={"expected_from": export})
    (check,) = found["checks"]
    assert (check["state"], found["exit_code"]) == ("stops", 2)
    assert f"{tmp_path / 'cmdb.csv'}: scope.expected_from.file cannot be read" in check["found"]


RUN_COMMAND = "Microsoft.ContainerService/managedClusters/runCommand/action"


def test_run_command_is_no_more_than_needed_where_it_is_used(tmp_path: Path) -> None:
    with azure(tmp_path, roles(READER, {"actions": [RUN_COMMAND]})) as sandbox:
        found = document(tmp_path, sandbox, clusters={"access": "run-command"})
        without = document(tmp_path, sandbox)
    (check,) = checks(found, "permissions")
    assert check["state"] == "ok"
    assert checks(without, "permissions")[1]["found"].endswith(f"subscriptions: {RUN_COMMAND}")
    with azure(tmp_path, roles(READER)) as sandbox:
        lacking = document(tmp_path, sandbox, clusters={"access": "run-command"})
    assert checks(lacking, "permissions")[0]["found"] == "1 missing at 2 of 2 subscriptions"
    assert lacking["subscriptions"][0]["missing"][0]["action"] == RUN_COMMAND


@pytest.mark.parametrize(("access", "code"), [("none", 0), ("direct", 3)])
def test_rights_inside_clusters_count_where_they_are_used(tmp_path: Path, access: str, code: int) -> None:
    with azure(tmp_path, roles({"actions": ["*/read"]})) as sandbox:
        found = document(tmp_path, sandbox, clusters={"access": access})
    assert found["exit_code"] == code
    missing = [lack["action"] for one in found["subscriptions"] for lack in one["missing"]]
    assert missing == ([] if access == "none" else [CREDENTIAL, CREDENTIAL])


RESOLVE = {"principals": {"resolve": True}}


def test_the_directory_is_tried_only_where_names_are_wanted(tmp_path: Path) -> None:
    with azure(tmp_path) as sandbox:
        assert checks(document(tmp_path, sandbox), "directory") == []
        assert not [request for request in sandbox.requests if "/v1.0/" in request]
        found = document(tmp_path, sandbox, **RESOLVE)
    assert found["exit_code"] == 0
    (check,) = checks(found, "directory")
    assert (check["state"], check["found"]) == ("ok", "answers who stands behind ids of principals")


def test_a_directory_that_refuses_names_the_permission(tmp_path: Path) -> None:
    with azure(tmp_path, deny=("/v1.0/",)) as sandbox:
        found = document(tmp_path, sandbox, **RESOLVE)
    assert found["exit_code"] == 3
    (check,) = checks(found, "directory")
    assert check["found"].endswith("Needed permission: Directory.Read.All.")
    assert "reportgen permissions" in check["advice"]


def test_delivery_is_looked_at_and_nothing_is_sent(tmp_path: Path) -> None:
    deliver = {
        "release": "after_approval",
        "to": ["audit@auditors.example"],
        "preparer": "ada@contoso.example",
        "folder": "handed",
        "smtp": {"host": "127.0.0.1", "port": 1, "sender": "a@contoso.example"},
    }
    readable = {"subscriptions": [ALPHA]}
    with azure(tmp_path) as sandbox:
        found = document(tmp_path, sandbox, deliver=deliver, scope=readable)
        without = document(tmp_path, sandbox, scope=readable)
    states = [(check["state"], check["found"]) for check in checks(found, "delivery")]
    assert states[0] == (
        "ok",
        "release: after_approval: a pack goes to 1 recipient once somebody released it",
    )
    assert checks(found, "delivery")[0]["details"] == [
        "audit@auditors.example", "until then to ada@contoso.example alone",
    ]  # fmt: skip
    assert ("note", "a pack with gaps is not delivered") in states
    assert ("ok", f"folder: {tmp_path}/handed can be made") in states
    (wrong,) = (found for state, found in states if state == "undelivered")
    assert wrong.startswith("smtp: 127.0.0.1:1: cannot be reached")
    assert (found["exit_code"], without["exit_code"]) == (4, 0)
    assert checks(without, "delivery") == []


def test_what_is_not_from_azure_is_not_delivered(tmp_path: Path) -> None:
    place = estate(tmp_path / "estate")
    engagement = tmp_path / "engagement.yaml"
    for allowed, code in (("false", 4), ("true", 0)):
        engagement.write_text(
            "entity: Contoso\nperiod: {start: 2026-10-01, end: 2026-12-31}\n"
            f"scope: {{subscriptions: [{ALPHA}]}}\ncredential: managed-identity\n"
            f"deliver: {{release: automatic, folder: handed, allow_simulated: {allowed}}}\n",
            encoding="utf-8",
        )
        result = line.command("doctor", engagement, "--estate", place, "--out", tmp_path / "out")
        assert result.code == code, result.out
        assert ("the evidence would not be from Azure" in result.out) is (code == 4)
