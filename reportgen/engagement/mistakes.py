"""What is wrong in an engagement, told by file, line and key; what could be a secret is never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import yaml
from pydantic import BaseModel

_INSTEAD = (
    ("pass", "password_env or password_file"),
    ("secret|token", "secret_env or secret_file"),
    ("certificate|pem|private", "certificate_file"),
)
"""By the name of a key that somebody made up for a secret: the keys that are there for it."""


def told(name: str, node: yaml.Node | None, item: Mapping[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's errors as a line; ``name`` is the file's, ``model`` what the file is read as."""
    location = tuple(item["loc"])
    key = ".".join(str(part) for part in location) or "(top level)"
    return f"{name}:{line(node, location)}: {key}: {what(item, model)}"


def what(item: Mapping[str, Any], model: type[BaseModel]) -> str:
    """One of pydantic's errors in words, without where it is."""
    location = tuple(item["loc"])
    if item["type"] == "extra_forbidden":
        return _secret(location) or (
            f"unknown key; expected one of {', '.join(_model_at(model, location).model_fields)}"
        )
    if item["type"] == "missing":
        return "missing; this key is needed"
    if item["type"] == "model_type" and not location:
        return "expected keys with their values"
    return f"{item['msg'].removeprefix('Value error, ')}{_found(location, item['input'])}"


def yaml_problem(error: yaml.MarkedYAMLError) -> str:
    """What the parser says, without the names that it quotes from the file."""
    return re.sub(r" '(?!<)[^']{2,}'", "", str(error.problem))


def doubled(node: yaml.Node | None, above: str = "") -> Iterator[tuple[int, str]]:
    """Line and name of each key that a mapping has already; YAML would keep the last one silently."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, f"{above}{key.value}"
            seen.add(key.value)
            yield from doubled(value, f"{above}{key.value}.")
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield from doubled(value, f"{above}{place}.")


def _secret(location: tuple[Any, ...]) -> str:
    """Where a secret belongs; "" where the key does not look like one."""
    key = str(location[-1])
    keys = next((keys for words, keys in _INSTEAD if re.search(words, key, re.IGNORECASE)), "")
    if keys and location[0] == "deliver":
        return (
            "a secret never stands in this file; put it into an environment variable or a file of its own, "
            "and name that here with the key that ends in _env or _file"
        )
    return keys and (
        "a secret never stands in this file; put it into an environment variable or a file of its own, and "
        f"name that under credential with {keys}"
    )


def _model_at(model: type[BaseModel], location: tuple[Any, ...]) -> type[BaseModel]:
    """The model whose keys stand where ``location`` ends."""
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if inner is None:
            return model
        model = inner
    return model


def _found(location: tuple[Any, ...], value: Any) -> str:
    """What stands in the file, unless it could be a secret in a wrong place."""
    text = repr(value)
    if location[:1] in (("credential",), ("proxy",), ("deliver",)) or re.search(r"://[^/]*@", text):
        return ""
    return f"; found {text if len(text) <= 60 else text[:57] + '...'}"


def line(node: yaml.Node | None, location: tuple[Any, ...]) -> int:
    """The line of the deepest part of ``location`` that the file has."""
    found = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            match = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if match is None:
                return found
            found, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            found = node.start_mark.line + 1
        else:
            return found
    return found
