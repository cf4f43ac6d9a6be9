"""The dialect: a table that another engine would have to pass, and the ways in which this one fails."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from reportgen.assess import expression

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
SUBJECT = {"flag": True, "count": 3, "list": [1, 2], "text": "Ab", "map": {"b": 1, "a": None}, "half": 0.5}


def value(text: str, **variables: Any) -> Any:
    context = expression.context({"subject": SUBJECT, **variables}, AS_OF)
    return expression.compile(text).evaluate(context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subject.flag", True),
        ("subject.?absent.orValue(false) == true", False),
        ("subject.?absent.?deeper.orValue('x')", "x"),
        ("subject.?map.?b.orValue(0)", 1),
        ("subject.?absent.orValue(null)", None),
        ("[null, {'b': null, 'a': [null]}]", [None, {"a": [None], "b": None}]),
        ("subject.list.all(n, n > 0)", True),
        ("subject.list.map(n, n * 2)", [2, 4]),
        ("subject.text.lowerAscii() in ['ab']", True),
        ("['a', 'b'].join(', ')", "a, b"),
        ("size(subject.list) >= 2 && has(subject.flag)", True),
        ("has(subject.absent)", False),
        ("subject.half", 0.5),
        ("as_of", "2026-11-15T06:00:00Z"),
        ("timestamp('0001-01-01T00:00:00Z')", "0001-01-01T00:00:00Z"),
        ("as_of - timestamp('2026-10-01T00:00:00Z')", "45 d 6 h"),
        ("as_of - timestamp('2026-10-01T00:00:00Z') <= duration('2160h')", True),
        ("parameters.days * 24", 720),
        ("size(related)", 0),
        ("subject.count > 2 ? 'many' : 'few'", "many"),
        ("'%s of %d'.format(['a', 2])", "a of 2"),
    ],
)
def test_what_expressions_give(text: str, expected: Any) -> None:
    assert value(text, parameters={"days": 30}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "subject.absent == 1",
        "1 / 0 == 1",
        "subject.list.?b.orValue(1)",
        "subject.text > 3",
        "[subject.?absent]",
        "b'bytes'",
        "type(1)",
        "0.0 / 0.0",
        "subject.map.a.size() > 0",
        "timestamp('not a time')",
    ],
)
def test_what_has_no_value_is_an_evaluation_error(text: str) -> None:
    with pytest.raises(expression.EvaluationError):
        value(text)


@pytest.mark.parametrize("text", ["'yes'", "1", "null", "subject.count"])
def test_a_truth_is_true_or_false_and_nothing_else(text: str) -> None:
    context = expression.context({"subject": SUBJECT}, AS_OF)
    with pytest.raises(expression.EvaluationError, match="not true or false"):
        expression.compile(text).truth(context)


def test_a_sentence_is_text() -> None:
    context = expression.context({"subject": SUBJECT}, AS_OF)
    assert expression.compile("subject.text").sentence(context) == "Ab"
    with pytest.raises(expression.EvaluationError, match="not text"):
        expression.compile("subject.flag").sentence(context)


@pytest.mark.parametrize(
    ("text", "gives", "message"),
    [
        ("subject.a +", "BOOL", "1:12"),
        ("\nnosuch.a == 1", "BOOL", "2:7: undeclared"),
        ("1 + 1", "BOOL", "gives int, expected bool"),
        ("subject.flag == true", "STRING", "gives bool, expected string"),
        ("subject.?flag", "BOOL", "orValue"),
        ("[1, 2].join(',')", "STRING", "no matching overload"),
    ],
)
def test_bad_expressions_say_where(text: str, gives: str, message: str) -> None:
    with pytest.raises(expression.BadExpression, match=message):
        expression.compile(text, gives)


@pytest.mark.parametrize("text", ["'\ud800'", "(" * 500])
def test_a_text_that_the_engine_does_not_take_is_a_bad_expression(text: str) -> None:
    with pytest.raises(expression.BadExpression):
        expression.compile(text)


def test_maps_come_back_in_the_order_of_their_keys() -> None:
    keys = [f"k{number:02}" for number in range(30)]
    found = value("{'m': subject}", subject=dict.fromkeys(reversed(keys), 1))
    assert list(found["m"]) == keys


def test_reading_nulls_leaves_the_interpreter_whole() -> None:
    """The engine's own conversion drops a reference to None each time; 3.11 counts them."""
    context = expression.context({}, AS_OF)
    nulls = expression.compile("[subject.?a.orValue(null), {'b': null}]")
    for _ in range(100):
        nulls.evaluate(context)
    before = sys.getrefcount(None)
    for _ in range(1000):
        nulls.evaluate(context)
    assert abs(sys.getrefcount(None) - before) < 100
