"""A page of docs that is a recipe, followed word by word in a folder: files are written, commands run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

from tests.line import ROOT

_FILE = re.compile(r"`([^`]+)`:$")
"""How the paragraph before the content of a file ends."""
_REPORTGEN = """\
#!/bin/sh
exec "{python}" -c '
import sys
sys.path.insert(0, "{root}")
from reportgen.cli import main
if sys.argv[1:2] == ["run"]:
    from reportgen import render
    from reportgen.render.pdf import PdfReport
    render.RENDERERS = tuple(known for known in render.RENDERERS if not isinstance(known, PdfReport))
main()
' "$@"
"""
"""The command without the PDF, which takes longer than all the rest."""


@dataclass
class Followed:
    """What following a page did: files written, commands run with what they printed, lines promised."""

    files: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    printed: str = ""
    promised: list[str] = field(default_factory=list)


def follow(page: Path, folder: Path, programs: Path) -> Followed:
    """Do in ``folder`` what ``page`` says; ``programs`` is an empty folder for the command.

    A block ``sh`` is run, a block ``text`` holds lines that the block before it has to print, any other is
    the content of the file that the paragraph before it names. Fails where a command does.
    """
    done, before = Followed(), ""
    command_without_pdf(programs / "reportgen")
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "inline":
            before = token.content
        elif token.type == "fence" and token.info == "sh":
            done.printed = _run(token.content, folder, programs)
            done.commands += token.content.splitlines()
        elif token.type == "fence" and token.info == "text":
            _printed(token.content, done.printed)
            done.promised += token.content.splitlines()
        elif token.type == "fence":
            done.files.append(_written(token.content, before, folder))
    return done


def command_without_pdf(path: Path) -> None:
    """Write a program that is `reportgen` and leaves out report.pdf."""
    path.write_text(_REPORTGEN.format(python=sys.executable, root=ROOT), encoding="utf-8")
    path.chmod(0o755)


def _run(script: str, folder: Path, programs: Path) -> str:
    found = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=folder, env=found, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{script}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def _printed(lines: str, printed: str) -> None:
    """Every line is printed, as a whole line and in this order."""
    left = iter(printed.splitlines())
    for line in lines.splitlines():
        assert line in left, f"{line!r} is not in, or not in this order in:\n{printed}"


def _written(content: str, before: str, folder: Path) -> str:
    named = _FILE.search(before)
    assert named, f"no file is named before {content[:60]!r}: {before!r}"
    path = folder / named[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return named[1]
