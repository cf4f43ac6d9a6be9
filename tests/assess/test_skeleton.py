"""A new control file passes the linter and its own tests before anybody has filled it in."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.assess import catalogue, mutation
from reportgen.assess.skeleton import skeleton
from reportgen.errors import UsageError
from reportgen.subjects import SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_it_passes_as_it_stands(tmp_path: Path, subject: str) -> None:
    path = skeleton("api-server-well-named", subject, tmp_path)
    assert path == tmp_path / "api-server" / "api-server-well-named.yaml"
    loaded = catalogue.load(tmp_path)
    assert (catalogue.lint(loaded), catalogue.run_tests(loaded)) == ([], [])
    assert mutation.survivors(loaded) == []
    assert (loaded[0].area, loaded[0].title, loaded[0].subject) == ("api-server", "Well named", subject)


@pytest.mark.parametrize("name", ["network", "Network-named", "../network-named", "network-"])
def test_an_id_that_no_control_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="expected <area>-<good state>"):
        skeleton(name, "cluster", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = skeleton("network-named", "cluster", tmp_path)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists and is never overwritten"):
        skeleton("network-named", "cluster", tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageError, match="--subject moon: expected one of cluster"):
        skeleton("network-other", "moon", tmp_path)
