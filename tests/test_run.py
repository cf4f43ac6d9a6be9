"""The line: what a run ends with, that it repeats byte for byte, and that it goes on without a PDF."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reportgen import catalogues, render, run, sandbox
from reportgen.engagement import load
from reportgen.errors import UsageError
from reportgen.model import CollectionMode, Gap, Results, Status
from reportgen.pack import verify
from reportgen.run import Outcome
from reportgen.snapshot import Reader
from tests import line
from tests.conftest import Run
from tests.render import factory
from tests.sandbox.conftest import ALPHA, BETA, HIDDEN

CLEAN = factory.clean()
GAP = Gap("arm.agent-pools", "s", "s", "denied", "HTTP 403.")
MISSING = "report.pdf was not made: a system library of WeasyPrint is missing"


def with_findings(*statuses: Status) -> Results:
    findings = (replace(CLEAN.findings[0], status=status) for status in statuses)
    return replace(CLEAN, findings=tuple(findings))


def with_waived(exceptions: int, waived: int) -> Results:
    finding = replace(CLEAN.findings[0], status=Status.NOT_SATISFIED, exceptions=exceptions, waived=waived)
    return replace(CLEAN, findings=(finding,))


BAD = with_findings(Status.SATISFIED, Status.NOT_SATISFIED)


@pytest.mark.parametrize(("results", "unavailable", "findings", "incomplete", "never"), [
    (CLEAN, (), 0, 0, 0),
    (with_findings(Status.NOT_APPLICABLE, Status.NOT_ASSESSED), (), 0, 0, 0),
    (BAD, (), 1, 0, 0),
    (with_waived(3, 3), (), 0, 0, 0),
    (with_waived(3, 2), (), 1, 0, 0),
    (replace(with_waived(3, 3), gaps=(GAP,)), (), 3, 3, 0),
    (replace(CLEAN, gaps=(GAP,)), (), 3, 3, 0),
    (replace(BAD, gaps=(GAP,)), (), 3, 3, 0),
    (CLEAN, (MISSING,), 2, 2, 2),
    (BAD, (MISSING,), 2, 2, 2),
    (replace(BAD, gaps=(GAP,)), (MISSING,), 2, 2, 2),
], ids=["clean", "nothing assessed", "findings", "all waived", "not all waived",
        "waived and gaps", "gaps", "gaps before findings", "no PDF",
        "no PDF before findings", "no PDF before gaps"])  # fmt: skip
def test_the_exit_code(
    results: Results, unavailable: tuple[str, ...], findings: int, incomplete: int, never: int
) -> None:
    outcome = Outcome(Path("p"), results, unavailable)
    assert outcome.exit_code() == outcome.exit_code("findings") == findings
    assert outcome.exit_code("incomplete") == incomplete
    assert outcome.exit_code("never") == never


class Different:
    """Everything a machine may have otherwise."""

    def __init__(self, folder: Path, mask: int, **environment: str) -> None:
        self.folder = folder
        self.mask = mask
        self.environment = environment

    def report(self, engagement: Path, snapshot: Path) -> Path:
        """``reportgen report`` in a process of its own; the zip that it made."""
        self.folder.mkdir()
        finished = subprocess.run(
            [sys.executable, "-m", "reportgen", "report", engagement, "--snapshot", snapshot, "--out", "out"],
            cwd=self.folder,
            umask=self.mask,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 3, finished.stderr
        (found,) = (self.folder / "out").glob("*.zip")
        return found


def test_report_gives_the_same_bytes_wherever_it_runs(mixed_run: Run, tmp_path: Path) -> None:
    """Two processes that share nothing but the snapshot; all but the PDF is as the run made it, too."""
    moved = shutil.copytree(mixed_run.snapshot, tmp_path / "elsewhere" / mixed_run.snapshot.name)
    runs = [
        Different(tmp_path / "one", 0o022, TZ="Asia/Tokyo", PYTHONHASHSEED="1", LC_ALL="C"),
        Different(tmp_path / "two words", 0o077, TZ="America/New_York", PYTHONHASHSEED="2", LC_ALL="C.UTF-8"),
    ]
    snapshots, engagement = (mixed_run.snapshot, moved), mixed_run.estate / "engagement.yaml"
    with ThreadPoolExecutor(2) as pool:
        zips = list(pool.map(lambda one, snapshot: one.report(engagement, snapshot), runs, snapshots))
    assert {path.name for path in zips} == {mixed_run.zip.name}
    one, two, without_pdf = (contents(path) for path in (*zips, mixed_run.zip))
    assert one == two
    assert hashlib.sha256(zips[0].read_bytes()).digest() == hashlib.sha256(zips[1].read_bytes()).digest()
    assert one.keys() - without_pdf.keys() == {"report.pdf", "summary.pdf"}
    differing = {name for name in without_pdf if one[name] != without_pdf[name]}
    assert differing == {"MANIFEST.sha256", "manifest.json"}


def contents(path: Path) -> dict[str, str]:
    """The hash of each file of a pack's zip."""
    with zipfile.ZipFile(path) as archive:
        return {
            name.partition("/")[2]: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
        }


