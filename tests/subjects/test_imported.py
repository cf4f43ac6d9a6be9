"""What other tools' results say of a cluster: checks by their titles, the newest file, ages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reportgen.subjects import imported

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)


def report(node: str, day: str, *results: tuple[str, str], content: str = "aks-1.8.0", **more: Any) -> Any:
    """A kube-bench file: titles with the verdicts that it gives."""
    return {
        "node": node,
        "taken_at": f"{day}T09:00:00Z",
        "content": content,
        "results": [
            {"id": "3.2.1", "title": title, "status": verdict, "verdict": verdict, "role": "node", **more}
            for title, verdict in results
        ],
    }


def of(name: str, *reports: Any) -> list[tuple[str, str, int]]:
    return [
        (one["node"], one["verdict"], one["age_days"])
        for one in imported.kube_bench(list(reports), AS_OF)[name]
    ]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        (
            "Ensure that the kubeconfig file permissions are set to 644 or more restrictive",
            ["kubeconfig-mode"],
        ),
        ("Ensure that the kubelet kubeconfig file ownership is set to root:root", ["kubeconfig-owner"]),
        ("Ensure that the --kubeconfig kubelet.conf file permissions are set to 600", ["kubeconfig-mode"]),
        ("If proxy kubeconfig file exists ensure permissions are set to 600", []),
        ("Ensure that the azure.json file has permissions set to 644 or more restrictive", ["config-mode"]),
        ("Ensure that the kubelet configuration file ownership is set to root:root", ["config-owner"]),
        ("If the kubelet config.yaml configuration file is being used validate permissions", ["config-mode"]),
        ("Ensure that the kubelet --config configuration file has permissions set to 600", ["config-mode"]),
        ("Ensure that the --event-qps argument is set to 0", ["event-rate"]),
        ("Ensure that the --eventRecordQPS argument is set to 0", ["event-rate"]),
        ("Ensure that the eventRecordQPS argument is set to a level", ["event-rate"]),
        ("Verify that the RotateKubeletServerCertificate argument is set", ["rotate-server-certificate"]),
        ("Ensure that the --rotate-certificates argument is not set to false", ["rotate-client-certificate"]),
        ("Ensure that a limit is set on pod PIDs", ["pid-limit"]),
        ("Ensure that the Kubelet only makes use of Strong Cryptographic Ciphers", ["strong-ciphers"]),
        ("Ensure that the --hostname-override argument is not set", []),
    ],
)
def test_a_check_is_known_by_its_title(title: str, names: list[str]) -> None:
    found = imported.kube_bench([report("n", "2026-11-01", (title, "pass"))], AS_OF)
    assert [name for name, results in found.items() if results] == names


def test_what_is_said_of_the_api_server_is_not_about_a_node() -> None:
    title = ("Ensure that the --anonymous-auth argument is set to false", "fail")
    assert of("anonymous-auth", report("n", "2026-11-01", title, role="master")) == []


def test_the_newest_file_about_a_node_counts_check_by_check() -> None:
    auth, limit = "--anonymous-auth", "a limit is set on pod PIDs"
    reports = (
        report("b", "2026-11-10", (auth, "pass")),
        report("a", "2026-11-01", (auth, "pass")),
        report("a", "2026-10-01", (auth, "fail")),
        report("a", "2026-10-02", (limit, "fail"), content="cis-1.10"),
    )
    assert of("anonymous-auth", *reports) == [("a", "pass", 13), ("b", "pass", 4)]
    assert of("pid-limit", *reports) == [("a", "fail", 43)]
    assert imported.kube_bench(list(reports), AS_OF)["pid-limit"][0]["check"] == "cis-1.10 3.2.1"


def test_of_kubescape_s_scans_the_newest_counts() -> None:
    scans = [
        {"taken_at": "2026-11-02T00:00:00Z", "content": "NSA v1", "results": [{"id": "C-0002"}]},
        {"taken_at": "2026-10-02T00:00:00Z", "content": "MITRE v1", "results": [{"id": "C-0001"}]},
    ]
    found = imported.kubescape(scans, AS_OF)
    assert found == {"frameworks": "NSA v1", "age_days": 13, "controls": [{"id": "C-0002"}]}


def test_what_is_dated_ahead_is_of_today() -> None:
    assert imported.age_days({"taken_at": "2026-11-20T00:00:00Z"}, AS_OF) == 0
