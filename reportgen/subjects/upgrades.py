"""Upgrades that Azure began by itself, from the events that it recorded of a cluster.

Microsoft's documentation of the events spells their source AutoUprader and gives times of the year 1 where
there is none; both are met here. (Source: Azure Resource Notifications, ContainerService events.)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from reportgen.model import Json
from reportgen.subjects.document import of_row

_SOURCE = "autoup"
_KINDS = {"K8sVersionUpgrade": "Kubernetes", "NodeOSUpgrade": "node image"}
_ENDED = {"completed": "Completed", "failed": "Failed", "canceled": "Canceled", "cancelled": "Canceled"}
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_TIMES = ("lastUpdateTime", "startTime", "scheduledTime")


def auto_upgrades(related: Mapping[str, Json], as_of: datetime) -> list[Json] | None:
    """Automatic upgrades that have ended, the newest first; None where events could not be read.

    Of each ``kind`` (Kubernetes, node image or not named), ``status`` (Completed, Failed or Canceled) and
    ``at`` (RFC 3339).
    """
    events = related.get("upgrade_events")
    if events is None:
        return None
    found = []
    for event in events:
        status = _ENDED.get(str(of_row(event, "eventStatus")).lower())
        ended = max(_time(of_row(event, key)) for key in _TIMES)
        if status and _is_automatic(event) and ended <= as_of:
            found.append({"kind": _kind(event), "status": status, "at": ended.strftime("%Y-%m-%dT%H:%M:%SZ")})
    return sorted(found, key=lambda one: one["at"], reverse=True)


def _is_automatic(event: Json) -> bool:
    return str(of_row(event, "eventSource")).lower().startswith(_SOURCE)


def _kind(event: Json) -> str:
    details = str(of_row(event, "eventDetails"))
    kinds = [words for name, words in _KINDS.items() if name in details]
    return kinds[0] if len(kinds) == 1 else "not named"


def _time(text: Json) -> datetime:
    """A time of an event; the year 1 where there is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = _NEVER
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
