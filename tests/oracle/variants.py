"""Recorded bodies with settings that Azure documents and nobody recorded, in spellings of another day."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from random import Random

from tests.oracle.evidence import Json

ABSENT = object()
SETTINGS: dict[tuple[str, ...], tuple[Json, ...]] = {
    ("identity", "type"): ("UserAssigned", "SystemAssigned, UserAssigned", "None", ABSENT),
    ("sku",): (
        {"name": "Base", "tier": "Premium"},
        {"name": "Automatic", "tier": "Standard"},
        {"name": "Base"},
        ABSENT,
    ),
    ("properties", "servicePrincipalProfile"): ({"clientId": "msi"}, {"clientId": "an-application"}, ABSENT),
    ("properties", "enableRBAC"): (True, False, None, ABSENT),
    ("properties", "disableLocalAccounts"): (True, False, None, ABSENT),
    ("properties", "diskEncryptionSetID"): (
        "/subscriptions/s/resourceGroups/r/providers/d/d/d",
        "",
        None,
        ABSENT,
    ),
    ("properties", "supportPlan"): ("AKSLongTermSupport", "KubernetesOfficial", None),
    ("properties", "currentKubernetesVersion"): (
        "1.30.4",
        "1.31.2",
        "1.32",
        "1.33.0",
        "1.38.1",
        "",
        None,
        ABSENT,
    ),
    ("properties", "kubernetesVersion"): ("1.32", "1.28.9", ABSENT),
    ("properties", "powerState", "code"): ("Stopped", "Running", None),
    ("properties", "aadProfile"): (
        None,
        {"managed": True, "enableAzureRBAC": True},
        {"managed": True, "enableAzureRBAC": None},
        {"clientAppID": "a", "serverAppID": "b"},
        {"managed": True, "adminGroupObjectIDs": ["6f1d2c84-30a7-4b5e-9c1f-5a0de5a4d001"]},
        {"managed": True, "adminGroupObjectIDs": []},
    ),
    ("properties", "securityProfile"): (
        {},
        None,
        {"workloadIdentity": {"enabled": True}, "defender": {"securityMonitoring": {"enabled": True}}},
        {"defender": {"securityMonitoring": {"enabled": False}}, "azureDefender": {"enabled": True}},
        {"azureKeyVaultKms": {"enabled": True}, "imageCleaner": {"enabled": True, "intervalHours": 24}},
        {"kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": "Enabled"}},
        {
            "azureKeyVaultKms": {"enabled": False},
            "kubernetesResourceObjectEncryptionProfile": {"infrastructureEncryption": "Disabled"},
        },
    ),
    ("properties", "oidcIssuerProfile"): ({"enabled": True}, {"enabled": False}, None),
    ("properties", "apiServerAccessProfile"): (
        None,
        {"enablePrivateCluster": True, "authorizedIPRanges": ["0.0.0.0/0"]},
        {"enablePrivateCluster": None, "authorizedIPRanges": ["10.0.0.0/8", "20.1.2.3"]},
        {"authorizedIPRanges": ["0.0.0.0/1", "128.0.0.0/1"]},
        {"authorizedIPRanges": ["0.0.0.0/32"], "disableRunCommand": True},
        {"authorizedIPRanges": ["1.2.3.4/32", "the office"]},
        {"authorizedIPRanges": [], "disableRunCommand": False},
        {"enablePrivateCluster": True, "enablePrivateClusterPublicFQDN": False},
        {"enablePrivateCluster": True, "enablePrivateClusterPublicFQDN": True},
        {"enableVnetIntegration": True, "enablePrivateCluster": False},
    ),
    ("properties", "networkProfile"): (
        {"networkPlugin": "none", "networkPolicy": "none", "loadBalancerSku": "Basic"},
        {"networkPlugin": "azure", "networkPluginMode": "overlay", "networkPolicy": "cilium"},
        {"networkPlugin": "azure", "networkPolicy": "calico", "loadBalancerSku": "Standard"},
        {"networkPlugin": "kubenet", "networkPolicy": None, "loadBalancerSku": None},
        {},
        {
            "networkPlugin": "azure",
            "networkPolicy": "azure",
            "outboundType": "userDefinedRouting",
            "podLinkLocalAccess": "None",
        },
        {"networkPlugin": "azure", "outboundType": "block", "podLinkLocalAccess": "None"},
        {"networkPlugin": "azure", "outboundType": "none", "podLinkLocalAccess": "IMDS"},
    ),
    ("properties", "addonProfiles"): (
        None,
        {"azurePolicy": {"enabled": True}, "omsAgent": {"enabled": True, "config": None}},
        {
            "AzureKeyvaultSecretsProvider": {"enabled": True, "config": {"enableSecretRotation": "True"}},
            "httpapplicationrouting": {"enabled": True},
        },
        {
            "azureKeyvaultSecretsProvider": {"enabled": True, "config": None},
            "httpApplicationRouting": {"enabled": None},
        },
        {"azureKeyvaultSecretsProvider": {"enabled": False, "config": {"enableSecretRotation": "true"}}},
        {"KubeDashboard": {"enabled": True}, "openServiceMesh": {"enabled": True}},
        {"kubeDashboard": {"enabled": None}, "OpenServiceMesh": None},
    ),
    ("properties", "azureMonitorProfile"): (
        {"containerInsights": {"enabled": True}},
        {"metrics": {"enabled": True}, "containerInsights": {"enabled": False}},
        None,
    ),
    ("properties", "autoUpgradeProfile"): (
        None,
        {"upgradeChannel": "node-image"},
        {"upgradeChannel": "none", "nodeOSUpgradeChannel": "Unmanaged"},
        {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "SecurityPatch"},
        {"upgradeChannel": None, "nodeOSUpgradeChannel": "NodeImage"},
    ),
    ("properties", "nodeProvisioningProfile", "mode"): ("Auto", "Manual", None),
    ("properties", "hostedSystemProfile"): ({"enabled": True}, {"enabled": False}, None),
    ("properties", "agentPoolProfiles"): (ABSENT, None, []),
    ("properties", "podIdentityProfile"): ({"enabled": True}, {"enabled": False}, None),
    ("properties", "identityProfile"): (
        {"kubeletidentity": {"resourceId": "/subscriptions/s/resourceGroups/rg-ids/providers/m/u/nodes"}},
        {"kubeletidentity": {"resourceId": "/subscriptions/s/RESOURCEGROUPS/rg-nodes/providers/m/u/nodes"}},
        {"kubeletidentity": {"resourceId": ""}},
        None,
    ),
    ("properties", "nodeResourceGroup"): ("rg-nodes", "mc_a_b_c", "", None),
    ("properties", "dnsPrefix"): ("a", "-odd", "a" * 54, "a" * 55, "two words", None),
    ("properties", "fqdnSubdomain"): ("inside", "", None),
    ("properties", "serviceMeshProfile"): ({"mode": "Istio"}, {"mode": "Disabled"}, None),
    ("properties", "nodeResourceGroupProfile"): (
        {"restrictionLevel": "ReadOnly"},
        {"restrictionLevel": "Unrestricted"},
        {},
    ),
    ("properties", "metricsProfile"): (
        {"costAnalysis": {"enabled": True}},
        {"costAnalysis": {"enabled": None}},
        None,
    ),
    ("properties", "storageProfile"): (
        {"diskCSIDriver": {"enabled": False}, "fileCSIDriver": {"enabled": True}},
        {"snapshotController": {"enabled": False}},
        {"snapshotController": {"enabled": None}, "fileCSIDriver": None},
        None,
    ),
}
POOL_SETTINGS: dict[tuple[str, ...], tuple[Json, ...]] = {
    ("mode",): ("User", "System", "Gateway", ABSENT),
    ("type",): ("AvailabilitySet", "VirtualMachines", None),
    ("scaleSetPriority",): ("Spot", "Regular", None),
    ("powerState",): ({"code": "Stopped"}, {"code": "Running"}, None),
    ("count",): (0, 2, 3, None, ABSENT),
    ("enableAutoScaling",): (True, False, None),
    ("minCount",): (0, 1, 3, ABSENT),
    ("virtualMachinesProfile",): (
        {"scale": {"manual": [{"size": "a", "count": 2}, {"size": "b", "count": 1}]}},
        {"scale": {"autoscale": [{"size": "a", "minCount": 2, "maxCount": 3}]}},
        {"scale": {"autoscale": {"size": "a", "minCount": 3, "maxCount": 9}}},
        {"scale": {"autoscale": [], "manual": [{"size": "a"}]}},
        None,
    ),
    ("availabilityZones",): (["1"], ["1", "3"], ["auto"], [], None),
    ("maxPods",): (30, 49, 50, None, ABSENT),
    ("enableNodePublicIP",): (True, None, ABSENT),
    ("enableEncryptionAtHost",): (True, None, ABSENT),
    ("securityProfile",): (
        {"sshAccess": "Disabled"},
        {"sshAccess": "EntraId", "enableVTPM": True, "enableSecureBoot": True},
        {"sshAccess": None, "enableVTPM": True, "enableSecureBoot": None},
        {"enableSecureBoot": True},
        None,
    ),
    ("vnetSubnetID",): ("/subscriptions/s/n/Subnets/one", "/subscriptions/s/n/subnets/two", None),
    ("enableFIPS",): (True, None, ABSENT),
    ("vmSize",): (
        "Standard_DC4as_v5",
        "Standard_EC8eds_v6",
        "Standard_DC4s_v3",
        "Standard_DC4as_cc_v5",
        "Standard_EC96ias_v5",
        "Standard_NCC40ads_H100_v5",
        "Standard_NC40ads_H100_v5",
        "",
        None,
    ),
    ("upgradeSettings",): (
        {"maxSurge": "1"},
        {"maxSurge": "33%"},
        {"maxSurge": "5", "maxUnavailable": None},
        {"maxSurge": "0", "maxUnavailable": "2"},
        {"maxSurge": "0%", "maxUnavailable": "1"},
        {"maxUnavailable": "5%"},
        None,
    ),
    ("osType",): ("Windows", "Linux", ABSENT),
    ("osSKU",): (
        "AzureLinux",
        "AzureLinux3",
        "AzureContainerLinux",
        "AzureLinuxOSGuard",
        "Flatcar",
        "Ubuntu2204",
        "Ubuntu2404",
        "Windows2025",
        "WindowsAnnual",
        "CBLMariner",
        "Ubuntu",
        None,
    ),
    ("nodeTaints",): (
        ["CriticalAddonsOnly=true:NoSchedule"],
        ["a=b:NoSchedule", "CriticalAddonsOnly=true:NoExecute"],
        ["CriticalAddonsOnly=true:PreferNoSchedule"],
        [],
        None,
    ),
    ("osDiskType",): ("Ephemeral", "Managed", "", None),
    ("kubeletConfig",): (
        {"seccompDefault": "RuntimeDefault"},
        {"seccompDefault": "Unconfined"},
        {"cpuManagerPolicy": "static"},
        None,
    ),
    ("workloadRuntime",): ("WasmWasi", "OCIContainer", None),
    ("nodeImageVersion",): (
        "AKSUbuntu-2204gen2containerd-202603.01.0",
        "AKSUbuntu-1804gen2containerd-2026.01.06",
        "AKSWindows-2022-containerd-20348.2700.260301",
        "AKSUbuntu-2204gen2containerd-202613.01.0",
        "AKSUbuntu-2404gen2containerd-202603.01.0",
        "AKSAzureLinux-V3gen2-202603.01.0",
        "AKSAzureLinux-V2gen2-202511.01.0",
        "AKSCBLMariner-V1gen2-202201.01.0",
        "AKSWindows-23H2-25398.1732.260301",
        "AKSCustom-latest",
        "",
        None,
    ),
    ("currentOrchestratorVersion",): ("1.30.4", "1.32", "1.33.0", "", None, ABSENT),
    ("orchestratorVersion",): ("1.31.2", ABSENT),
}
CHANGES = 16
"""Settings changed in one body: its cluster's and its pools' together."""
_KEPT = frozenset({"id", "name", "location", "nodeImageVersion"})
"""Keys whose place and value tell which body it is, or whose value is read for more than its letters."""


def varied(body: Json, seed: int) -> Json:
    """A copy of ``body`` with some settings changed and some keys, texts and values spelt otherwise."""
    random = Random(seed)  # noqa: S311 (a choice that can be repeated, no secret)
    changed = copy.deepcopy(body)
    for pool in changed["properties"]["agentPoolProfiles"]:
        _change(pool, random.sample(sorted(POOL_SETTINGS.items(), key=str), CHANGES // 2), random)
    _change(changed, random.sample(sorted(SETTINGS.items(), key=str), CHANGES // 2), random)
    return _respelt(changed, random)


def _change(
    target: Json, settings: Iterable[tuple[tuple[str, ...], tuple[Json, ...]]], random: Random
) -> None:
    for path, values in settings:
        place = target
        for name in path[:-1]:
            place[name] = place.get(name) or {}
            place = place[name]
        value = random.choice(values)
        if value is ABSENT:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = copy.deepcopy(value)


def _respelt(value: Json, random: Random) -> Json:
    """One key in ten in another casing, one text in ten as well, and one value in fifty as null."""
    if isinstance(value, list):
        return [_respelt(item, random) for item in value]
    if isinstance(value, str):
        return _recased(value, random)
    if not isinstance(value, dict):
        return value
    spelt = {}
    for key, item in value.items():
        if key in _KEPT:
            spelt[key] = item
        else:
            lost = random.random() < 0.02 and not isinstance(item, dict | list)
            spelt[_recased(key, random)] = None if lost else _respelt(item, random)
    return spelt


def _recased(text: str, random: Random) -> str:
    return random.choice((text.lower(), text.upper(), text.title())) if random.random() < 0.1 else text
