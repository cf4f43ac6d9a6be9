"""Diagnostic settings: which resource logs leave a cluster, where to, and how long they are kept there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reportgen.model import Json
from reportgen.subjects.document import at, of_row

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
_WORKSPACE = "workspace"
_DESTINATIONS = {
    "workspaceId": _WORKSPACE,
    "storageAccountId": "storage account",
    "eventHubAuthorizationRuleId": "event hub",
    "marketplacePartnerId": "partner",
}
_TABLES = {"kube-audit": "aksaudit", "kube-audit-admin": "aksauditadmin"}
"""Where a setting of the type Dedicated puts a category; others put everything in one table."""
_ONE_TABLE = "azurediagnostics"


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


def audit_destinations(related: Mapping[str, Json]) -> list[Json] | None:
    """What receives the audit log, each once: ``id``, ``kind``, ``subscription``, ``name`` and ``days``.

    ``days`` is how long a workspace keeps the log, the archive included: the shortest of the tables that it
    lies in, the workspace's own retention for a table that sets none. It is absent of other destinations, and
    of a workspace that is not in the evidence. None where settings could not be read.
    """
    settings = related.get("diagnostic_settings")
    if settings is None:
        return None
    workspaces, tables = (related.get(f"log_analytics_{name}") or [] for name in ("workspaces", "tables"))
    found: dict[str, Json] = {}
    for setting in settings:
        audit = {category for log in _enabled(setting) for category in _of(log, GROUPS) if category in AUDIT}
        for key, kind in _DESTINATIONS.items() if audit else ():
            target = at(setting, "properties", key)
            if isinstance(target, str) and target:
                kept = (
                    _days(target, _tables(setting, audit), workspaces, tables) if kind == _WORKSPACE else None
                )
                found[target.lower()] = _shorter(found.get(target.lower()), _destination(target, kind, kept))
    return [found[key] for key in sorted(found)]


def _destination(target: str, kind: str, days: int | None) -> Json:
    parts = target.strip("/").split("/")
    known = {"id": target, "kind": kind, "subscription": parts[1].lower() if len(parts) > 1 else ""}
    name = parts[7] if len(parts) > 7 else parts[-1]
    return {**known, "name": name, **({} if days is None else {"days": days})}


def _shorter(one: Json, other: Json) -> Json:
    """Of two settings with one destination the part that is kept for less."""
    return one if one and one.get("days", 0) < other.get("days", 0) else other


def _tables(setting: Json, audit: Iterable[str]) -> set[str]:
    dedicated = str(at(setting, "properties", "logAnalyticsDestinationType") or "").lower() == "dedicated"
    return {_TABLES[category] for category in audit} if dedicated else {_ONE_TABLE}


def _days(workspace: str, names: set[str], workspaces: list[Json], tables: list[Json]) -> int | None:
    """How many days a workspace keeps all of these tables; None where it is not in the evidence."""
    key = workspace.lower().rstrip("/")
    own = [_number(one, "retentionInDays") for one in workspaces if str(one["id"]).lower() == key]
    if not own:
        return None
    kept = {
        str(table["id"]).lower().rpartition("/")[2]: _number(table, "totalRetentionInDays")
        or _number(table, "retentionInDays")
        for table in tables
        if str(table["id"]).lower().startswith(f"{key}/")
    }
    return min((kept.get(name) or own[0] for name in names), default=own[0]) or None


def _number(row: Json, key: str) -> int:
    """A count of days; 0 where there is none, as is -1, by which a table takes the workspace's."""
    value = of_row(row, key)
    return int(value) if isinstance(value, int | float) and value > 0 else 0


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
