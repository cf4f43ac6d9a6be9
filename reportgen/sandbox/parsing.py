"""Files of an estate folder into plain JSON values, with errors that name file and place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from reportgen.model import Json

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
"""Windows PowerShell's ``>`` writes UTF-16, and its Set-Content a mark before UTF-8."""


class BadFile(ValueError):
    """The file is not what its name says; the message holds the place and what is wrong."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without dates, which JSON does not have."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def is_data(path: Path) -> bool:
    """Whether a path is a file that is read: JSON or YAML, and not hidden."""
    return path.suffix.lower() in (".json", ".yaml", ".yml") and path.name[0] != "." and path.is_file()


def documents(path: Path) -> list[Json]:
    """The values in one file: one for JSON, one for each document of YAML."""
    text = read_text(path)
    if path.suffix.lower() == ".json":
        return [_json(text)]
    try:
        return [value for value in yaml.load_all(text, _PlainLoader) if value is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise BadFile(f"{place}: not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadFile(f": not valid YAML: {error}") from error


def read_text(path: Path) -> str:
    """What stands in a file, in any of the encodings that the tools write; BadFile where it is none."""
    raw = path.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile(f": not {encoding} text: {error.reason} at byte {error.start}") from error


def _json(text: str) -> Json:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise BadFile(f":{error.lineno}:{error.colno}: not valid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f": not valid JSON: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")
