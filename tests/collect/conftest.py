"""Snapshots that the collector made of a served estate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen import run
from reportgen.engagement import Scope
from reportgen.sandbox import Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.sandbox.conftest import small_estate, write


@pytest.fixture(scope="session")
def served(mixed_estate: Path) -> Iterator[Sandbox]:
    """The mixed estate, its clock standing at `line.NOW`: the same call gets the same bytes."""
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def snapshot(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The mixed estate as collected."""
    return line.collected(served, tmp_path_factory.mktemp("mixed"))


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate with more clusters in one subscription than a page of ARM's list holds."""
    return write(tmp_path_factory.mktemp("large"), small_estate())


@pytest.fixture
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command at full speed; for a sandbox that is served with ``limits=None``."""
    monkeypatch.setattr(run, "Limits", lambda: None)


EVERYTHING = Scope()
"""Whatever is visible."""
