"""The wall: what assesses sees snapshots alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import reportgen

FORBIDDEN = ("azure", "httpx", "requests", "urllib", "http", "socket", "ssl", "reportgen.collect")
SCRIPT = """
import sys
import reportgen.{module}
bad = ("azure", "httpx", "requests", "urllib3", "reportgen.collect", "reportgen.sandbox")
print(sorted(name for name in sys.modules if name.startswith(bad)))
"""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("package", ["assess", "subjects"])
def test_no_file_imports_what_opens_a_connection(package: str) -> None:
    files = sorted((Path(reportgen.__file__).parent / package).glob("*.py"))
    assert files
    found = {name for file in files for name in imported(file)}
    assert "reportgen.snapshot.Reader" in found
    assert not [name for name in found for bad in FORBIDDEN if f"{name}.".startswith(f"{bad}.")]


@pytest.mark.parametrize("module", ["assess", "assess.catalogue", "subjects.population"])
def test_nothing_of_the_collecting_side_is_loaded(module: str) -> None:
    script = SCRIPT.format(module=module)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
