"""Versions: a list that can fail, the shipped table, and long-term support."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reportgen.subjects import versions

DAY = date(2026, 11, 15)


def cluster(version: str, plan: str = "KubernetesOfficial", tier: str = "Free") -> dict[str, Any]:
    return {"properties": {"kubernetesVersion": version, "supportPlan": plan}, "sku": {"tier": tier}}


def offer(version: str, *plans: str, preview: bool = False) -> dict[str, Any]:
    return {"version": version, "capabilities": {"supportPlan": list(plans)}, "isPreview": preview}


OFFERED = [
    offer("1.33", "AKSLongTermSupport"),
    offer("1.34", "KubernetesOfficial", "AKSLongTermSupport"),
    offer("1.36", "KubernetesOfficial", preview=True),
]


@pytest.mark.parametrize(
    ("body", "supported"),
    [
        (cluster("1.34.1"), True),
        (cluster("1.34"), True),
        (cluster("1.33.5"), False),
        (cluster("1.33.5", "AKSLongTermSupport", "Premium"), True),
        (cluster("1.33.5", "AKSLongTermSupport", "Standard"), False),
        (cluster("1.36.0"), False),
        (cluster("1.25.6"), False),
        (cluster("1.3"), False),
        (cluster("latest"), None),
        ({}, None),
    ],
)
def test_the_regions_list_decides_where_there_is_one(body: dict[str, Any], supported: bool | None) -> None:
    result = versions.support(body, OFFERED, DAY, "the list of westeurope")
    assert result.supported is supported
    assert result.source == "the list of westeurope"


@pytest.mark.parametrize(
    ("body", "day", "supported", "end"),
    [
        (cluster("1.34.1"), date(2026, 11, 30), True, "2026-11-30"),
        (cluster("1.34.1"), date(2026, 12, 1), False, "2026-11-30"),
        (cluster("1.33.1"), DAY, False, "2026-07-31"),
        (cluster("1.33.1", "AKSLongTermSupport", "Premium"), DAY, True, "2027-07-31"),
        (cluster("1.33.1", "AKSLongTermSupport", "Free"), DAY, False, "2026-07-31"),
        (cluster("1.20.9"), DAY, False, ""),
        (cluster("1.27.7", "AKSLongTermSupport", "Premium"), DAY, False, ""),
        (cluster("1.31.1", "AKSLongTermSupport", "Premium"), DAY, None, ""),
        (cluster("1.31.1"), date(2026, 4, 1), False, ""),
        (cluster("1.31.1"), date(2026, 3, 31), None, ""),
        (cluster("1.28.1"), date(2026, 3, 31), False, ""),
        (cluster("1.38.0"), DAY, None, ""),
        (cluster("not a version"), DAY, None, ""),
    ],
)
def test_the_shipped_table_decides_where_there_is_no_list(
    body: dict[str, Any], day: date, supported: bool | None, end: str
) -> None:
    result = versions.support(body, None, day, "")
    assert (result.supported, result.end) == (supported, end)
    assert versions.TABLE_DATE in result.source


@pytest.mark.parametrize("offered", [None, [], "x"])
def test_a_list_without_versions_is_no_list(offered: Any) -> None:
    assert versions.TABLE_DATE in versions.support(cluster("1.34"), offered, DAY, "region").source


@pytest.mark.parametrize(
    ("pool", "control_plane", "same"),
    [
        ("1.30.6", "1.30.6", True),
        ("1.30.6", "1.30.7", False),
        ("1.30", "1.30.7", True),
        ("1.30.6", "1.30", True),
        ("1.29", "1.30.7", False),
        ("1.3", "1.30", False),
        ("", "1.30.7", None),
        ("1.30", "", None),
    ],
)
def test_versions_match_as_far_as_both_are_given(pool: str, control_plane: str, same: bool | None) -> None:
    assert versions.matches(pool, control_plane) is same


def test_the_running_version_comes_before_the_wanted_one() -> None:
    body = {"properties": {"kubernetesVersion": "1.30", "currentKubernetesVersion": "1.30.6"}}
    assert versions.running(body) == "1.30.6"
    assert versions.running({"properties": {"kubernetesVersion": "1.30"}}) == "1.30"
    assert versions.running({}) == ""


def test_the_lists_of_several_regions_are_told_as_one() -> None:
    lists = [versions.offered_in(region) for region in ("westeurope", "northeurope", "swedencentral")]
    table = "the table of versions shipped with reportgen"
    assert versions.sources_together([*lists, table, lists[0]]) == (
        "Azure's lists of the versions offered in northeurope, swedencentral and westeurope; " + table
    )
    assert versions.sources_together(lists[:1]) == "Azure's list of the versions offered in westeurope"
    assert versions.sources_together([table]) == table
