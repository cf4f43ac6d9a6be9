"""An engagement's file is read; errors name the file, the line, the key and what was expected."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from reportgen.engagement import entries, mistakes, yaml_text
from reportgen.engagement.settings import Engagement
from reportgen.errors import UsageError


def load(path: Path) -> Engagement:
    """Read and check an engagement file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}); write one with `reportgen init`"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
    return parse(text, str(path), path.parent)


def parse(text: str, name: str, folder: Path = Path()) -> Engagement:
    """The engagement in a text; ``name`` is how errors call the file, ``folder`` where its paths begin."""
    node, raw = yaml_text.read(text, name, entries.OF_AN_ENTRY)
    if not isinstance(raw, dict):
        raise UsageError(f"{name}:1: expected the keys entity, period, scope and credential")
    try:
        engagement = Engagement.model_validate(entries.with_lists(raw, node, name, folder))
    except ValidationError as error:
        raise UsageError(
            "\n".join(mistakes.told(name, node, item, Engagement) for item in error.errors(include_url=False))
        ) from error
    engagement.read_from(folder)
    return engagement
