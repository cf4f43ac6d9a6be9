"""Chunks of pages -> one PDF/A-3b: pages in order, "page x of y" on each, a bookmark for each heading."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from reportgen.model import Results
from reportgen.render import fonts
from reportgen.render.strings import Strings, of
from reportgen.render.untagged import make_pdfa

_SIZE, _RIGHT, _BASE = 8.0, 544.0, 38.0
"""Points: of the letters, and of where the line ends and stands from the left and lower edge of A4."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A PDF and its headings, each with the place of its page in it."""

    content: bytes
    marks: tuple[tuple[str, int], ...]


def merged(chunks: Iterable[Chunk], results: Results) -> bytes:
    """One document; metadata, colours and standard are those of the first chunk."""
    import pikepdf

    facts, strings, own = results.facts, of(results), results.templates
    letters = _Letters(strings)  # before the chunks: what WeasyPrint learns here, the forked workers know
    whole: Any = None
    marks: list[tuple[str, int]] = []
    for chunk in chunks:
        part = pikepdf.open(io.BytesIO(chunk.content))
        before = len(whole.pages) if whole else 0
        marks += [(title, before + place) for title, place in chunk.marks]
        if whole is None:
            whole = part
        else:
            whole.pages.extend(part.pages)
    _number(whole, letters)
    with whole.open_outline() as outline:
        outline.root[:] = [pikepdf.OutlineItem(title, place) for title, place in marks]
    title = strings.text("annex.document", pack=facts.pack_id, entity=facts.entity)
    make_pdfa(whole, facts, title, own.language if own else "en")
    whole.trailer["/ID"] = pikepdf.Array([pikepdf.String(facts.pack_id)] * 2)
    written = io.BytesIO()
    whole.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return written.getvalue()


def packed(content: bytes) -> bytes:
    """A PDF compressed: a worker does this, so that the process which merges holds a twentieth."""
    import pikepdf

    smaller = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(smaller, static_id=True)
    return smaller.getvalue()


def _number(whole: Any, letters: _Letters) -> None:
    """Write the number of each page, and of all, on its foot."""
    font = whole.copy_foreign(letters.font)
    for number, page in enumerate(whole.pages, start=1):
        text = letters.numbered(number, len(whole.pages))
        page.Resources["/Font"]["/PageNumber"] = font
        left, shown = _RIGHT - letters.width(text), letters.shown(text)
        page.contents_add(b"q\n", prepend=True)
        page.contents_add(
            f"Q\nq 0.33 g BT /PageNumber {_SIZE} Tf {left:.2f} {_BASE} Td <{shown}> Tj ET Q".encode()
        )


class _Letters:
    """The text font with the letters of a page number, embedded by WeasyPrint: glyphs keep their ids.

    Words that the font cannot draw give way to the plain numbers.
    """

    def __init__(self, strings: Strings) -> None:
        import pikepdf
        import weasyprint
        from fontTools.ttLib import TTFont

        path = fonts.FONTS / fonts.TEXT[0]
        with TTFont(path, lazy=True) as font:
            self._glyphs, self._ids = font.getBestCmap(), font.getReverseGlyphMap()
            self._advances: dict[str, tuple[int, int]] = dict(font["hmtx"].metrics)
            self._em: int = font["head"].unitsPerEm
        self._strings = strings
        text = escape(f"{self.numbered(1234567890, 1)} 1234567890")
        face = f"@font-face {{ font-family: N; src: url({path.resolve().as_uri()}) }} p {{ font-family: N }}"
        made = weasyprint.HTML(string=f"<html lang=en><style>{face}</style><p>{text}").write_pdf()
        self._document = pikepdf.open(io.BytesIO(made))
        (self.font,) = self._document.pages[0].Resources["/Font"].values()

    def numbered(self, number: int, last: int) -> str:
        """The number of a page, and of all, in words and, as page numbers are, without commas."""
        text = self._strings.text("page.of", number=str(number), all=str(last))
        return text if self._glyphs.keys() >= set(map(ord, text)) else f"{number}/{last}"

    def shown(self, text: str) -> str:
        """The text as hexadecimal glyph ids."""
        return "".join(f"{self._ids[self._glyphs[ord(letter)]]:04x}" for letter in text)

    def width(self, text: str) -> float:
        """The width of the text in points."""
        units: int = sum(self._advances[self._glyphs[ord(letter)]][0] for letter in text)
        return units / self._em * _SIZE
