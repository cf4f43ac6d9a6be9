"""Nodes: their image against their pool's and the newest, reboots that wait, the kubelet's version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.images import image_date
from reportgen.subjects.inside import reboots
from reportgen.subjects.inside.interface import Found, Kind, Objects, found
from reportgen.subjects.patch_tuesday import days_unpatched
from reportgen.subjects.versions import minor, running

_AZURE = "kubernetes.azure.com/"
_UPGRADES = "arm.pool-upgrade-profiles"
_SETS = "k8s.daemon-sets"


def _build(objects: Objects) -> Iterator[Found]:
    nodes = [node for node, _ in objects.of("k8s.nodes")]
    kured = [daemon_set for daemon_set, _ in objects.of(_SETS) if reboots.runs_kured(daemon_set)]
    annotates = any(reboots.annotated(node) for node in nodes)
    pools = {
        str(at(pool, "name")): pool for pool in at(objects.cluster, "properties", "agentPoolProfiles") or []
    }
    newest = {name: newest_image(objects, name) for name in pools}
    for node, pointer in objects.of("k8s.nodes"):
        name = pool_of(node)
        yield found(
            "node",
            node,
            (pointer,),
            {
                "pool": name,
                "os": os_of(node),
                "ready": ready(node),
                "kubelet_minors_behind": minors_behind(node, objects.cluster),
                "kured": reboots.covered(node, kured) if objects.known(_SETS) else None,
                "reboot_pending": reboots.pending(node, annotates=annotates),
                "reboot_waits_days": reboots.waits_days(node, objects.as_of),
                **_images(node, pools.get(name), newest.get(name, ""), objects.as_of),
            },
            part=f"agentPools/{name}" if name else "",
        )


def _images(node: Json, pool: Json, newest: str, as_of: datetime) -> dict[str, Json]:
    image, of_pool = image_of(node), str(at(pool, "nodeImageVersion") or "")
    built, latest = image_date(image), image_date(newest)
    return {
        "image": image,
        "image_date": built.isoformat() if built else None,
        "pool_image": of_pool,
        "runs_pool_image": image.lower() == of_pool.lower() if image and of_pool else None,
        "newest_image": newest or None,
        "days_behind_newest": days_behind(built, latest),
        "days_without_patches": days_unpatched(built, as_of.date()) if built else None,
    }


def _label(node: Json, name: str) -> str:
    return str(at(node, "metadata", "labels", name) or "")


def pool_of(node: Json) -> str:
    """The pool that AKS says the node is in; "" for one that is in none."""
    return _label(node, _AZURE + "agentpool")


def os_of(node: Json) -> str:
    """``linux`` or ``windows``."""
    return (
        _label(node, "kubernetes.io/os") or str(at(node, "status", "nodeInfo", "operatingSystem") or "")
    ).lower()


def image_of(node: Json) -> str:
    """The image that the node was made from; "" where no label says it."""
    return _label(node, _AZURE + "node-image-version")


def newest_image(objects: Objects, pool: str) -> str:
    """The newest image for a pool, by its upgrade profile; "" where that was not read or names none."""
    for page in objects.reader.pages(_UPGRADES, f"{objects.cluster_id}/agentPools/{pool}"):
        return str(at(page.body, "properties", "latestNodeImageVersion") or "")
    return ""


def days_behind(built: date | None, newest: date | None) -> int | None:
    """Days between a node's image and the newest, 0 where it is the newest; None where one is not known."""
    return max((newest - built).days, 0) if built and newest else None


def ready(node: Json) -> bool:
    """Whether the node says it is ready; one that is not heard of any more says ``Unknown``."""
    conditions = at(node, "status", "conditions") or []
    return any(at(one, "type") == "Ready" and at(one, "status") == "True" for one in conditions)


def minors_behind(node: Json, cluster: Json) -> int | None:
    """By how many minor versions the kubelet is older than the control plane (negative: newer)."""
    kubelet = minor(str(at(node, "status", "nodeInfo", "kubeletVersion") or ""))
    control_plane = minor(running(cluster))
    if not kubelet or not control_plane or kubelet[0] != control_plane[0]:
        return None
    return control_plane[1] - kubelet[1]


NODE = Kind(
    name="node",
    many="nodes",
    sources=("k8s.nodes",),
    derived={
        "pool": (),
        "os": (),
        "ready": (),
        "kubelet_minors_behind": (),
        "kured": (_SETS,),
        "reboot_pending": (),
        "reboot_waits_days": (),
        "image": (),
        "image_date": (),
        "pool_image": (),
        "runs_pool_image": (),
        "newest_image": (_UPGRADES,),
        "days_behind_newest": (_UPGRADES,),
        "days_without_patches": (),
    },
    build=_build,
)
