"""Observed values and parameters in words: nothing absent without a word, nothing as long as a page."""

from __future__ import annotations

import json
import math
import re

from reportgen.model import Json
from reportgen.render.strings import Strings
from reportgen.render.text import cut

_LONGEST = 240
_RESOURCE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/(?P<group>[^/]+)/providers/[^/]+/(?P<type>[^/]+)/(?P<name>[^/]+)",
    re.IGNORECASE,
)


def observed(value: Json, strings: Strings, longest: int = _LONGEST) -> str:
    """A value as a reader sees it, in ``longest`` letters; the CSV has it whole."""
    return cut(_words(value, strings, longest), longest)


def _words(value: Json, strings: Strings, longest: int) -> str:
    if isinstance(value, str):
        return _text(value, strings)
    if isinstance(value, list | tuple):
        listed = ", ".join(observed(item, strings, longest) for item in value)
        return listed or strings.text("values.empty_list")
    if isinstance(value, dict):
        pairs = (f"{key}: {observed(item, strings, longest)}" for key, item in sorted(value.items()))
        return ", ".join(pairs) or strings.text("values.empty")
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return strings.text("values.not_set")
    if isinstance(value, bool):
        return strings.text("values.is_true" if value else "values.is_false")
    return json.dumps(value)


def _text(value: str, strings: Strings) -> str:
    if resource := _RESOURCE.fullmatch(value):
        return strings.text("values.resource", **resource.groupdict())
    # Azure spells one of its settings "None", which on paper would read like a fault of the report.
    return strings.text("values.none") if value == "None" else value or strings.text("values.empty")
