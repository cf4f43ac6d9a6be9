"""What is installed from the wheel, in an empty environment and from another folder, runs the demo."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from reportgen import __version__
from tests import line

SHIPPED = ("controls", "templates", "samples")


def environment() -> dict[str, str]:
    """Ours without what could make the source folder visible; quiet about pip's own version."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def done(*command: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    finished = subprocess.run(
        command, cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert finished.returncode == code, f"{finished.stdout}\n{finished.stderr}"
    return finished


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    done(sys.executable, "-m", "build", "--outdir", folder, line.ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def shipped() -> dict[str, bytes]:
    """What the repository tracks of the folders that the package carries, by its path in the package."""
    names = done("git", "ls-files", "-z", *SHIPPED, cwd=line.ROOT).stdout.split("\0")[:-1]
    return {f"reportgen/{name}": (line.ROOT / name).read_bytes() for name in names}


def test_the_wheel_carries_controls_templates_and_samples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    expected = shipped()
    assert {name.split("/")[1] for name in expected} == set(SHIPPED)
    assert [name for name in expected if name.endswith(".ttf")]
    assert {name: content.get(name) == data for name, data in expected.items()} == dict.fromkeys(
        expected, True
    )
    assert "reportgen/collect/queries/managed-clusters.kql" in content
    assert "reportgen/schemas/findings.schema.json" in content
    assert not [name for name in content if name.startswith(("tests/", "tools/", "controls/"))]
    assert not [name for name in content if "__pycache__" in name]


def test_the_sdist_carries_what_a_build_and_the_tests_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "Makefile", ".ci/run"} <= names
    assert {"reportgen/cli.py", "tests/line.py", "tools/words.py"} <= names
    assert {name.removeprefix("reportgen/") for name in shipped()} <= names


def test_installed_in_an_empty_environment_it_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    programs = tmp_path / "venv" / "bin"
    done(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    done(programs / "python", "-m", "pip", "install", "--quiet", f"{wheel}[sandbox]", cwd=elsewhere)
    done(programs / "python", "-m", "pip", "check", cwd=elsewhere)

    assert done(programs / "reportgen", "--version", cwd=elsewhere).stdout == f"reportgen {__version__}\n"
    finished = done(programs / "reportgen", "demo", "--out", "out", cwd=elsewhere, code=3)
    assert "expected subscriptions read" in finished.stdout
    (pack,) = (elsewhere / "out").glob("pack-*.zip")
    verified = done(programs / "reportgen", "verify", pack, cwd=elsewhere).stdout.splitlines()
    assert (verified[0], verified[-1]) == ("collection mode: demo", "intact")
    with zipfile.ZipFile(pack) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    assert {"report.pdf", "report.html", "results/findings.json"} <= names
    assert [path.name for path in elsewhere.iterdir()] == ["out"]
