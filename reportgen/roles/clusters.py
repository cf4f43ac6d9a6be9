"""The rights inside clusters that Kubernetes' own RBAC authorises: a ClusterRole and its binding."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from reportgen.model import Json
from reportgen.roles.grantee import Grantee
from reportgen.sources import Source
from reportgen.sources.kubernetes import ROLE, cluster_role

FILE = "reportgen-cluster-role.yaml"
_GROUP = "rbac.authorization.k8s.io"


def manifests(sources: Iterable[Source], to: Grantee) -> tuple[dict[str, Json], ...]:
    """The ClusterRole and the ClusterRoleBinding; none where the sources read nothing that takes a right."""
    role = cluster_role(sources)
    if not role["rules"]:
        return ()
    return role, {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": ROLE},
        "roleRef": {"apiGroup": _GROUP, "kind": "ClusterRole", "name": ROLE},
        "subjects": [{"apiGroup": _GROUP, "kind": to.kind, "name": to.name}],
    }


def as_yaml(documents: Iterable[Json]) -> str:
    """Manifests as ``kubectl apply`` takes them."""
    return str(
        yaml.safe_dump_all(
            documents, sort_keys=False, explicit_start=True, default_flow_style=None, width=110
        )
    ).rstrip()
