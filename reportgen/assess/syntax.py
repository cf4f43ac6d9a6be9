"""The tree of an expression, as the engine itself parses it.

The engine writes a parsed expression as a message ``cel.expr.ParsedExpr`` inside a ``google.protobuf.Any``
and reads such a message back. The numbers below are those of the published schema (cel-spec,
proto/cel/expr/syntax.proto). Macros are expanded there: ``exists`` is a comprehension like ``all``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache

from reportgen.assess import expression

_TYPE_URL, _VALUE = 1, 2
_EXPRESSION, _SOURCE_INFO = 2, 3
_POSITIONS = 4
_ID = 2
_VARINT, _DOUBLE, _BYTES = 0, 1, 2

Scalar = int | float

NAME = 1
CALLEE, FUNCTION, ARGUMENTS = 1, 2, 3
OPERAND, FIELD, TEST_ONLY = 1, 2, 3
ELEMENTS = 1
ITEM_NAME, RANGE, TOTAL_NAME, START, GOES_ON, STEP, RESULT = 1, 2, 3, 4, 5, 6, 7
KEY, ENTRY_VALUE = 3, 4
BOOLEAN, TEXT = 2, 6


class Kind(IntEnum):
    """What a node is: the number of the field that holds it."""

    ENTRY = 0
    CONSTANT = 3
    NAME = 4
    SELECT = 5
    CALL = 6
    LIST = 7
    MAP = 8
    COMPREHENSION = 9


_NODES = {
    Kind.SELECT: (OPERAND,),
    Kind.CALL: (CALLEE, ARGUMENTS),
    Kind.LIST: (ELEMENTS,),
    Kind.COMPREHENSION: (RANGE, START, GOES_ON, STEP, RESULT),
    Kind.ENTRY: (KEY, ENTRY_VALUE),
}
"""The fields of each kind that hold nodes again."""
_ENTRIES = 2
"""The field of a map that holds its entries."""


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression: its id in the tree, and the fields of its message by number, in order."""

    id: int
    kind: Kind
    fields: tuple[tuple[int, Scalar | bytes | Node], ...]

    def text(self, number: int) -> str:
        """A field that holds text; "" where it is not there."""
        return next((v.decode() for n, v in self.fields if n == number and isinstance(v, bytes)), "")

    def is_set(self, number: int) -> bool:
        """Whether a field is there and not zero."""
        return any(n == number and value != 0 for n, value in self.fields)

    def nodes(self, *numbers: int) -> tuple[Node, ...]:
        """The nodes in the fields of these numbers; in all of them without any."""
        return tuple(
            value for n, value in self.fields if isinstance(value, Node) and (not numbers or n in numbers)
        )

    def node(self, number: int) -> Node:
        """The one node in a field."""
        (found,) = self.nodes(number)
        return found

    @property
    def function(self) -> str:
        """The function that a call calls, such as ``_==_``; "" for other nodes."""
        return self.text(FUNCTION) if self.kind is Kind.CALL else ""

    @property
    def operands(self) -> tuple[Node, ...]:
        """What a call is made on and with."""
        return self.nodes(CALLEE, ARGUMENTS)

    def inside(self) -> Iterator[Node]:
        """The node itself and all below it."""
        yield self
        for node in self.nodes():
            yield from node.inside()

    def with_field(self, number: int, new: Scalar | bytes | Node) -> Node:
        """The same with another value in a field."""
        return replace(self, fields=tuple((n, new if n == number else value) for n, value in self.fields))

    def with_node(self, known: int, new: Node) -> Node:
        """The same with ``new`` in the place of the node of the id ``known``."""
        if self.id == known and self.kind is not Kind.ENTRY:
            return new
        return replace(
            self,
            fields=tuple(
                (n, value.with_node(known, new) if isinstance(value, Node) else value)
                for n, value in self.fields
            ),
        )


@dataclass(frozen=True, slots=True)
class Tree:
    """An expression: its outermost node, and where in the text a node stands (characters, by id)."""

    text: str
    root: Node
    positions: dict[int, int]

    def at(self, node: Node) -> int:
        """Where in the text a node stands: an operator, the parenthesis of a call, the dot of a macro."""
        return self.positions.get(node.id, 0)

    def expression(self, root: Node) -> expression.Expression:
        """What this tree would be with another root, ready to be evaluated."""
        parsed = _message(((_EXPRESSION, _expression(root)),))
        url = b"type.googleapis.com/cel.expr.ParsedExpr"
        return expression.from_parsed(self.text, _message(((_TYPE_URL, url), (_VALUE, parsed))))


@lru_cache(maxsize=4096)
def tree(text: str) -> Tree:
    """The tree of a text that compiles."""
    whole = dict(_fields(expression.parsed(text)))
    fields = dict(_fields(_as_bytes(whole[_VALUE])))
    found = (
        dict(_fields(_as_bytes(entry)))
        for number, entry in _fields(_as_bytes(fields[_SOURCE_INFO]))
        if number == _POSITIONS
    )
    positions = {int(entry[1]): int(entry.get(2, 0)) for entry in found}
    return Tree(text, _node(_as_bytes(fields[_EXPRESSION])), positions)


def _node(message: bytes) -> Node:
    number, own = 0, 0
    inside: bytes = b""
    for field, value in _fields(message):
        if field == _ID:
            own = int(value)
        else:
            number, inside = field, _as_bytes(value)
    return _typed(own, Kind(number), inside)


def _typed(own: int, kind: Kind, message: bytes) -> Node:
    nodes = _NODES.get(kind, ())
    fields: list[tuple[int, Scalar | bytes | Node]] = []
    for field, value in _fields(message):
        if field in nodes:
            fields.append((field, _node(_as_bytes(value))))
        elif kind is Kind.MAP and field == _ENTRIES:
            fields.append((field, _typed(0, Kind.ENTRY, _as_bytes(value))))
        else:
            fields.append((field, value))
    return Node(own, kind, tuple(fields))


def _expression(node: Node) -> bytes:
    return _message(((_ID, node.id), (node.kind, _inside(node))))


def _inside(node: Node) -> bytes:
    return _message(
        tuple((n, _written(value) if isinstance(value, Node) else value) for n, value in node.fields)
    )


def _written(node: Node) -> bytes:
    return _inside(node) if node.kind is Kind.ENTRY else _expression(node)


def _as_bytes(value: Scalar | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("expected a message, found a number")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, Scalar | bytes]]:
    """The fields of a message on the wire (protobuf.dev/programming-guides/encoding)."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif wire == _DOUBLE:
            yield number, struct.unpack_from("<d", message, at)[0]
            at += 8
        else:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _message(fields: tuple[tuple[int, Scalar | bytes], ...]) -> bytes:
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts += [_number(number << 3 | _VARINT), _number(value)]
        elif isinstance(value, float):
            parts += [_number(number << 3 | _DOUBLE), struct.pack("<d", value)]
        else:
            parts += [_number(number << 3 | _BYTES), _number(len(value)), value]
    return b"".join(parts)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
