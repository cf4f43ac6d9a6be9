"""Trivy: vulnerabilities of images, as ``trivy k8s`` and ``trivy image`` write them as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportgen.collect.imported.interface import Told, Tool, Unusable, at, maps, moment, text
from reportgen.model import Json

_PACKAGES = ("os-pkgs", "lang-pkgs")
"""Classes of results that show that packages were looked at; others are about settings, secrets, licences."""


def read(document: Json) -> Told:
    """A report on a cluster (``Resources``; ``Findings`` with ``--report summary``) or on one image.

    Of a vulnerability are kept its id, package, severity and whether there is a fix. Secrets that Trivy
    found, the lines around them and the images' settings are left out.
    """
    if not isinstance(document, dict):
        raise Unusable("expected what trivy --format json writes: an object")
    if "ClusterName" in document:
        results = [_scan(one) for key in ("Resources", "Findings") for one in maps(document.get(key))]
    elif document.get("ArtifactType") == "container_image":
        results = [_scan(document)]
    else:
        raise Unusable("expected a report of trivy k8s (ClusterName) or of trivy image (container_image)")
    return Told(
        [one for one in results if one["images"] or one["scanned"]],
        version=text(at(document, "Trivy", "Version")),
        calls_it=text(document.get("ClusterName")),
        taken_at=moment(document.get("CreatedAt")),
    )


def _scan(report: dict[str, Any]) -> dict[str, Json]:
    """One image, or those of one resource of the cluster; ``scanned``: its packages were looked at."""
    results = maps(report.get("Results"))
    packages = [one for one in results if one.get("Class") in _PACKAGES or one.get("Vulnerabilities")]
    found = {(one["id"], one["package"]): one for one in _vulnerabilities(packages)}
    return {
        "namespace": text(report.get("Namespace")),
        "kind": text(report.get("Kind")),
        "name": text(report.get("Name")),
        "images": sorted(set(_images(report))),
        "scanned": bool(packages) and not report.get("Error"),
        "vulnerabilities": [found[key] for key in sorted(found)],
    }


def _images(report: dict[str, Any]) -> Iterator[str]:
    """The names and digests that the image has; metadata is a list since a resource can have several."""
    metadata = report.get("Metadata")
    for one in maps(metadata if isinstance(metadata, list) else [metadata]):
        for key in ("RepoTags", "RepoDigests"):
            names = one.get(key)
            yield from (text(name) for name in names if text(name)) if isinstance(names, list) else ()
    if text(report.get("ArtifactName")):
        yield text(report["ArtifactName"])


def _vulnerabilities(results: list[dict[str, Any]]) -> Iterator[dict[str, Json]]:
    for result in results:
        for one in maps(result.get("Vulnerabilities")):
            yield {
                "id": text(one.get("VulnerabilityID")),
                "package": text(one.get("PkgName")),
                "severity": text(one.get("Severity")).lower() or "unknown",
                "fixable": bool(one.get("FixedVersion")),
            }


TOOL = Tool("trivy", "Trivy", read)
