"""Snapshots written page by page, and controls as text, for tests of the assessment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from reportgen.model import CollectionMode, Gap, Identity, Provenance, ScopeReport
from reportgen.snapshot import Header, Reader, Writer

AS_OF = "2026-11-15T06:00:00Z"
NAME = "20261115T060000Z"
SUB = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
WHO = Identity("11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002")
VERSION = "2026-08-01"


def cluster_id(name: str, subscription: str = SUB) -> str:
    return (
        f"/subscriptions/{subscription}/resourcegroups/rg"
        f"/providers/Microsoft.ContainerService/managedClusters/{name}"
    )


def cluster(name: str, subscription: str = SUB, **properties: Any) -> dict[str, Any]:
    """A cluster body with one pool, unless ``agentPoolProfiles`` says otherwise."""
    return {
        "id": cluster_id(name, subscription),
        "name": name,
        "location": "West Europe",
        "sku": {"name": "Base", "tier": "Free"},
        "properties": {"kubernetesVersion": "1.34.1", "agentPoolProfiles": [{"name": "np1"}], **properties},
    }


def provenance(source: str, scope: str, page: int = 1, api_version: str = VERSION) -> Provenance:
    return Provenance(
        source=source,
        scope=scope,
        page=page,
        collection_mode="estate",
        endpoint="management.azure.com",
        custom_ca=False,
        method="GET",
        url="",
        query="",
        parameters={},
        api_version=api_version,
        identity=WHO,
        started_at=AS_OF,
        ended_at=AS_OF,
        request_ids=(),
        http_status=200,
        rows=1,
        total_records=None,
        truncated=None,
        wire_sha256="",
        stored_sha256="",
    )


class Snapshot:
    """A snapshot under way: ``arm`` lists bodies, ``page`` stores any page, ``gap`` records a gap."""

    def __init__(self, folder: Path) -> None:
        self.writer = Writer(folder / NAME, CollectionMode.ESTATE, AS_OF)

    def page(self, source: str, scope: str, body: Any, page: int = 1, api_version: str = VERSION) -> Snapshot:
        self.writer.page(body, provenance(source, scope, page, api_version))
        return self

    def arm(self, *bodies: Any, subscription: str = SUB, api_version: str = VERSION) -> Snapshot:
        return self.page(
            "arm.managed-clusters", subscription, {"value": list(bodies)}, api_version=api_version
        )

    def graph(self, *bodies: Any) -> Snapshot:
        rows = [{"id": body["id"], "name": body["name"]} for body in bodies]
        return self.page("arg.managed-clusters", "tenant", {"data": rows})

    def gap(self, source: str, scope: str, detail: str = "HTTP 403.") -> Snapshot:
        self.writer.gap(Gap(source, scope, "", "denied", detail))
        return self

    def reader(self) -> Reader:
        header = Header(
            NAME, CollectionMode.ESTATE, AS_OF, AS_OF, AS_OF, (), WHO, "management.azure.com", "", "0", ""
        )
        self.writer.close(header, ScopeReport("", (), ()))
        return Reader(self.writer.folder)


PRIVATE = "subject.?properties.?apiServerAccessProfile.?enablePrivateCluster.orValue(false) == true"


def control_text(**changes: Any) -> str:
    """A control file; a key given as None is left out."""
    good = {"properties": {"apiServerAccessProfile": {"enablePrivateCluster": True}}}
    content = {
        "id": "api-server-private",
        "title": "The API server has no public endpoint",
        "area": "api-server",
        "severity": "high",
        "severity_reason": "A public endpoint can be reached from anywhere.",
        "subject": "cluster",
        "method": "automated",
        "objective": "The control plane is reached from the network alone.",
        "test_procedure": "Look at enablePrivateCluster.",
        "needs": ["arm.managed-clusters"],
        "check": PRIVATE,
        "observe": {"Private": PRIVATE.replace("orValue(false) == true", "orValue(null)")},
        "remediation": {"text": "Make it private.", "cli": "az aks update"},
        "references": ["https://learn.microsoft.com/azure/aks/private-clusters"],
        "property_since": "2021-05-01",
        "covers": ["PC-035"],
        "tests": [
            {"given": {"subject": good}, "expect": "satisfied"},
            {"given": {"subject": {"properties": {}}}, "expect": "not-satisfied"},
            {"given": {}, "expect": "not-satisfied", "note": "absent"},
        ],
    } | changes
    if "parameter_notes" not in changes and content.get("parameters"):
        note = {"weaker": "changed", "source": "reportgen's default"}
        content["parameter_notes"] = dict.fromkeys(content["parameters"], note)
    kept = {key: value for key, value in content.items() if value is not None}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=1000)


def write_control(folder: Path, **changes: Any) -> Path:
    """Write a control where the catalogue expects it, below ``folder``."""
    area, name = changes.get("area", "api-server"), changes.get("id", "api-server-private")
    path: Path = folder / area / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(control_text(**changes), encoding="utf-8")
    return path
