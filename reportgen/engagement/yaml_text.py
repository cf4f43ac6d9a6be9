"""YAML that people write: read with its lines, so that an error can name them."""

from __future__ import annotations

import re
from typing import Any

import yaml

from reportgen.engagement import mistakes
from reportgen.errors import UsageError


class _Loader(yaml.SafeLoader):
    """YAML whose dates stay text: a day that does not exist is then an error of its key, with its line."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str, name: str, spared: str = "") -> tuple[yaml.Node | None, Any]:
    """The file as nodes, which know their lines, and as plain values; ``name`` is how errors call it.

    Raises UsageError where it is no YAML, or has a key twice; not for a key that the pattern ``spared``
    matches (as in ``waivers.0.ticket``), which is for the caller to judge.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
        doubled = [
            f"{name}:{line}: {key}: this key is there twice"
            for line, key in mistakes.doubled(node)
            if not (spared and re.match(spared, key))
        ]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UsageError(f"{name}:{line}: not valid YAML: {mistakes.yaml_problem(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UsageError(f"{name}:{line}: not valid YAML: a character that is not allowed") from error
    except RecursionError as error:
        raise UsageError(f"{name}:1: not valid YAML: nested too deeply") from error
    if doubled:
        raise UsageError("\n".join(doubled))
    return node, raw
