"""docs/troubleshooting.md: every exit code, only messages that are in the code, and all that stop a job."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from reportgen import errors
from tests.line import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
CODES = sorted(
    {found.exit_code for found in (errors.ReportgenError, *errors.ReportgenError.__subclasses__())}
)
OPEN = "\x00"
"""What stands for a value in a text of the code."""


def told(node: ast.expr) -> str:
    """A text as it is written in the code, its values left open."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(told(part) for part in node.values)
    return OPEN


@cache
def texts() -> tuple[str, ...]:
    """Every text of the code."""
    return tuple(
        told(node)
        for path in sorted((ROOT / "reportgen").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    )


def quoted() -> list[str]:
    """The messages of the tables: the first cell, whose outer backticks are not the message's own."""
    cells = re.findall(r"^\| `(.+?)` \| ", PAGE, re.MULTILINE)
    assert len(cells) > 45
    return cells


def pattern(message: str) -> re.Pattern[str]:
    """The message with something for each ellipsis."""
    return re.compile(".+?".join(map(re.escape, message.split("…"))), re.DOTALL)


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_in_the_code(message: str) -> None:
    core = message.strip("… :(")
    assert len(core) > 5
    assert any(pattern(message.strip("…")).search(text) for text in texts()), message


def raised(*names: str) -> Iterator[str]:
    """The messages with which errors of these classes are raised."""
    for path in sorted((ROOT / "reportgen").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and isinstance(node.exc.func, ast.Name)
                and node.exc.func.id in names
            ):
                yield told(node.exc.args[0])


STOPPING = ("CredentialError", "IncompleteError", "StoreError", "AlteredError")


@pytest.mark.parametrize("message", sorted(set(raised(*STOPPING))))
def test_what_stops_a_job_is_told(message: str) -> None:
    """Errors about an engagement name file and line; these are what a job meets that worked yesterday."""
    assert any(pattern(known).match(message) for known in quoted()), message


def test_every_exit_code_has_its_part() -> None:
    assert CODES == [1, 2, 3, 4, 5]
    heads = re.findall(r"^## (\d+):", PAGE, re.MULTILINE)
    assert heads == [*map(str, [0, *CODES]), "130"]


def test_operations_has_every_exit_code_too() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \| ", page, re.MULTILINE) == [*map(str, [0, *CODES]), "130"]
