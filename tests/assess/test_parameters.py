"""Parameters: which values of an engagement let more pass than the defaults, and that the report says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.assess import catalogue, parameters
from reportgen.errors import UsageError
from reportgen.model import Json, ParameterNote, Weaker
from tests.assess.build import write_control


@pytest.mark.parametrize(
    ("weaker", "default", "value", "flagged"),
    [
        ("higher", 30, 31, True),
        ("higher", 30, 29, False),
        ("lower", 3, 2, True),
        ("lower", 3, 3, False),
        ("more", ["a"], ["a", "b"], True),
        ("more", ["a", "b"], ["b"], False),
        ("fewer", ["a", "b"], ["b"], True),
        ("fewer", ["a"], ["b", "a"], False),
        ("changed", True, False, True),
        ("changed", "x", "x", False),
        ("none", True, False, False),
    ],
)
def test_which_change_lets_more_pass(weaker: str, default: Json, value: Json, flagged: bool) -> None:
    assert ParameterNote(default, Weaker(weaker), "reportgen's default").lets_more_pass(value) is flagged


def test_the_weaker_ones_are_told_with_their_defaults(tmp_path: Path) -> None:
    notes = {
        "days": {"weaker": "higher", "source": "a standard"},
        "names": {"weaker": "more", "source": "reportgen's default"},
    }
    values: dict[str, Json] = {"days": 30, "names": []}
    write_control(tmp_path, parameters=values, parameter_notes=notes)
    loaded = catalogue.load(tmp_path)
    assert parameters.notes(loaded) == ()
    changed = catalogue.with_parameters(loaded, {"api-server-private": {"days": 60, "names": ["a", "b"]}})
    (told,) = parameters.notes(changed)
    assert "api-server-private days = 60 (default 30)" in told
    assert "names = a, b (default none)" in told


def test_a_parameter_without_a_note_is_refused(tmp_path: Path) -> None:
    write_control(tmp_path, parameters={"days": 30}, parameter_notes={})
    with pytest.raises(UsageError, match=r"parameters\.days: parameter_notes lacks days"):
        catalogue.load(tmp_path)
