"""``branding.yaml``: colours, a logo, sections that are left out, and words in place of the shipped ones."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field, ValidationError

from reportgen.engagement import mistakes
from reportgen.engagement.fields import StrictModel
from reportgen.engagement.yaml_text import read
from reportgen.errors import UsageError
from reportgen.render.own.words import Text, refused
from reportgen.render.strings import Entry

BRANDING = "branding.yaml"
Section = Literal[
    "access", "changes", "entity", "estate", "exceptions", "frameworks", "glossary", "responsibility"
]
"""What a pack can do without. Scope, gaps and the document's nature are not among them, and never will be."""
_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against its background."""
_PAPER, _DARK_PAPER = "#ffffff", "#141b21"
_COVER = 0.6
"""How much light is left of the accent behind the cover's words on a dark screen."""
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours such as ``#1f4e79``, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _darker(colour: str) -> str:
    parts = (round(int(colour[place : place + 2], 16) * _COVER) for place in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _on(paper: str, what: str) -> AfterValidator:
    def readable(colour: str) -> str:
        if not _COLOUR.fullmatch(colour):
            raise ValueError("expected a colour such as '#1f4e79', in quotes")
        ratio = contrast(colour, paper)
        if ratio < _CONTRAST:
            raise ValueError(f"its contrast with {what} is {ratio:.1f}; headings need {_CONTRAST}")
        return colour.lower()

    return AfterValidator(readable)


class Colours(StrictModel):
    """``accent`` is that of headings and rules, ``accent_dark`` the same on a dark screen."""

    accent: Annotated[str, _on(_PAPER, "white paper")] | None = None
    accent_dark: Annotated[str, _on(_DARK_PAPER, "a dark screen")] | None = None

    @property
    def properties(self) -> dict[str, str]:
        """Those given by name, and a darker accent, on which white words stand on a dark screen."""
        given: dict[str, str] = self.model_dump(exclude_none=True)
        return given | ({"cover_dark": _darker(self.accent)} if self.accent else {})


class Branding(StrictModel):
    """The whole file; every key may be left out."""

    logo: str = ""
    logo_alt: str = ""
    language: str = Field(default="en", pattern=_LANGUAGE)
    colours: Colours = Colours()
    sections: dict[Section, bool] = Field(default_factory=dict)
    strings: dict[str, dict[str, Text | dict[str, Text]]] = Field(default_factory=dict)

    @property
    def texts(self) -> dict[str, Entry]:
        """The words by key of the shipped catalogue."""
        return {
            f"{section}.{name}": text
            for section, texts in self.strings.items()
            for name, text in texts.items()
        }


def branding(data: bytes, name: str) -> tuple[Branding, tuple[str, ...]]:
    """The file as understood, without texts that cannot be used, and all problems by line.

    With any other problem in it, it is nothing: half a look is none.
    """
    try:
        node, raw = read(data.decode("utf-8"), name)
        found = Branding.model_validate(raw or {})
    except UnicodeDecodeError as error:
        return Branding(), (f"{name}:1: not UTF-8 text (byte {error.start})",)
    except UsageError as error:
        return Branding(), tuple(str(error).splitlines())
    except ValidationError as error:
        told = (mistakes.told(name, node, item, Branding) for item in error.errors(include_url=False))
        return Branding(), tuple(dict.fromkeys(told))
    wrong = refused(found.texts)
    kept = {
        section: {name: text for name, text in texts.items() if f"{section}.{name}" not in wrong}
        for section, texts in found.strings.items()
    }
    problems = tuple(
        f"{name}:{_line(node, key)}: strings.{key}: {what}; the shipped one is used"
        for key, what in wrong.items()
    )
    return found.model_copy(update={"strings": kept}), problems


def _line(node: Any, key: str) -> int:
    """The line of ``strings.<section>.<name>``."""
    line = 1
    for part in ("strings", *key.split(".", 1)):
        for name, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if name.value == part:
                line, node = name.start_mark.line + 1, value
                break
    return line
