"""Flow logs: which subnets of a cluster have their traffic recorded, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.networks import key, maps

FOR_EVER = 36_500
"""Days that stand for a flow log without retention: Azure then deletes nothing by itself."""


def flow_logs(subnets: Iterable[Mapping[str, Json]], related: Mapping[str, Json]) -> list[Json] | None:
    """For each subnet the flow logs that are on, of it, its network or its security group; None if not read.

    ``days`` is the longest retention of them, 0 where there is no log.
    """
    if "flow_logs" not in related:
        return None
    on = [row for row in maps(related["flow_logs"]) if at(row, "enabled") is True]
    return [_of(subnet, on) for subnet in subnets]


def _of(subnet: Mapping[str, Json], logs: Iterable[Json]) -> Json:
    own = {key(subnet["id"]), key(subnet["network"]), key(subnet["security_group"])} - {""}
    found = [row for row in logs if key(at(row, "targetResourceId")) in own]
    return {
        "subnet": subnet["name"],
        "logs": sorted(str(at(row, "name") or "") for row in found),
        "days": max((_days(row) for row in found), default=0),
    }


def _days(row: Json) -> int:
    policy = at(row, "retentionPolicy")
    days = at(policy, "days")
    if at(policy, "enabled") is not True or not isinstance(days, int) or days <= 0:
        return FOR_EVER
    return days
