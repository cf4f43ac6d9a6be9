"""Operators changed one at a time: which, how they are called, and what they then give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reportgen.assess import expression
from reportgen.assess.mutants import mutants

AS_OF = datetime(2026, 11, 15, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("subject.on", ["on negated"]),
        ("subject.?on.orValue(false)", ["orValue negated"]),
        ("!subject.on", ["! dropped"]),
        ("has(subject.on)", ["on negated"]),
        ("subject.a == 1", ["== negated"]),
        ("subject.a <= 1", ["<= negated", "<= as <"]),
        ("as_of - timestamp(subject.a) <= duration('24h')", ["<= negated"]),
        ("subject.a in ['x']", ["in negated"]),
        ("subject.a && subject.b", ["a negated", "&& as ||", "b negated"]),
        ("subject.a == 1 || subject.b == 2", ["== negated", "|| as &&", "== negated 2"]),
        ("subject.l.exists(i, i.on)", ["exists negated", "exists as all", "on negated"]),
        ("subject.l.all(i, i.on)", ["all negated", "all as exists", "on negated"]),
        ("size(subject.l.filter(i, i.on)) == 0", ["on negated", "== negated"]),
        ("subject.a ? subject.b : subject.c", ["a negated", "b negated", "c negated"]),
        ("subject.a.startsWith('x')", ["startsWith negated"]),
        (
            "subject.?a.optMap(v, v > 1).orValue(false)",
            ["> negated", "> as >=", "hasValue negated", "orValue negated"],
        ),
    ],
)
def test_every_operator_is_changed(text: str, names: list[str]) -> None:
    assert sorted(mutant.name for mutant in mutants(text)) == sorted(names)


L12: dict[str, Any] = {"l": [1, 2]}


@pytest.mark.parametrize(
    ("text", "name", "subject", "original", "changed"),
    [
        ("subject.a == 1", "== negated", {"a": 1}, True, False),
        ("subject.a < 1", "< as <=", {"a": 1}, False, True),
        ("subject.a > 1 && subject.a > 2", "&& as ||", {"a": 2}, False, True),
        ("subject.a > 1 || subject.a > 2", "|| as &&", {"a": 2}, True, False),
        ("!(subject.a > 1)", "! dropped", {"a": 2}, False, True),
        ("subject.l.exists(n, n == 1)", "exists as all", L12, True, False),
        ("subject.l.exists(n, n > 0)", "exists as all", L12, True, True),
        ("subject.l.all(n, n == 1)", "all as exists", L12, False, True),
        ("subject.l.all(n, n > 2)", "all as exists", L12, False, False),
        ("subject.l.exists(n, n > 2)", "exists as all", {"l": []}, False, True),
        ("subject.l.all(n, n > 2)", "all as exists", {"l": []}, True, False),
        ("subject.l.all(n, n > 1)", "> negated", {"l": [0, 1]}, False, True),
        ("has(subject.a)", "a negated", {"a": 1}, True, False),
    ],
)
def test_what_a_changed_operator_gives(
    text: str, name: str, subject: dict[str, Any], original: bool, changed: bool
) -> None:
    context = expression.context({"subject": subject}, AS_OF)
    (mutant,) = [mutant for mutant in mutants(text) if mutant.name == name]
    assert expression.compile(text).truth(context) is original
    assert mutant.expression.truth(context) is changed


def test_a_reader_sees_where_it_is() -> None:
    text = "subject.first.thing == 'something' && subject.other.thing == 'something else'"
    (second,) = [mutant for mutant in mutants(text) if mutant.name == "== negated 2"]
    assert second.near == "' && subject.other.thing == 'something else'"
