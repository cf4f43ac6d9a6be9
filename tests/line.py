"""Estates for the whole line, an engagement that points at a sandbox, and the command as a person runs it."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from reportgen import cli, console
from reportgen.collect import Request, collect
from reportgen.collect.connection import Connection
from reportgen.engagement import Clusters, Credential, Engagement, Limits, Period, Principals, Scope
from reportgen.model import CollectionMode
from reportgen.sandbox import Sandbox
from reportgen.snapshot import Reader
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster, cluster_id, write

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2026-11-15T06:00:00Z"
NOW = datetime(2026, 11, 15, 6, tzinfo=UTC)
FORMULA = "=cmd|'calc'!A0"
ESCAPES = "\x1b[2J\x9b31m\u202ered"
"""Names that Azure would refuse, and that a tool must not count on being refused."""

MIXED_ENGAGEMENT = f"""\
entity: 'Contoso "Øst": <b>A/S</b>'
period: {{start: 2026-10-01, end: 2026-12-31}}
scope: {{subscriptions: [{ALPHA}, {BETA}, {HIDDEN}]}}
credential: managed-identity
parameters: {{patching-node-image-recent: {{max_age_days: 60}}}}
"""


def answer(uri: str, body: Any, status: int = 200) -> dict[str, Any]:
    """A stored answer of an estate folder."""
    return {"request": {"method": "GET", "uri": uri}, "response": {"status": status, "body": body}}


def hardened(subscription: str, name: str) -> dict[str, Any]:
    """A cluster with which every control of the catalogue is satisfied or has nothing to do."""
    pool = {
        "name": "sys", "mode": "System", "count": 3, "minCount": 3, "maxCount": 6, "enableAutoScaling": True,
        "type": "VirtualMachineScaleSets", "availabilityZones": ["1", "2", "3"], "maxPods": 110,
        "orchestratorVersion": "1.34.1", "currentOrchestratorVersion": "1.34.1",
        "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202610.27.0",
        "securityProfile": {"sshAccess": "Disabled"}, "enableEncryptionAtHost": True,
    }  # fmt: skip
    on = {"enabled": True}
    body = cluster(
        subscription,
        name,
        agentPoolProfiles=[pool],
        kubernetesVersion="1.34.1",
        currentKubernetesVersion="1.34.1",
        enableRBAC=True,
        disableLocalAccounts=True,
        aadProfile={"managed": True, "enableAzureRBAC": True},
        apiServerAccessProfile={"enablePrivateCluster": True, "disableRunCommand": True},
        autoUpgradeProfile={"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
        diskEncryptionSetID=f"/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Compute/"
        "diskEncryptionSets/des",
        networkProfile={"networkPlugin": "azure", "networkPolicy": "cilium", "loadBalancerSku": "Standard"},
        oidcIssuerProfile=on,
        securityProfile={
            "workloadIdentity": on,
            "defender": {"securityMonitoring": on},
            "azureKeyVaultKms": on | {"keyId": "https://v.vault.azure.net/keys/k"},
        },
        addonProfiles={
            "azurepolicy": on,
            "omsagent": on,
            "azureKeyvaultSecretsProvider": on | {"config": {"enableSecretRotation": "true"}},
        },
    )
    return body | {"identity": {"type": "SystemAssigned"}, "sku": {"name": "Base", "tier": "Standard"}}


def children(subscription: str, name: str) -> dict[str, Any]:
    """What no body of a cluster holds: maintenance windows, diagnostic settings, upgrades."""
    own = cluster_id(subscription, name)
    windows = ("aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
    logs = [{"categoryGroup": "allLogs", "enabled": True}]
    setting = {
        "id": f"{own}/providers/microsoft.insights/diagnosticSettings/all",
        "name": "all",
        "properties": {"workspaceId": "/subscriptions/w", "logs": logs},
    }
    return {
        f"{name}/windows.json": [
            {"id": f"{own}/maintenanceConfigurations/{window}", "name": window, "properties": {}}
            for window in windows
        ],
        f"{name}/settings.json": answer(
            f"{own}/providers/microsoft.insights/diagnosticSettings", {"value": [setting]}
        ),
        f"{name}/upgrades.json": answer(
            f"{own}/upgradeProfiles/default",
            {"properties": {"controlPlaneProfile": {"kubernetesVersion": "1.34.1"}}},
        ),
    }


def nothing_else(*clusters: str) -> dict[str, Any]:
    """What no other file tells of subscriptions and these clusters: nothing is there, all is readable."""
    permissions = "/subscriptions/*/providers/Microsoft.Authorization/permissions"
    may = [{"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}]
    lists = ["/subscriptions/*/providers/*/*", "/subscriptions/*/providers/*/*/*/*"]
    absent = [
        {"path": f"{known}/providers/Microsoft.ContainerService/deploymentSafeguards", "status": 404}
        for known in clusters
    ]
    own = [f"{known}/{rest}" for known in clusters for rest in ("*", "providers/*/*", "*/*/*/*")]
    return {"empty.json": [{"path": permissions, "body": {"value": may}}, *absent, *lists, *own]}


def versions(subscription: str) -> dict[str, Any]:
    """The list of Kubernetes versions of West Europe, as this subscription is told it."""
    offered = {
        "version": "1.34",
        "patchVersions": {"1.34.1": {}},
        "capabilities": {"supportPlan": ["KubernetesOfficial"]},
    }
    uri = (
        f"/subscriptions/{subscription}/providers/Microsoft.ContainerService"
        "/locations/westeurope/kubernetesVersions"
    )
    return {f"versions-{subscription[0]}.json": answer(uri, {"values": [offered]})}


def good_files() -> dict[str, Any]:
    """One subscription with one hardened cluster, and every answer about it."""
    return {
        "subscriptions.json": [{"subscriptionId": ALPHA, "displayName": "Alpha"}],
        "good.json": hardened(ALPHA, "aks-good"),
        **children(ALPHA, "aks-good"),
        **versions(ALPHA),
        **nothing_else(cluster_id(ALPHA, "aks-good")),
        **looked_after(cluster_id(ALPHA, "aks-good")),
    }


def looked_after(cluster: str) -> dict[str, Any]:
    """A backup of a cluster, and a pod security initiative that is enforced over it."""
    scope = cluster.partition("/resource")[0]
    assignment = {
        "scope": scope,
        "policyDefinitionId": "/providers/Microsoft.Authorization/policySetDefinitions/"
        "a8640138-9b0a-4a28-b8cb-1666c838647d",
        "parameters": {"effect": {"value": "Deny"}},
    }
    backup = {
        "currentProtectionState": "ProtectionConfigured",
        "dataSourceInfo": {
            "datasourceType": "Microsoft.ContainerService/managedClusters",
            "resourceID": cluster,
        },
    }
    extension = {"extensionType": "microsoft.dataprotection.kubernetes", "provisioningState": "Succeeded"}
    vault = f"{scope}/resourceGroups/backup/providers/Microsoft.DataProtection/backupVaults/v"
    found = {
        f"{scope}/providers/Microsoft.Authorization/policyAssignments/baseline": assignment,
        f"{vault}/backupInstances/one": backup,
        f"{cluster}/providers/Microsoft.KubernetesConfiguration/extensions/backup": extension,
    }
    return {
        f"after-{number}.json": {
            "id": resource,
            "name": resource.rpartition("/")[2],
            "properties": properties,
        }
        for number, (resource, properties) in enumerate(found.items())
    }


def mixed_files() -> dict[str, Any]:
    """Three subscriptions, one unreadable; a hardened cluster, a bare one, two with hostile names."""
    secrets = {"secret": "hush-hush", "clientId": "msi"}
    weak = cluster(BETA, "aks-weak", servicePrincipalProfile=secrets)
    return {
        **good_files(),
        **versions(BETA),
        **nothing_else(cluster_id(ALPHA, "aks-good"), cluster_id(BETA, "aks-weak")),
        "subscriptions.json": [
            {"subscriptionId": ALPHA, "displayName": "Alpha", "managementGroups": [{"name": "mg_prod"}]},
            {"subscriptionId": BETA, "displayName": ESCAPES, "managementGroups": [{"name": "mg-prod"}]},
            {"subscriptionId": HIDDEN, "displayName": "Hidden", "readable": False},
        ],
        "weak.json": weak | {"tags": {"owner": "<b>team</b>"}},
        **children(BETA, "aks-weak"),
        "formula.json": cluster(BETA, FORMULA),
        "escapes.json": cluster(BETA, ESCAPES),
        "hidden.json": cluster(HIDDEN, "aks-hidden"),
    }


def estate(folder: Path, files: Mapping[str, Any]) -> Path:
    """An estate folder."""
    return write(folder, files)


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def pack(self) -> Path:
        """The folder of the pack that the command says it made."""
        found = [text for text in self.out.splitlines() if text.startswith("Pack: ")]
        assert found, self.err
        return Path(found[0].removeprefix("Pack: "))


def told(err: str) -> str:
    """The one line of an error, beside what a job logs of its run."""
    (error,) = (text for text in err.splitlines() if text.startswith("error: "))
    return error


def command(*arguments: str | Path) -> Result:
    """``reportgen`` in this process, which a test can prepare; no terminal."""
    out, err, before = io.StringIO(), io.StringIO(), sys.argv
    sys.argv = ["reportgen", *map(str, arguments)]
    console.LOG.handlers.clear()  # those of the command before write to where it wrote
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code
    finally:
        sys.argv = before
    assert isinstance(code, int)
    return Result(code, out.getvalue(), err.getvalue())


def python(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A Python process of its own, without a terminal; the environment is ours with these changes."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def process(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``reportgen`` as a job runs it."""
    return python("-m", "reportgen", *arguments, cwd=cwd, **environment)