def test_the_demo_gives_the_same_bytes_twice(tmp_path: Path, without_pdf: None) -> None:
    if not (run.SAMPLES / "contoso" / "azure").is_dir():
        pytest.skip("no sample estate here")
    zips = []
    for name in ("one", "two"):
        result = line.command("demo", "--out", tmp_path / name)
        assert result.code == 3, result.err
        (found,) = (tmp_path / name).glob("*.zip")
        zips.append(found)
    assert zips[0].name == zips[1].name
    assert zips[0].read_bytes() == zips[1].read_bytes()
    assert verify(zips[0]).collection_mode == CollectionMode.DEMO


def without_pango(folder: Path) -> str:
    """A PYTHONPATH with which WeasyPrint fails as it does where Pango is not installed."""
    (folder / "weasyprint.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0'\")\n", encoding="utf-8"
    )
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH", ""))))


def test_without_pango_everything_but_the_pdf_is_there(mixed_run: Run, tmp_path: Path) -> None:
    report = ("report", mixed_run.estate / "engagement.yaml", "--snapshot", mixed_run.snapshot)
    result = line.process(*report, "--out", tmp_path / "out", PYTHONPATH=without_pango(tmp_path))
    assert result.returncode == 2
    (pack,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    names = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    whole = {
        path.relative_to(mixed_run.pack).as_posix() for path in mixed_run.pack.rglob("*") if path.is_file()
    }
    assert names == whole
    assert verify(pack).intact
    told = [text for text in result.stderr.splitlines() if "report.pdf was not made" in text]
    assert len(told) == 1
    assert "libpango-1.0-0" in told[0]
    assert "apt install" in told[0]
    for name in ("README.txt", "report.html", "results/findings.json"):
        content = (pack / name).read_text(encoding="utf-8")
        assert content.count("report.pdf was not made: a system library of WeasyPrint is missing") == 1, name
    assert f"Pack: {pack}" in result.stdout.splitlines()


def test_report_alone_makes_the_pack_of_the_run(mixed_run: Run, tmp_path: Path, without_pdf: None) -> None:
    shutil.copytree(mixed_run.out / "snapshots", tmp_path / "snapshots")
    result = line.command("report", mixed_run.estate / "engagement.yaml", "--out", tmp_path)
    assert result.code == mixed_run.result.code == 3
    assert result.pack.name == mixed_run.pack.name
    for name in ("results/findings.json", "results/observations.jsonl", "report.html"):
        assert (result.pack / name).read_bytes() == (mixed_run.pack / name).read_bytes()


@pytest.mark.parametrize("name", ["gaps.json", "scope.json", "snapshot.json", "page"])
def test_a_snapshot_that_was_changed_is_not_reported_on(mixed_run: Run, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(mixed_run.snapshot, tmp_path / "snapshots" / "20261115T060000Z"))
    path = next(folder.rglob("page-0001.json")) if name == "page" else folder / name
    path.write_bytes(path.read_bytes().replace(b": ", b":  ", 1))
    engagement = mixed_run.estate / "engagement.yaml"
    if name == "snapshot.json":  # its layout does not matter, what it says does
        path.write_bytes(path.read_bytes().replace(b'"estate"', b'"azure"'))
    result = line.command("report", engagement, "--out", tmp_path)
    assert result.code == 2
    assert f"error: {folder}: files differ from the hash taken when collection ended" in result.err
    assert not list(tmp_path.glob("pack-*"))


def test_without_a_snapshot_there_is_nothing_to_report_on(mixed_estate: Path, tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "20261115T060000Z").mkdir(parents=True)
    engagement = mixed_estate / "engagement.yaml"
    for folder in (None, tmp_path / "snapshots" / "20261115T060000Z", tmp_path / "no"):
        named = ("--snapshot", folder) if folder else ()
        result = line.command("report", engagement, "--out", tmp_path, *named)
        assert result.code == 2
        assert "no finished snapshot" in result.err


def test_the_newest_snapshot_is_reported_on(tmp_path: Path, mixed_run: Run) -> None:
    for name in ("20260101T000000Z", "20261115T060000Z"):
        shutil.copytree(mixed_run.snapshot, tmp_path / "snapshots" / name)
    assert run.latest_snapshot(tmp_path).name == "20261115T060000Z"


def test_an_estate_without_an_engagement_gets_one(tmp_path: Path) -> None:
    estate = line.estate(tmp_path / "Contoso", line.mixed_files())
    found = run.engagement_of_estate(estate, line.NOW)
    assert found.entity == "Contoso"
    assert (found.period.start, found.period.end) == (date(2026, 10, 1), date(2026, 12, 31))
    assert found.scope.subscriptions == (ALPHA, BETA, HIDDEN)


def test_a_renderer_that_fails_leaves_the_snapshot_and_no_pack(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        name = "broken"

        def render(self, *_: Any) -> Path:
            raise ZeroDivisionError("in the renderer")

    monkeypatch.setattr(render, "RENDERERS", (*render.RENDERERS[:1], Broken()))
    result = line.command("run", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF)
    assert result.code == 5
    assert Reader(tmp_path / "snapshots" / "20261115T060000Z").intact()
    assert [path.name for path in tmp_path.iterdir()] == ["snapshots"]


@pytest.mark.parametrize(("problem", "code"), [
    ({"deny": ("/maintenanceconfigurations",)}, 3),
    ({"server_errors": ("/subscriptions",)}, 3),
])  # fmt: skip
def test_what_azure_refuses_is_incomplete(
    mixed_estate: Path, tmp_path: Path, without_pdf: None, monkeypatch: pytest.MonkeyPatch,
    problem: dict[str, Any], code: int,
) -> None:  # fmt: skip
    serve = sandbox.serve

    @contextlib.contextmanager
    def faulty(estate: Path, **settings: Any) -> Any:
        with serve(estate, **settings, faults=sandbox.Faults(**problem)) as azure:
            yield azure

    monkeypatch.setattr(sandbox, "serve", faulty)
    monkeypatch.setattr("reportgen.collect.connection._Transport.sleep", lambda self, seconds: None)
    result = line.command("run", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF)
    assert result.code == code, result.err


def test_the_engagement_is_read_before_anything_is_collected(mixed_estate: Path) -> None:
    engagement = load(mixed_estate / "engagement.yaml")
    used = {control.id: control.parameters for control in catalogues.catalogue_of(engagement).controls}
    assert used["patching-node-image-recent"] == {"max_age_days": 60}
    wrong = engagement.model_copy(update={"parameters": {"none": {}}})
    with pytest.raises(UsageError, match="none"):
        catalogues.catalogue_of(wrong)
