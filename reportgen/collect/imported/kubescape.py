"""Kubescape: controls of frameworks over a cluster, as ``kubescape scan --format json`` writes them."""

from __future__ import annotations

from typing import Any

from reportgen.collect.imported.interface import Told, Tool, Unusable, at, maps, moment, text
from reportgen.model import Json

_SEVERITIES = ((9, "critical"), (7, "high"), (4, "medium"), (1, "low"))
"""From which score factor on a control has a severity. (Source: Kubescape's opa-utils.)"""
_CLUSTER = (None, 0, "Cluster", "cluster")
"""What ``scanningTarget`` is where a cluster was looked at; the key is left out for 0."""
_NAMES = (
    ("clusterName",),
    ("metadata", "targetMetadata", "clusterContextMetadata", "contextName"),
    ("metadata", "contextMetadata", "clusterContextMetadata", "contextName"),
    ("metadata", "clusterMetadata", "contextName"),
)
"""Where versions of Kubescape put the cluster's name."""


def read(document: Json) -> Told:
    """Of each control its id, name, severity, state and numbers of resources; the resources are left out."""
    controls = at(document, "summaryDetails", "controls")
    if not isinstance(controls, dict):
        raise Unusable(
            "expected what kubescape scan --format json writes, version 2: summaryDetails.controls"
        )
    if at(document, "metadata", "scanMetadata", "scanningTarget") not in _CLUSTER:
        raise Unusable("expected a scan of a cluster; this is one of files")
    frameworks = maps(at(document, "summaryDetails", "frameworks"))
    return Told(
        [
            _control(key, control, frameworks)
            for key, control in sorted(controls.items())
            if isinstance(control, dict)
        ],
        content=", ".join(sorted({_framework(one) for one in frameworks} - {""})),
        calls_it=next((name for path in _NAMES if (name := text(at(document, *path)))), ""),
        taken_at=moment(at(document, "generationTime")),
    )


def _control(key: str, control: dict[str, Any], frameworks: list[dict[str, Any]]) -> dict[str, Json]:
    counted = control.get("ResourceCounters")
    return {
        "id": text(control.get("controlID")) or key,
        "title": text(control.get("name")),
        "severity": _severity(control),
        "status": (text(at(control, "statusInfo", "status")) or text(control.get("status"))).lower(),
        "failed": _number(at(counted, "failedResources")),
        "passed": _number(at(counted, "passedResources")),
        "frameworks": sorted(
            {text(one.get("name")) for one in frameworks if key in (at(one, "controls") or ())}
        ),
    }


def _severity(control: dict[str, Any]) -> str:
    given = text(control.get("severity")).lower()
    factor = control.get("scoreFactor")
    if given or not isinstance(factor, (int, float)):
        return given or "unknown"
    return next((name for least, name in _SEVERITIES if factor >= least), "unknown")


def _framework(one: dict[str, Any]) -> str:
    return " ".join(filter(None, (text(one.get("name")), text(one.get("version")))))


def _number(value: Json) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


TOOL = Tool("kubescape", "Kubescape", read)
