"""Which values of a subject's evidence an expression reads, as paths from the variables down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reportgen.assess.expression import VARIABLES
from reportgen.assess.syntax import (
    ELEMENTS,
    FIELD,
    GOES_ON,
    ITEM_NAME,
    NAME,
    OPERAND,
    RANGE,
    RESULT,
    START,
    STEP,
    TEST_ONLY,
    TEXT,
    TOTAL_NAME,
    Kind,
    Node,
    tree,
)

Path = tuple[str, ...]
"""A variable and the keys below it; `EACH` stands for every item of a list and every value of a map."""

EACH = "*"

_GOES_TO = ("_?._", "_[_]", "_[?_]")
"""Functions that go from a value to one inside it."""
_PASSES = ("orValue", "or", "value", "optional.of", "optional.ofNonZeroValue", "dyn", "_+_")
"""Functions that give what they are given, or one of what they are given."""
_CHOICE = "_?_:_"

_MADE = "[]"
"""Behind a path: a list that the expression makes of what stands there, as ``map`` and ``filter`` do."""

_Places = frozenset[Path]
_NOWHERE: _Places = frozenset()


def shown(path: Path) -> str:
    """A path as a control file writes it, such as ``derived.containers.*.privileged``."""
    return ".".join(path)


@lru_cache(maxsize=4096)
def paths(text: str) -> frozenset[Path]:
    """The paths that an expression reads, without those that it only passes through.

    ``subject.?a.?b.orValue('')`` reads ``subject.a.b``; ``derived.list.exists(i, i.on)`` reads
    ``derived.list`` and ``derived.list.*.on``. A key that is computed is `EACH`.
    """
    trace = _Trace()
    trace.read(tree(text).root, {})
    return frozenset(_plain(path) for path in trace.found)


def reads(*texts: str) -> frozenset[str]:
    """Which variables expressions name, with the first key below: ``{"subject.properties", "as_of"}``."""
    return frozenset(".".join(path[:2]) for text in texts if text for path in paths(text))


@dataclass(slots=True)
class _Trace:
    """A walk through a tree that knows for every name which paths its value comes from."""

    found: set[Path] = field(default_factory=set)

    def read(self, node: Node, names: Mapping[str, _Places]) -> None:
        """Note what a node's value comes from as read."""
        self.found |= self.places(node, names)

    def places(self, node: Node, names: Mapping[str, _Places]) -> _Places:
        """The paths at which a node's value may stand; what has to be read to tell is noted."""
        if node.kind is Kind.NAME:
            name = node.text(NAME)
            return names.get(name, frozenset({(name,)}) if name in (*VARIABLES, "as_of") else _NOWHERE)
        if node.kind is Kind.SELECT:
            below = _below(self.places(node.node(OPERAND), names), node.text(FIELD))
            if not node.is_set(TEST_ONLY):
                return below
            self.found |= below
            return _NOWHERE
        if node.kind is Kind.CALL:
            return self._call(node, names)
        if node.kind is Kind.LIST:
            return _below(_union(self.places(item, names) for item in node.nodes(ELEMENTS)), _MADE)
        if node.kind is Kind.COMPREHENSION:
            return self._comprehension(node, names)
        for inside in node.nodes():
            self.read(inside, names)
        return _NOWHERE

    def _call(self, node: Node, names: Mapping[str, _Places]) -> _Places:
        if node.function in _GOES_TO:
            whole, key = node.operands
            places = self.places(whole, names)
            if key.kind is Kind.CONSTANT and key.text(TEXT):
                return _below(places, key.text(TEXT))
            self.read(key, names)
            return _below(places, EACH)
        passed = node.operands if node.function in _PASSES else ()
        if node.function == _CHOICE:
            passed = node.operands[1:]
        for operand in node.operands:
            if operand not in passed:
                self.read(operand, names)
        return _union(self.places(operand, names) for operand in passed)

    def _comprehension(self, node: Node, names: Mapping[str, _Places]) -> _Places:
        inside = dict(names)
        over = self.places(node.node(RANGE), names)
        self.found |= over
        total = self.places(node.node(START), names)
        inside |= {node.text(ITEM_NAME): _below(over, EACH), node.text(TOTAL_NAME): total}
        self.read(node.node(GOES_ON), inside)
        inside[node.text(TOTAL_NAME)] = total | self.places(node.node(STEP), inside)
        return self.places(node.node(RESULT), inside)


def _below(places: _Places, key: str) -> _Places:
    """One step down; an item of a list that was made is what it was made of."""
    return frozenset(path[:-1] if key == EACH and path[-1] == _MADE else (*path, key) for path in places)


def _union(of: Iterable[_Places]) -> _Places:
    return _NOWHERE.union(*of)


def _plain(path: Path) -> Path:
    """A list that was made of the items of another is that other one."""
    while path[-1] == _MADE:
        path = path[:-2] if path[-2] == EACH else path[:-1]
    return path
