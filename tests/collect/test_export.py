"""What should exist, from elsewhere than the preparer: compared both ways with what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.sandbox import Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN, cluster_id

pytestmark = pytest.mark.usefixtures("unpaced")
OTHER = "dddddddd-0000-4000-8000-000000000004"


@pytest.fixture
def served(mixed_estate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with serve(mixed_estate, limits=None) as sandbox:
        monkeypatch.setenv("SANDBOX_SECRET", sandbox.client_secret)
        yield sandbox


def collected(folder: Path, served: Sandbox, export: str) -> tuple[Reader, line.Result]:
    (folder / "cmdb.csv").write_text(export, encoding="utf-8")
    declared = {"file": "cmdb.csv", "source": "CMDB, view AKS", "exported_at": "2026-11-14"}
    scope = {"subscriptions": [ALPHA, HIDDEN], "expected_from": declared}
    file = line.engagement_file(folder / "engagement.yaml", served, scope=scope)
    result = line.command("collect", file, "--out", folder / "out")
    assert result.code == 3, result.err
    (snapshot,) = (folder / "out" / "snapshots").iterdir()
    return Reader(snapshot), result


def test_an_export_is_compared_both_ways(served: Sandbox, tmp_path: Path) -> None:
    gone = cluster_id(BETA, "aks-gone")
    rows = ((ALPHA, cluster_id(ALPHA, "aks-good")), (BETA, gone), (OTHER, ""))
    export = "Subscription ID,Resource ID\n" + "".join(f"{one},{cluster}\n" for one, cluster in rows)
    reader, _ = collected(tmp_path, served, export)
    told = {known.id: known.reason for known in reader.scope.subscriptions}
    assert "In the export, but not named by the engagement." in told[BETA]
    assert "Named by the engagement, but not in the export." in told[HIDDEN]
    assert told[ALPHA] == ""
    assert "not visible to the collector's identity" in told[OTHER]
    assert reader.scope.clusters_missing == (gone,)
    assert {cluster.rsplit("/", 1)[-1] for cluster in reader.scope.clusters_unexpected} == {
        "aks-weak", line.FORMULA, line.ESCAPES,
    }  # fmt: skip
    assert [gap.scope for gap in reader.gaps if gap.reason == "not-found" and gap.scope == gone] == [gone]
    kept = reader.scope.export
    assert kept is not None
    assert (kept.source, kept.rows, kept.file) == ("CMDB, view AKS", 3, "cmdb.csv")
    assert (reader.folder / kept.copy).read_text(encoding="utf-8") == export
    assert reader.intact()


def test_an_export_that_is_wrong_ends_before_anything_is_asked(served: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "cmdb.csv").write_text("subscriptionId\nnonsense\n", encoding="utf-8")
    declared = {"file": "cmdb.csv", "source": "CMDB", "exported_at": "2026-11-14"}
    file = line.engagement_file(tmp_path / "e.yaml", served, scope={"expected_from": declared})
    result = line.command("collect", file, "--out", tmp_path / "out")
    assert result.code == 2
    assert "cmdb.csv:2: expected a subscription id" in result.err
    assert served.requests == []
