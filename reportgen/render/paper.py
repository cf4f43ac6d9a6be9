"""Text for paper: where lines may end is said by characters, and no element stands that changes nothing.

WeasyPrint pays for each element, and for each run of text between two of them; a character costs nothing.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from reportgen.render.text import break_places

_BREAK, _JOIN = "\u200b", "\u2060"
"""ZERO WIDTH SPACE and WORD JOINER: no font draws them, and no reader finds them in the text of a PDF."""
_INSIDE_WORD = re.compile(r"(?<=[^\w\s])(?=\S)")
_ONE_WORD = 60
_ISOLATED = re.compile("<bdi>([^<\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]*)</bdi>")
"""A ``bdi`` whose text has no letter of a script that runs from right to left."""

_ANCHOR = re.compile(r'<[a-z0-9]+ [^<>]*?\bid="([^"]+)"')
_LINK = re.compile(r'<a (?:class="ref" )?href="#([^"]+)">(.*?)</a>', re.DOTALL)
"""A link inside the document; those that print a page number are left alone, and have to lead somewhere."""


def breakable(value: str) -> Markup:
    """A name or id with the places marked where a line may end."""
    return escape(_BREAK.join(break_places(value)))


def shell(value: str) -> Markup:
    """Commands to copy: a line ends between two words only, and goes on with an indent."""
    return Markup("").join(
        Markup('<span class="line">{}</span>').format(" ".join(map(_word, line.split(" "))))
        for line in value.strip().splitlines()
    )


def page_numbers(words: str) -> str:
    """The rule that numbers pages, of words with ``{0}`` for a page and ``{1}`` for the last one."""
    counters = {"{0}": "counter(page)", "{1}": "counter(pages)"}
    parts = (counters.get(part) or _css_string(part) for part in re.split(r"(\{[01]\})", words) if part)
    return f"@page {{ @bottom-right {{ content: {' '.join(parts)}; }} }}"


def _css_string(words: str) -> str:
    """A string of CSS in which every character but letters, digits and blanks is escaped by its code."""
    safe = (one if one.isalnum() or one == " " else f"\\{ord(one):06x}" for one in words)
    return f'"{"".join(safe)}"'


def lean(document: str) -> str:
    """The document without ``bdi`` around text from left to right, and without links that lead nowhere."""
    anchors = set(_ANCHOR.findall(document))
    linked = _LINK.sub(lambda link: link[0] if link[1] in anchors else link[2], document)
    return _ISOLATED.sub(r"\1", linked)


def _word(word: str) -> str:
    if len(word) > _ONE_WORD:
        return _BREAK.join(break_places(word))
    return _INSIDE_WORD.sub(_JOIN, word)
