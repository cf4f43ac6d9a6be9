"""The sample of an auditor: the items drawn or named, each with what it rests on and how to look again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen import sampling
from reportgen.audit.excerpt import excerpt
from reportgen.audit.population import Item, Population
from reportgen.errors import UsageError
from reportgen.model import CollectionMode
from reportgen.pack import Cited, cited
from reportgen.render.ipe import repeated
from reportgen.render.wording import procedure
from reportgen.sources.imported import PREFIX

_SHOWN = 2
"""So many pieces of evidence of an item are shown with their values; the others are named."""
_PLAIN = re.compile(r"[\w./()-]+", re.ASCII)
_SEPARATORS = re.compile(r"[\s,;]+")
_LISTED = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence: the part of its value that the control speaks of, and how to obtain it again."""

    cited: Cited
    excerpt: str
    whole: bool
    command: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """One item of a sample; ``place`` is its place in the order drawn, ``named`` the evidence not shown."""

    place: int
    item: Item
    evidence: tuple[Shown, ...]
    named: tuple[str, ...]
    commands: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a population; ``seed`` is "" where the auditor named the items."""

    population: Population
    seed: str
    items: tuple[Sampled, ...]
    procedure: str

    @property
    def command(self) -> str:
        """What draws it again, "" where nothing was drawn."""
        if not self.seed:
            return ""
        return sampling.draw_command(len(self.population.items), len(self.items), self.seed)


def drawn(pack: Path, population: Population, size: int, seed: str = "") -> Sample:
    """The sample of ``size`` items by a seed, the population's hash where there is none."""
    if not population.items:
        raise UsageError(
            f"{population.finding['control']}: the population is empty ({population.told}); "
            "there is nothing to draw"
        )
    used = seed or population.sha256
    return _sample(pack, population, sampling.draw(len(population.items), size, used), used)


def named(pack: Path, population: Population, text: str) -> Sample:
    """The sample of the items that a text names by number or by id.

    Numbers stand one a line or are separated by blanks or commas; an id has a line of its own, as it stands
    or as a JSON string, and the case of its letters may differ. Anything behind a # is a remark. Raises
    UsageError with all that the population has not.
    """
    known = _known(population)
    words = [word for line in text.splitlines() for word in _words(line.strip(), known)]
    unknown = [word for word in words if word not in known]
    if unknown:
        more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
        raise UsageError(
            f"not in the population of {population.finding['control']}, whose numbers are "
            f"1 to {len(population.items)}, and no id of a subject in it: "
            f"{', '.join(unknown[:_LISTED])}{more}"
        )
    if not words:
        raise UsageError("no number or id of an item was given; `reportgen population` prints them")
    return _sample(pack, population, tuple(dict.fromkeys(known[word] for word in words)), "")


def _known(population: Population) -> dict[str, int]:
    """The number of each item by all that names it and nothing else of the population."""
    numbers = {str(item.number): item.number for item in population.items}
    ids = {item.observation["subject"]["id"]: item.number for item in population.items}
    folded: dict[str, int] = {}
    for name, number in ids.items():
        folded[name.casefold()] = 0 if name.casefold() in folded else number
    return {name: number for name, number in folded.items() if number} | ids | numbers


def _words(line: str, known: Mapping[str, int]) -> list[str]:
    """What a line names: the line itself where it is an id, which may have blanks in it, else its words."""
    without_remark = line.partition("#")[0].strip()
    for text in map(_unquoted, (line, without_remark)):
        for name in (text, text.casefold()):
            if name in known:
                return [name]
    return [word for word in _SEPARATORS.split(without_remark) if word]


def _unquoted(text: str) -> str:
    """The text of a JSON string; what is none stays as it is."""
    try:
        value = json.loads(text) if text.startswith('"') else text
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _sample(pack: Path, population: Population, numbers: Iterable[int], seed: str) -> Sample:
    words, commands = procedure(population.finding["test_procedure"])
    items = tuple(
        _item(pack, population, place, population.items[number - 1], commands)
        for place, number in enumerate(numbers, start=1)
    )
    return Sample(population, seed, items, words)


def _item(pack: Path, population: Population, place: int, item: Item, commands: str) -> Sampled:
    references = item.observation["evidence"]
    shown = references[:_SHOWN]
    return Sampled(
        place=place,
        item=item,
        evidence=tuple(_shown(cited(pack, one), population, len(shown)) for one in shown),
        named=tuple(references[_SHOWN:]),
        commands=_filled(commands, item.observation["subject"]),
    )


def _shown(found: Cited, population: Population, among: int) -> Shown:
    text, whole = excerpt(found.value, _spoken(population.finding), among)
    mode = CollectionMode(population.facts["collection_mode"])
    page = found.provenance
    command = f"sha256sum {page.url}" if page.source.startswith(PREFIX) else repeated(page, mode)
    return Shown(found, text, whole, command)


def _spoken(finding: dict[str, Any]) -> Iterator[str]:
    """Where a control names the keys that it looks at."""
    yield finding["test_procedure"]
    yield from (finding["check"], finding["when"], finding["assessable"])
    yield from finding["observe"].values()


def _filled(commands: str, subject: dict[str, Any]) -> str:
    """The commands of a test procedure with the subject's names, where a shell takes these as they are."""
    if not commands:
        return ""
    parts = subject["cluster_id"].split("/")
    known = {
        "resource-group": parts[4] if len(parts) > 4 else "",
        "cluster": subject["cluster"],
        "cluster-id": subject["cluster_id"],
        "pool": subject["name"] if subject["kind"] == "agent-pool" else "",
        "subscription-id": subject["subscription"],
    }
    for name, value in known.items():
        if _PLAIN.fullmatch(value):
            commands = commands.replace(f"<{name}>", value)
    if "az " in commands and _PLAIN.fullmatch(subject["subscription"]):
        return f"az account set --subscription {subject['subscription']}\n{commands}"
    return commands
