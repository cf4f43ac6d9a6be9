"""Objects of access control as a cluster lists them, and a cluster that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.model import Json
from reportgen.subjects.inside.interface import Objects
from tests.assess.build import Snapshot, cluster, cluster_id

ADMIN_GROUP = "0f9b7c35-8a12-4d6e-b340-96e1d27f5a08"
CLUSTER = cluster("one", aadProfile={"managed": True, "adminGroupObjectIDs": [ADMIN_GROUP.upper()]})


def objects(folder: Path, lists: Mapping[str, list[Json]], *, missing: tuple[str, ...] = ()) -> Objects:
    """A cluster with these lists, by source without its prefix; ``missing`` could not be read."""
    snapshot = Snapshot(folder)
    for source, items in lists.items():
        snapshot.page(f"k8s.{source}", cluster_id("one"), {"items": items})
    as_of = datetime(2026, 11, 15, 6, tzinfo=UTC)
    return Objects(snapshot.reader(), CLUSTER, cluster_id("one"), {}, frozenset(missing), as_of)


def rule(verbs: str, resources: str, group: str = "", *names: str) -> Json:
    """A rule; verbs and resources separated by spaces."""
    known: dict[str, Any] = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
    return {**known, "resourceNames": list(names)} if names else known


def role(name: str, *rules: Json, namespace: str = "", **more: Any) -> Json:
    """A role, or a cluster role where it has no namespace; ``labels`` are its labels."""
    labels = more.pop("labels", None)
    return {"metadata": _metadata(name, namespace, labels), "rules": list(rules), **more}


def binding(
    name: str, refers_to: str, *subjects: Json, namespace: str = "", kind: str = "ClusterRole", **labels: str
) -> Json:
    """A role binding, or a cluster role binding where it has no namespace."""
    return {
        "metadata": _metadata(name, namespace, labels or None),
        "roleRef": {"kind": kind, "name": refers_to},
        "subjects": list(subjects),
    }


def user(name: str) -> Json:
    return {"kind": "User", "name": name}


def group(name: str) -> Json:
    return {"kind": "Group", "name": name}


def account(namespace: str, name: str) -> Json:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def _metadata(name: str, namespace: str, labels: Json) -> Json:
    values = {"name": name, "namespace": namespace or None, "labels": labels}
    return {key: value for key, value in values.items() if value}
