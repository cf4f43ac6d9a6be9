"""What a check gives back, and the words that stand on no page: a template or a value that went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MARK = re.compile(r"\b(?:None|nan|NaN|undefined|Traceback)\b|\{\{|\}\}|\{%|<class ")


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
    for name in sorted(known, key=len, reverse=True):
        text = re.sub(r"\s*".join(map(re.escape, re.sub(r"\s", "", name))), " ", text)
    for mark in _MARK.finditer(text):
        around = " ".join(text[max(0, mark.start() - 30) : mark.end() + 30].split())
        yield Problem(where, f"{mark[0].strip()!r} stands in the text: … {around} …")


def known_names(pack: Path) -> frozenset[str]:
    """The names in a pack's results that hold such a mark themselves, whole and by the parts of ids.

    Read are the subjects of results/observations.jsonl, and of results/findings.json the scope, the gaps and
    who the pack is about; a folder without these files knows no names.
    """
    texts: set[str] = set()
    observations, findings = pack / "results/observations.jsonl", pack / "results/findings.json"
    if observations.is_file():
        for line in observations.read_text(encoding="utf-8").splitlines():
            texts.update(_strings(json.loads(line)["subject"]))
    if findings.is_file():
        document = json.loads(findings.read_text(encoding="utf-8"))
        texts.update(_strings([document.get(key) for key in ("scope", "gaps", "engagement")]))
    parts = {part for text in texts for part in text.split("/")}
    return frozenset(text for text in texts | parts if _MARK.search(text))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
