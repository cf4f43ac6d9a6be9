"""All recorded clusters as one estate folder: each body under an id of its own, some with lists beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.oracle.evidence import Evidence, Json, look

AS_OF = datetime(2026, 4, 7, 6, tzinfo=UTC)
"""The ninetieth day of the newest image that was recorded."""
SUBSCRIPTIONS = tuple(f"0000000{n}-aaaa-4000-8000-00000000000{n}" for n in range(1, 5))
AUTO, NODE_OS = "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"
DENIED = {"error": {"code": "AuthorizationFailed", "message": "The client does not have authorization."}}
WORKSPACE = {"workspaceId": "/subscriptions/s/resourceGroups/r/providers/w/w/w"}
STORAGE = {"storageAccountId": "/subscriptions/s/resourceGroups/r/providers/s/s/s"}
EVENTS = {"eventHubAuthorizationRuleId": "/subscriptions/s/resourceGroups/r/providers/e/e/e"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded body in the estate: the file it came from and all that the oracle may know of it."""

    file: str
    evidence: Evidence


def _setting(name: str, destination: dict[str, Json], *logs: dict[str, Json]) -> Json:
    return {"name": name, "properties": {**destination, "metrics": [], "logs": list(logs)}}


def _category(name: str, enabled: bool = True) -> dict[str, Json]:
    return {"category": name, "categoryGroup": None, "enabled": enabled}


def _group(name: str) -> dict[str, Json]:
    return {"category": None, "categoryGroup": name, "enabled": True}


def _schedule(name: str, hours: int, schedule: dict[str, Json], **more: Json) -> Json:
    window = {"durationHours": hours, "schedule": schedule, "startTime": "01:00", **more}
    return {"name": name, "properties": {"maintenanceWindow": window}}


WEEKLY = {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}, "daily": None}
MAINTENANCE: tuple[list[Json] | None, ...] = (
    None,
    [{"name": AUTO}, {"name": NODE_OS}],
    [{"name": AUTO.lower()}, {"name": NODE_OS.lower()}],
    [{"name": "default"}],
    [{"name": AUTO}, {"name": "default"}],
    [],
    [{"name": NODE_OS}],
    [
        _schedule(AUTO, 8, {"relativeMonthly": {"intervalMonths": 1}}, startDate="2025-01-12"),
        _schedule(
            NODE_OS,
            4,
            WEEKLY,
            notAllowedDates=[
                {"start": "2026-04-01", "end": "2026-04-20"},
                {"start": "2025-06-01", "end": "2025-09-30"},
            ],
        ),
    ],
    [
        _schedule(
            NODE_OS.lower(),
            8,
            {"daily": {"intervalDays": 1}},
            notAllowedDates=[
                {"start": "2026-06-11", "end": "2026-06-30"},
                {"start": "2026-05-20", "end": "2026-06-10"},
            ],
        )
    ],
    [_schedule(AUTO, 8, {"absoluteMonthly": {"intervalMonths": 3}})],
    [_schedule(NODE_OS, 8, WEEKLY, startDate="2026-04-08")],
    [_schedule(NODE_OS, 8, WEEKLY, notAllowedDates=[{"start": "in June", "end": "2026-06-30"}])],
    [_schedule(NODE_OS, 3, WEEKLY, startDate="2026-04-07")],
)
"""None: the estate does not say."""

DIAGNOSTICS: tuple[list[Json] | None, ...] = (
    None,
    [],
    [_setting("nowhere", {"workspaceId": None}, _group("allLogs"))],
    [_setting("audit", WORKSPACE, _group("audit"))],
    [
        _setting("one", STORAGE, *map(_category, ("kube-apiserver", "kube-audit-admin", "guard"))),
        _setting(
            "two",
            EVENTS,
            *map(_category, ("kube-controller-manager", "kube-scheduler", "cluster-autoscaler")),
        ),
    ],
    [_setting("all", {"marketplacePartnerId": "partner"}, _group("allLogs"))],
    [
        _setting("off", WORKSPACE, _category("kube-audit", enabled=False), _category("kube-scheduler")),
        {"name": "bare", "properties": {**WORKSPACE, "logs": None}},
    ],
    None,
)
"""The last one is refused with 403, the first is not in the folder."""


def _offer(version: str, *plans: str, preview: bool = False) -> Json:
    return {"version": version, "isPreview": preview or None, "capabilities": {"supportPlan": list(plans)}}


OFFERED: tuple[list[Json] | None, ...] = (
    [
        _offer("1.30", "AKSLongTermSupport"),
        _offer("1.32", "KubernetesOfficial", "AKSLongTermSupport"),
        _offer("1.33", "KubernetesOfficial", preview=True),
    ],
    [_offer("1.24", "KubernetesOfficial"), _offer("1.25", "KubernetesOfficial"), {"version": "1.26"}],
    None,
    [_offer("1.27", "AKSLongTermSupport"), _offer("1.28", "KubernetesOfficial")],
)
"""One a subscription; the regions of the third are in no list."""


def build(recorded: Path, folder: Path, api_version: str) -> list[Recorded]:
    """Write the estate below ``folder`` and say what is in it; clients will ask with ``api_version``."""
    azure = folder / "azure"
    azure.mkdir(parents=True)
    population = []
    for number, path in enumerate(sorted((recorded / "managed_clusters").glob("*.json"))):
        body = renamed(json.loads(path.read_text(encoding="utf-8")), number)
        (azure / path.name).write_text(json.dumps(body), encoding="utf-8")
        evidence = Evidence(
            body=body,
            api_version=api_version,
            as_of=AS_OF,
            maintenance=MAINTENANCE[number % len(MAINTENANCE)],
            diagnostics=DIAGNOSTICS[number % len(DIAGNOSTICS)],
            offered=OFFERED[number % len(OFFERED)],
        )
        population.append(Recorded(path.name, evidence))
    (azure / "answers.json").write_text(json.dumps(list(_answers(population))), encoding="utf-8")
    return population


def renamed(body: Json, number: int) -> Json:
    """The body under another subscription and name, two of three by convention; its id else as recorded."""
    prefix = "aks-" if number % 3 else ""
    parts = body["id"].split("/")
    parts[2], parts[-1] = SUBSCRIPTIONS[number % len(SUBSCRIPTIONS)], f"{prefix}c{number:03}"
    return {**body, "id": "/".join(parts), "name": parts[-1]}


def _answers(population: Iterable[Recorded]) -> Iterator[Json]:
    places = {}
    for number, item in enumerate(population):
        seen = item.evidence
        where = seen.body["id"]
        settings = f"{where}/providers/Microsoft.Insights/diagnosticSettings"
        if seen.maintenance is not None:
            yield _answer(f"{where}/maintenanceConfigurations", {"value": seen.maintenance})
        if seen.diagnostics is not None:
            yield _answer(settings, {"value": seen.diagnostics})
        elif number % len(DIAGNOSTICS):
            yield _answer(settings, DENIED, 403)
        if number % 2:
            profile = {"controlPlaneProfile": {"upgrades": None}, "agentPoolProfiles": None}
            yield _answer(f"{where}/upgradeProfiles/default", {"name": "default", "properties": profile})
        if seen.offered is not None:
            places[(where.split("/")[2], look(seen.body, "location"))] = seen.offered
    for (subscription, location), values in places.items():
        provider = f"/subscriptions/{subscription}/providers/Microsoft.ContainerService"
        yield _answer(f"{provider}/locations/{location}/kubernetesVersions", {"values": values})


def _answer(path: str, body: Json, status: int = 200) -> Json:
    return {"request": {"method": "GET", "uri": path}, "response": {"status": status, "body": body}}
