"""What `make bench` measures with: estates of the size that is asked for, and each bench on a small one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportgen.sandbox.estate import load
from tools import bench
from tools.benching import estates


def test_a_large_cluster_has_its_pods_each_with_a_name_of_its_own(tmp_path: Path) -> None:
    folder = estates.large(tmp_path, 1200) / "kubernetes" / estates.LARGE
    pods = json.loads((folder / "pods.json").read_bytes())["items"]
    names = {(pod["metadata"]["namespace"], pod["metadata"]["name"]) for pod in pods}
    assert len(names) == len(pods) == 1208
    nodes = {node["metadata"]["name"] for node in json.loads((folder / "nodes.json").read_bytes())["items"]}
    assert {pod["spec"].get("nodeName") for pod in pods} - {None} <= nodes
    assert all(pod["metadata"]["managedFields"] for pod in pods)


def test_each_cluster_of_a_fleet_can_be_read(tmp_path: Path) -> None:
    assert len(load(estates.fleet(tmp_path, 3)).kubernetes) == 3


@pytest.mark.scale
def test_each_bench_prints_what_it_measured(capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--pods", "1", "--clusters", "2", "--latency", "0", "--concurrency", "2", "--deadline", "5"]
    assert bench.main([*small, "pods"]) == 0
    text = capsys.readouterr().out
    assert "One cluster with 151 pods" in text
    assert "observations, 40 workloads" in text
    assert bench.main([*small, "--latency", "0.001", "fleet", "hanging"]) == 0
    text = capsys.readouterr().out
    assert "times its deadline (target 1), and 1 more gap for that reason" in text
    assert "144 to API servers" in text
