"""What tests of every part share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from reportgen import catalogues, render, run
from reportgen.render.pdf import PdfReport
from tests import line

LONGEST = (
    "tests/test_run.py",
    "tests/test_recorded_clusters.py",
    "tests/test_wheel.py",
    "tests/test_canary.py",
    "tests/test_run_command.py",
    "tests/test_recipes.py",
    "tests/test_quarter.py",
    "tests/store/test_two_at_once.py",
    "tests/test_cluster_role.py",
    "tests/test_auditors.py",
    "tests/test_preflight.py",
    "tests/collect/test_resume.py",
    "tests/test_quick_start.py",
    "tests/tools/test_conformance.py",
)
"""Files whose few tests take long: begun first, so that no process is left with one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files in front; with ``--no-loadscope-reorder`` xdist keeps to that."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(LONGEST)))


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Real Azure answers kept beside the project folder; tests that need them are skipped elsewhere."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "recorded"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}")
    return folder


@pytest.fixture(scope="session")
def mixed_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`line.mixed_files` as an estate folder, with an engagement of its own."""
    folder = line.estate(tmp_path_factory.mktemp("mixed"), line.mixed_files())
    (folder / "engagement.yaml").write_text(line.MIXED_ENGAGEMENT, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Run:
    """One whole run over `mixed_estate`: where it read, what it wrote, how it ended."""

    estate: Path
    out: Path
    snapshot: Path
    pack: Path
    result: line.Result

    @property
    def zip(self) -> Path:
        """The pack as a zip."""
        return self.pack.with_name(f"{self.pack.name}.zip")


@pytest.fixture(scope="session")
def mixed_run(mixed_estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole line once, but for the PDF, which takes longer than all the rest; tests only read it."""
    out = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        leave_out_pdf(patch)
        result = line.command("run", "--estate", mixed_estate, "--out", out, "--as-of", line.AS_OF)
    return Run(mixed_estate, out, out / "snapshots" / "20261115T060000Z", result.pack, result)


@pytest.fixture
def own_pack(mixed_run: Run, tmp_path: Path) -> Path:
    """A copy of the pack of `mixed_run` that a test may spoil; its zip lies beside it."""
    shutil.copy(mixed_run.zip, tmp_path)
    return Path(shutil.copytree(mixed_run.pack, tmp_path / mixed_run.pack.name))


@pytest.fixture
def without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line without its slowest part, for tests of something else."""
    leave_out_pdf(monkeypatch)


def leave_out_pdf(patch: pytest.MonkeyPatch) -> None:
    kept = tuple(known for known in render.RENDERERS if not isinstance(known, PdfReport))
    patch.setattr(render, "RENDERERS", kept)


@pytest.fixture
def few_controls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A catalogue of three controls, for tests of what a run does and not of what is judged."""
    shipped, folder = run.CONTROLS, tmp_path / "few-controls"
    folder.mkdir()
    shutil.copy(shipped / "VERSION", folder)
    for name in (
        "api-server/api-server-private.yaml",
        "identity/identity-local-accounts-disabled.yaml",
        "patching/patching-node-image-recent.yaml",
    ):
        (folder / name).parent.mkdir()
        shutil.copy(shipped / name, folder / name)
    monkeypatch.setattr(catalogues, "CONTROLS", folder)
    monkeypatch.setattr(catalogues, "FRAMEWORKS", folder / "frameworks")
