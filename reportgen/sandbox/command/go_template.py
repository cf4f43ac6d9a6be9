"""Go templates, as far as those use them that are sent with a command: what kubectl does with them in a pod.

Known are ``define``, ``template``, ``range`` with its two variables, ``if`` with ``else``, variables, and the
functions in `_FUNCTIONS`. See https://pkg.go.dev/text/template; a test holds this to kubectl's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reportgen.model import Json

Scope = list[tuple[str, Json]]
"""Variables, the innermost last; an assignment changes the last of its name."""
Expression = Callable[[Json, Scope], Json]
_PARTS = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TOKENS = re.compile(r'\s*("(?:[^"\\]|\\.)*"|:=|[=(),]|\$\w*|\.\w*|\w+)')
_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_LARGEST_PLAIN = 1e21
"""From here on Go prints numbers with an exponent."""


class TemplateError(Exception):
    """A template that cannot be read, or does not go with what it is about."""


@dataclass(frozen=True, slots=True)
class Output:
    """What an action prints."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Assignment:
    """``$name := value``, or ``$name = value`` of a variable that is there."""

    name: str
    value: Expression
    declares: bool


@dataclass(frozen=True, slots=True)
class Call:
    """``template "name" value``."""

    name: str
    value: Expression


@dataclass(slots=True)
class Block:
    """``if``, or ``range`` over the entries of a list or a map, where ``names`` are its variables."""

    value: Expression
    names: tuple[str, ...] | None
    body: list[Node] = field(default_factory=list)
    otherwise: list[Node] = field(default_factory=list)


Node = str | Output | Assignment | Call | Block


class Template:
    """A text with everything that it defines."""

    def __init__(self, text: str) -> None:
        self._defined: dict[str, list[Node]] = {}
        self._root = self._read(_PARTS.split(text))

    def execute(self, data: Json) -> str:
        """The text for ``data``; TemplateError where it does not go with it."""
        return "".join(self._run(self._root, data, [("$", data)]))

    def _read(self, parts: list[str]) -> list[Node]:
        """Every other part is an action."""
        root: list[Node] = []
        into, open_blocks = root, [root]
        blocks: list[Block | None] = []
        for number, part in enumerate(parts):
            word, _, rest = part.strip().partition(" ")
            if number % 2 == 0:
                into.append(part)
            elif word == "define":
                blocks.append(None)
                open_blocks.append(self._defined.setdefault(_unquoted(rest), []))
            elif word in ("if", "range"):
                block = _block(rest, loops=word == "range")
                into.append(block)
                blocks.append(block)
                open_blocks.append(block.body)
            elif word == "else" and blocks and blocks[-1]:
                open_blocks[-1] = blocks[-1].otherwise
            elif word == "end" and blocks:
                blocks.pop()
                open_blocks.pop()
            else:
                into.append(_action(word, rest, part))
            into = open_blocks[-1]
        if blocks:
            raise TemplateError("unexpected EOF")
        return root

    def _run(self, nodes: list[Node], dot: Json, scope: Scope) -> Iterator[str]:
        for node in nodes:
            if isinstance(node, str):
                yield node
            elif isinstance(node, Output):
                yield printed(node.value(dot, scope))
            elif isinstance(node, Assignment):
                _assign(node, node.value(dot, scope), scope)
            elif isinstance(node, Call):
                value = node.value(dot, scope)
                if node.name not in self._defined:
                    raise TemplateError(f'template "{node.name}" not defined')
                yield from self._run(self._defined[node.name], value, [("$", value)])
            else:
                yield from self._block(node, dot, scope)

    def _block(self, block: Block, dot: Json, scope: Scope) -> Iterator[str]:
        value, outer = block.value(dot, scope), len(scope)
        if block.names is None:
            yield from self._run(block.body if value else block.otherwise, dot, scope)
            del scope[outer:]
            return
        for entry in _entries(value):
            scope[outer:] = zip(block.names, entry, strict=True)
            yield from self._run(block.body, entry[1], scope)
        del scope[outer:]


def _block(rest: str, *, loops: bool) -> Block:
    if not loops:
        return Block(_expression(rest), None)
    names, _, value = rest.partition(":=")
    return Block(_expression(value), tuple(name.strip() for name in names.split(",")))


def _action(word: str, rest: str, text: str) -> Node:
    if word == "template":
        name, _, value = rest.partition(" ")
        return Call(_unquoted(name), _expression(value))
    sign, _, value = rest.partition(" ")
    if word.startswith("$") and sign in (":=", "="):
        return Assignment(word, _expression(value), sign == ":=")
    return Output(_expression(text))