def on_terminal(
    *arguments: str | Path,
    answers: tuple[tuple[str, bytes], ...] = (),
    cwd: Path | None = None,
    **changes: str,
) -> tuple[int, str]:
    """``reportgen`` on a pseudo-terminal: its exit code and all that the terminal showed.

    Each of ``answers`` is what to wait for and what to type then.
    """
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "160"} | changes
    with subprocess.Popen(
        [sys.executable, "-m", "reportgen", *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=environment,
        start_new_session=True,
        preexec_fn=_take_terminal,
    ) as running:
        os.close(theirs)
        try:
            shown = b"".join(_conversation(ours, list(answers)))
            return running.wait(60), shown.decode()
        finally:
            running.kill()
            os.close(ours)


def _take_terminal() -> None:
    """In the new process: its terminal is the one whose Ctrl-C it hears."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _conversation(terminal: int, answers: list[tuple[str, bytes]]) -> Iterator[bytes]:
    unanswered = sent = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready and sent == _INTERRUPT:
            # Python loses one that comes just before it blocks in a read; a person presses again.
            os.write(terminal, sent)
            sent = b""
            continue
        assert ready, f"nothing more came after {unanswered!r}"
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the other side has closed
            return
        if not chunk:
            return
        yield chunk
        unanswered += chunk
        if answers and answers[0][0].encode() in unanswered:
            sent = answers.pop(0)[1]
            os.write(terminal, sent)
            unanswered = b""


_INTERRUPT = b"\x03"
CLIENT_SECRET = {"kind": "client-secret", "secret_env": "SANDBOX_SECRET"}


def engagement_file(path: Path, sandbox: Sandbox, **changes: Any) -> Path:
    """An engagement that collects from a sandbox as if it were Azure: by address, CA file and credential."""
    url = f"https://127.0.0.1:{sandbox.address[1]}"
    credential = CLIENT_SECRET | {"tenant_id": sandbox.tenant_id, "client_id": sandbox.client_id}
    content = {
        "entity": "Contoso",
        "period": {"start": "2026-10-01", "end": "2026-12-31"},
        "scope": {"subscriptions": [ALPHA, BETA, HIDDEN]},
        "credential": credential,
        "endpoint": {"management": url, "authority": url, "graph": url, "ca_file": str(sandbox.ca_file)},
    } | changes
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def collected(sandbox: Sandbox, folder: Path, **changes: Any) -> Reader:
    """A snapshot of a sandbox by the collector itself, its clock at `NOW`; no waiting between attempts.

    ``changes`` may replace scope, mode, connection, clock, progress and key (see `Request`).
    """
    connection = changes.get("connection") or Connection(
        f"https://{sandbox.management_host}",
        f"https://{sandbox.login_host}",
        sandbox.ca_file,
        sandbox.address,
        sleep=lambda seconds: None,
        graph_url=f"https://{sandbox.graph_host}",
    )
    request = Request(
        folder=folder / "snapshots" / "20261115T060000Z",
        mode=changes.get("mode", CollectionMode.ESTATE),
        connection=connection,
        clock=changes.get("clock", lambda: NOW),
        host="test",
        progress=changes.get("progress", lambda done, of, what: None),
        secret=sandbox.client_secret,
        key=changes.get("key", ""),
    )
    collect(
        Engagement(
            entity="Contoso",
            period=Period.model_validate({"start": "2026-10-01", "end": "2026-12-31"}),
            scope=changes.get("scope", Scope(subscriptions=(ALPHA, BETA, HIDDEN))),
            credential=Credential(
                kind="client-secret", tenant_id=sandbox.tenant_id, client_id=sandbox.client_id
            ),
            limits=Limits(run_hours=changes.get("run_hours", 12)),
            clusters=changes.get("clusters", Clusters(access="none")),
            principals=changes.get("principals", Principals()),
        ),
        request,
    )
    return Reader(request.folder)
