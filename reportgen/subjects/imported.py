"""What other tools' results say of a cluster, from the newest file about it or about each node.

Which of them are too old a control decides: it has the age of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from reportgen.model import Json

NODE_CHECKS = {
    "kubeconfig-mode": r"kubeconfig.* permissions",
    "kubeconfig-owner": r"kubeconfig.* ownership",
    "config-mode": r"(azure\.json|kubelet (--config )?configuration|config\.yaml).* permissions",
    "config-owner": r"(azure\.json|kubelet (--config )?configuration|config\.yaml).* ownership",
    "anonymous-auth": r"--anonymous-auth",
    "authorization-mode": r"--authorization-mode",
    "client-ca-file": r"--client-ca-file",
    "read-only-port": r"--read-only-port",
    "streaming-timeout": r"--streaming-connection-idle-timeout",
    "iptables-chains": r"--make-iptables-util-chains",
    "event-rate": r"\b(eventrecordqps|event-qps)",
    "rotate-client-certificate": r"--rotate-certificates",
    "rotate-server-certificate": r"rotatekubeletservercertificate",
    "pid-limit": r"limit .*on pod pids|podpidslimit|pod-max-pids",
    "kernel-defaults": r"--protect-kernel-defaults",
    "strong-ciphers": r"strong cryptographic ciphers",
}
"""Checks of CIS benchmarks by their titles, which are the same in all of them; the numbers are not.

(Source: kube-bench's cfg/aks-1.0, aks-1.8.0 and cis-1.10, node.yaml.)
"""
_PATTERNS = {name: re.compile(pattern) for name, pattern in NODE_CHECKS.items()}
_OTHER = re.compile(r"\bproxy kubeconfig\b")
"""Files of kube-proxy, whose titles read alike."""


def kube_bench(reports: list[Json], as_of: datetime) -> dict[str, list[Json]]:
    """By check what the newest file with it says of each node.

    ``node``, ``status`` (the tool's word), ``verdict`` (pass, fail or none), ``check`` (benchmark and number)
    and ``age_days``.
    """
    found: dict[str, dict[str, Json]] = {name: {} for name in NODE_CHECKS}
    for report in sorted(reports, key=taken_at):
        for name, result in _node_results(report["results"]):
            found[name][report["node"]] = {
                "node": report["node"],
                "status": result["status"],
                "verdict": result["verdict"],
                "check": f"{report['content']} {result['id']}".strip(),
                "age_days": age_days(report, as_of),
            }
    return {name: [nodes[node] for node in sorted(nodes)] for name, nodes in found.items()}


def _node_results(results: list[Json]) -> Iterator[tuple[str, Json]]:
    for result in results:
        title = result["title"].lower()
        if result["role"] != "node" or _OTHER.search(title):
            continue
        yield from ((name, result) for name, pattern in _PATTERNS.items() if pattern.search(title))


def kubescape(reports: list[Json], as_of: datetime) -> Json:
    """The newest scan: ``frameworks``, ``age_days``, and of each control id, title, severity and state."""
    newest = max(reports, key=taken_at)
    return {
        "frameworks": newest["content"],
        "age_days": age_days(newest, as_of),
        "controls": newest["results"],
    }


def taken_at(report: Json) -> str:
    """When the results were made (RFC 3339, UTC: as text they are in the order of time)."""
    return str(report["taken_at"])


def age_days(report: Json, as_of: datetime) -> int:
    """Whole days since the results were made; 0 where that lies ahead."""
    return max((as_of - datetime.fromisoformat(report["taken_at"])).days, 0)
