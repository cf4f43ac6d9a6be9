"""The words of the reports, from one catalogue: ``templates/strings.yaml``, section by section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

CATALOGUE = Path(str(files("reportgen"))) / "templates" / "strings.yaml"
Entry = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Strings:
    """Texts by key, such as ``nature.title``; an entry with ``one`` and ``other`` is chosen by ``n``."""

    entries: Mapping[str, Entry]

    def text(self, key: str, **values: object) -> str:
        """The text with its ``{placeholders}`` filled; KeyError where the catalogue lacks it."""
        return self._template(key, values).format(**_grouped(values))

    def markup(self, key: str, **values: object) -> Markup:
        """The same for a template: the text and every value that is not markup itself are escaped."""
        return Markup.escape(self._template(key, values)).format(**_grouped(values))

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

    def overlaid(self, own: Mapping[str, Entry]) -> Strings:
        """The same with a company's own texts in the place of some."""
        return Strings({**self.entries, **own}) if own else self


@lru_cache(maxsize=1)
def builtin() -> Strings:
    """The packaged English texts."""
    return Strings(flat(yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))))


def flat(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Entry]:
    """Sections of texts as one mapping by ``section.name``."""
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def _grouped(values: Mapping[str, object]) -> dict[str, object]:
    """Whole numbers as they are printed, with a comma between thousands."""
    return {
        name: f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }
