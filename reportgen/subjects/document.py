"""Canonical documents: Azure's spelling varies from answer to answer, a control's must not.

Nulls are dropped, so that null and absent are one; known keys and enum values get the casing of the
documented API; everything else stays as Azure sent it. The raw body stays in the evidence.
"""

from __future__ import annotations

from typing import Any

from reportgen.model import Json

_ADD_ONS = (
    "ACCSGXDevicePlugin",
    "aciConnectorLinux",
    "azureKeyvaultSecretsProvider",
    "azurepolicy",
    "extensionManager",
    "gitops",
    "httpApplicationRouting",
    "ingressApplicationGateway",
    "kubeDashboard",
    "omsagent",
    "openServiceMesh",
)
_PROPERTIES = """
aadProfile addonProfiles adminGroupObjectIDs agentPoolProfiles apiServerAccessProfile authorizedIPRanges
autoscale autoUpgradeProfile availabilityZones azureDefender azureKeyVaultKms azureMonitorProfile
capabilities category categoryGroup clientId code config containerInsights count currentKubernetesVersion
currentOrchestratorVersion defender disableLocalAccounts disableRunCommand diskCSIDriver
diskEncryptionSetID enableAutoScaling enableAzureRBAC enabled enableEncryptionAtHost enableNodePublicIP
enablePrivateCluster enablePrivateClusterPublicFQDN enableRBAC enableSecretRotation
eventHubAuthorizationRuleId fileCSIDriver hostedSystemProfile id identity infrastructureEncryption
isPreview keyId keyVaultNetworkAccess kubernetesResourceObjectEncryptionProfile kubernetesVersion
loadBalancerSku location logs managed manual marketplacePartnerId maxCount maxPods minCount mode name
networkDataplane networkPlugin networkPluginMode networkPolicy networkProfile nodeImageVersion
nodeOSUpgradeChannel nodeProvisioningProfile oidcIssuerProfile orchestratorVersion osDiskType osSKU
osType powerState properties rotationPollInterval scale scaleSetPriority securityMonitoring
securityProfile servicePrincipalProfile sku snapshotController sshAccess storageAccountId storageProfile
supportPlan tier type upgradeChannel userAssignedIdentities version virtualMachinesProfile vnetSubnetID
workloadIdentity workspaceId
absoluteMonthly costAnalysis daily dnsPrefix durationHours enableFIPS enableSecureBoot
enableVnetIntegration enableVTPM end fqdnSubdomain identityProfile imageCleaner intervalDays
intervalMonths intervalWeeks kubeletConfig kubeletidentity maintenanceWindow maxSurge maxUnavailable
metrics metricsProfile nodeResourceGroup nodeResourceGroupProfile nodeTaints notAllowedDates
outboundType podIdentityProfile podLinkLocalAccess relativeMonthly resourceId restrictionLevel schedule
seccompDefault serviceMeshProfile start startDate upgradeSettings vmSize weekly workloadRuntime
"""
_REGISTRY_PROPERTIES = """
adminUserEnabled anonymousPullEnabled azureADAuthenticationAsArmPolicy days defaultAction encryption
exportPolicy ipRules networkRuleBypassOptions networkRuleSet policies privateEndpointConnections
privateLinkServiceConnectionState provisioningState publicNetworkAccess quarantinePolicy retentionDays
retentionPolicy roleAssignmentMode softDeletePolicy status trustPolicy zoneRedundancy
"""
_KEYS = {name.lower(): name for name in (*_PROPERTIES.split(), *_REGISTRY_PROPERTIES.split())}
_ADD_ON_KEYS = {name.lower(): name for name in _ADD_ONS}
_USERS_OWN = frozenset({"tags", "nodeLabels", "userAssignedIdentities", "labels"})
"""Maps whose keys are a customer's words; their casing means something."""

