"""Versions, images, and whether they are renewed without anyone remembering it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from tests.oracle.evidence import (
    NO,
    UNDETERMINED,
    Evidence,
    Json,
    Verdict,
    look,
    met,
    of_cluster,
    of_list,
    of_pools,
    text,
)

OLDEST_IMAGE = timedelta(days=90)
END_OF_SUPPORT = {
    (1, 32): (2026, 3),
    (1, 33): (2026, 7),
    (1, 34): (2026, 11),
    (1, 35): (2027, 3),
    (1, 36): (2027, 6),
    (1, 37): (2027, 10),
}
"""Year and month, from the AKS release calendar; long-term support ends a year later."""


@of_cluster("2022-04-01")
def supported_version(seen: Evidence) -> Verdict | str:
    """By the region's own list where there is one, else by the calendar. Versions run 1.9, 1.10, 1.11."""
    version = _minor(_running(seen.body))
    if version is None:
        return UNDETERMINED
    plans = {"kubernetesofficial"}
    if (
        text(seen.body, "properties", "supportPlan") == "akslongtermsupport"
        and text(seen.body, "sku", "tier") == "premium"
    ):
        plans.add("akslongtermsupport")
    if not seen.offered:
        return _by_calendar(version, len(plans) > 1, seen.as_of)
    return met(any(_offers(line, version, plans) for line in seen.offered))


def _running(body: Json) -> str:
    return text(body, "properties", "currentKubernetesVersion") or text(
        body, "properties", "kubernetesVersion"
    )


def _minor(version: str) -> tuple[int, int] | None:
    found = re.match(r"(\d+)\.(\d+)(\.|$)", version)
    return (int(found[1]), int(found[2])) if found else None


def _offers(line: Json, version: tuple[int, int], plans: set[str]) -> bool:
    offered = {str(plan).lower() for plan in look(line, "capabilities", "supportPlan") or []}
    return (
        _minor(text(line, "version")) == version
        and look(line, "isPreview") is not True
        and bool(offered & plans)
    )


def _by_calendar(version: tuple[int, int], long_term: bool, as_of: datetime) -> Verdict | str:
    """Three versions come out in a year, and long-term support adds one, which the calendar does not show."""
    if version in END_OF_SUPPORT:
        year, month = END_OF_SUPPORT[version]
        return met(as_of < datetime(year + long_term + month // 12, month % 12 + 1, 1, tzinfo=UTC))
    known = range(min(END_OF_SUPPORT)[1] - (3 if long_term else 0))
    return NO if version[0] == 1 and version[1] in known else UNDETERMINED


@of_pools("2022-04-01")
def pool_version(pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    """Two versions are the same to the precision that both are given in."""
    nodes = text(pool, "currentOrchestratorVersion") or text(pool, "orchestratorVersion")
    control_plane = _running(seen.body)
    if _minor(nodes) is None or _minor(control_plane) is None:
        return UNDETERMINED
    places = min(nodes.count("."), control_plane.count(".")) + 1
    return met(nodes.split(".")[:places] == control_plane.split(".")[:places])


@of_cluster("2020-11-01")
def cluster_channel(seen: Evidence) -> str:
    """node-image renews images and leaves Kubernetes as it is."""
    channel = text(seen.body, "properties", "autoUpgradeProfile", "upgradeChannel")
    return met(channel in {"patch", "stable", "rapid"})


@of_cluster("2023-06-01")
def node_os_channel(seen: Evidence) -> str:
    """Unmanaged reboots nothing; node-image of the cluster brings the same channel for the nodes."""
    profile = look(seen.body, "properties", "autoUpgradeProfile")
    own = text(profile, "nodeOSUpgradeChannel") in {"nodeimage", "securitypatch"}
    return met(own or text(profile, "upgradeChannel") == "node-image")


@of_pools("2020-04-01")
def node_image(pool: dict[str, Json], seen: Evidence) -> Verdict | str:
    """The age in days, from the date that the name of the image carries."""
    built = _image_date(text(pool, "nodeImageVersion"))
    if built is None:
        return UNDETERMINED
    return met(seen.as_of.date() - built <= OLDEST_IMAGE)


def _image_date(name: str) -> date | None:
    """202410.27.0 and 2021.04.27 end a Linux image's name, 20348.2700.240911 a Windows image's."""
    last = name.rsplit("-", 1)[-1]
    linux = re.fullmatch(r"(20\d\d)\.?(\d\d)\.(\d\d)(\.\d+)?", last)
    windows = re.fullmatch(r"\d+\.\d+\.(\d\d)(\d\d)(\d\d)", last) if "windows" in name else None
    found = windows or linux
    if not found:
        return None
    year = int(found[1]) + (2000 if windows else 0)
    try:
        return date(year, int(found[2]), int(found[3]))
    except ValueError:
        return None


@of_list("maintenance", "2023-05-01")
def windows(configurations: list[Json]) -> str:
    """``default`` governs AKS's own weekly releases only."""
    names = {text(line, "name") for line in configurations}
    return met(names >= {"aksmanagedautoupgradeschedule", "aksmanagednodeosupgradeschedule"})


CONTROLS = {
    "patching-kubernetes-version-supported": supported_version,
    "patching-pool-version-matches-control-plane": pool_version,
    "patching-cluster-auto-upgrade": cluster_channel,
    "patching-node-os-auto-upgrade": node_os_channel,
    "patching-node-image-recent": node_image,
    "patching-maintenance-windows": windows,
}
