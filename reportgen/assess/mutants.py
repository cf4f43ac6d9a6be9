"""Expressions with one operator changed, to see whether a test notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.assess.expression import Expression
from reportgen.assess.syntax import (
    ARGUMENTS,
    BOOLEAN,
    FIELD,
    FUNCTION,
    GOES_ON,
    NAME,
    RANGE,
    START,
    STEP,
    TEST_ONLY,
    Kind,
    Node,
    tree,
)

_NOT, _AND, _OR, _CHOICE = "!_", "_&&_", "_||_", "_?_:_"
_OTHER = {_AND: _OR, _OR: _AND}
_BOUND = {"_<_": "_<=_", "_<=_": "_<_", "_>_": "_>=_", "_>=_": "_>_"}
_TRUE_OR_FALSE = frozenset(
    ("_==_", "_!=_", *_BOUND, "@in", "matches", "startsWith", "endsWith", "contains", "hasValue")
)
_FRESH_ID = 1 << 30
_AROUND = 25
"""Characters of the text that are shown before and behind an operator."""

_Change = tuple[Node, str, Node]
"""The node to replace, what is done to it in words, and what to put in its place."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """An expression in which one operator is changed.

    ``name`` says which and how, such as ``&& as ||`` or ``== negated 2`` for the second ``==`` of the text;
    ``near`` is the text around it.
    """

    name: str
    near: str
    expression: Expression


def mutants(text: str) -> Iterator[Mutant]:
    """Every mutant of an expression that is true or false, in the order of its text.

    ``&&`` and ``||``, ``exists`` and ``all`` stand for each other, a bound that is no time is taken in or
    left out, and everything else that is true or false is negated.
    """
    whole = tree(text)
    seen: Counter[str] = Counter()
    for node, what, new in sorted(_changes(whole.root, True), key=lambda change: whole.at(change[0])):
        seen[what] += 1
        at = whole.at(node)
        yield Mutant(
            what if seen[what] == 1 else f"{what} {seen[what]}",
            " ".join(text[max(0, at - _AROUND) : at + _AROUND].split()),
            whole.expression(whole.root.with_node(node.id, new)),
        )


def _changes(node: Node, truth: bool) -> Iterator[_Change]:
    """All changes to a node and below it; ``truth`` says that it stands where a truth value has to."""
    if node.kind is Kind.COMPREHENSION:
        yield from _of_comprehension(node)
    elif node.function in _OTHER:
        other = _OTHER[node.function]
        yield node, f"{_word(node.function)} as {_word(other)}", _calling(node, other)
        for operand in node.operands:
            yield from _changes(operand, True)
    elif node.function == _NOT:
        yield node, "! dropped", node.operands[0]
        yield from _changes(node.operands[0], False)
    elif node.function == _CHOICE:
        condition, *results = node.operands
        yield from _changes(condition, True)
        for result in results:
            yield from _changes(result, truth)
    else:
        yield from _of_test(node, truth)


def _of_test(node: Node, truth: bool) -> Iterator[_Change]:
    if truth or node.function in _TRUE_OR_FALSE or (node.kind is Kind.SELECT and node.is_set(TEST_ONLY)):
        yield node, f"{_word(node.function) or node.text(FIELD)} negated", _negated(node)
    if node.function in _BOUND and not _of_times(node):
        other = _BOUND[node.function]
        yield node, f"{_word(node.function)} as {_word(other)}", _calling(node, other)
    for inside in node.nodes():
        yield from _changes(inside, False)


def _of_times(node: Node) -> bool:
    """Whether times or spans of time are compared: no case need be a second before or behind a bound."""
    names = {found.text(NAME) for found in node.inside() if found.kind is Kind.NAME}
    return "as_of" in names or any(found.function in ("timestamp", "duration") for found in node.inside())


def _of_comprehension(node: Node) -> Iterator[_Change]:
    """``exists`` starts with false and goes on with ``||``, ``all`` with true and ``&&``."""
    step = node.node(STEP)
    if step.function not in _OTHER:
        for inside in node.nodes():
            yield from _changes(inside, False)
        return
    name, other = ("exists", "all") if step.function == _OR else ("all", "exists")
    yield node, f"{name} negated", _negated(node)
    yield node, f"{name} as {other}", _other_quantifier(node)
    yield from _changes(node.node(RANGE), False)
    yield from _changes(step.operands[1], True)


def _other_quantifier(node: Node) -> Node:
    """``all`` goes on while the total may be true, ``exists`` while its negation may be."""
    step, goes_on = node.node(STEP), node.node(GOES_ON)
    to_all = step.function == _OR
    total = goes_on.operands[0]
    condition = total.operands[0] if to_all else _negated(total)
    start = node.node(START).with_field(BOOLEAN, int(to_all))
    new = node.with_field(START, start).with_field(GOES_ON, goes_on.with_field(ARGUMENTS, condition))
    return new.with_field(STEP, _calling(step, _OTHER[step.function]))


def _negated(node: Node) -> Node:
    return Node(_FRESH_ID, Kind.CALL, ((FUNCTION, _NOT.encode()), (ARGUMENTS, node)))


def _calling(node: Node, function: str) -> Node:
    return node.with_field(FUNCTION, function.encode())


def _word(function: str) -> str:
    return function.strip("_@")
