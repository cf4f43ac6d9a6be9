"""Logs that leave a cluster: resource logs by diagnostic settings, container logs by collection rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reportgen.model import Json
from reportgen.subjects.document import at

AUDIT = ("kube-audit", "kube-audit-admin")
ALL = (
    *AUDIT,
    "cloud-controller-manager",
    "cluster-autoscaler",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "guard",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
)
GROUPS: Mapping[str, tuple[str, ...]] = {"audit": AUDIT, "alllogs": ALL}
"""What a category group of a cluster stands for."""
REGISTRY = ("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents")
REGISTRY_GROUPS: Mapping[str, tuple[str, ...]] = {"audit": REGISTRY, "alllogs": REGISTRY}
"""Of a container registry: Azure describes both of its logs as auditing logs."""
_DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")


def categories(settings: list[Json], groups: Mapping[str, tuple[str, ...]] = GROUPS) -> list[str]:
    """The resource-log categories that are switched on and go somewhere, category groups expanded.

    Those that no group names are in lower case.
    """
    return sorted({category for log in _logs(settings) for category in _of(log, groups)})


def destinations(settings: list[Json]) -> list[str]:
    """The ids of what receives at least one category."""
    found = {
        target
        for setting in settings
        if any(_of(log, GROUPS) for log in _enabled(setting))
        for target in _targets(setting)
    }
    return sorted(found)


def _logs(settings: list[Json]) -> Iterator[Any]:
    for setting in settings:
        if _targets(setting):
            yield from _enabled(setting)


def _enabled(setting: Json) -> list[Any]:
    logs = at(setting, "properties", "logs")
    return [log for log in logs if at(log, "enabled") is True] if isinstance(logs, list) else []


def _targets(setting: Json) -> list[str]:
    values = (at(setting, "properties", key) for key in _DESTINATIONS)
    return [value for value in values if isinstance(value, str) and value]


def _of(log: Json, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    category, group = at(log, "category"), at(log, "categoryGroup")
    spelt = {name.lower(): name for names in groups.values() for name in names}
    own = (spelt.get(category.lower(), category.lower()),) if isinstance(category, str) and category else ()
    return (*own, *groups.get(group.lower(), ())) if isinstance(group, str) else own


_V1, _V2 = "microsoft-containerlog", "microsoft-containerlogv2"
_ALL_STREAMS = "microsoft-containerinsights-group-default"


def container_log_tables(rules: list[Json]) -> list[str] | None:
    """The tables that Container Insights writes container logs to by these rules, "" for a rule without any.

    None where no rule is one of Container Insights: the agent then goes by settings inside the cluster.
    """
    extensions = [
        extension
        for rule in rules
        for extension in at(rule, "extensions") or []
        if str(at(extension, "extensionName") or "").lower() == "containerinsights"
    ]
    return sorted({_table(extension) for extension in extensions}) if extensions else None


def _table(extension: Json) -> str:
    settings = at(extension, "extensionSettings", "dataCollectionSettings")
    streams = {
        str(stream).lower()
        for stream in [*(at(extension, "streams") or []), *(at(settings, "streams") or [])]
    }
    newer = any(stream.startswith(_V2) for stream in streams)
    if newer or (_ALL_STREAMS in streams and at(settings, "enableContainerLogV2") is True):
        return "ContainerLogV2"
    return "ContainerLog" if {_V1, _ALL_STREAMS} & streams else ""
