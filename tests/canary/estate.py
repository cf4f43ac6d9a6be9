"""The canary's estate: two clusters, one without Entra integration, and a mark wherever a secret may lie.

What Azure shows to everybody who may read (tags, names, ids) is no secret and bears no mark.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests import line
from tests.canary import objects
from tests.canary.search import Marks
from tests.sandbox.conftest import ALPHA, cluster, cluster_id

GOOD, LEGACY = "aks-good", "aks-legacy"
_GROUP = f"/subscriptions/{ALPHA}/resourceGroups/rg-aks/providers"


def write(folder: Path, mark: Marks) -> Path:
    """The estate below ``folder``."""
    line.estate(folder, _azure(mark))
    for name, about in ((GOOD, "k8s"), (LEGACY, "legacy")):
        own = folder / "kubernetes" / name
        own.mkdir(parents=True)
        for file, content in objects.files(mark, about).items():
            (own / file).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _azure(mark: Marks) -> dict[str, Any]:
    good, legacy = cluster_id(ALPHA, GOOD), cluster_id(ALPHA, LEGACY)
    return {
        **line.good_files(),
        **line.nothing_else(good, legacy),
        "good.json": _cluster(mark, line.hardened(ALPHA, GOOD)),
        "legacy.json": cluster(ALPHA, LEGACY, aadProfile={"serverAppSecret": mark("arm-server-app-secret")}),
        "machines.json": [_scale_set(mark), _machine(mark)],
        "governance.json": [_extension(mark, good), _flux(mark, good), _assignment(mark)],
        "connection.json": _resource(
            "Microsoft.Network/connections",
            "vpn",
            {"connectionType": "IPsec", "sharedKey": mark("arm-shared-key")},
        ),
        "changes.json": _change(mark, good),
        "activity.json": [_event(mark, good)],
        "denied.json": line.answer(
            f"{legacy}/providers/microsoft.insights/diagnosticSettings",
            {
                "error": {
                    "code": "AuthorizationFailed",
                    "message": f"Not allowed: {mark('error-arm-message')}",
                    "details": [{"message": mark("error-arm-details")}],
                }
            },
            403,
        ),
        "odd.json": line.answer(
            f"{legacy}/maintenanceConfigurations", {"error": mark("error-arm-text")}, 400
        ),
        "failed.json": line.answer(
            f"{legacy}/upgradeProfiles/default", {"code": mark("error-arm-code"), "message": "x"}, 500
        ),
    }


def _cluster(mark: Marks, body: dict[str, Any]) -> dict[str, Any]:
    """A cluster's body as an older API version, or a careless provider, would give it."""
    account = f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={mark('arm-account-key')};"
    body["properties"] |= {
        "windowsProfile": {"adminUsername": "azureuser", "adminPassword": mark("arm-windows-password")},
        "servicePrincipalProfile": {"clientId": "c", "secret": mark("arm-principal-secret")},
        "httpProxyConfig": {
            "httpProxy": f"http://user:{mark('arm-proxy-password')}@proxy.example:3128/",
            "httpsProxy": f"http://{mark('arm-proxy-token')}@proxy.example:3128/",
            "noProxy": ["localhost"],
        },
    }
    body["properties"]["addonProfiles"]["omsagent"] |= {
        "config": {
            "logAnalyticsWorkspaceResourceID": "/subscriptions/w",
            "workspaceKey": mark("arm-workspace-key"),
            "storage": account,
            "events": f"Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey={mark('arm-shared-access')}",
            "upload": f"https://a.blob.core.windows.net/c?sv=2024&sig={mark('arm-signature')}&se=2027",
            "service_token": mark("arm-token"),
        }
    }
    return body


def _resource(kind: str, name: str, properties: dict[str, Any], **parts: Any) -> dict[str, Any]:
    found = {"id": f"{_GROUP}/{kind}/{name}", "name": name, "type": kind, "location": "westeurope"}
    return found | {"properties": properties} | parts


def _system(mark: Marks, about: str) -> dict[str, Any]:
    """The profile of an operating system."""
    return {
        "adminUsername": "azureuser",
        "adminPassword": mark(f"{about}-password"),
        "customData": mark(f"{about}-custom-data"),
        "linuxConfiguration": {"disablePasswordAuthentication": True},
        "secrets": [{"vaultCertificates": [{"certificateUrl": mark(f"{about}-certificate")}]}],
    }


def _script(mark: Marks, about: str) -> dict[str, Any]:
    return {
        "name": "vmssCSE",
        "properties": {
            "settings": {"commandToExecute": mark(f"{about}-settings")},
            "protectedSettings": {"commandToExecute": mark(f"{about}-protected-settings")},
        },
    }


