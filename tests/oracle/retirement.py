"""What ends when, and whether upgrades get through before it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from tests.oracle.evidence import (
    GAP,
    NOT_APPLICABLE,
    UNDETERMINED,
    Answer,
    Evidence,
    Json,
    Verdict,
    cannot_tell,
    look,
    met,
    of_cluster,
    of_pools,
    pools,
    text,
)

AHEAD = timedelta(days=90)
RELEASES = {
    "ubuntu1604": date(2021, 4, 30),
    "ubuntu1804": date(2025, 6, 17),
    "ubuntu2004": date(2027, 3, 17),
    "ubuntu2204": date(2027, 6, 30),
    "ubuntu2404": date.max,
    "azurelinuxv2": date(2025, 11, 30),
    "azurelinuxv3": date.max,
    "azurelinux3": date.max,
    "azurecontainerlinux": date.max,
    "azurelinuxosguard": date(2026, 12, 10),
    "flatcar": date(2026, 6, 8),
    "windows2019": date(2026, 3, 1),
    "windows2022": date(2028, 6, 30),
    "windows2025": date.max,
    "windowsannual": date(2026, 5, 15),
}
"""Last days of the nodes' operating systems, from the announcements; ``date.max`` where there is none."""


def _soon(ends: Iterable[date], seen: Evidence) -> str:
    return met(all(end > (seen.as_of + AHEAD).date() for end in ends))


@of_pools("2020-04-01")
def node_systems(pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    """The image is what runs; the SKU alone tells a release only if it names one."""
    end = RELEASES.get(_image(text(pool, "nodeImageVersion")) or text(pool, "osSKU"))
    others = []
    if text(pool, "type") == "availabilityset":
        others.append(date(2025, 9, 30))
    if text(pool, "workloadRuntime") == "wasmwasi":
        others.append(date(2025, 5, 5))
    if end is None and not others:
        return UNDETERMINED
    return _soon([*others, end or date.max], seen)


def _image(name: str) -> str:
    kind, _, rest = name.removeprefix("aks").partition("-")
    if kind in {"azurelinux", "cblmariner"}:
        return f"azurelinux{rest[:2]}" if re.match(r"v\d", rest) else ""
    digits = re.match(r"20\d\d|\d\d\d\d|\d\dh\d", rest)
    if not digits or kind not in {"ubuntu", "windows"}:
        return ""
    return "windowsannual" if "h" in digits[0] else f"{kind}{digits[0]}"


@of_cluster("2019-04-01")
def features(seen: Evidence) -> str:
    """Each with the day on which Azure stops supporting it."""
    properties = look(seen.body, "properties")
    network = look(properties, "networkProfile")
    windows = any(text(pool, "osType") == "windows" for pool in pools(seen.body))
    ends = (
        (date(2025, 9, 30), text(network, "loadBalancerSku") == "basic"),
        (date(2025, 9, 30), look(properties, "podIdentityProfile", "enabled") is True),
        (date(2028, 3, 31), text(network, "networkPlugin") == "kubenet"),
        (date(2026, 9, 30), text(network, "networkPolicy") == "azure" and windows),
        (date(2028, 9, 30), text(network, "networkPolicy") == "azure"),
        (date(2027, 9, 30), look(properties, "addonProfiles", "openServiceMesh", "enabled") is True),
        (date(2025, 3, 3), look(properties, "addonProfiles", "httpApplicationRouting", "enabled") is True),
    )
    return _soon([end for end, used in ends if used], seen)


@of_pools("2020-04-01")
def surge(pool: dict[str, Json], _: Evidence) -> str:
    """A number of nodes or a share, as text; Spot pools are upgraded without additional nodes."""
    if text(pool, "scaleSetPriority") == "spot":
        return NOT_APPLICABLE
    more, fewer = (text(pool, "upgradeSettings", name) for name in ("maxSurge", "maxUnavailable"))
    return met(_several(more) or (more in {"0", "0%"} and _several(fewer)))


def _several(count: str) -> bool:
    return count not in {"", "0", "0%", "1"}


def windows_open(seen: Evidence) -> list[Answer]:
    """Four hours at least, once a month at least, a pause of a month at most, and in force."""
    verdict = _windows(seen)
    verdict = verdict if isinstance(verdict, Verdict) else Verdict(verdict)
    return [Answer(seen.body["id"], *verdict)]


def _windows(seen: Evidence) -> Verdict | str:
    if seen.maintenance is None:
        return GAP
    if cannot_tell(seen.read_with.get("maintenance", "2023-05-01"), "2023-05-01"):
        return UNDETERMINED
    names = {"aksmanagedautoupgradeschedule", "aksmanagednodeosupgradeschedule"}
    found = [
        look(item, "properties", "maintenanceWindow")
        for item in seen.maintenance
        if text(item, "name") in names
    ]
    if not found:
        return NOT_APPLICABLE
    today = seen.as_of.date()
    facts = [
        (look(window, "durationHours"), _every(look(window, "schedule")), _pause(window, today))
        for window in found
    ]
    good = all(str(look(window, "startDate") or "")[:10] <= today.isoformat() for window in found)
    for hours, days, pause in facts:
        if hours is None or days is None or pause is None:
            return UNDETERMINED
        good = good and hours >= 4 and days <= 31 and pause <= 31
    return met(good)


def _every(schedule: Json) -> int | None:
    for kind, key, days in (
        ("daily", "intervalDays", 1),
        ("weekly", "intervalWeeks", 7),
        ("absoluteMonthly", "intervalMonths", 31),
        ("relativeMonthly", "intervalMonths", 31),
    ):
        count = look(schedule, kind, key)
        if count is not None:
            return int(count) * days
    return None


def _pause(window: Json, today: date) -> int | None:
    """Days are marked one by one; of those runs that reach today or lie ahead, the longest counts."""
    blocked: set[date] = set()
    for span in look(window, "notAllowedDates") or []:
        try:
            day, end = (date.fromisoformat(look(span, name)) for name in ("start", "end"))
        except (TypeError, ValueError):
            return None
        while day <= end:
            blocked.add(day)
            day += timedelta(days=1)
    longest = run = 0
    for day in sorted(blocked):
        run = run + 1 if day - timedelta(days=1) in blocked else 1
        over = day + timedelta(days=1) not in blocked
        longest = max(longest, run) if over and day >= today else longest
    return longest


CONTROLS = {
    "patching-no-retired-node-systems": node_systems,
    "patching-no-retired-features": features,
    "patching-upgrade-surge-set": surge,
    "patching-maintenance-windows-open": windows_open,
}
