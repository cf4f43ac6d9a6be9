"""A case with one value taken away or changed, and with nothing else touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import catalogue, samples
from reportgen.model import Control, ControlTest, Json, Status
from tests.assess.build import write_control


@pytest.fixture
def control(tmp_path: Path) -> Control:
    write_control(tmp_path)
    return catalogue.load(tmp_path)[0]


def given(control: Control, *cases: dict[str, Any]) -> Control:
    return replace(control, tests=tuple(ControlTest(case, Status.SATISFIED) for case in cases))


def taken(control: Control, *path: str) -> list[Json]:
    return [case.given for case in samples.without(control, control.tests[0], path)]


def other(control: Control, *path: str) -> list[Json]:
    return [case.given for case in samples.changed(control, control.tests[0], path)]


def test_a_value_is_taken_away_where_it_stands(control: Control) -> None:
    before = {"subject": {"a": {"b": 1, "c": 2}}}
    tested = given(control, before)
    assert taken(tested, "subject", "a", "b") == [{"subject": {"a": {"c": 2}}}]
    assert taken(tested, "subject", "a", "other") == []
    assert before == {"subject": {"a": {"b": 1, "c": 2}}}


def test_each_item_loses_it_once_and_then_all_do(control: Control) -> None:
    tested = given(control, {"derived": {"l": [{"on": True}, {"on": False}, {}]}})
    assert [found["derived"]["l"] for found in taken(tested, "derived", "l", "*", "on")] == [
        [{}, {"on": False}, {}],
        [{"on": True}, {}, {}],
        [{}, {}, {}],
    ]


def test_an_item_of_a_list_is_no_setting_and_a_value_of_a_map_is(control: Control) -> None:
    tested = given(control, {"derived": {"l": [1, 2], "m": {"k": 1}}})
    assert taken(tested, "derived", "l", "*") == []
    assert [found["derived"]["m"] for found in taken(tested, "derived", "m", "*")] == [{}]


@pytest.mark.parametrize(
    ("value", "others"),
    [
        (True, [False]),
        (3, [0, -1, 10**9]),
        (0, [-1, 10**9]),
        ("x", ["", "something else", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]),
        ([1], [[]]),
        ({"a": 1}, [{}]),
    ],
)
def test_a_value_becomes_another_of_its_type(control: Control, value: Json, others: list[Json]) -> None:
    tested = given(control, {"subject": {"a": value}})
    assert [found["subject"]["a"] for found in other(tested, "subject", "a")] == others


def test_a_value_becomes_what_another_case_has(control: Control) -> None:
    tested = given(control, {"subject": {"a": False}}, {"subject": {"a": "odd"}}, {"subject": {}})
    assert [found["subject"]["a"] for found in other(tested, "subject", "a")] == [True, "odd"]


def test_a_value_that_is_not_there_is_put_there(control: Control) -> None:
    tested = given(control, {"derived": {"l": [{}]}}, {"derived": {"l": [{"o": {"on": True}}]}})
    assert other(tested, "derived", "l", "*", "o", "on") == [{"derived": {"l": [{"o": {"on": True}}]}}]


def test_the_cluster_of_a_cluster_is_the_subject(control: Control) -> None:
    tested = given(control, {"subject": {"a": True}})
    assert other(tested, "cluster", "a") == [{"subject": {"a": False}}]
    pool = given(replace(control, subject="agent-pool"), {"subject": {"a": True}, "cluster": {"a": True}})
    assert other(pool, "cluster", "a") == [{"subject": {"a": True}, "cluster": {"a": False}}]