def _scale_set(mark: Marks) -> dict[str, Any]:
    about = "arm-scale-set"
    profile = {
        "osProfile": _system(mark, about),
        "extensionProfile": {"extensions": [_script(mark, about)]},
        "userData": mark(f"{about}-user-data"),
        "storageProfile": {"osDisk": {"osType": "Linux"}},
    }
    tags = {"tags": {"aks-managed-poolName": "sys"}}
    kind = "Microsoft.Compute/virtualMachineScaleSets"
    return _resource(kind, "aks-sys-vmss", {"virtualMachineProfile": profile}, **tags)


def _machine(mark: Marks) -> dict[str, Any]:
    about = "arm-machine"
    properties = {
        "osProfile": _system(mark, about),
        "userData": mark(f"{about}-user-data"),
        "storageProfile": {"osDisk": {"osType": "Linux"}},
    }
    return _resource("Microsoft.Compute/virtualMachines", "jump", properties)


def _extension(mark: Marks, own: str) -> dict[str, Any]:
    return {
        "id": f"{own}/providers/Microsoft.KubernetesConfiguration/extensions/flux",
        "name": "flux",
        "type": "Microsoft.KubernetesConfiguration/extensions",
        "properties": {
            "extensionType": "microsoft.flux",
            "configurationSettings": {"x": mark("arm-extension-settings")},
            "configurationProtectedSettings": {"x": mark("arm-extension-protected")},
        },
    }


def _flux(mark: Marks, own: str) -> dict[str, Any]:
    return {
        "id": f"{own}/providers/Microsoft.KubernetesConfiguration/fluxConfigurations/apps",
        "name": "apps",
        "type": "Microsoft.KubernetesConfiguration/fluxConfigurations",
        "properties": {
            "sourceKind": "GitRepository",
            "gitRepository": {"url": f"ssh://git:{mark('arm-flux-password')}@git.example/apps"},
            "bucket": {"accessKey": mark("arm-flux-bucket")},
            "configurationProtectedSettings": {"httpsKey": mark("arm-flux-protected")},
        },
    }


def _assignment(mark: Marks) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{ALPHA}/providers/Microsoft.Authorization/policyAssignments/agents",
        "name": "agents",
        "type": "Microsoft.Authorization/policyAssignments",
        "properties": {
            "displayName": "Agents",
            "scope": f"/subscriptions/{ALPHA}",
            "parameters": {
                "workspaceKey": {"value": mark("arm-policy-parameter")},
                "credentials": {"value": {"adminPassword": mark("arm-policy-nested")}},
            },
        },
    }


def _change(mark: Marks, own: str) -> dict[str, Any]:
    changed = {
        f"properties.{path}": {
            "previousValue": mark(f"arm-change-before-{number}"),
            "newValue": mark(f"arm-change-after-{number}"),
            "propertyChangeType": "Update",
        }
        for number, path in enumerate(
            (
                "windowsProfile.adminPassword",
                "servicePrincipalProfile.secret",
                "addonProfiles.x.config.apiKey",
            )
        )
    }
    return {
        "id": f"{own}/providers/Microsoft.Resources/changes/5bd8b69a-1cff-5295-b6f7-320a50f07671",
        "name": "5bd8b69a-1cff-5295-b6f7-320a50f07671",
        "type": "Microsoft.Resources/changes",
        "properties": {
            "targetResourceId": own.lower(),
            "targetResourceType": "microsoft.containerservice/managedclusters",
            "changeType": "Update",
            "changeAttributes": {"timestamp": "2026-11-09T22:02:18.0113457Z", "changedByType": "User"},
            "changes": changed,
        },
    }


def _event(mark: Marks, own: str) -> dict[str, Any]:
    return {
        "id": f"{own}/events/1/ticks/2",
        "eventDataId": "1",
        "eventTimestamp": "2026-11-14T06:00:00Z",
        "submissionTimestamp": "2026-11-14T06:00:00Z",
        "resourceId": own,
        "resourceProviderName": {"value": "Microsoft.ContainerService"},
        "operationName": {"value": "Microsoft.ContainerService/managedClusters/write"},
        "status": {"value": "Succeeded"},
        "claims": {"uti": mark("arm-event-claim")},
        "httpRequest": {"uri": mark("arm-event-request")},
        "properties": {
            "requestbody": mark("arm-event-body"),
            "responseBody": mark("arm-event-response"),
            "statusMessage": mark("arm-event-message"),
        },
    }
