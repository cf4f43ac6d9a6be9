"""The tree of an expression: read from the engine's own form, and written back to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reportgen.assess import catalogue, expression
from reportgen.assess.syntax import ARGUMENTS, FUNCTION, Kind, tree
from tests import line

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)
SUBJECT = {"count": 3, "list": [1, -2], "text": "Ä", "map": {"b": 1}}


@pytest.mark.parametrize(
    "text",
    [
        "subject.count == 3 && subject.text != 'x'",
        "subject.list.exists(n, n == -2) ? 1.25 : 0.5",
        "subject.?gone.?deeper[?'x'].orValue('none')",
        "{'a': [1, 2.5, true, null], 'b': {}}",
        "subject.list.map(n, n * 2).filter(n, n > 0)",
        "has(subject.map.b) && !has(subject.map.c)",
        "as_of - duration('1h')",
        "subject.list.exists_one(n, n > 0)",
        "9223372036854775807 > -9223372036854775808",
    ],
)
def test_a_tree_that_is_written_back_gives_the_same(text: str) -> None:
    found = tree(text)
    context = expression.context({"subject": SUBJECT}, AS_OF)
    assert found.expression(found.root).evaluate(context) == expression.compile(text).evaluate(context)


def test_every_check_of_the_catalogue_judges_the_same_when_written_back() -> None:
    cases = 0
    for control in catalogue.load(line.ROOT / "controls"):
        found = tree(control.check)
        for case in control.tests:
            context = expression.context(*catalogue.variables(control, case))
            truths = []
            for judge in (expression.compile(control.check), found.expression(found.root)):
                try:
                    truths.append(str(judge.evaluate(context)))
                except expression.EvaluationError:
                    truths.append("breaks")
            assert truths[0] == truths[1], control.id
            cases += 1
    assert cases > 900


def test_a_part_is_replaced_and_the_rest_stays() -> None:
    found = tree("subject.count == 3 && subject.count < 2")
    _, second = found.root.operands
    assert (second.kind, second.function) == (Kind.CALL, "_<_")
    changed = found.root.with_node(second.id, second.with_field(FUNCTION, b"_>_"))
    context = expression.context({"subject": SUBJECT}, AS_OF)
    assert found.expression(found.root).truth(context) is False
    assert found.expression(changed).truth(context) is True
    assert changed.nodes(ARGUMENTS)[0] == found.root.nodes(ARGUMENTS)[0]


def test_where_a_part_stands_in_the_text() -> None:
    found = tree("subject.text == 'Ä' && subject.count < 2")
    first, second = found.root.operands
    assert (found.at(found.root), found.at(first), found.at(second)) == (20, 13, 37)
