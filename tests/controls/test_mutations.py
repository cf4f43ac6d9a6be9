"""The shipped controls' own tests notice every change to what a control judges by."""

from __future__ import annotations

from reportgen.assess import catalogue, mutation
from reportgen.assess.mutants import mutants
from tests import line

CATALOGUE = catalogue.load(line.ROOT / "controls")


def test_every_changed_operator_and_value_makes_a_case_fail() -> None:
    assert [str(survivor) for survivor in mutation.survivors(CATALOGUE)] == []


def test_there_is_much_to_change() -> None:
    """Without this a walk that finds no operator would pass the test above."""
    counts = {control.id: len(list(mutants(control.check))) for control in CATALOGUE}
    assert min(counts.values()) >= 1
    assert sum(counts.values()) >= 600
