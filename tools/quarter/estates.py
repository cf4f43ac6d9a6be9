"""The estate as it was at the time of a run, as a folder that reportgen's sandbox serves."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tools.quarter.plan import (
    CLUSTERS,
    HAPPENED,
    NAMES,
    SETTINGS,
    UNNAMED,
    Cluster,
    Happened,
    Run,
    at,
    bad,
    known,
)

CHANGES_KEPT, LOG_KEPT = timedelta(days=14), timedelta(days=90)
TENANT_ROLE = {"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}


def body(cluster: Cluster, time: datetime) -> dict[str, Any]:
    """The ARM body of a cluster at a time."""
    on = {"enabled": True}
    properties: dict[str, Any] = {
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
        "kubernetesVersion": "1.34.1",
        "currentKubernetesVersion": "1.34.1",
        "dnsPrefix": cluster.name,
        "nodeResourceGroup": f"MC_{cluster.name}",
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "apiServerAccessProfile": {"enablePrivateCluster": True, "disableRunCommand": True},
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPolicy": "cilium",
            "loadBalancerSku": "Standard",
        },
        "oidcIssuerProfile": on,
        "securityProfile": {"workloadIdentity": on, "imageCleaner": {"enabled": True, "intervalHours": 48}},
        "addonProfiles": {"azurepolicy": on},
        "agentPoolProfiles": [
            {
                "name": "system",
                "mode": "System",
                "count": 3,
                "vmSize": "Standard_D4s_v5",
                "osType": "Linux",
                "osSKU": "Ubuntu",
                "type": "VirtualMachineScaleSets",
                "orchestratorVersion": "1.34.1",
                "currentOrchestratorVersion": "1.34.1",
                "enableEncryptionAtHost": True,
                "powerState": {"code": "Running"},
            }
        ],
    }
    for setting in SETTINGS:
        if bad(setting, cluster, time):
            place: Any = properties
            for part in setting.path[:-1]:
                place = place[part]
            place[setting.path[-1]] = not setting.good
    return {
        "id": cluster.id,
        "name": cluster.name,
        "type": "Microsoft.ContainerService/managedClusters",
        "location": cluster.region,
        "sku": {"name": "Base", "tier": "Standard"},
        "identity": {"type": "SystemAssigned"},
        "tags": {
            "owner": "platform@fabrikam.example" if time >= at("11-11") else "operations@fabrikam.example"
        },
        "properties": deepcopy(properties),
    }


def change(one: Happened) -> dict[str, Any]:
    """The record of Resource Graph; where it does not know who it was, it says so."""
    unnamed = one.by in UNNAMED
    operation = "delete" if one.kind == "Delete" else "write"
    name = known("change", one.kind, one.cluster.name, one.time)
    return {
        "id": f"{one.cluster.id}/providers/Microsoft.Resources/changes/{name}",
        "name": name,
        "type": "Microsoft.Resources/changes",
        "properties": {
            "targetResourceId": one.cluster.id.lower(),
            "targetResourceType": "microsoft.containerservice/managedclusters",
            "changeType": one.kind,
            "changeAttributes": {
                "timestamp": one.time.strftime("%Y-%m-%dT%H:%M:%S.4410086Z"),
                "changedBy": "Unspecified" if unnamed else one.by,
                "changedByType": "Unspecified" if unnamed else "User" if "@" in one.by else "Application",
                "clientType": "Unspecified" if unnamed else "Azure CLI",
                "operation": f"Microsoft.ContainerService/managedClusters/{operation}",
                "correlationId": one.correlation,
                "changesCount": len(one.what),
            },
            "changes": {
                name: {"previousValue": before, "newValue": after, "propertyChangeType": "Update"}
                for name, before, after in one.what
            },
        },
    }


def event(one: Happened) -> dict[str, Any]:
    """The event of the activity log, a few seconds before Resource Graph notices."""
    operation = "delete" if one.kind == "Delete" else "write"
    data, time = known("event", one.kind, one.cluster.name, one.time), one.time - timedelta(seconds=40)
    return {
        "id": f"{one.cluster.id}/events/{data}/ticks/{int(time.timestamp())}0000000",
        "eventDataId": data,
        "eventTimestamp": time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        "submissionTimestamp": time.strftime("%Y-%m-%dT%H:%M:%S.9000000Z"),
        "caller": one.by,
        "level": "Informational",
        "category": {"value": "Administrative"},
        "eventName": {"value": "EndRequest"},
        "operationName": {"value": f"Microsoft.ContainerService/managedClusters/{operation}"},
        "status": {"value": "Succeeded"},
        "subStatus": {"value": ""},
        "resourceId": one.cluster.id,
        "resourceGroupName": one.cluster.group.rpartition("/")[2],
        "resourceProviderName": {"value": "Microsoft.ContainerService"},
        "resourceType": {"value": "Microsoft.ContainerService/managedClusters"},
        "subscriptionId": one.cluster.subscription,
        "correlationId": one.correlation,
        "operationId": known("operation", one.correlation),
    }


OF_SUBSCRIPTION = "/subscriptions/*/providers"
OF_CLUSTER = "/subscriptions/*/resourceGroups/*/providers/Microsoft.ContainerService/managedClusters/*"
NOTHING: tuple[Any, ...] = (
    *(
        f"{OF_SUBSCRIPTION}/Microsoft.Authorization/{name}"
        for name in (
            "denyAssignments",
            "roleEligibilityScheduleInstances",
            "roleAssignmentScheduleInstances",
            "locks",
        )
    ),
    f"{OF_SUBSCRIPTION}/Microsoft.Insights/eventtypes/management/values",
    *(
        f"{OF_CLUSTER}/{name}"
        for name in (
            "trustedAccessRoleBindings",
            "maintenanceConfigurations",
            "privateEndpointConnections",
            "providers/Microsoft.Insights/dataCollectionRuleAssociations",
            "providers/Microsoft.Insights/diagnosticSettings",
        )
    ),
    {"path": f"{OF_CLUSTER}/providers/Microsoft.ContainerService/deploymentSafeguards", "status": 404},
    {"path": f"{OF_CLUSTER}/upgradeProfiles/default", "body": {"properties": {}}},
    {"path": f"{OF_CLUSTER}/agentPools/*/upgradeProfiles/default", "body": {"properties": {}}},
    {"path": f"{OF_SUBSCRIPTION}/Microsoft.Authorization/permissions", "body": {"value": [TENANT_ROLE]}},
    {
        "path": f"{OF_SUBSCRIPTION}/Microsoft.ContainerService/locations/*/kubernetesVersions",
        "body": {"values": [{"version": "1.34", "capabilities": {"supportPlan": ["KubernetesOfficial"]}}]},
    },
    f"{OF_SUBSCRIPTION}/Microsoft.Compute/locations/*/usages",
    f"{OF_SUBSCRIPTION}/Microsoft.Compute/skus",
)
"""What this small estate has nothing of, so that no list that is asked for is a gap."""


def write_estate(folder: Path, run: Run) -> None:
    """The estate folder as it was at the time of a run."""
    azure = folder / "azure"
    there = [cluster for cluster in CLUSTERS if cluster.there(run.time)]
    recent = [one for one in HAPPENED if run.time - CHANGES_KEPT <= one.time <= run.time]
    logged = [one for one in HAPPENED if run.time - LOG_KEPT <= one.time <= run.time]
    subscriptions = [
        {"subscriptionId": one, "displayName": name, "state": "Enabled", "readable": one != run.unread}
        for one, name in NAMES.items()
    ]
    write_json(azure / "subscriptions.json", subscriptions)
    write_json(azure / "empty.json", NOTHING)
    write_json(azure / "clusters.json", {"value": [body(cluster, run.time) for cluster in there]})
    write_json(azure / "resource-changes.json", {"value": [change(one) for one in recent]})
    write_json(azure / "activity-log.json", {"value": [event(one) for one in logged]})
    if run.broken:  # as a disk that was full leaves it
        path = azure / "clusters.json"
        path.write_text(path.read_text(encoding="utf-8")[:400], encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a value; the same value gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
