"""What Trivy says of the images that a workload runs, from the newest file about it or about each image."""

from __future__ import annotations

from datetime import datetime

from reportgen.model import Json
from reportgen.subjects.imported import age_days, taken_at
from reportgen.subjects.inside.containers import image
from reportgen.subjects.inside.pod_owners import Key

_Scan = tuple[Json, Json]
"""A file, and one of its results."""


def image_scan(reports: list[Json], key: Key, containers: list[Json], as_of: datetime) -> Json:
    """``vulnerabilities``, images that are ``missing``, and ``age_days`` of the oldest file that counts.

    A scan of the cluster names the workload and then stands for all its images; a scan of one image is known
    by the image's name or digest. None where no file is about any of them.
    """
    scans = [(report, one) for report in reports for one in report["results"]]
    own = [scan for scan in scans if (scan[1]["namespace"], scan[1]["kind"], scan[1]["name"]) == key]
    if own:
        newest = max(taken_at(report) for report, _ in own)
        used, missing = [scan for scan in own if taken_at(scan[0]) == newest], set()
    else:
        found = {one["image"]: _of_image(scans, one) for one in containers}
        used = [scan for scan in found.values() if scan]
        missing = {name for name, scan in found.items() if scan is None}
    if not used:
        return None
    missing |= {name for _, one in used if not one["scanned"] for name in one["images"] or ["an image"]}
    return {
        "age_days": max(age_days(report, as_of) for report, _ in used),
        "missing": sorted(missing),
        "vulnerabilities": _distinct(used),
    }


def _of_image(scans: list[_Scan], container: Json) -> _Scan | None:
    """The newest scan of a container's image."""
    about = [scan for scan in scans if any(_same(container, name) for name in scan[1]["images"])]
    return max(about, key=lambda scan: taken_at(scan[0]), default=None)


def _same(container: Json, name: str) -> bool:
    """Whether a container's image is meant: by digest where both have one, else by name and tag."""
    other = image(name)
    if container["digest"] and other["digest"]:
        return bool(container["digest"] == other["digest"])
    return bool(container["reference"] == other["reference"])


def _distinct(used: list[_Scan]) -> list[Json]:
    found = {(one["id"], one["package"]): one for _, scan in used for one in scan["vulnerabilities"]}
    return [found[key] for key in sorted(found)]
