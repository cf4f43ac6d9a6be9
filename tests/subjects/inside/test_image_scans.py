"""What Trivy says of a workload: by its name in a scan of the cluster, else by its images."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reportgen.subjects.inside.containers import containers
from reportgen.subjects.inside.image_scans import image_scan

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
KEY = ("shop", "Deployment", "web")
DIGEST = "sha256:" + "a" * 64
FLAW = {"id": "CVE-1", "package": "openssl", "severity": "high", "fixable": True}
OTHER = {**FLAW, "id": "CVE-2"}


def scan(
    *vulnerabilities: Any, key: tuple[str, str, str] = ("", "", ""), images: tuple[str, ...] = (), **more: Any
) -> Any:
    namespace, kind, name = key
    return {
        "namespace": namespace,
        "kind": kind,
        "name": name,
        "images": list(images),
        "scanned": True,
        "vulnerabilities": list(vulnerabilities),
        **more,
    }


def report(*results: Any, day: str = "2026-11-10") -> Any:
    return {"taken_at": f"{day}T00:00:00Z", "results": list(results)}


def of(*reports: Any, images: tuple[str, ...] = ("nginx:1.25",)) -> Any:
    spec = {"containers": [{"name": f"c{place}", "image": image} for place, image in enumerate(images)]}
    return image_scan(list(reports), KEY, containers(spec), AS_OF)


def test_a_scan_of_the_cluster_names_the_workload() -> None:
    there = (scan(FLAW, key=KEY), scan(OTHER, key=KEY), scan(OTHER, key=("shop", "Deployment", "other")))
    assert of(report(*there)) == {"age_days": 5, "missing": [], "vulnerabilities": [FLAW, OTHER]}


def test_the_newest_scan_of_the_workload_counts() -> None:
    old, new = report(scan(FLAW, key=KEY), day="2026-10-01"), report(scan(key=KEY))
    assert of(old, new) == of(new, old) == {"age_days": 5, "missing": [], "vulnerabilities": []}


def test_an_image_is_known_by_its_whole_name_or_its_digest() -> None:
    by_name = report(scan(FLAW, images=("docker.io/library/nginx:1.25",)))
    assert of(by_name)["vulnerabilities"] == [FLAW]
    assert of(by_name, images=("nginx:1.26",)) is None
    by_digest = report(scan(FLAW, images=(f"reg.example/web@{DIGEST}",)))
    assert of(by_digest, images=(f"mirror.example/web:1@{DIGEST}",))["vulnerabilities"] == [FLAW]
    assert of(by_digest, images=("reg.example/web@sha256:" + "b" * 64,)) is None


def test_an_image_without_a_scan_is_missing_and_the_oldest_scan_tells_the_age() -> None:
    found = of(
        report(scan(FLAW, images=("nginx:1.25",)), day="2026-11-01"),
        report(scan(images=("redis:8",))),
        images=("nginx:1.25", "redis:8", "envoy:2"),
    )
    assert found == {"age_days": 14, "missing": ["envoy:2"], "vulnerabilities": [FLAW]}


def test_an_image_that_trivy_could_not_look_into_is_missing() -> None:
    assert of(report(scan(key=KEY, images=("nginx:1.25",), scanned=False)))["missing"] == ["nginx:1.25"]
    assert of(report(scan(key=KEY, scanned=False)))["missing"] == ["an image"]
