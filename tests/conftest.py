"""What tests of every part share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recorded() -> Path:
    """Real Azure answers kept beside the project folder; tests that need them are skipped elsewhere."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "recorded"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}")
    return folder
