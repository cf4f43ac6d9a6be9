"""What leaves a cluster as a log, and where it goes."""

from __future__ import annotations

from tests.oracle.evidence import (
    GAP,
    NOT_APPLICABLE,
    UNDETERMINED,
    Evidence,
    Json,
    Verdict,
    cannot_tell,
    look,
    met,
    of_cluster,
    of_list,
    text,
)

DESTINATIONS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
)
CONTROL_PLANE = {
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "guard",
}


def _sent(settings: list[Json]) -> tuple[set[str], set[str]]:
    """Categories and category groups that are enabled in a setting that sends them somewhere."""
    categories: set[str] = set()
    groups: set[str] = set()
    for setting in settings:
        if any(text(setting, "properties", place) for place in DESTINATIONS):
            for entry in look(setting, "properties", "logs") or []:
                if look(entry, "enabled") is True:
                    categories.add(text(entry, "category"))
                    groups.add(text(entry, "categoryGroup"))
    return categories, groups


@of_list("diagnostics", "2021-05-01")
def audit(settings: list[Json]) -> str:
    """kube-audit-admin leaves out reads; the groups audit and allLogs hold both."""
    categories, groups = _sent(settings)
    return met(bool(categories & {"kube-audit", "kube-audit-admin"} or groups & {"audit", "alllogs"}))


@of_cluster("")
def audit_apart(seen: Evidence) -> Verdict | str:
    """Some destination of the audit log has to be in another subscription than the cluster."""
    if seen.diagnostics is None:
        return GAP
    if cannot_tell(seen.read_with.get("diagnostics", "2021-05-01"), "2021-05-01"):
        return UNDETERMINED
    found = []
    for setting in seen.diagnostics:
        categories, groups = _sent([setting])
        if categories & {"kube-audit", "kube-audit-admin"} or groups & {"audit", "alllogs"}:
            found += [text(setting, "properties", place) for place in DESTINATIONS]
    targets = [target for target in found if target]
    own = seen.body["id"].lower().split("/")[2]
    others = [target for target in targets if target.startswith("/") and target.split("/")[2] != own]
    return met(bool(others)) if targets else NOT_APPLICABLE


@of_list("diagnostics", "2021-05-01")
def control_plane(settings: list[Json]) -> str:
    """Categories may be spread over several settings."""
    categories, groups = _sent(settings)
    return met(categories >= CONTROL_PLANE or "alllogs" in groups)


@of_cluster("2026-06-01")
def container_insights(seen: Evidence) -> str:
    """The add-on, or since its newest API version a profile; metrics are another thing."""
    addon = look(seen.body, "properties", "addonProfiles", "omsagent", "enabled")
    profile = look(seen.body, "properties", "azureMonitorProfile", "containerInsights", "enabled")
    return met(addon is True or profile is True)


@of_cluster("2022-06-01")
def defender(seen: Evidence) -> str:
    """The sensor's first profile was called azureDefender."""
    profile = look(seen.body, "properties", "securityProfile")
    older = look(profile, "azureDefender", "enabled")
    return met(look(profile, "defender", "securityMonitoring", "enabled") is True or older is True)


CONTROLS = {
    "logging-audit-logs-collected": audit,
    "logging-audit-logs-apart": audit_apart,
    "logging-platform-logs-collected": control_plane,
    "logging-container-insights": container_insights,
    "logging-defender-sensor": defender,
}
