"""What a check gives back, and the words that stand on no page: a template or a value that went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MARK = re.compile(r"\b(?:None(?! of\b)|nan|NaN|undefined|Traceback)\b|\{\{|\}\}|\{%|<class ")

_PARTS = re.compile(r"/|\n|(?<=[.;:]) | and (?=az |kubectl )|To re-perform, run ")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``where`` is a page or a place in the document, ``what`` says what is wrong there."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class LookFailed(Exception):
    """Nothing could be looked at; the message says what is missing and how to get it."""


def marks(where: str, text: str, known: Collection[str]) -> Iterator[Problem]:
    """The marks of a template or value gone wrong, as whole words, outside the ``known`` names.

    Names come from the estate and may hold anything; a report may break them into lines anywhere.
    """
    found = list(_MARK.finditer(text))
    if not found:
        return
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    names = _spans("".join(text[place] for place in places), known)
    covered = {place for start, end in names for place in range(places[start], places[end - 1] + 1)}
    for mark in found:
        if mark.start() not in covered:
            around = " ".join(text[max(0, mark.start() - 30) : mark.end() + 30].split())
            yield Problem(where, f"{mark[0].strip()!r} stands in the text: … {around} …")


def _spans(text: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where the known names stand in a text without spaces."""
    for name in {"".join(name.split()) for name in known} - {""}:
        start = text.find(name)
        while start >= 0:
            yield start, start + len(name)
            start = text.find(name, start + 1)


def known_names(pack: Path) -> frozenset[str]:
    """The texts of a pack's results that hold such a mark themselves, whole and in the parts printed.

    Read are the subjects of results/observations.jsonl, and all of results/findings.json (names, answers of
    services, procedures and commands of controls); a folder without these files knows no texts.
    """
    texts: set[str] = set()
    observations, findings = pack / "results/observations.jsonl", pack / "results/findings.json"
    if observations.is_file():
        for line in observations.read_text(encoding="utf-8").splitlines():
            texts.update(_strings(json.loads(line)["subject"]))
    if findings.is_file():
        texts.update(_strings(json.loads(findings.read_text(encoding="utf-8"))))
    parts = {part for text in texts if _MARK.search(text) for part in _PARTS.split(text)}
    return frozenset(text for text in texts | parts if _MARK.search(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
