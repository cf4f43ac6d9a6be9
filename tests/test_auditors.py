"""The guide for auditors: its commands run as they stand, on a pack that was sent as a zip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from reportgen.pack import read
from tests.conftest import Run
from tests.line import ROOT

GUIDE = (ROOT / "docs" / "auditors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
TOOLS = ("bash", "jq", "unzip", "sha256sum")


@pytest.fixture(scope="module")
def printed(mixed_run: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What all commands print, one after the other in one shell that stops at the first that fails."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    folder = tmp_path_factory.mktemp("auditor")
    shutil.copy(mixed_run.zip, folder)
    script = "\n".join(BLOCKS).replace("SUBJECT=aks-ebanking-prod-weu", "SUBJECT=aks-weak")
    tool = f'reportgen() {{ "{sys.executable}" -m reportgen "$@"; }}'
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{tool}\n{script}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr
    assert (folder / "sample" / "sample.pdf").is_file()
    assert (folder / "picked" / "sample.html").is_file()
    return ended.stdout


def test_every_command_runs(printed: str) -> None:
    assert "no file was changed or removed" in printed
    assert "no file was added" in printed
    assert printed.count("intact") >= 2


def test_what_is_done_by_hand_agrees_with_the_tool(printed: str) -> None:
    stated = re.search(r"SHA-256 of the population: (\w{64})", printed)
    numbers = re.search(r"numbers: ([\d ]+)", printed)
    assert stated
    assert numbers
    assert f"{stated[1]}  ../ids.txt" in printed
    by_hand = re.findall(r"^[0-9a-f]{64} (\d+)$", printed, re.MULTILINE)
    assert by_hand == numbers[1].split()


def test_the_stored_hash_is_the_file_s(printed: str) -> None:
    assert re.search(r"^(\w{64})\n\1  evidence/", printed, re.MULTILINE)


def test_every_documented_column_is_named() -> None:
    table = GUIDE.partition("| frame |")[2].partition("\n\n")[0]
    for columns in (read.FINDINGS, read.OBSERVATIONS, read.GAPS, read.ACCESS):
        for name in columns:
            short = name.replace("subject.", ".") if name != "subject.id" else name
            assert f"`{short}`" in table, name
