"""What the project says of itself holds: the set-up, the commands, and no path of some machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from reportgen.cli import app
from tests.conftest import LONGEST
from tests.line import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
CONTROLS = sorted(get_command(app).commands["controls"].commands)  # type: ignore[attr-defined]


def tracked() -> list[Path]:
    """The files under version control; where there is none (an unpacked sdist), nothing can be said."""
    if not (ROOT / ".git").exists():
        pytest.skip("no version control here")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0")[:-1]]


def test_the_readme_sets_up_with_two_commands() -> None:
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[:1]
    assert [text.split("#")[0].strip() for text in block.splitlines() if text.strip()] == [
        "make demo",
        "make test",
    ]


def test_every_target_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`(?:\S*/)?make ([a-z-]+)", README)) | {"demo", "test"}
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "controls"])
def test_the_readme_names_every_command(command: str) -> None:
    assert re.search(rf"`reportgen {command}\b", README)


@pytest.mark.parametrize("command", CONTROLS)
def test_the_readme_names_every_command_about_controls(command: str) -> None:
    (row,) = [text for text in README.splitlines() if text.startswith("| `reportgen controls ")]
    assert re.search(rf"\b{command}`", row)


def test_every_command_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"reportgen ([a-z]+)[ `]", README))
    assert named <= set(COMMANDS)


def test_every_file_that_the_readme_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_readme_gives_the_exit_codes_of_the_contract() -> None:
    text = " ".join(README.split())
    assert (
        "0 all satisfied or waived; 1 not-satisfied findings; 2 usage or configuration; 3 incomplete evidence"
        in text
    )


def test_continuous_integration_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert re.search(r"^(exec )?make test$", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_tests_run_the_linters_first() -> None:
    assert re.search(r"^test:.*\blint\b", MAKEFILE, re.MULTILINE)
    for tool in (
        "ruff format --check",
        "ruff check",
        "mypy",
        "lint-imports",
        "controls lint",
        "controls test",
    ):
        assert tool in MAKEFILE


MACHINE_PATH = re.compile(
    rb"(?<![\w.])/(?:home/[a-z]\w*|Users/[A-Za-z]\w*|root/|work/|workspace/|opt/wheels)|[A-Z]:\\Users\\"
)


def test_no_tracked_file_holds_a_path_of_some_machine() -> None:
    own = Path(__file__).resolve()
    found = {
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in tracked()
        if path.is_file()
        and path != own
        and not path.is_relative_to(ROOT / "samples")  # paths inside containers
        for match in MACHINE_PATH.finditer(path.read_bytes())
    }
    assert found == set()


def test_no_tracked_file_names_a_host_of_a_package_registry() -> None:
    hosts = re.compile(
        rb"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|index-url", re.IGNORECASE
    )
    own = Path(__file__).resolve()
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.is_file() and path != own and hosts.search(path.read_bytes())
    ]
    assert found == []


def test_nothing_made_is_tracked() -> None:
    made = re.compile(r"(^|/)(__pycache__|\.venv|out|dist|\.pytest_cache|[^/]+\.egg-info)(/|$)|\.pyc$")
    assert [path for path in tracked() if made.search(path.relative_to(ROOT).as_posix())] == []


def test_the_files_that_are_begun_first_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