def _assign(node: Assignment, value: Json, scope: Scope) -> None:
    if node.declares:
        scope.append((node.name, value))
        return
    for place in range(len(scope) - 1, -1, -1):
        if scope[place][0] == node.name:
            scope[place] = (node.name, value)
            return
    raise TemplateError(f"undefined variable: {node.name}")


def _entries(value: Json) -> Iterator[tuple[Json, Json]]:
    if isinstance(value, dict):
        yield from sorted(value.items())
    elif isinstance(value, list):
        yield from enumerate(value)
    elif value is not None:
        raise TemplateError(f"range can't iterate over {printed(value)}")


def _expression(text: str) -> Expression:
    tokens = _TOKENS.findall(text)
    if "".join(tokens) != re.sub(r'("(?:[^"\\]|\\.)*")|\s', r"\1", text):
        raise TemplateError(f"unexpected {text}")
    value = _command(tokens)
    if tokens:
        raise TemplateError(f"unexpected {tokens[0]}")
    return value


def _command(tokens: list[str]) -> Expression:
    """A function with its arguments up to the end or a closing parenthesis, or one value alone."""
    if tokens and tokens[0] in _FUNCTIONS:
        function, arguments = _FUNCTIONS[tokens.pop(0)], []
        while tokens and tokens[0] != ")":
            arguments.append(_operand(tokens))
        return lambda dot, scope: function(*(argument(dot, scope) for argument in arguments))
    return _operand(tokens)


def _operand(tokens: list[str]) -> Expression:
    token = tokens.pop(0) if tokens else ""
    if token == "(":
        value = _command(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise TemplateError("unclosed left paren")
        return value
    if token.startswith('"'):
        text = _unquoted(token)
        return lambda _dot, _scope: text
    if token.startswith("$"):
        return lambda _dot, scope: _variable(scope, token)
    if token.startswith("."):
        return lambda dot, _scope: index(dot, token[1:]) if token[1:] else dot
    raise TemplateError(f'function "{token}" not defined' if token else "missing value for command")


def _variable(scope: Scope, name: str) -> Json:
    for known, value in reversed(scope):
        if known == name:
            return value
    raise TemplateError(f"undefined variable: {name}")


def _unquoted(text: str) -> str:
    quoted = text.strip()
    if len(quoted) < 2 or quoted[0] != '"' or quoted[-1] != '"' or "\\" in quoted:
        raise TemplateError(f"unexpected {quoted} where a plain string is expected")
    return quoted[1:-1]


def index(container: Json, key: Json) -> Json:
    """The entry of a map, None where there is none."""
    if not isinstance(container, dict):
        raise TemplateError(f"can't index item of type {kind(container)}")
    return container.get(key)


def printf(layout: Json, value: Json) -> str:
    """``%q``, ``%T``, and ``%.<n>s`` of one value."""
    if layout == "%T":
        return kind(value)
    if layout == "%q":
        return quoted(value) if isinstance(value, str) else f"%!q({kind(value)}={printed(value)})"
    found = re.fullmatch(r"%\.(\d+)s", str(layout))
    if found and isinstance(value, str):
        return value[: int(found[1])]
    raise TemplateError(f"printf {layout} of {kind(value)}")


def kind(value: Json) -> str:
    """The type that Go has for a value of JSON."""
    names: Mapping[type, str] = {
        str: "string",
        bool: "bool",
        int: "int64",
        float: "float64",
        dict: "map[string]interface {}",
        list: "[]interface {}",
    }
    return names.get(type(value), "<nil>")


def printed(value: Json) -> str:
    """A value as Go prints it: one that is not there too."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    if isinstance(value, (dict, list)):
        raise TemplateError(f"{kind(value)} is not printed here")
    return str(value)


def quoted(text: str) -> str:
    """A string as Go writes it in a program."""
    return f'"{"".join(map(_quoted, text))}"'


def _quoted(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    if letter in _NAMED:
        return _NAMED[letter]
    number = ord(letter)
    if number < 0x20 or number == 0x7F:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _equal(first: Json, *others: Json) -> bool:
    return first in others


def _different(first: Json, second: Json) -> bool:
    return bool(first != second)


def _any(*values: Json) -> Json:
    return next((value for value in values if value), values[-1])


_FUNCTIONS: Mapping[str, Callable[..., Json]] = {
    "eq": _equal,
    "index": index,
    "ne": _different,
    "or": _any,
    "printf": printf,
}
