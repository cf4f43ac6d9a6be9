"""How weak tests are found: operators that no case notices, values that no case needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen.assess import catalogue, mutation
from tests.assess.build import control_text


def case(expect: str, given: Any) -> dict[str, Any]:
    return {"given": given, "expect": expect}


def names(folder: Path, **changes: Any) -> list[str]:
    """What survives of one control whose own tests pass."""
    path = folder / "api-server" / "api-server-private.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(control_text(**changes), encoding="utf-8")
    controls = catalogue.load(folder)
    assert catalogue.run_tests(controls) == []
    return [survivor.name for survivor in mutation.survivors(controls)]


def subject(**values: Any) -> dict[str, Any]:
    return {"subject": values}


def both(satisfied: Any, not_satisfied: Any) -> list[dict[str, Any]]:
    return [case("satisfied", satisfied), case("not-satisfied", not_satisfied)]


SATISFIED = both(subject(a=1, b=2), subject(a=0, b=0))


@pytest.mark.parametrize(
    ("check", "tests", "survivors"),
    [
        ("subject.a == 1", SATISFIED, []),
        ("subject.a == 1 && subject.b == 2", SATISFIED, ["check && as ||"]),
        (
            "subject.a == 1 || subject.b == 2",
            SATISFIED,
            ["check || as &&", "changed subject.a", "changed subject.b"],
        ),
        ("subject.a >= 1", SATISFIED, []),
        ("subject.a > 0", SATISFIED, []),
        ("subject.a > -1", both(subject(a=1), subject(a=-2)), ["check > as >="]),
        ("subject.a.lowerAscii() != 'x'", both(subject(a="y"), subject(a="X")), []),
        (
            "subject.l.exists(i, i == 1)",
            both(subject(l=[1]), subject(l=[2])),
            ["check exists as all"],
        ),
        (
            "subject.?a.orValue(false) != true",
            both(subject(a=False), subject(a=True)),
            ["absent subject.a"],
        ),
        (
            "subject.?a.orValue('') != 'x'",
            both(subject(), subject(a="x")),
            ["absent subject.a"],
        ),
        ("has(subject.a)", both(subject(a=1), subject()), []),
        (
            "subject.l.all(i, i.on)",
            both(subject(l=[{"on": True}]), subject(l=[{"on": True}, {"on": False}])),
            [],
        ),
    ],
)
def test_what_no_case_notices(tmp_path: Path, check: str, tests: Any, survivors: list[str]) -> None:
    assert names(tmp_path, check=check, tests=tests, observe={"A": "subject.?a.orValue(null)"}) == survivors


def test_the_expressions_before_the_check_count_too(tmp_path: Path) -> None:
    when = {"when": "subject.count > 0", "not_applicable_reason": "There is none."}
    tests = [
        *both(subject(count=1, a=1), subject(count=1, a=0)),
        case("not-applicable", subject(count=-1, a=0)),
    ]
    observe = {"A": "subject.a"}
    assert names(tmp_path, check="subject.a == 1", tests=tests, observe=observe, **when) == ["when > as >="]


def test_an_observed_value_that_breaks_is_no_test_of_the_check(tmp_path: Path) -> None:
    """A strict ``observe`` ends with an evaluation error, and yet the check lets an absent value pass."""
    tests = both(subject(a=False), subject(a=True))
    assert names(
        tmp_path, check="subject.?a.orValue(false) != true", tests=tests, observe={"A": "subject.a"}
    ) == ["absent subject.a"]


def test_a_value_whose_lack_is_as_good_is_declared_with_its_source(tmp_path: Path) -> None:
    weak = {
        "check": "subject.?a.orValue(false) != true",
        "observe": {"A": "subject.?a.orValue(null)"},
        "tests": both(subject(a=False), subject(a=True)),
    }
    assert (
        names(tmp_path / "1", **weak, absent_satisfied={"subject.a": "The default is false: the API"}) == []
    )
    strict = weak | {"check": "subject.?a.orValue(true) != true"}
    assert names(tmp_path / "2", **strict, absent_satisfied={"subject.a": "The default"}) == [
        "absent subject.a"
    ]


def test_a_change_that_nobody_can_notice_is_listed_and_one_that_is_noticed_is_not(tmp_path: Path) -> None:
    weak = {
        "check": "size(subject.l) == 1 && subject.l.exists(i, i > 0)",
        "observe": {"L": "subject.l"},
        "tests": [
            case("satisfied", subject(l=[1])),
            case("not-satisfied", subject(l=[0])),
            case("not-satisfied", subject(l=[1, 2])),
        ],
    }
    assert names(tmp_path / "1", **weak) == ["check exists as all"]
    reason = {"check exists as all": "There is one item."}
    assert names(tmp_path / "2", **weak, equivalent_mutants=reason) == []
    stale = {**reason, "check > as >=": "Never."}
    assert names(tmp_path / "3", **weak, equivalent_mutants=stale) == ["check > as >="]


def test_a_survivor_says_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "api-server" / "api-server-private.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        control_text(check="subject.a == 1 && subject.b == 2", observe={"A": "subject.a"}, tests=SATISFIED),
        encoding="utf-8",
    )
    (found,) = mutation.survivors(catalogue.load(tmp_path))
    name = f"{tmp_path.name}/api-server/api-server-private.yaml"
    assert str(found) == (
        f"{name}: api-server-private: check && as ||: no case of the control fails with it, "
        "near “subject.a == 1 && subject.b == 2”"
    )
