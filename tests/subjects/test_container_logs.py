"""Where container logs go by data collection rules."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.subjects.container_logs import tables

ALL = "Microsoft-ContainerInsights-Group-Default"


def rule(*streams: str, name: str = "ContainerInsights", **settings: Any) -> dict[str, Any]:
    extension = {
        "extensionName": name,
        "streams": list(streams),
        "extensionSettings": {"dataCollectionSettings": settings},
    }
    return {"name": "r", "extensions": [extension]}


@pytest.mark.parametrize(
    ("known", "table"),
    [
        (rule(ALL, enableContainerLogV2=True), "ContainerLogV2"),
        (rule(ALL, enableContainerLogV2=False), "ContainerLog"),
        (rule(ALL), "ContainerLog"),
        (rule("Microsoft-ContainerLogV2", "Microsoft-KubeEvents"), "ContainerLogV2"),
        (rule("Microsoft-ContainerLogV2-HighScale"), "ContainerLogV2"),
        (rule("Microsoft-ContainerLog", enableContainerLogV2=True), "ContainerLog"),
        (rule("Microsoft-Perf"), ""),
        (rule(ALL.upper(), name="containerinsights", streams=["microsoft-containerlogv2"]), "ContainerLogV2"),
    ],
)
def test_the_table_of_one_rule(known: dict[str, Any], table: str) -> None:
    assert tables([known]) == [table]


def test_rules_of_something_else_say_nothing() -> None:
    assert tables([]) is None
    assert tables([rule("x", name="AzureSecurity"), {"name": "metrics"}]) is None
    both = [rule(ALL), rule(ALL, enableContainerLogV2=True)]
    assert tables(both) == ["ContainerLog", "ContainerLogV2"]
