"""A second pack, of a quarter later, beside that of `mixed_run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import line
from tests.conftest import Run, leave_out_pdf
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster

LATER = "2026-12-15T06:00:00Z"
ENGAGEMENT = line.MIXED_ENGAGEMENT.replace("60", "90")


def later_files() -> dict[str, object]:
    """`line.mixed_files` a month on.

    aks-weak is private now; the cluster with a formula for a name is gone and a bare one came; the
    subscription with aks-good cannot be read any more.
    """
    files = line.mixed_files()
    files["weak.json"] = cluster(BETA, "aks-weak", apiServerAccessProfile={"enablePrivateCluster": True})
    del files["formula.json"]
    files["new.json"] = cluster(BETA, "aks-new")
    files["subscriptions.json"] = [
        {"subscriptionId": ALPHA, "displayName": "Alpha", "readable": False},
        {"subscriptionId": BETA, "displayName": line.ESCAPES},
        {"subscriptionId": HIDDEN, "displayName": "Hidden", "readable": False},
    ]
    return files


@pytest.fixture(scope="session")
def later_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`later_files` with an engagement whose parameter is weaker."""
    folder = line.estate(tmp_path_factory.mktemp("later"), later_files())
    (folder / "engagement.yaml").write_text(ENGAGEMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def later_run(later_estate: Path, mixed_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The line over it, with the pack of `mixed_run` before it; tests only read it."""
    out = tmp_path_factory.mktemp("later-run")
    with pytest.MonkeyPatch.context() as patch:
        leave_out_pdf(patch)
        result = line.command(
            *("run", "--estate", later_estate, "--out", out, "--as-of", LATER, "--previous", mixed_run.zip)
        )
    return Run(later_estate, out, out / "snapshots" / "20261215T060000Z", result.pack, result)
