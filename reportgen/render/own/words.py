"""A company's own words: which of them can be used, and why others cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator

from reportgen.render import sheet_names
from reportgen.render.strings import Entry, Strings, builtin
from reportgen.render.text import cleaner

_SHEETS = "workbook.sheet_"
_COLUMNS = "script.columns"
"""Heads of a table that is copied as CSV, in one text."""
_MORE = 40
"""Letters that a short text may take beyond twice the shipped one's; more would push things off a page."""
_CLEAN = cleaner()


def _on_one_line(text: str) -> str:
    """YAML's long forms have line ends, which no text of a report and no subject of a mail has."""
    lines = text.expandtabs(1).splitlines()
    return " ".join(line.strip() for line in lines) if len(lines) > 1 else "".join(lines)


Text = Annotated[str, AfterValidator(_on_one_line)]


def refused(texts: Mapping[str, Entry]) -> dict[str, str]:
    """By key of the shipped catalogue, what is wrong with some of ``texts``, in their order."""
    strings = builtin()
    wrong = {key: what for key, entry in texts.items() if (what := _wrong(key, entry, strings))}
    sheets = {key: text for key, text in texts.items() if key.startswith(_SHEETS) and key not in wrong}
    wrong |= _wrong_sheets(sheets, strings)
    return {key: wrong[key] for key in texts if key in wrong}


def _wrong(key: str, entry: Entry, strings: Strings) -> str:
    shipped = strings.entries.get(key)
    if shipped is None:
        return "no such text; templates/strings.yaml has all of them"
    if isinstance(entry, str) is not isinstance(shipped, str):
        return "expected one text" if isinstance(shipped, str) else "expected one and other"
    for form, text, like in _forms(entry, shipped):
        if text is None:
            return "expected one and other"
        what = _wrong_text(text, like, may_lack="n" if form == "one" else "")
        if what or (what := _does_not_fit(key, text, like, strings)):
            return what
    return ""


def _forms(entry: Entry, shipped: Entry) -> Iterator[tuple[str, str | None, str]]:
    """Each form of an own text beside the shipped one; None where it has not just the same."""
    if isinstance(entry, str) or isinstance(shipped, str):
        yield "", str(entry), str(shipped)
    else:
        for form in shipped:
            yield form, entry[form] if entry.keys() == shipped.keys() else None, shipped[form]


def _wrong_text(text: str, shipped: str, *, may_lack: str) -> str:
    """What is wrong with a text by itself: it prints what the shipped one prints, and nothing unseen."""
    if not text.strip():
        return "expected some words"
    if _CLEAN(text) != text:
        return f"it has marks that nobody sees: {_CLEAN(text)}"
    try:
        fields = list(Formatter().parse(text))
    except ValueError as error:
        return f"not a text with {{placeholders}}: {error}"
    known = _placeholders(shipped)
    for _, name, spec, conversion in fields:
        if name is not None and (name not in known or spec or conversion):
            return f"unknown placeholder {{{name}}}; expected {_listed(known)}"
    missing = known - {name for _, name, *_ in fields} - {may_lack}
    return f"{_listed(missing)} is missing, which the shipped text prints" if missing else ""


def _placeholders(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"


def _does_not_fit(key: str, text: str, shipped: str, strings: Strings) -> str:
    """What is wrong with a text for its place."""
    most = 2 * len(shipped) + _MORE
    if key in strings.protected and len(text) > most:
        return f"it stands beside a protected text, and may have {most} letters there; it has {len(text)}"
    if key == _COLUMNS and text.count(", ") != shipped.count(", "):
        return f"expected {shipped.count(', ') + 1} heads with a comma and a blank between them"
    return ""


def _wrong_sheets(texts: Mapping[str, Entry], strings: Strings) -> dict[str, str]:
    """Own names of sheets that Excel would refuse; with one gone, another may be too like what is left."""
    shipped = {key: str(text) for key, text in strings.entries.items() if key.startswith(_SHEETS)}
    own = {key: str(text) for key, text in texts.items()}
    wrong: dict[str, str] = {}
    while found := {key: what for key, what in sheet_names.refused(shipped | own).items() if key in own}:
        wrong |= found
        own = {key: text for key, text in own.items() if key not in found}
    return wrong
