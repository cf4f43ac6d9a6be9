"""Reboots that nodes wait for, as kured notes them, and whether kured runs where a node is.

With ``--annotate-nodes`` kured sets ``kured-reboot-in-progress`` and ``kured-most-recent-reboot-needed`` when
it finds that a reboot is needed, and takes the first away once the node is back; the second stays for good.
(Source: kured's documentation and source, annotations.)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.times import utc

_PREFIX = "weave.works/kured-"
_IN_PROGRESS = f"{_PREFIX}reboot-in-progress"
_IMAGE = "kured"
_WEIGHTY = ("NoSchedule", "NoExecute")
_OF_EVERY_DAEMON = "node.kubernetes.io/"
"""Taints that say how a node is; Kubernetes lets daemon sets tolerate them."""


def annotated(node: Json) -> bool:
    """Whether kured left a note on the node."""
    return any(key.startswith(_PREFIX) for key in at(node, "metadata", "annotations") or {})


def pending(node: Json, *, annotates: bool) -> bool | None:
    """Whether a reboot is needed and has not happened; None in a cluster where kured leaves no notes."""
    if not annotates:
        return None
    return bool(at(node, "metadata", "annotations", _IN_PROGRESS))


def waits_days(node: Json, as_of: datetime) -> int | None:
    """For how many whole days a reboot has been waiting; None where none is, or the note is no time."""
    since = utc(str(at(node, "metadata", "annotations", _IN_PROGRESS) or ""))
    return max((as_of - since).days, 0) if since else None


def covered(node: Json, kured: Iterable[Json]) -> bool:
    """Whether a daemon set takes in the node (of those that `runs_kured`): its node selector, its taints."""
    templates = (at(daemon_set, "spec", "template", "spec") for daemon_set in kured)
    return any(_selects(spec, node) and _tolerates(spec, node) for spec in templates)


def runs_kured(daemon_set: Json) -> bool:
    """Whether a daemon set runs kured."""
    containers = at(daemon_set, "spec", "template", "spec", "containers") or []
    images = (str(at(container, "image") or "") for container in containers)
    return any(image.rpartition("/")[2].partition(":")[0].partition("@")[0] == _IMAGE for image in images)


def _selects(spec: Json, node: Json) -> bool:
    labels = at(node, "metadata", "labels") or {}
    return all(labels.get(key) == value for key, value in (at(spec, "nodeSelector") or {}).items())


def _tolerates(spec: Json, node: Json) -> bool:
    tolerations = at(spec, "tolerations") or []
    taints = at(node, "spec", "taints") or []
    return all(
        any(_tolerated(taint, toleration) for toleration in tolerations)
        for taint in taints
        if at(taint, "effect") in _WEIGHTY and not str(at(taint, "key")).startswith(_OF_EVERY_DAEMON)
    )


def _tolerated(taint: Json, toleration: Json) -> bool:
    effect, key = at(toleration, "effect"), at(toleration, "key")
    if effect and effect != at(taint, "effect"):
        return False
    if at(toleration, "operator") == "Exists":
        return not key or bool(key == at(taint, "key"))
    return bool(key == at(taint, "key") and (at(toleration, "value") or "") == (at(taint, "value") or ""))
