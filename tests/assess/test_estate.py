"""What clusters run, as the figures show it: from the documents that controls judge, nobody left out."""

from __future__ import annotations

from reportgen.assess import assess
from reportgen.assess.catalogue import load
from reportgen.run import CONTROLS
from reportgen.snapshot import Reader
from tests import line
from tests.conftest import Run


def test_every_cluster_is_there_with_version_support_and_pools(mixed_run: Run) -> None:
    found = assess(Reader(mixed_run.snapshot), load(CONTROLS), line.AS_OF)
    clusters = {item.subject.cluster_id.lower() for item in found.observations} - {""}
    ids = [state.cluster.id.lower() for state in found.estate]
    assert ids == sorted(clusters)
    shown = {
        (item.subject.id.lower(), item.observed["Date of the image"])
        for item in found.observations
        if item.control == "patching-node-image-recent" and "Date of the image" in item.observed
    }
    states = {
        (f"{state.cluster.id}/agentPools/{pool.name}".lower(), pool.image_date)
        for state in found.estate
        for pool in state.pools
        if pool.image_date
    }
    assert shown
    assert states == shown
    ends = {
        item.subject.id.lower(): item.observed["Supported until"]
        for item in found.observations
        if item.control == "patching-kubernetes-version-supported" and item.observed.get("Supported until")
    }
    assert ends
    assert {
        state.cluster.id.lower(): state.support_end for state in found.estate if state.support_end
    } == ends
