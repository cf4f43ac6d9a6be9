"""The pack before: part of the new one's identity, of its provenance and of its report."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from reportgen import run
from reportgen.audit.previous import changes_between, previous
from reportgen.changes import ExceptionChange
from reportgen.engagement import load
from reportgen.render.changes import changes_view
from reportgen.render.strings import builtin
from tests import line
from tests.conftest import Run


def test_the_new_pack_names_the_one_before_by_its_hash(mixed_run: Run, later_run: Run) -> None:
    stated = json.loads((later_run.pack / "results" / "findings.json").read_bytes())["pack"]["previous"]
    manifest = hashlib.sha256((mixed_run.pack / "MANIFEST.sha256").read_bytes()).hexdigest()
    assert stated["manifest_sha256"] == manifest
    assert stated["pack_id"] in mixed_run.pack.name
    own = json.loads((mixed_run.pack / "results" / "findings.json").read_bytes())["pack"]["previous"]
    assert own is None


@pytest.fixture(scope="module")
def reported(mixed_run: Run, later_run: Run, tmp_path_factory: pytest.TempPathFactory) -> run.Outcome:
    """The report over the later snapshot again, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reportgen.render.RENDERERS", ())
        return run.report(
            load(later_run.estate / "engagement.yaml"),
            later_run.snapshot,
            tmp_path_factory.mktemp("again"),
            compared=previous(mixed_run.pack),
        )


def test_the_pack_s_id_covers_the_one_before(
    reported: run.Outcome, later_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reported.pack.name == later_run.pack.name
    monkeypatch.setattr("reportgen.render.RENDERERS", ())
    alone = run.report(load(later_run.estate / "engagement.yaml"), later_run.snapshot, tmp_path)
    assert alone.pack.name != later_run.pack.name
    assert alone.results.changes is None


def test_the_report_and_the_command_say_the_same(
    reported: run.Outcome, mixed_run: Run, later_run: Run
) -> None:
    found = changes_between(mixed_run.pack, later_run.pack)
    ours = reported.results.changes
    assert ours is not None
    assert ours.exceptions == found.exceptions
    assert (ours.findings, ours.populations) == (found.findings, found.populations)
    assert (ours.catalogue, ours.gaps, ours.subscriptions) == (
        found.catalogue,
        found.gaps,
        found.subscriptions,
    )
    assert ours.old == found.old


def test_the_section_counts_and_lists(reported: run.Outcome) -> None:
    whole, capped = (changes_view(reported.results, medium, builtin()) for medium in ("html", "pdf"))
    assert whole is not None
    assert capped is not None
    assert sum(number for _, number in whole.counts) == len(whole.changes.exceptions)
    new = next(table for table in whole.tables if table.change is ExceptionChange.NEW)
    assert new.number == sum(row.number for row in new.rows)
    assert len(new.rows) == new.all_rows > 30
    assert [len(table.rows) for table in capped.tables if table.change is ExceptionChange.NEW] == [30]


def test_the_html_has_the_section(mixed_run: Run, later_run: Run) -> None:
    text = (later_run.pack / "report.html").read_text(encoding="utf-8")
    section = re.sub(r"<[^>]+>", "", text.partition('id="since"')[2].partition("</section>")[0])
    manifest = hashlib.sha256((mixed_run.pack / "MANIFEST.sha256").read_bytes()).hexdigest()
    assert manifest in section
    assert "Fixed: 2" in section
    assert "not known to be fixed" in section
    assert 'id="since"' not in (mixed_run.pack / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("problem", ["altered", "not a pack"])
def test_nothing_is_collected_with_a_pack_before_that_is_none(
    own_pack: Path, later_run: Run, tmp_path: Path, problem: str
) -> None:
    if problem == "altered":
        (own_pack / "README.txt").write_text("x", encoding="utf-8")
    before = own_pack if problem == "altered" else tmp_path / "none"
    result = line.command(
        "run", "--estate", later_run.estate, "--out", tmp_path / "out", "--as-of", line.AS_OF,
        "--previous", before,
    )  # fmt: skip
    assert result.code == 2
    assert problem in result.err
    assert not (tmp_path / "out").exists()
