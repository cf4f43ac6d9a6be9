"""`tools/trace.py` as `make trace` runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.line import ROOT
from tools import trace

DOCUMENT = "# What it does\n- K-01: one.\n- K-02: two.\n- K-03: three. no test: there is none\n"


def outcome(folder: Path, document: str, *names: str) -> int:
    (folder / "behaviours.md").write_text(document, encoding="utf-8")
    lines = "".join(f"def {name}() -> None: ...\n" for name in names)
    (folder / "test_one.py").write_text(f"class Test:\n    x = 1\n{lines}", encoding="utf-8")
    return trace.main(folder / "behaviours.md", folder)


def test_every_behaviour_has_a_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(tmp_path, DOCUMENT, "test_k01_and_more", "test_k02_k01_two", "test_k0x") == 0
    assert capsys.readouterr().out == "2 of 3 behaviours have a test, the others say why not\n"


def test_one_without_a_test_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(tmp_path, DOCUMENT, "test_k01_one", "test_k021_x", "helper_k02_x") == 1
    assert "K-02 has no test: name one test_k02_...\n" in capsys.readouterr().out


def test_a_test_of_what_is_not_written_down_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(tmp_path, DOCUMENT, "test_k01_k02_x", "test_k04_x") == 1
    assert capsys.readouterr().out == "K-04 has a test and does not stand in the document\n"


def test_a_document_without_behaviours_fails(tmp_path: Path) -> None:
    assert outcome(tmp_path, "# Nothing\n", "test_k01_x") == 1


def test_the_projects_own_holds() -> None:
    assert trace.main(ROOT / trace.BEHAVIOURS, ROOT / trace.TESTS) == 0
    assert len(trace.tested(ROOT / trace.TESTS)) > 30
