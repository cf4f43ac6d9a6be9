"""Estate folders to measure with: one cluster with many pods, and a fleet that can be read as a whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tools.estates import SAMPLE, multiply

LARGE = "aks-ebanking-prod-weu"
"""The cluster of the sample that is multiplied: 151 pods of 40 workloads in 15 namespaces, on 14 nodes."""
SMALL = "aks-netlab-dev-sdc"
"""The cluster of the sample that a fleet is made of: 39 pods."""
_COPIES_A_NODE = 6
"""Copies of the namespaces that share the nodes: about 65 pods on each."""


def large(out: Path, pods: int) -> Path:
    """The sample with one cluster alone, of at least so many pods: all its namespaces again and again.

    Each object bears managed fields over the whole of it, as a real server sends: about half of its bytes.
    """
    folder = out / "large"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SAMPLE / "azure", folder / "azure", ignore=_other_clusters)
    source, target = SAMPLE / "kubernetes" / LARGE, folder / "kubernetes" / LARGE
    target.mkdir(parents=True)
    shutil.copy(source.parent / "empty.json", target.parent)
    copies = -(-pods // len(_list(source / "pods.json")["items"]))
    for path in sorted(source.glob("*.json")):
        listed = _list(path)
        times = _times(listed, copies)
        listed["items"] = [_managed(_copy(item, n)) for n in range(times) for item in listed["items"]]
        (target / path.name).write_text(json.dumps(listed), encoding="utf-8")
    return folder


def fleet(out: Path, clusters: int) -> Path:
    """An estate of so many clusters with the same objects in each."""
    folder = multiply(out, clusters, (SMALL,))
    inside = folder / "kubernetes"
    inside.mkdir()
    shutil.copy(SAMPLE / "kubernetes" / "empty.json", inside)
    for path in (folder / "azure" / "clusters").glob("*.json"):
        name = json.loads(path.read_bytes())["name"]
        (inside / name).symlink_to(SAMPLE / "kubernetes" / SMALL, target_is_directory=True)
    return folder


def _other_clusters(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if LARGE not in name] if Path(folder).name in ("clusters", "reads") else []


def _list(path: Path) -> dict[str, Any]:
    listed: dict[str, Any] = json.loads(path.read_bytes())
    return listed


def _times(listed: dict[str, Any], copies: int) -> int:
    """How often the objects of a list are in the estate: what is for the whole cluster, once."""
    first = listed["items"][0]
    if first["kind"] == "Node":
        return (copies - 1) // _COPIES_A_NODE + 1
    return copies if first["kind"] == "Namespace" or "namespace" in first["metadata"] else 1


def _copy(item: dict[str, Any], number: int) -> dict[str, Any]:
    """The object in a namespace, or under a name, of its own; the first is as it was.

    Pods differ in what servers make up, and run on nodes of their own.
    """
    if not number:
        return item
    unique = json.dumps(item).replace('"kube-api-access-', f'"kube-api-access-{number:03d}')
    copied: dict[str, Any] = json.loads(unique)
    metadata = copied["metadata"]
    key = "namespace" if "namespace" in metadata else "name"
    metadata |= {key: f"{metadata[key]}-{number:03d}", "uid": f"{metadata.get('uid', '')}{number:03d}"}
    if "nodeName" in copied.get("spec", {}):
        metadata["name"] += f"{number:03d}"
        first = number // _COPIES_A_NODE
        copied["spec"]["nodeName"] += f"-{first:03d}" if first else ""
    return copied


def _managed(item: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-11-01T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": _fields({key: item[key] for key in item if key not in ("kind", "apiVersion")}),
    }
    return {**item, "metadata": {**item["metadata"], "managedFields": [fields]}}


def _fields(value: Any) -> dict[str, Any]:
    """The shape of a value as managed fields have it."""
    if isinstance(value, dict):
        return {f"f:{key}": _fields(inner) for key, inner in value.items() if key != "managedFields"}
    if isinstance(value, list):
        return {f"k:{json.dumps(_key(inner))}": {".": {}, **_fields(inner)} for inner in value}
    return {}


def _key(item: Any) -> Any:
    """What tells an item of a list from the others."""
    known = ("name", "type", "key", "ip")
    return {key: item[key] for key in known if key in item} if isinstance(item, dict) else item
