"""Lists of entries as they are read: from the engagement or files of their own, each entry by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from reportgen.engagement import mistakes, yaml_text
from reportgen.engagement.fields import StrictModel
from reportgen.engagement.registers import MODELS, Malformed, content, refusal, shown
from reportgen.errors import UsageError

_STRICT = ("exclusions",)
"""What is judged hangs on them, so that a mistake in one stops the run."""
OF_AN_ENTRY = rf"(?:{'|'.join(key for key in MODELS if key not in _STRICT)})\.\d+\."
"""How the path of a key begins that stands in an entry whose mistakes do not stop a run."""
_MOST_LETTERS = 400
"""Of a text of a malformed entry; what is longer tells no better which entry it is."""


def with_lists(raw: Mapping[str, Any], node: yaml.Node | None, name: str, folder: Path) -> dict[str, Any]:
    """The engagement's keys, each list of entries in place of the file that holds it, and read.

    Raises UsageError with file and line where such a file cannot be read, or an exclusion in it is wrong.
    """
    found = dict(raw)
    for key in MODELS:
        said = raw.get(key)
        if isinstance(said, str):
            why = refusal(folder, Path(said))
            if why:
                raise UsageError(f"{name}:{mistakes.line(node, (key,))}: {key}: {why}")
            found[key] = _of_file(key, folder, Path(said))
        elif isinstance(said, list) and key not in _STRICT:
            found[key] = _List(key, Path(name).name, _under(node, key), folder).read(said)
    return found


@dataclass(frozen=True, slots=True)
class _List:
    """Where a list stands: ``file`` is what it is called, ``node`` the list in it."""

    key: str
    file: str
    node: yaml.Node | None
    folder: Path

    def read(self, raw: list[Any]) -> tuple[StrictModel, ...]:
        """The entries, those with a mistake as such, each in its place."""
        return tuple(self._entry(place, entry) for place, entry in enumerate(raw))

    def _entry(self, place: int, raw: Any) -> StrictModel:
        model, node = MODELS[self.key], _at(self.node, place)
        problems = [f"{key}: this key is there twice (line {line})" for line, key in mistakes.doubled(node)]
        failed: set[str] = set()
        try:
            entry = model.model_validate(raw)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                failed.update(map(str, item["loc"][:1]))
                problems.append(self._problem(place, item, model))
        else:
            why = refusal(self.folder, file) if (file := shown(entry)) else ""
            problems += [why] if why else []
            if not problems:
                return entry
        return Malformed(
            file=self.file,
            line=mistakes.line(self.node, (place,)),
            problems=tuple(problems),
            said=dict(_said(raw, model, failed)),
        )

    def _problem(self, place: int, item: Mapping[str, Any], model: type[StrictModel]) -> str:
        location = tuple(item["loc"])
        told, key = mistakes.what(item, model), ".".join(map(str, location))
        if not key:
            return told
        there = item["type"] != "missing"
        return f"{key}: {told}{f' (line {mistakes.line(self.node, (place, *location))})' if there else ''}"


def _of_file(key: str, folder: Path, file: Path) -> tuple[StrictModel, ...]:
    """The entries of a file of its own, which is a list and nothing else."""
    path = folder / file
    try:
        text = content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
    node, raw = yaml_text.read(text, str(path), "" if key in _STRICT else r"\d+\.")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise UsageError(f"{path}:1: expected a list of {key}, each beginning with a dash")
    if key not in _STRICT:
        return _List(key, file.as_posix(), node, folder).read(raw)
    model, entries, problems = MODELS[key], [], []
    for place, entry in enumerate(raw):
        try:
            entries.append(model.model_validate(entry))
        except ValidationError as error:
            items = ({**item, "loc": (place, *item["loc"])} for item in error.errors(include_url=False))
            problems += [mistakes.told(str(path), node, item, model) for item in items]
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(entries)


def _said(raw: Any, model: type[StrictModel], failed: set[str]) -> Iterator[tuple[str, str]]:
    """The texts of an entry under keys that there are, and of which nothing is wrong."""
    for key in model.model_fields if isinstance(raw, dict) else ():
        value = raw.get(key)
        if isinstance(value, str) and value.strip() and key not in failed:
            yield key, value.strip()[:_MOST_LETTERS]


def _under(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for known, value in pairs if known.value == key), None)


def _at(node: yaml.Node | None, place: int) -> yaml.Node | None:
    return node.value[place] if isinstance(node, yaml.SequenceNode) else None
