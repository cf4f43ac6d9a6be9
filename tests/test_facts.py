"""What a pack states about itself."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from reportgen import facts
from reportgen.engagement import Engagement, parse
from reportgen.model import CollectionMode, PackFacts, SourceSummary
from reportgen.snapshot import Header, Reader, tree_sha256
from reportgen.sources import SOURCES
from tests import line
from tests.conftest import Run
from tests.sandbox.conftest import ALPHA, BETA


def made(folder: Path, **changes: Any) -> PackFacts:
    """The facts of a pack of a small catalogue and templates; a change is in what it is made from."""
    for name in ("controls", "templates"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "file").write_text(changes.get(name, name), encoding="utf-8")
    engagement: Engagement = parse(line.MIXED_ENGAGEMENT + changes.get("engagement", ""), "e")
    identity = Reader(changes["snapshot"]).header.identity
    header = Header(
        "20261115T060000Z", CollectionMode.DEMO, line.AS_OF, line.AS_OF, "2026-11-15T07:00:00Z", (), identity,
        "https://management.azure.com", "host", "0.1.0", changes.get("root", "0" * 64),
    )  # fmt: skip
    return facts.pack_facts(
        engagement, header, changes.get("before", []), [folder / "controls"], folder / "templates"
    )


def test_the_facts_are_those_of_engagement_and_snapshot(mixed_run: Run, tmp_path: Path) -> None:
    found = made(tmp_path, snapshot=mixed_run.snapshot)
    assert found.entity == 'Contoso "Øst": <b>A/S</b>'
    assert found.engagement == "2026-10-01 to 2026-12-31"
    assert (found.period_start, found.period_end) == ("2026-10-01", "2026-12-31")
    assert (found.as_of, found.collected_from, found.collected_to) == (
        line.AS_OF, line.AS_OF, "2026-11-15T07:00:00Z",
    )  # fmt: skip
    assert (found.collection_mode, found.classification) == ("demo", "Confidential")
    assert found.catalogue_sha256 == tree_sha256(tmp_path / "controls")
    assert re.fullmatch("[0-9a-f]{12}", found.pack_id)


def test_an_engagement_may_have_a_name(mixed_run: Run, tmp_path: Path) -> None:
    named = made(tmp_path, snapshot=mixed_run.snapshot, engagement="name: ISAE 3402 review\n")
    assert named.engagement == "ISAE 3402 review"


@pytest.mark.parametrize("change", [
    {"controls": "x"}, {"templates": "x"}, {"engagement": "classification: Public\n"}, {"root": "1" * 64},
], ids=str)  # fmt: skip
def test_the_pack_id_is_another_one_for_anything_else(
    mixed_run: Run, tmp_path: Path, change: dict[str, str]
) -> None:
    first = made(tmp_path, snapshot=mixed_run.snapshot)
    assert made(tmp_path, snapshot=mixed_run.snapshot).pack_id == first.pack_id
    assert made(tmp_path, snapshot=mixed_run.snapshot, **change).pack_id != first.pack_id


def test_the_pack_id_is_another_one_for_another_version(
    mixed_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(tmp_path, snapshot=mixed_run.snapshot)
    monkeypatch.setattr(facts, "__version__", "9.9")
    assert made(tmp_path, snapshot=mixed_run.snapshot).pack_id != first.pack_id


@pytest.fixture(scope="module")
def summaries(mixed_run: Run) -> dict[str, SourceSummary]:
    return {known.source: known for known in facts.source_summaries(Reader(mixed_run.snapshot))}


def test_sources_come_in_one_order(mixed_run: Run) -> None:
    names = [source.name for source in SOURCES]
    found = [known.source for known in facts.source_summaries(Reader(mixed_run.snapshot))]
    assert found == [name for name in names if name in found]
    assert len(found) > 8


def test_a_summary_folds_all_pages(mixed_run: Run, summaries: dict[str, SourceSummary]) -> None:
    pages = list(Reader(mixed_run.snapshot).provenance("arm.managed-clusters"))
    found = summaries["arm.managed-clusters"]
    assert found.pages == len(pages) == 4  # a page and an empty one for each of two subscriptions
    assert found.rows == sum(page.rows for _, page in pages) == 4
    assert (found.total_records, found.truncated) == (None, None)
    assert found.api_versions == (pages[0][1].api_version,)
    assert found.url == pages[0][1].url
    assert ALPHA in found.url
    assert found.identity == pages[0][1].identity
    assert len(found.request_ids) == 5
    assert found.gaps == 1


def test_a_graph_summary_has_its_query_and_totals(summaries: dict[str, SourceSummary]) -> None:
    found = summaries["arg.managed-clusters"]
    assert (found.rows, found.total_records, found.truncated, found.gaps) == (4, 4, False, 0)
    assert found.query.startswith("resources\n| where type =~")
    assert found.parameters["subscriptions"] == [ALPHA, BETA]


def test_anyone_can_check_the_hash_of_the_pages(mixed_run: Run, summaries: dict[str, SourceSummary]) -> None:
    for source, found in summaries.items():
        folder = mixed_run.snapshot / source
        names = sorted(
            path.relative_to(mixed_run.snapshot).as_posix()
            for path in folder.rglob("page-*.json")
            if not path.name.endswith(".provenance.json")
        )
        lines = "".join(
            f"{hashlib.sha256((mixed_run.snapshot / name).read_bytes()).hexdigest()}  {name}\n"
            for name in names
        )
        assert found.pages_sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_a_source_of_which_nothing_was_read_stays_in_sight(mixed_run: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(mixed_run.snapshot, tmp_path / "snapshot"))
    shutil.rmtree(folder / "arm.upgrade-profiles")
    found = {known.source: known for known in facts.source_summaries(Reader(folder))}["arm.upgrade-profiles"]
    assert (found.pages, found.rows, found.url, found.api_versions) == (0, 0, "", ())
    assert found.gaps == 2
    assert found.identity.object_id


def test_a_source_that_nobody_asked_is_left_out(mixed_run: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(mixed_run.snapshot, tmp_path / "snapshot"))
    shutil.rmtree(folder / "arm.upgrade-profiles")
    (folder / "gaps.json").write_text("[]", encoding="utf-8")
    assert "arm.upgrade-profiles" not in [known.source for known in facts.source_summaries(Reader(folder))]
