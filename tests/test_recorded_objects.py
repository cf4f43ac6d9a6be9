"""Recorded pods and nodes go through the whole line, and no control breaks on them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from reportgen import sandbox
from reportgen.assess import assess, catalogue
from reportgen.assess.judge import EVALUATION_ERROR
from reportgen.engagement import Clusters
from reportgen.model import Status
from reportgen.run import CONTROLS
from tests import line

KINDS = {
    "apps/v1": ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"),
    "batch/v1": ("Job", "CronJob"),
}
OTHERS = {
    "kind": "List",
    "apiVersion": "v1",
    "items": [
        {"apiVersion": version, "kind": kind, "metadata": {"name": "one", "namespace": "made"}, "spec": {}}
        for version, kinds in KINDS.items()
        for kind in kinds
    ],
}
"""What makes a server list the kinds that nobody recorded."""


def test_recorded_pods_and_nodes_are_judged_without_an_evaluation_error(
    recorded: Path, tmp_path: Path
) -> None:
    estate = line.estate(tmp_path / "estate", line.good_files())
    inside = estate / "kubernetes" / "aks-good"
    inside.mkdir(parents=True)
    for path in (recorded / "k8s").iterdir():
        if path.name.startswith(("pods__", "nodes__", "api_v1_nodes__")):
            shutil.copy(path, inside)
    (inside / "others.json").write_text(json.dumps(OTHERS), encoding="utf-8")
    with sandbox.serve(estate, as_of=line.NOW) as served:
        reader = line.collected(served, tmp_path, clusters=Clusters(access="direct"))
    controls = catalogue.load(CONTROLS)
    found = assess(reader, controls, reader.header.as_of).observations
    broken = [(one.control, one.reason) for one in found if one.reason.startswith(EVALUATION_ERROR)]
    assert broken == []
    kinds = {one.subject.kind for one in found if one.status is not Status.NOT_ASSESSED}
    assert {"node", "workload"} <= kinds
    assert len({one.subject.id for one in found if one.subject.kind == "node"}) > 1
