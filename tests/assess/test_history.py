"""Since when a control is in the catalogue: told by its file, and never more than can be true."""

from __future__ import annotations

from dataclasses import replace

from reportgen.assess import catalogue, history
from reportgen.run import CONTROLS

CONTROL = replace(catalogue.load(CONTROLS)[0], id="a-b", path="controls/a/a-b.yaml", history={})
CHANGED = replace(CONTROL, history={"2027.2": "The default is 30.", "2026.4": "Added."})


def test_the_oldest_comes_first_and_without_any_it_is_the_first_release() -> None:
    assert history.told(CHANGED) == (("2026.4", "Added."), ("2027.2", "The default is 30."))
    assert history.told(CONTROL) == (("2026.4", "First release."),)


def test_in_the_first_version_no_history_is_needed_and_later_it_is() -> None:
    assert list(history.problems([CONTROL], "2026.4")) == []
    assert list(history.problems([CONTROL, CHANGED], "2027.2")) == [
        "controls/a/a-b.yaml: a-b: lacks history; since catalogue 2027.2 each control says when it was added"
    ]


def test_a_history_of_what_is_to_come_is_none() -> None:
    assert list(history.problems([CHANGED], "2027.1")) == [
        "controls/a/a-b.yaml: a-b: history tells of 2027.2, and the catalogue is 2027.1"
    ]
