"""What other tools found, read from files that an engagement names."""

from __future__ import annotations

from reportgen.sources.source import Source

PREFIX = "imported."
"""How the names of these sources begin; the rest is the tool's name in an engagement."""

IMPORTED: tuple[Source, ...] = (
    Source(
        f"{PREFIX}kube-bench",
        "CIS checks on the nodes of a cluster, imported from kube-bench",
        (),
        "cluster",
        "kube_bench",
    ),
    Source(
        f"{PREFIX}trivy",
        "Vulnerabilities of the images of a cluster, imported from Trivy",
        (),
        "cluster",
        "trivy",
    ),
    Source(
        f"{PREFIX}kubescape",
        "Frameworks over a cluster, imported from Kubescape",
        (),
        "cluster",
        "kubescape",
    ),
)
