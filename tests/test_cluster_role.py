"""A collector with exactly the ClusterRole that `permissions` prints reads all, and all is assessed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import yaml

from reportgen import engagement, run
from reportgen.assess import assess
from reportgen.catalogues import catalogue_of
from reportgen.engagement import Clusters
from reportgen.model import CollectionMode, Status
from reportgen.snapshot import Reader
from reportgen.sources.kubernetes import SECRETS
from tests import line

ALL: list[dict[str, Any]] = [
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
]
AS_OF = datetime.fromisoformat(line.AS_OF)


def handed_out() -> list[dict[str, Any]]:
    """The rules of the ClusterRole as they are printed for kubectl."""
    role, binding = yaml.safe_load_all(line.command("permissions", "--section", "cluster-role").out)
    assert (role["kind"], role["apiVersion"]) == ("ClusterRole", "rbac.authorization.k8s.io/v1")
    assert binding["roleRef"]["name"] == role["metadata"]["name"] == binding["metadata"]["name"]
    rules: list[dict[str, Any]] = role["rules"]
    return rules


Read = Callable[[str, list[dict[str, Any]]], Reader]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Collects the sample estate, secrets too, with these rules in every cluster."""

    def collected(name: str, rules: list[dict[str, Any]]) -> Reader:
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(run.SAMPLES / "contoso", folder / "estate")
        for cluster in (folder / "estate" / "kubernetes").iterdir():
            if cluster.is_dir():
                path = cluster / "access.json"
                said = json.loads(path.read_bytes()) if path.is_file() else {}
                path.write_text(json.dumps(said | {"rules": rules}), encoding="utf-8")
        loaded = engagement.load(folder / "estate" / "engagement.yaml")
        loaded = loaded.model_copy(update={"clusters": Clusters(secrets=True)})
        return Reader(
            run.collect_estate(
                loaded, folder / "estate", folder, AS_OF, CollectionMode.ESTATE, lambda done, of, what: None
            )
        )

    return collected


def test_the_printed_role_is_enough_for_every_control(read: Read) -> None:
    held, everything = read("held", handed_out()), read("everything", ALL)
    denied = [gap for gap in held.gaps if gap.reason == "denied" and gap.source.startswith("k8s.")]
    assert {gap.source for gap in denied} == {SECRETS}, "and those the role leaves out on purpose"
    assert len(denied) == 7
    controls = catalogue_of(engagement.load(run.SAMPLES / "contoso" / "engagement.yaml")).controls
    catalogue = tuple(control for control in controls if SECRETS not in control.needs)
    one, other = (assess(reader, catalogue, line.AS_OF) for reader in (held, everything))
    assert one.observations == other.observations
    inside = {control.id for control in catalogue if any(need.startswith("k8s.") for need in control.needs)}
    assessed = {item.control for item in one.observations if item.status is not Status.NOT_ASSESSED}
    assert len(inside) > 60
    assert inside <= assessed
