"""Other tools' files on their way into a snapshot: found, matched, hashed, dated; or told what is wrong."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reportgen import facts
from reportgen.sandbox import Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.collect.imported import files
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster_id

pytestmark = pytest.mark.usefixtures("unpaced")
GOOD = cluster_id(ALPHA, "aks-good")
NODE = files.kube_bench(files.check("3.2.1", "Ensure that the --anonymous-auth argument is set to false"))
BENCH, SCAN = "imported.kube-bench", "imported.trivy"


@pytest.fixture
def served(mixed_estate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with serve(mixed_estate, limits=None) as sandbox:
        monkeypatch.setenv("SANDBOX_SECRET", sandbox.client_secret)
        yield sandbox


def collect(folder: Path, served: Sandbox, *imported: dict[str, Any], **changes: Any) -> line.Result:
    file = line.engagement_file(folder / "engagement.yaml", served, imported=list(imported), **changes)
    return line.command("collect", file, "--out", folder / "out")


def collected(folder: Path, served: Sandbox, *imported: dict[str, Any], **changes: Any) -> Reader:
    result = collect(folder, served, *imported, **changes)
    assert result.code == 3, result.err
    (snapshot,) = (folder / "out" / "snapshots").iterdir()
    return Reader(snapshot)


def entry(file: str, cluster: str = "aks-good", **changes: Any) -> dict[str, Any]:
    return {"tool": "kube-bench", "file": file, "cluster": cluster, **changes}


def test_a_file_is_a_page_of_its_cluster_with_hash_and_age(served: Sandbox, tmp_path: Path) -> None:
    path = files.write(tmp_path / "results" / "aks-sys-0.json", NODE)
    reader = collected(tmp_path, served, entry("results/*.json", taken_at="2026-10-20"))
    (page,) = reader.pages(BENCH)
    assert page.provenance.scope == GOOD
    assert page.provenance.wire_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    (report,) = page.body["value"]
    assert report["node"] == "aks-sys-0"
    assert (report["taken_at"], report["taken_from"]) == ("2026-10-20T00:00:00Z", "the engagement")
    assert files.CANARY not in (reader.folder / page.path).read_text(encoding="utf-8")
    (summary,) = (one for one in facts.source_summaries(reader) if one.source == BENCH)
    (file,) = summary.files
    assert (file.file, file.cluster) == ("results/aks-sys-0.json", "aks-good")
    assert (file.tool, file.sha256) == ("kube-bench, aks-1.8.0", page.provenance.wire_sha256)
    assert not [gap for gap in reader.gaps if gap.source.startswith("imported.")]
    assert reader.intact()


def test_the_file_s_own_time_goes_before_the_declared_one(served: Sandbox, tmp_path: Path) -> None:
    files.write(tmp_path / "own.json", files.trivy_image("nginx:1.25", files.packages()))
    reader = collected(tmp_path, served, entry("own.json", GOOD, tool="trivy", taken_at="2026-01-01"))
    (page,) = reader.pages(SCAN)
    assert page.provenance.parameters["taken_at"] == "2026-11-01T10:00:00Z"
    assert page.provenance.parameters["taken_from"] == "the file"
    assert page.provenance.parameters["tool"] == "Trivy 0.71.0"


def test_without_any_time_it_is_that_of_the_file_s_modification(served: Sandbox, tmp_path: Path) -> None:
    path = files.write(tmp_path / "a.json", NODE)
    os.utime(path, (1_760_000_000, 1_760_000_000))
    reader = collected(tmp_path, served, entry("a.json", node="aks-sys-7"))
    (page,) = reader.pages(BENCH)
    assert page.body["value"][0]["node"] == "aks-sys-7"
    assert page.provenance.parameters["taken_at"] == "2025-10-09T08:53:20Z"
    assert page.provenance.parameters["taken_from"] == "the file's time of modification"


def test_a_file_that_cannot_be_parsed_is_a_gap_of_its_cluster(served: Sandbox, tmp_path: Path) -> None:
    files.write(tmp_path / "a.json", NODE)
    files.write(tmp_path / "b.json", "{")
    files.write(tmp_path / "c.json", {"Controls": []})
    reader = collected(tmp_path, served, entry("[abc].json"))
    told = {gap.detail: gap for gap in reader.gaps if gap.source == BENCH}
    assert list(told) == [
        "b.json: not valid JSON.",
        "c.json: expected what kube-bench --json writes: Controls with tests.",
    ]
    assert {(gap.scope, gap.reason) for gap in told.values()} == {(GOOD, "failed")}
    assert len(list(reader.pages(BENCH))) == 1


@pytest.mark.parametrize("name", ["aks-nowhere", cluster_id(ALPHA, "aks-nowhere")])
def test_a_cluster_that_nobody_finds_ends_the_run(served: Sandbox, tmp_path: Path, name: str) -> None:
    files.write(tmp_path / "a.json", NODE)
    result = collect(tmp_path, served, entry("a.json"), entry("a.json", name))
    assert result.code == 2
    assert f"imported.1.cluster: {name}: no cluster that can be read has this name or id" in result.err


def test_a_name_that_two_clusters_have_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = {**line.good_files(), "other.json": line.hardened(BETA, "AKS-good")}
    with serve(line.estate(tmp_path / "estate", twice), limits=None) as served:
        monkeypatch.setenv("SANDBOX_SECRET", served.client_secret)
        files.write(tmp_path / "a.json", NODE)
        result = collect(tmp_path, served, entry("a.json"), scope={"subscriptions": [ALPHA, BETA]})
        assert result.code == 2
        assert "imported.0.cluster: aks-good: 2 clusters have this name; give the id of one" in result.err
        assert GOOD in result.err


def test_a_cluster_in_what_cannot_be_seen_is_a_gap(served: Sandbox, tmp_path: Path) -> None:
    files.write(tmp_path / "a.json", NODE)
    hidden = cluster_id(HIDDEN, "aks-hidden")
    reader = collected(tmp_path, served, entry("a.json", hidden))
    (gap,) = (gap for gap in reader.gaps if gap.source == BENCH)
    assert (gap.scope, gap.scope_name, gap.reason) == (hidden, "aks-hidden", "not-found")
    assert not list(reader.pages(BENCH))


def test_a_file_that_is_not_there_ends_before_anything_is_asked(served: Sandbox, tmp_path: Path) -> None:
    result = collect(tmp_path, served, entry("nothing/*.json"))
    assert result.code == 2
    assert "imported.0.file" in result.err
    assert "no such file" in result.err
    assert served.requests == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"tool": "nessus"}, "imported.0.tool"),
        ({"taken_at": "last week"}, "expected a time such as"),
        ({"tool": "trivy", "node": "aks-sys-0"}, "node goes with kube-bench alone"),
        ({"version": 1}, "unknown key; expected one of tool, file, cluster, taken_at, node"),
    ],
)
def test_what_is_wrong_in_the_engagement_is_told(
    served: Sandbox, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    files.write(tmp_path / "a.json", NODE)
    result = collect(tmp_path, served, entry("a.json", **changes))
    assert result.code == 2
    assert told in result.err


def test_doctor_says_that_a_file_is_missing(served: Sandbox, tmp_path: Path) -> None:
    file = line.engagement_file(tmp_path / "engagement.yaml", served, imported=[entry("a.json")])
    result = line.command("doctor", file, "--out", tmp_path / "out")
    assert "imported.0.file" in result.out
