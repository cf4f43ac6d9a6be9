"""Who is told of trouble: alert rules that watch a cluster, and those on the health of Azure under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.networks import key, maps

CLUSTERS = "microsoft.containerservice/managedclusters"
_SERVICE = "azure kubernetes service (aks)"
"""How Azure's service health names AKS."""
_HEALTH = {"resourcehealth": "ResourceHealth", "servicehealth": "ServiceHealth"}


def derive(cluster: Json, related: Mapping[str, Json]) -> dict[str, Json]:
    """The derived values of a cluster that alert rules give; none where these were not read."""
    if "alert_rules" not in related:
        return {}
    return {"alerts": [*_alerts(cluster, related)], "health_alerts": [*_health(cluster, related)]}


def _alerts(cluster: Json, related: Mapping[str, Json]) -> Iterator[Json]:
    """The rules that watch the cluster, by name; ``active``: on, ``notifies``: an action follows."""
    for row in maps(related["alert_rules"]):
        kind = key(at(row, "type")).rpartition("/")[2]
        name, on = str(at(row, "name") or ""), at(row, "enabled") is not False
        if kind == "prometheusrulegroups" and _names(row, cluster):
            for rule in maps(at(row, "rules")):
                if at(rule, "alert"):
                    active = on and at(rule, "enabled") is not False
                    yield _alert(
                        f"{name}/{at(rule, 'alert')}", active=active, notifies=bool(at(rule, "actions"))
                    )
        elif kind in ("metricalerts", "scheduledqueryrules") and _watches(row, cluster):
            actions = at(row, "actionCount" if kind == "metricalerts" else "actionGroupCount")
            yield _alert(name, active=on, notifies=bool(actions))


def _alert(name: str, *, active: bool, notifies: bool) -> Json:
    return {"name": name, "active": active, "notifies": notifies}


def _names(row: Json, cluster: Json) -> bool:
    return key(at(cluster, "id")) in map(key, at(row, "scopes") or [])


def _watches(row: Json, cluster: Json) -> bool:
    """Whether a rule names the cluster, or a scope above it for all clusters there."""
    types = [at(row, "targetResourceType"), *(at(row, "targetResourceTypes") or [])]
    return _names(row, cluster) or (CLUSTERS in map(key, types) and _covers(row, cluster))


def _covers(row: Json, cluster: Json) -> bool:
    own = f"{key(at(cluster, 'id'))}/"
    return any(own.startswith(f"{key(scope)}/") for scope in at(row, "scopes") or [] if key(scope))


def _health(cluster: Json, related: Mapping[str, Json]) -> Iterator[Json]:
    """The rules on Azure's health that reach the cluster and are on and notify, with their category."""
    for row in maps(related["alert_rules"]):
        if not key(at(row, "type")).endswith("/activitylogalerts") or not _covers(row, cluster):
            continue
        if at(row, "enabled") is False or not at(row, "actionGroupCount"):
            continue
        conditions = maps(at(row, "condition", "allOf"))
        categories = {value for one in conditions for value in _wanted(one, "category")}
        for category in sorted(categories & _HEALTH.keys()):
            if all(_admits(one, cluster) for one in conditions):
                yield {"name": str(at(row, "name") or ""), "category": _HEALTH[category]}


def _admits(condition: Json, cluster: Json) -> bool:
    """Whether one condition, or one of its alternatives, lets an event about this cluster through."""
    alternatives = maps(at(condition, "anyOf")) or [condition]
    own = key(at(cluster, "id"))
    group = own.split("/")[4] if own.count("/") > 4 else ""
    limits = {
        "resourcetype": CLUSTERS,
        "resourceprovider": CLUSTERS.partition("/")[0],
        "resourcegroup": group,
        "resourceid": own,
        "properties.impactedservices[*].servicename": _SERVICE,
    }
    return any(
        (field := key(at(one, "field"))) not in limits or limits[field] in _wanted(one, field)
        for one in alternatives
    )


def _wanted(condition: Json, field: str) -> set[str]:
    """The values that a condition on a field takes, in lower case."""
    found = [
        value
        for one in [condition, *maps(at(condition, "anyOf"))]
        if key(at(one, "field")) == field
        for value in (at(one, "equals"), *(at(one, "containsAny") or []))
    ]
    return {key(value) for value in found if value}
