"""Flow logs of a cluster's subnets."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects import flows
from tests.subjects.network import NET, NODES, VNET

GROUP = f"{NET}/networkSecurityGroups/g"
SUBNET = {"id": NODES.lower(), "name": "spoke/nodes", "network": VNET.lower(), "security_group": GROUP}


def log(target: str, days: int = 0, *, kept: bool = False, enabled: bool = True) -> dict[str, Any]:
    policy = {"days": days, "enabled": kept}
    return {"name": "f", "targetResourceId": target.upper(), "enabled": enabled, "retentionPolicy": policy}


@pytest.mark.parametrize("target", [NODES, VNET, GROUP])
def test_of_the_subnet_its_network_or_its_group(target: str) -> None:
    found = flows.flow_logs([SUBNET], {"flow_logs": [log(target, 90, kept=True)]})
    assert found == [{"subnet": "spoke/nodes", "logs": ["f"], "days": 90}]


@pytest.mark.parametrize("rows", [[], [log(f"{VNET}2")], [log(VNET, enabled=False)]])
def test_no_log_that_is_on(rows: list[dict[str, Any]]) -> None:
    assert flows.flow_logs([SUBNET], {"flow_logs": rows}) == [
        {"subnet": "spoke/nodes", "logs": [], "days": 0}
    ]


def test_without_retention_nothing_is_deleted() -> None:
    both = [log(VNET, 30, kept=True), log(NODES, 30)]
    found: Any = flows.flow_logs([SUBNET], {"flow_logs": both})
    assert found[0]["days"] == flows.FOR_EVER
    assert flows.flow_logs([SUBNET], {}) is None
