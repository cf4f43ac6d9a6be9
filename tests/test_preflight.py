"""Looked at before the first call: what stops a run, and what it says at once and goes on without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reportgen import preflight
from reportgen.preflight import State
from reportgen.render import fonts
from reportgen.sandbox import serve
from tests import line
from tests.conftest import Run
from tests.test_run import without_pango

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user who owns nothing here, where the tests run as one who may do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shut(tmp_path: Path) -> Iterator[Path]:
    """A folder that may be neither read nor searched."""
    folder = tmp_path / "shut"
    folder.mkdir(mode=0)
    yield folder
    folder.chmod(0o700)


def test_a_folder_that_can_be_written_stays_as_it_was(tmp_path: Path) -> None:
    for out in (tmp_path, tmp_path / "a" / "b"):
        check = preflight.folder(out)
        assert (check.state, check.topic, check.advice) == (State.OK, "out folder", "")
        assert check.found.startswith(f"{out} can be written; ")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    path = tmp_path / "out" / "below"
    check = preflight.folder(path)
    assert (check.state, check.topic) == (State.STOPS, "out folder")
    assert check.found == f"{path}: cannot be written ({tmp_path / 'out'}: Not a directory)"
    assert "--out" in check.advice


def test_snapshots_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("a file", encoding="utf-8")
    check = preflight.folder(tmp_path)
    assert (check.state, f"({tmp_path / 'snapshots'}: " in check.found) == (State.STOPS, True)


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "unmounted")
    assert preflight.folder(tmp_path / "out").state is State.STOPS


def test_a_folder_that_may_not_be_searched(shut: Path) -> None:
    with unprivileged():
        check = preflight.folder(shut / "a" / "out")
    assert check.state is State.STOPS
    assert "Permission denied" in check.found


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "DISK_NEEDED", 1 << 60)
    check = preflight.folder(tmp_path / "a" / "b")
    assert check.state is State.INCOMPLETE
    assert "GiB free" in check.found
    assert check.advice.startswith("Make room")


def test_a_package_without_its_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert preflight.report().state is State.OK
    monkeypatch.setattr(fonts, "FONTS", tmp_path)
    check = preflight.report()
    assert check.state is State.INCOMPLETE
    assert f"DejaVuSans.ttf is not in {tmp_path}" in check.found
    assert check.advice.startswith("Install reportgen again.")


@pytest.mark.parametrize("command", ["run", "collect"])
def test_an_out_folder_that_cannot_be_written_stops_before_the_first_call(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with serve(mixed_estate) as sandbox:
        monkeypatch.setenv("SANDBOX_SECRET", sandbox.client_secret)
        path = line.engagement_file(tmp_path / "engagement.yaml", sandbox)
        result = line.command(command, path, "--out", tmp_path / "out" / "below")
        assert sandbox.requests == []
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: {tmp_path / 'out' / 'below'}: cannot be written ({tmp_path / 'out'}: Not a directory). "
        "Name another folder with --out, or let this user write there.\n"
    )


def test_the_demo_and_the_report_stop_there_too(mixed_run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    report = ("report", mixed_run.estate / "engagement.yaml", "--snapshot", mixed_run.snapshot)
    for command in (("demo",), report):
        result = line.command(*command, "--out", tmp_path / "out" / "below")
        assert result.code == 2
        assert "cannot be written" in result.err


def test_a_disk_that_is_nearly_full_is_said_and_the_run_goes_on(
    mixed_estate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "DISK_NEEDED", 1 << 60)
    result = line.command("collect", "--estate", mixed_estate, "--out", tmp_path, "--as-of", line.AS_OF)
    first, *rest = result.err.splitlines()
    assert first.startswith(f"warning: {tmp_path} can be written; ")
    assert "GiB free. Make room: " in first
    assert any("collected" in text for text in rest)
    assert result.code == 3


def test_a_host_without_pango_is_said_before_anything_is_collected(
    mixed_estate: Path, tmp_path: Path
) -> None:
    options = ("--estate", mixed_estate, "--out", tmp_path / "out", "--as-of", line.AS_OF)
    path = without_pango(tmp_path)
    result = line.process("run", *options, "--log-format", "json", PYTHONPATH=path)
    first, *rest = result.stderr.splitlines()
    assert '"level": "warning"' in first
    assert "warning: report.pdf cannot be made here: a system library of WeasyPrint is missing" in first
    assert "apt install" in first
    assert sum("report.pdf" in text for text in rest) == 1
    assert "report.pdf was not made" in rest[-1]
    assert result.returncode == 2
    collected = line.process("collect", *options, PYTHONPATH=path)
    assert "report.pdf" not in collected.stderr
