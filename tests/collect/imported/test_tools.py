"""What is made of the tools' own files, and which are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reportgen import run
from reportgen.collect.imported import TOOLS, kube_bench, kubescape, trivy
from reportgen.collect.imported.interface import Unusable
from tests.collect.imported import files


def test_kube_bench_keeps_number_title_and_state() -> None:
    told = kube_bench.read(files.kube_bench(files.check("3.2.1", "Ensure --anonymous-auth ", "FAIL")))
    assert told.results == [
        {
            "id": "3.2.1",
            "title": "Ensure --anonymous-auth",
            "status": "fail",
            "verdict": "fail",
            "role": "node",
        }
    ]
    assert (told.content, told.version, told.taken_at, told.calls_it) == ("aks-1.8.0", "", "", "")


@pytest.mark.parametrize(
    ("status", "changes", "verdict"),
    [
        ("PASS", {}, "pass"),
        ("FAIL", {}, "fail"),
        ("WARN", {"scored": False}, "fail"),
        ("WARN", {"scored": False, "type": "manual"}, "none"),
        ("WARN", {}, "none"),
        ("INFO", {"type": "skip"}, "none"),
    ],
)
def test_a_check_that_is_not_scored_warns_where_another_fails(
    status: str, changes: dict[str, Any], verdict: str
) -> None:
    told = kube_bench.read(files.kube_bench(files.check("1", "A check", status, **changes)))
    assert told.results[0]["verdict"] == verdict


def test_kube_bench_before_version_0_4_wrote_the_list_or_one_of_it() -> None:
    now = files.kube_bench(files.check("3.2.1", "Ensure --anonymous-auth"))
    for before in (now["Controls"], now["Controls"][0]):
        assert kube_bench.read(before) == kube_bench.read(now)


def test_trivy_on_a_cluster_tells_of_each_resource() -> None:
    told = trivy.read(
        files.trivy_cluster(
            files.resource(
                "web", files.packages(files.vulnerability("CVE-2"), files.vulnerability("CVE-1", fixed=""))
            ),
            files.resource("clean", files.packages()),
            files.resource("lost", Error="unauthorized"),
            {"Namespace": "shop", "Kind": "Service", "Name": "web", "Results": [{"Class": "config"}]},
        )
    )
    assert told.calls_it == "aks-good-admin"
    found = {one["name"]: one for one in told.results}
    assert list(found) == ["web", "clean", "lost"]
    assert found["web"]["vulnerabilities"] == [
        {"id": "CVE-1", "package": "openssl", "severity": "high", "fixable": False},
        {"id": "CVE-2", "package": "openssl", "severity": "high", "fixable": True},
    ]
    assert [found[name]["scanned"] for name in found] == [True, True, False]
    assert found["lost"]["images"] == ["docker.io/library/lost:1"]


def test_trivy_on_an_image_tells_when_and_by_which_version() -> None:
    told = trivy.read(files.trivy_image("nginx:1.25", files.packages(), files.SECRET))
    assert (told.version, told.taken_at) == ("0.71.0", "2026-11-01T10:00:00Z")
    assert told.results[0]["images"] == ["nginx:1.25"]
    assert told.results[0]["scanned"] is True


def test_an_image_that_was_searched_for_secrets_alone_was_not_scanned() -> None:
    assert trivy.read(files.trivy_image("nginx:1.25", files.SECRET)).results[0]["scanned"] is False


def test_kubescape_has_severities_by_word_or_by_score_factor() -> None:
    told = kubescape.read(
        files.kubescape(
            C0001={"severity": "Medium"},
            C0002={
                "scoreFactor": 9,
                "statusInfo": {"status": "failed"},
                "ResourceCounters": {"failedResources": 2},
            },
            C0003={"scoreFactor": 7},
            C0004={"scoreFactor": 6},
            C0005={"scoreFactor": 0},
        )
    )
    assert [one["severity"] for one in told.results] == ["medium", "critical", "high", "medium", "unknown"]
    assert told.results[1] == {
        "id": "C-0002",
        "title": "A control",
        "severity": "critical",
        "status": "failed",
        "failed": 2,
        "passed": 0,
        "frameworks": ["NSA"],
    }
    assert (told.content, told.calls_it, told.taken_at) == ("NSA v1", "aks-good", "2026-11-02T21:40:55Z")


def test_go_s_zero_time_is_none() -> None:
    scan = files.kubescape(C0001={}) | {"generationTime": "0001-01-01T00:00:00Z"}
    assert kubescape.read(scan).taken_at == ""


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
@pytest.mark.parametrize("document", [None, [], {}, "text", {"Controls": []}, {"ArtifactType": "filesystem"}])
def test_what_the_tool_does_not_write_is_refused(tool: Any, document: Any) -> None:
    with pytest.raises(Unusable, match=r"^expected "):
        tool.read(document)


def test_results_without_a_known_state_are_refused() -> None:
    with pytest.raises(Unusable, match="PASS, FAIL, WARN, INFO"):
        kube_bench.read(files.kube_bench(files.check("1", "A check", "MAYBE")))
    with pytest.raises(Unusable, match="there is none"):
        kube_bench.read(files.kube_bench())


def test_a_scan_of_files_says_nothing_of_a_cluster() -> None:
    scan = files.kubescape(C0001={})
    scan["metadata"]["scanMetadata"] = {"scanningTarget": 1}
    with pytest.raises(Unusable, match="of files"):
        kubescape.read(scan)


def test_nothing_that_scanners_print_of_secrets_is_kept() -> None:
    told = (
        kube_bench.read(files.kube_bench(files.check("3.2.1", "Ensure --anonymous-auth"))),
        trivy.read(
            files.trivy_cluster(
                files.resource("web", files.packages(files.vulnerability("CVE-1")), files.SECRET)
            )
        ),
        trivy.read(
            files.trivy_image("nginx:1.25", files.packages(files.vulnerability("CVE-1")), files.SECRET)
        ),
        kubescape.read(files.kubescape(C0001={})),
    )
    for one in told:
        assert one.results
        assert files.CANARY not in json.dumps(one.results)


def test_the_sample_s_files_are_read() -> None:
    folder = run.SAMPLES / "contoso" / "imported"
    read = {path.name: json.loads(path.read_bytes()) for path in sorted(folder.rglob("*.json"))}
    assert len(kube_bench.read(read["aks-ledgerdb-93860773-vmss000000.json"]).results) == 13
    assert len(trivy.read(read["trivy-aks-ledger-prod-neu.json"]).results) == 5
    assert len(kubescape.read(read["kubescape-aks-payments-prod-weu.json"]).results) == 6
