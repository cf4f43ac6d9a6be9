"""The words of the reports, from one catalogue: ``templates/strings.yaml``, section by section."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from markupsafe import Markup

from reportgen.model import Cause, CollectionMode, OwnTemplates, Results, Status
from reportgen.render.text import moment

CATALOGUE = Path(str(files("reportgen"))) / "templates" / "strings.yaml"
Entry = str | Mapping[str, str]
BESIDE = " / "
"""Between a protected text and a company's own: the shipped words come first, since ends are cut off."""


@dataclass(frozen=True, slots=True)
class Strings:
    """Texts by key, such as ``nature.title``; an entry with ``one`` and ``other`` is chosen by ``n``.

    ``protected`` are the keys whose texts say what evidence is not, lacks or did not meet: nobody's own words
    take their place.
    """

    entries: Mapping[str, Entry]
    protected: frozenset[str] = frozenset()

    def text(self, key: str, **values: object) -> str:
        """The text with its ``{placeholders}`` filled; KeyError where the catalogue lacks it."""
        return self._template(key, values).format(**_grouped(values))

    def markup(self, key: str, **values: object) -> Markup:
        """The same for a template: the text and every value that is not markup itself are escaped."""
        return Markup.escape(self._template(key, values)).format(**_grouped(values))

    def written(self, key: str, escape: Callable[[str], str], **values: object) -> str:
        """The same where the text's own letters need ``escape``; the values are escaped already."""
        filled = _grouped(values)
        return "".join(
            escape(letters) + ("" if name is None else str(filled[name]))
            for letters, name, *_ in Formatter().parse(self._template(key, values))
        )

    def section(self, name: str) -> dict[str, Entry]:
        """The texts of one section as they stand, by what follows its name."""
        return {
            key.removeprefix(f"{name}."): entry
            for key, entry in self.entries.items()
            if key.startswith(f"{name}.")
        }

    def _template(self, key: str, values: Mapping[str, object]) -> str:
        entry = self.entries[key]
        if isinstance(entry, str):
            return entry
        return entry["one" if values.get("n") == 1 else "other"]

    def known(self, key: str, unknown: str) -> str:
        """The text as it stands, or ``unknown`` where the catalogue has none under the key."""
        entry = self.entries.get(key)
        return entry if isinstance(entry, str) else unknown

    def area(self, area: str) -> str:
        """What an area of controls is called; one of a company's own by its id."""
        return self.known(f"areas.{area}", area.capitalize())

    def kind(self, subject: str) -> str:
        """What a subject is called, as the head of a column: ``Agent pool``."""
        return self.known(f"kinds.{subject}", subject.capitalize())

    def subjects(self, kind: str, number: int) -> str:
        """How many of what: ``3 clusters``."""
        return self.text(f"subjects.{kind}", n=number)

    def severity(self, severity: str) -> str:
        """What a severity is called."""
        return self.text(f"severity.{severity}")

    def cause(self, cause: Cause) -> str:
        """Why something was not assessed."""
        return self.text(f"causes.{cause.value}")

    def banner(self, mode: CollectionMode) -> str:
        """What says that evidence was not collected from Azure; "" where it was."""
        return "" if mode is CollectionMode.AZURE else self.text(f"banner.{mode.value}")

    def status(self, status: Status) -> str:
        """What a status is called."""
        return self.text(f"status.{status.value.replace('-', '_')}")

    def statuses(self) -> dict[Status, str]:
        """What each status is called."""
        return {status: self.status(status) for status in Status}

    def span(self, start: str, end: str) -> str:
        """From one time to another, or the one time."""
        if start == end:
            return moment(start)
        return self.text("head.from_to", start=moment(start), end=moment(end))

    def overlaid(self, own: Mapping[str, Entry]) -> Strings:
        """The same with a company's own texts in the place of some, or behind those that are protected."""
        if not own:
            return self
        spoken = {
            key: _beside(self.entries[key], text) if key in self.protected else text
            for key, text in own.items()
        }
        return replace(self, entries={**self.entries, **spoken})


@lru_cache(maxsize=1)
def builtin() -> Strings:
    """The packaged English texts; the file's first key names those that are protected, or whole sections."""
    sections = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    protected = sections.pop("protected")
    entries = flat(sections)
    return Strings(entries, frozenset(key for key in entries if _named(key, protected)))


def _named(key: str, listed: Collection[str]) -> bool:
    return key in listed or key.partition(".")[0] in listed


def of(results: Results) -> Strings:
    """The texts for a report on ``results``."""
    return with_own(results.templates)


def with_own(own: OwnTemplates | None) -> Strings:
    """The packaged texts, and a company's own in the place of some."""
    return builtin().overlaid(own.strings) if own else builtin()


def flat(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    """Sections of texts as one mapping by ``section.name``."""
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def _beside(shipped: Entry, own: Entry) -> Entry:
    if isinstance(shipped, str) and isinstance(own, str):
        return shipped if own == shipped else f"{shipped}{BESIDE}{own}"
    if isinstance(shipped, str) or isinstance(own, str):
        raise TypeError("one text, and one for each number, cannot stand beside each other")
    return {number: str(_beside(shipped[number], own[number])) for number in shipped}


def _grouped(values: Mapping[str, object]) -> dict[str, object]:
    """Whole numbers as they are printed, with a comma between thousands."""
    return {
        name: f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }
