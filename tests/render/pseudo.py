"""A pseudo-locale: every text of the catalogue with accents, and what comes through a report without any.

A word of plain letters in a report is data, or the catalogue of controls', or it was written into a template
or a module, where no translation reaches it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from typing import Any

from reportgen.model import OwnTemplates, Results
from reportgen.render.strings import Entry, builtin
from reportgen.render.wording import procedure
from reportgen.sampling import METHOD
from reportgen.sources import SOURCES

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "åƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
_TABLE = str.maketrans(_PLAIN, _ACCENTED)
_PLACEHOLDER = re.compile(r"(\{[^}]*\})")
_WORD = re.compile(r"[A-Za-z]{2,}")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\u00ad"))
_VOID = {"meta", "wbr", "br", "img", "col", "input", "link", "rect", "line", "path", "circle"}
_INLINE = {"wbr", "bdi", "b", "span", "a", "br", "i", "em", "strong"}
_BLOCK_CLASSES = {"on", "row", "id", "waived"}
"""Of inline elements that the style sheets put on lines of their own."""
_CODE = {"pre", "style", "script", "kbd"}
_CODE_CLASSES = {"code", "id"}
_SPOKEN = ("title", "aria-label", "alt", "data-label", "placeholder", "content")
_PLACES = {"section", "header", "nav", "head", "footer"}
_MACHINES = {"viewport", "color-scheme", "referrer", "generator"}
_NEVER_TRANSLATED = {"UTC", "SHA", "IPE"}


def accented(text: str) -> str:
    """The text with an accent on every letter outside its ``{placeholders}``."""
    parts = _PLACEHOLDER.split(text)
    return "".join(part if part.startswith("{") else part.translate(_TABLE) for part in parts)


def pseudo() -> dict[str, Entry]:
    """The whole catalogue, accented."""
    return {
        key: accented(entry)
        if isinstance(entry, str)
        else {number: accented(text) for number, text in entry.items()}
        for key, entry in builtin().entries.items()
    }


def in_pseudo(results: Results) -> Results:
    """The results, to be printed in the pseudo-locale."""
    return replace(results, templates=OwnTemplates("7", "", strings=pseudo(), language="eo"))


def hard_wired(page: str, results: Results) -> dict[str, list[str]]:
    """By part of the report (the id of its section), the texts with words that nobody can translate."""
    texts = _Texts()
    texts.feed(page)
    texts.close()
    return left_over(texts.found, results)


def left_over(texts: Iterable[tuple[str, str]], results: Results) -> dict[str, list[str]]:
    """By place, those of the texts that have words which are neither data nor in the pseudo-locale."""
    remove = _Data(results).removed
    found: dict[str, list[str]] = defaultdict(list)
    for place, text in texts:
        words = set(_WORD.findall(remove(text))) - _NEVER_TRANSLATED
        if words and text not in found[place]:
            found[place].append(text)
    return {place: listed for place, listed in found.items() if listed}


class _Data:
    """Everything that is data or the catalogue's, to be taken out of a text."""

    def __init__(self, results: Results) -> None:
        known = {part for text in _strings((results, SOURCES)) for part in (text, " ".join(text.split()))}
        known |= {source.title.rpartition(",")[0] for source in SOURCES}
        known |= {procedure(control.test_procedure)[0] for control in results.controls} | {METHOD}
        known |= {part for text in known if text.startswith("/") for part in text.split("/")}
        known = {text for text in known if _WORD.search(text)}
        self._short = {text for text in known if len(text) <= 40}
        self._long = sorted((text for text in known if len(text) > 40), key=len, reverse=True)
        self._starts = {text[:20]: text for text in sorted(known) if len(text) >= 20}
        longest = sorted(self._short, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")

    def removed(self, text: str) -> str:
        """What is left of a text: paths, data as a whole, and the beginnings of data that was cut."""
        for known in self._long:
            if known[:20] in text:
                text = text.replace(known, " ")
        text = re.sub(r"\S*[/\\]\S*|\S+\.(?:html|csv|json|jsonl|pdf|md|yaml)\b", " ", text)
        text = re.sub(r"[^.…]*…", self._cut, text)
        text = re.sub(r"(\w{8,})…", self._cut_word, text)
        return self._pattern.sub(" ", text)

    def _cut(self, match: re.Match[str]) -> str:
        start = match[0].strip()[:20]
        return " " if start in self._starts else match[0]

    def _cut_word(self, match: re.Match[str]) -> str:
        return " " if any(text.startswith(match[1]) for text in self._starts.values()) else match[0]


class _Texts(HTMLParser):
    """The texts of a page with the part each stands in; what is inline does not end a text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, str, bool, bool]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = set(given.get("class", "").split())
        block = tag not in _INLINE or bool(_BLOCK_CLASSES & classes)
        if block:
            self._end()
        for name in _SPOKEN:
            if given.get(name) and given.get("name") not in _MACHINES and not given.get("http-equiv"):
                self.found.append((self._place(), given[name]))
        if tag == "br":
            self._text.append(" ")
        if tag in _VOID:
            return
        code = tag in _CODE or bool(_CODE_CLASSES & classes)
        place = given.get("id", "") or tag if tag in _PLACES else self._place()
        self._open.append((tag, place, code or self._in_code(), block))

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in {name for name, *_ in self._open}:
            if self._open[-1][3]:
                self._end()
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._in_code():
            self._text.append(data.translate(_UNSEEN))

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        text = " ".join("".join(self._text).split())
        if text:
            self.found.append((self._place(), text))
        self._text = []

    def _place(self) -> str:
        return self._open[-1][1] if self._open else ""

    def _in_code(self) -> bool:
        return bool(self._open) and self._open[-1][2]


def _strings(value: Any) -> Iterator[str]:
    """Every text in a value, but for names of states: those have words of their own in the catalogue."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        yield value
    for item in _inside(value):
        yield from _strings(item)


def _inside(value: Any) -> Iterable[Any]:
    if is_dataclass(value):
        return (getattr(value, field.name) for field in fields(value) if field.name != "templates")
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    return value if isinstance(value, list | tuple | set | frozenset) else ()