_POOL = {
    "mode": ("System", "User", "Gateway"),
    "osType": ("Linux", "Windows"),
    "type": ("VirtualMachineScaleSets", "AvailabilitySet", "VirtualMachines"),
    "scaleSetPriority": ("Regular", "Spot"),
    "osDiskType": ("Managed", "Ephemeral"),
}
_REGISTRY_POLICIES = (
    "azureADAuthenticationAsArmPolicy",
    "exportPolicy",
    "quarantinePolicy",
    "retentionPolicy",
    "softDeletePolicy",
    "trustPolicy",
)
_ENUMS: dict[str, dict[str, tuple[str, ...]]] = {
    "networkProfile": {
        "networkPlugin": ("azure", "kubenet", "none"),
        "networkPolicy": ("azure", "calico", "cilium", "none"),
        "networkPluginMode": ("overlay",),
        "networkDataplane": ("azure", "cilium"),
        "loadBalancerSku": ("standard", "basic"),
        "outboundType": (
            "loadBalancer",
            "userDefinedRouting",
            "managedNATGateway",
            "userAssignedNATGateway",
            "none",
            "block",
        ),
        "podLinkLocalAccess": ("IMDS", "None"),
    },
    "autoUpgradeProfile": {
        "upgradeChannel": ("rapid", "stable", "patch", "node-image", "none"),
        "nodeOSUpgradeChannel": ("None", "Unmanaged", "SecurityPatch", "NodeImage"),
    },
    "agentPoolProfiles": _POOL,
    "properties": _POOL
    | {
        "supportPlan": ("KubernetesOfficial", "AKSLongTermSupport"),
        "publicNetworkAccess": ("Enabled", "Disabled"),
        "zoneRedundancy": ("Enabled", "Disabled"),
        "provisioningState": ("Succeeded", "Failed"),
    },
    "networkRuleSet": {"defaultAction": ("Allow", "Deny")},
    "encryption": {"status": ("enabled", "disabled")},
    **{policy: {"status": ("enabled", "disabled")} for policy in _REGISTRY_POLICIES},
    "powerState": {"code": ("Running", "Stopped")},
    "sku": {"tier": ("Free", "Standard", "Premium", "Paid"), "name": ("Base", "Basic", "Automatic")},
    "identity": {"type": ("SystemAssigned", "UserAssigned", "None", "SystemAssigned, UserAssigned")},
    "securityProfile": {"sshAccess": ("LocalUser", "Disabled", "EntraId")},
    "nodeProvisioningProfile": {"mode": ("Auto", "Manual")},
    "serviceMeshProfile": {"mode": ("Istio", "Disabled")},
    "nodeResourceGroupProfile": {"restrictionLevel": ("ReadOnly", "Unrestricted")},
    "kubeletConfig": {"seccompDefault": ("RuntimeDefault", "Unconfined")},
    "kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": ("Enabled", "Disabled")},
}
_SPELLING = {
    parent: {
        key: {value.lower().replace(" ", ""): value for value in values} for key, values in enums.items()
    }
    for parent, enums in _ENUMS.items()
}
_LARGEST = 2**63
_MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


def canonical(body: Json, parent: str = "") -> Json:
    """The document of an ARM body; ``parent`` is the canonical key that the body stands under."""
    if isinstance(body, dict):
        return _map(body, parent)
    if isinstance(body, list):
        return [canonical(item, parent) for item in body if item is not None]
    if isinstance(body, int) and not -_LARGEST <= body < _LARGEST:
        return float(body)
    return body


def at(document: Json, *path: str) -> Json:
    """The value at a path, None where a step is absent or no map."""
    for step in path:
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


def of_row(row: Json, key: str) -> Json:
    """A value of a row, which Resource Graph gives at its top and Resource Manager under ``properties``."""
    found = at(row, key)
    return at(row, "properties", key) if found is None else found


def last(resource_id: str) -> str:
    """The last part of an id, to compare by: a role's scope is spelled in several ways, its GUID in one."""
    return resource_id.rstrip("/").rpartition("/")[2].lower()


def covers(scope: str, resource_id: str) -> bool:
    """Whether a scope is a resource or above it, among rows that have to do with the resource.

    Which management groups are above it no id says: of such rows any is.
    """
    wanted = scope.lower().rstrip("/")
    return f"{resource_id.lower()}/".startswith(f"{wanted}/") or wanted.startswith(_MANAGEMENT_GROUPS)


def issuer_key(url: Json) -> str:
    """An OIDC issuer's URL to compare by: Azure shows it with a slash at its end, people leave that out.

    Casing is levelled too. Entra ID compares exactly, so a credential that is spelled otherwise lets nobody
    in, and still it is about this issuer.
    """
    return str(url or "").strip().lower().rstrip("/")


def raw_key(mapping: Json, name: str) -> str | None:
    """The key of a raw body that means ``name``, whatever its casing."""
    if not isinstance(mapping, dict):
        return None
    if name in mapping:
        return name
    return next((key for key in sorted(mapping) if key.lower() == name.lower()), None)


def raw_pools(body: Json) -> list[tuple[str, dict[str, Any]]]:
    """The pools of a raw cluster body, each with its JSON pointer inside that body."""
    outer = raw_key(body, "properties") or ""
    inner = raw_key(at(body, outer), "agentPoolProfiles") or ""
    pools = at(body, outer, inner)
    if not isinstance(pools, list):
        return []
    return [(f"/{outer}/{inner}/{index}", pool) for index, pool in enumerate(pools) if isinstance(pool, dict)]


def _map(body: dict[str, Any], parent: str) -> dict[str, Any]:
    known = {} if parent in _USERS_OWN else _ADD_ON_KEYS if parent == "addonProfiles" else _KEYS
    document: dict[str, Any] = {}
    for key, value in body.items():
        if value is None:
            continue
        wanted = known.get(key.lower(), key)
        name = key if wanted != key and wanted in body else wanted
        document[name] = _enum(parent, name, canonical(value, name))
    return document


def _enum(parent: str, key: str, value: Json) -> Json:
    if not isinstance(value, str):
        return value
    spelling = _SPELLING.get(parent, {}).get(key)
    return spelling.get(value.lower().replace(" ", ""), value) if spelling else value


def items(body: Json, key: str) -> list[Any]:
    """The list that a page has under a key; [] where it has none."""
    found = at(body, key)
    return found if isinstance(found, list) else []
