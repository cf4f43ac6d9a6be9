"""Flaws in images: added up by digest, joined with what runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from reportgen.subjects.image_findings import SOURCE, ImageFindings, digests, images, results
from tests.assess.build import Snapshot, cluster_id

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def row(flaw: str = "", digest: str = ONE, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"/x/{flaw}/{len(changes)}",
        "digest": digest,
        "flaw": flaw,
        "packageName": "openssl",
        "status": {"code": "Unhealthy", "severity": "High"},
        "fixStatus": "NoFixAvailable",
        "timeGenerated": "2026-11-14T00:00:00Z",
    } | changes


def added_up(folder: Path, *pages: list[dict[str, Any]], wanted: Any = (SOURCE,)) -> Any:
    snapshot = Snapshot(folder)
    for number, rows in enumerate(pages, start=1):
        snapshot.page(SOURCE, "tenant", {"data": rows}, page=number)
    with closing(ImageFindings(snapshot.reader(), wanted)) as findings:
        return findings.of([ONE, TWO, "sha256:unknown"]), findings.answered


def test_a_flaw_found_twice_in_an_image_is_one(tmp_path: Path) -> None:
    later = {"timeGenerated": "2026-11-15T00:00:00Z"}
    rows = [
        row("CVE-1"),
        row("cve-1", ONE.upper(), packageName="OpenSSL", fixStatus="FixAvailable", **later),
        row("CVE-1", packageName="curl", status={"code": "Unhealthy", "severity": "critical"}),
        row("CVE-2", status={"code": "NotApplicable", "severity": "High", "cause": "Exempt"}),
    ]
    (found, pages), answered = added_up(tmp_path, rows[:2], rows[2:])
    assert found == [
        {
            "digest": ONE,
            "open": {"Critical": 1, "High": 1},
            "fixable": {"High": 1},
            "last": "2026-11-15T00:00:00Z",
        }
    ]
    assert [page.rpartition("/page-")[2] for page in pages] == ["0001.json#/data", "0002.json#/data"]
    assert answered


def test_an_image_without_flaws_has_a_result(tmp_path: Path) -> None:
    rows = [row(digest=TWO, status={"code": "Healthy"}, packageName=None)]
    (found, _), _ = added_up(tmp_path, rows)
    assert [(one["digest"], one["open"]) for one in found] == [(TWO, {})]


def test_nothing_found_is_told_from_never_asked(tmp_path: Path) -> None:
    assert added_up(tmp_path / "empty", []) == (([], ()), True)
    assert added_up(tmp_path / "never") == (([], ()), False)
    assert added_up(tmp_path / "unwanted", [row("CVE-1")], wanted=()) == (([], ()), False)


def pod(*image_ids: str, kind: str = "containerStatuses", **status: Any) -> dict[str, Any]:
    return {"status": {kind: [{"imageID": image} for image in image_ids], **status}}


def test_the_digests_of_a_clusters_images(tmp_path: Path) -> None:
    own = {"items": [pod(f"cr/web@{ONE}"), pod(f"cr/setup@{TWO}", "", kind="initContainerStatuses")]}
    other = {"items": [pod("cr/other@sha256:3")]}
    snapshot = Snapshot(tmp_path).page("k8s.pods", cluster_id("a"), own)
    snapshot.page("k8s.pods", cluster_id("b"), other)
    assert digests(snapshot.reader(), cluster_id("a")) == {ONE, TWO}


def test_an_image_without_a_digest_has_none() -> None:
    found = [*images(pod("docker.io/library/redis:7", ONE, "", f"cr/web@{ONE.upper()}"))]
    assert found == [("docker.io/library/redis:7", ""), (ONE, ""), (f"cr/web@{ONE.upper()}", ONE)]
    assert [*images({"status": {}})] == []


def test_what_runs_and_what_is_known_of_it() -> None:
    known = [{"digest": ONE, "open": {"High": 1}, "fixable": {}, "last": "2026-11-14T00:00:00Z"}]
    pods = [pod(f"cr/web@{ONE}"), pod(f"cr/web@{ONE}", f"cr/db@{TWO}"), pod("cr/bare:1")]
    found = {one["image"].partition("@")[0]: one for one in results(pods, known)}
    assert {name: (one["scanned"], one["open"]) for name, one in found.items()} == {
        "cr/bare:1": (False, {}),
        "cr/db": (False, {}),
        "cr/web": (True, {"High": 1}),
    }
