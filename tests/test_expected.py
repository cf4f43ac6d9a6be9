"""Exports of what should exist: read by the names of their columns, refused with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.expected import read

ONE, TWO = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
CLUSTER = f"/subscriptions/{ONE}/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/Prod"


def export(folder: Path, text: str, name: str = "cmdb.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "head",
    ["subscriptionId,subscriptionName", "Subscription ID,Subscription Name", "SUBSCRIPTION_ID,display name"],
)
def test_columns_are_found_by_name(tmp_path: Path, head: str) -> None:
    listed = read(export(tmp_path, f"{head}\n{ONE.upper()},Production\n{TWO},\n\n"))
    assert listed.subscriptions == {ONE: "Production", TWO: ""}
    assert (listed.clusters, listed.rows) == ((), 2)
    assert len(listed.sha256) == 64


def test_a_cluster_names_its_subscription(tmp_path: Path) -> None:
    listed = read(export(tmp_path, f"Resource ID,Owner\n{CLUSTER}/,ops\n{CLUSTER.upper()},ops\n"))
    assert listed.subscriptions == {ONE: ""}
    assert listed.clusters == (CLUSTER,)


def test_json_is_a_list_of_objects(tmp_path: Path) -> None:
    rows = [{"subscriptionId": ONE, "displayName": "P"}, {"id": CLUSTER}]
    listed = read(export(tmp_path, json.dumps(rows), "cmdb.json"))
    assert (listed.subscriptions, listed.clusters) == ({ONE: "P"}, (CLUSTER,))


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        (
            "subscriptionId\nnot-a-guid\n",
            "a.csv",
            r"a.csv:2: expected a subscription id .* found 'not-a-guid'",
        ),
        (f"subscriptionId\n{ONE}\n\n,\nx\n", "a.csv", r"a.csv:5: expected"),
        ("resourceId\n/subscriptions/x/resourceGroups/y\n", "a.csv", r"a.csv:2: expected"),
        ("subscriptionId\n", "a.csv", "holds no row"),
        ("", "a.csv", "holds no row"),
        ("[]", "a.json", "holds no row"),
        ('[\n{"id": 1,}]', "a.json", r"a.json:2: not valid JSON"),
        ('{"id": 1}', "a.json", "expected a list of objects"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, name: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        read(export(tmp_path, text, name))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none.csv: scope.expected_from.file cannot be read"):
        read(tmp_path / "none.csv")
