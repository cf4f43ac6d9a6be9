"""Which values an expression reads, traced through the tree of the engine."""

from __future__ import annotations

import pytest

from reportgen.assess.paths import paths, reads, shown


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("subject.?properties.?a.orValue(1) == 1", {"subject.properties"}),
        ("has(derived.image_date) && as_of > timestamp(derived.image_date)", {"derived.image_date", "as_of"}),
        ("'subject.x' == \"cluster.y\"", set()),
        ("related . ?maintenance_configurations", {"related.maintenance_configurations"}),
        ("cluster[?'a'].orValue(1) == parameters.b", {"cluster.a", "parameters.b"}),
        ("cluster[derived.key] == 1", {"cluster.*", "derived.key"}),
        ("subject.list.exists(x, x.derived == 1)", {"subject.list"}),
        ("related.all.exists(c, c.?subject.orValue('') == '')", {"related.all"}),
        ("derived.all(derived, derived == 1)", {"derived", "derived.*"}),
    ],
)
def test_what_an_expression_reads(text: str, names: set[str]) -> None:
    assert reads(text) == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("subject.?a.?b.orValue('').lowerAscii() in ['x']", {"subject.a.b"}),
        ("has(subject.a.b)", {"subject.a.b"}),
        (
            "derived.list.all(i, i.on && i['a.b'] > 1.5)",
            {"derived.list", "derived.list.*.on", "derived.list.*.a.b"},
        ),
        ("derived.list[0].on", {"derived.list.*.on"}),
        ("derived.map.exists(k, derived.map[k] == 'x')", {"derived.map", "derived.map.*"}),
        ("size(derived.list.filter(i, i.on)) == 0", {"derived.list", "derived.list.*.on"}),
        (
            "derived.list.filter(i, i.on).exists(i, i.name == '')",
            {"derived.list", "derived.list.*.on", "derived.list.*.name"},
        ),
        (
            "derived.list.map(i, i.part).all(p, p.ok)",
            {"derived.list", "derived.list.*.part", "derived.list.*.part.ok"},
        ),
        ("(subject.new ? subject.a : cluster.b).c == 1", {"subject.new", "subject.a.c", "cluster.b.c"}),
        ("subject.?a.optMap(v, v.b == 2).orValue(false)", {"subject.a", "subject.a.b"}),
        ("subject.?a.or(subject.?b).orValue(0) == 0", {"subject.a", "subject.b"}),
        (
            "(derived.one + derived.two).exists(i, i.x)",
            {"derived.one", "derived.two", "derived.one.*.x", "derived.two.*.x"},
        ),
        ("{'k': subject.a}.k == 1", {"subject.a"}),
        (
            "derived.rows.exists(r, r.cells.exists(c, c.x == r.y))",
            {"derived.rows", "derived.rows.*.cells", "derived.rows.*.cells.*.x", "derived.rows.*.y"},
        ),
    ],
)
def test_a_path_goes_as_deep_as_the_expression(text: str, found: set[str]) -> None:
    assert {shown(path) for path in paths(text)} == found
