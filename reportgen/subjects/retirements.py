"""Retirements: what Azure no longer supports in AKS, or soon will not, and what of it a cluster uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reportgen.model import Json
from reportgen.subjects.document import at

TABLE_DATE = "2026-11-24"
"""When the shipped table was read from the announcements that it names."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """What is retired, the day from which Azure no longer supports it, and where Microsoft says so."""

    what: str
    ends: date
    source: str


_ISSUES = "https://github.com/Azure/AKS/issues"
_DOCS = "https://learn.microsoft.com/azure/aks"

SYSTEMS = {
    "ubuntu 16.04": Retirement("Ubuntu 16.04", date(2021, 4, 30), "https://ubuntu.com/about/release-cycle"),
    "ubuntu 18.04": Retirement("Ubuntu 18.04", date(2025, 6, 17), f"{_ISSUES}/4873"),
    "ubuntu 20.04": Retirement("Ubuntu 20.04", date(2027, 3, 17), f"{_ISSUES}/4874"),
    "ubuntu 22.04": Retirement("Ubuntu 22.04", date(2027, 6, 30), f"{_ISSUES}/5701"),
    "azure linux 2": Retirement("Azure Linux 2.0", date(2025, 11, 30), f"{_ISSUES}/4988"),
    "azure linux os guard": Retirement("Azure Linux with OS Guard", date(2026, 12, 10), f"{_ISSUES}/5950"),
    "flatcar": Retirement("Flatcar Container Linux", date(2026, 6, 8), f"{_ISSUES}/5648"),
    "windows 2019": Retirement("Windows Server 2019", date(2026, 3, 1), f"{_ISSUES}/4091"),
    "windows 2022": Retirement("Windows Server 2022", date(2028, 6, 30), f"{_DOCS}/upgrade-windows-os"),
    "windows annual": Retirement("Windows Server Annual Channel", date(2026, 5, 15), f"{_ISSUES}/5608"),
}
"""By the operating system that ``system`` names."""

SUPPORTED = frozenset({"ubuntu 24.04", "azure linux 3", "azure container linux", "windows 2025"})
"""Those for which no end is announced; one in neither is not known."""

AVAILABILITY_SET = Retirement("Availability set", date(2025, 9, 30), f"{_ISSUES}/5021")
WASM = Retirement("WASI node pool", date(2025, 5, 5), f"{_DOCS}/use-wasi-node-pools")
BASIC_LOAD_BALANCER = Retirement("Basic load balancer", date(2025, 9, 30), f"{_ISSUES}/5020")
KUBENET = Retirement("Kubenet", date(2028, 3, 31), f"{_DOCS}/concepts-network-legacy-cni")
NPM_WINDOWS = Retirement(
    "Azure Network Policy Manager on Windows", date(2026, 9, 30), f"{_DOCS}/use-network-policies"
)
NPM_LINUX = Retirement(
    "Azure Network Policy Manager on Linux", date(2028, 9, 30), f"{_DOCS}/use-network-policies"
)
OPEN_SERVICE_MESH = Retirement(
    "Open Service Mesh add-on", date(2027, 9, 30), f"{_DOCS}/open-service-mesh-about"
)
HTTP_APPLICATION_ROUTING = Retirement(
    "HTTP application routing add-on", date(2025, 3, 3), f"{_DOCS}/app-routing-migration"
)
POD_IDENTITY = Retirement(
    "Pod-managed identity add-on", date(2025, 9, 30), f"{_DOCS}/use-azure-ad-pod-identity"
)

_UBUNTU = re.compile(r"AKSUbuntu-(\d\d)(\d\d)", re.IGNORECASE)
_AZURE_LINUX = re.compile(r"AKS(?:AzureLinux|CBLMariner)-V(\d)", re.IGNORECASE)
_WINDOWS = re.compile(r"AKSWindows-(?:(20\d\d)|\d\dH\d)", re.IGNORECASE)
_UBUNTU_SKU = re.compile(r"ubuntu(\d\d)(\d\d)")
_SKUS = {
    "azurelinux3": "azure linux 3",
    "azurelinuxosguard": "azure linux os guard",
    "azurecontainerlinux": "azure container linux",
    "flatcar": "flatcar",
    "windows2019": "windows 2019",
    "windows2022": "windows 2022",
    "windows2025": "windows 2025",
    "windowsannual": "windows annual",
}
"""OS SKUs that name one release; Ubuntu, AzureLinux and CBLMariner follow the Kubernetes version instead."""


def of_pool(pool: Json) -> list[Json] | None:
    """What a pool uses that is or will be retired, soonest first.

    None where nothing is found and the operating system is not one of those known: there may be something.
    """
    name = system(pool)
    found = [
        SYSTEMS.get(name),
        AVAILABILITY_SET if at(pool, "type") == "AvailabilitySet" else None,
        WASM if _lower(pool, "workloadRuntime") == "wasmwasi" else None,
    ]
    used = _listed(found)
    return used if used or name in SUPPORTED else None


def of_cluster(cluster: Json) -> list[Json]:
    """What a cluster itself uses that is or will be retired, soonest first; its pools tell theirs."""
    properties = at(cluster, "properties")
    network = at(properties, "networkProfile")
    manager = at(network, "networkPolicy") == "azure"
    pools = at(properties, "agentPoolProfiles") or []
    return _listed(
        [
            BASIC_LOAD_BALANCER if at(network, "loadBalancerSku") == "basic" else None,
            KUBENET if at(network, "networkPlugin") == "kubenet" else None,
            NPM_LINUX if manager else None,
            NPM_WINDOWS if manager and any(at(pool, "osType") == "Windows" for pool in pools) else None,
            OPEN_SERVICE_MESH if _add_on(properties, "openServiceMesh") else None,
            POD_IDENTITY if at(properties, "podIdentityProfile", "enabled") is True else None,
            HTTP_APPLICATION_ROUTING if _add_on(properties, "httpApplicationRouting") else None,
        ]
    )


def system(pool: Json) -> str:
    """The release of the nodes' operating system, as the image says it, else the OS SKU; "" if unknown."""
    image = str(at(pool, "nodeImageVersion") or "")
    if found := _UBUNTU.match(image):
        return f"ubuntu {found[1]}.{found[2]}"
    if found := _AZURE_LINUX.match(image):
        return f"azure linux {found[1]}"
    if found := _WINDOWS.match(image):
        return f"windows {found[1] or 'annual'}"
    sku = _lower(pool, "osSKU")
    if found := _UBUNTU_SKU.fullmatch(sku):
        return f"ubuntu {found[1]}.{found[2]}"
    return _SKUS.get(sku, "")


def _listed(found: Iterable[Retirement | None]) -> list[Json]:
    used = sorted((item for item in found if item), key=lambda item: (item.ends, item.what))
    return [
        {"what": item.what, "ends": f"{item.ends.isoformat()}T00:00:00Z", "source": item.source}
        for item in used
    ]


def _add_on(properties: Json, name: str) -> bool:
    return at(properties, "addonProfiles", name, "enabled") is True


def _lower(document: Json, key: str) -> str:
    value = at(document, key)
    return value.lower() if isinstance(value, str) else ""
