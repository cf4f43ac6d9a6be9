"""Kubernetes versions: what a cluster runs, and whether Azure supports it on a day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from reportgen.model import Json
from reportgen.subjects.document import at

TABLE_DATE = "2026-11-01"
"""When the shipped table was read from Microsoft's supported-versions page."""

SUPPORT_ENDS = {
    (1, 32): (2026, 3),
    (1, 33): (2026, 7),
    (1, 34): (2026, 11),
    (1, 35): (2027, 3),
    (1, 36): (2027, 6),
    (1, 37): (2027, 10),
}
"""Minor version to the month through whose last day Azure supports it; long-term support adds a year."""

_OFFERED_IN = "Azure's list of the versions offered in "
_LTS = "AKSLongTermSupport"
_OFFICIAL = "KubernetesOfficial"
_MINORS_IN_A_YEAR = 3
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?")

Minor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Support:
    """``supported`` is None and ``end`` is "" where not known; ``source`` is a phrase for the reader."""

    supported: bool | None
    end: str
    source: str


def offered_in(region: str) -> str:
    """How a region's list is called as a source of what is supported."""
    return f"{_OFFERED_IN}{region}"


def sources_together(sources: Iterable[str]) -> str:
    """Sources of what is supported as one phrase, in which the lists of several regions are one."""
    names = sorted({*sources})
    regions = [name.removeprefix(_OFFERED_IN) for name in names if name.startswith(_OFFERED_IN)]
    others = [name for name in names if not name.startswith(_OFFERED_IN)]
    if len(regions) < 2:
        return "; ".join(names)
    lists = f"Azure's lists of the versions offered in {', '.join(regions[:-1])} and {regions[-1]}"
    return "; ".join([lists, *others])


def running(cluster: Json) -> str:
    """The version that the control plane runs; a full one where Azure says it. "" where absent."""
    for key in ("currentKubernetesVersion", "kubernetesVersion"):
        version = at(cluster, "properties", key)
        if isinstance(version, str) and version:
            return version
    return ""


def minor(version: str) -> Minor | None:
    """Major and minor; None where the text is no version."""
    match = _VERSION.fullmatch(version.strip())
    return (int(match[1]), int(match[2])) if match else None


def matches(pool: str, control_plane: str) -> bool | None:
    """Whether a pool runs the control plane's version; minors are compared where one gives no patch."""
    ours, theirs = _VERSION.fullmatch(pool.strip()), _VERSION.fullmatch(control_plane.strip())
    if not ours or not theirs:
        return None
    if ours[3] is None or theirs[3] is None:
        return minor(pool) == minor(control_plane)
    return ours.groups() == theirs.groups()


def long_term(cluster: Json) -> bool:
    """Whether long-term support applies: the plan is chosen, and the tier that it needs is paid for."""
    return bool(at(cluster, "properties", "supportPlan") == _LTS and at(cluster, "sku", "tier") == "Premium")


def support(cluster: Json, offered: Json, as_of: date, offered_from: str) -> Support:
    """Whether the running version is supported on ``as_of``.

    ``offered`` is the ``values`` list of the region's kubernetesVersions, None where there is none: then
    the shipped table decides. ``offered_from`` names the list for the reader.
    """
    version, lts = minor(running(cluster)), long_term(cluster)
    end = _end(version, lts)
    if isinstance(offered, list) and offered:
        return Support(_listed(version, lts, offered), end.isoformat() if end else "", offered_from)
    source = f"the table of versions shipped with reportgen, of {TABLE_DATE} (no list of the region to go by)"
    if end:
        return Support(as_of <= end, end.isoformat(), source)
    return Support(_outside_table(version, lts, as_of), "", source)


def _listed(version: Minor | None, lts: bool, offered: list[Any]) -> bool | None:
    if version is None:
        return None
    for entry in offered:
        if minor(str(at(entry, "version") or "")) == version:
            plans = at(entry, "capabilities", "supportPlan") or ()
            plan = _OFFICIAL in plans or (lts and _LTS in plans)
            return plan and at(entry, "isPreview") is not True
    return False


def _end(version: Minor | None, lts: bool) -> date | None:
    if version not in SUPPORT_ENDS:
        return None
    year, month = SUPPORT_ENDS[version]
    year += 1 if lts else 0
    return date(year, month, calendar.monthrange(year, month)[1])


def _outside_table(version: Minor | None, lts: bool, as_of: date) -> bool | None:
    """Older than the table has ended and newer is unknown.

    Support for a year spans about three minors. So the three before the table are unknown with long-term
    support, and on a day (of an old estate folder) on which the table's oldest still was supported.
    """
    oldest = min(SUPPORT_ENDS)
    if version is None or version > oldest:
        return None
    year, month = SUPPORT_ENDS[oldest]
    early = as_of <= date(year, month, calendar.monthrange(year, month)[1])
    near = version[0] == oldest[0] and oldest[1] - version[1] <= _MINORS_IN_A_YEAR
    return None if near and (lts or early) else False
