"""YAML read strictly: as JSON would be, and so that an error can name the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from reportgen.errors import UsageError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Where = tuple[str | int, ...]
"""The path to a value in the file, such as ``("tests", 0, "given")``."""


def parse(content: bytes, name: str) -> tuple[yaml.Node, dict[str, Any]]:
    """A file as nodes, which know their lines, and as plain values made of them. Raises UsageError."""
    try:
        node = yaml.compose(content.decode(), Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not UTF-8 text (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{name}:{line}: not valid YAML: {error.problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{name}:1: expected keys and values, found none")
    problems = list(_structure(node, (), frozenset()))
    if problems:
        raise usage_error(name, node, problems)
    return node, yaml.constructor.SafeConstructor().construct_document(node)


def line_of(node: yaml.Node, where: Where) -> int:
    """The line of the deepest part of ``where`` that the file has."""
    line = node.start_mark.line + 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in reversed(node.value) if pair[0].value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def usage_error(name: str, node: yaml.Node, problems: list[tuple[Where, str]]) -> UsageError:
    """One error for all problems of a file, in the order of their lines."""
    lines = [
        (
            line_of(node, where),
            ".".join(str(part) for part in where) or "(top level)",
            what,
        )
        for where, what in problems
    ]
    return UsageError("\n".join(f"{name}:{line}: {key}: {what}" for line, key, what in sorted(lines)))


def _structure(node: yaml.Node, where: Where, above: frozenset[int]) -> Iterator[tuple[Where, str]]:
    """What YAML lets pass and JSON does not: doubled keys, keys that are no text, dates, loops of anchors."""
    if id(node) in above:
        yield where, "an anchor that holds itself"
        return
    inside = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                yield (
                    where,
                    f"the key {key.value} is not text for YAML; put it in quotes",
                )
            if key.value in seen:
                yield (*where, key.value), "this key is there twice"
            seen.add(key.value)
            yield from _structure(value, (*where, key.value), inside)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _structure(item, (*where, index), inside)
    elif node.tag.endswith((":timestamp", ":binary")):
        yield where, f"YAML reads {node.value} as a date; put it in quotes"
