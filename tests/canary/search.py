"""Looks for marked values in whatever a run leaves behind, in every form that they could hide in.

A mark is ``STEM-name.``: signs that neither a URL, HTML nor JSON escapes. All is searched for the
encodings of the stem alone; which mark it was is found out where there is a hit.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pdfplumber

STEM = "kx7canary"
_DEEPEST = 6
_NEAR = 400
"""Bytes behind a hit in which the rest of the mark is looked for, whatever its form."""
_PACKED = re.compile(rb"(?:H4sI|UEsD|JVBER|eJ|eN|eA)[A-Za-z0-9+/_-]{40,}={0,2}")
"""How gzip, zip, PDF and zlib begin in base64."""
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


@dataclass
class Marks:
    """The marked values that were planted, by what they stand for."""

    names: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> str:
        """A value of which a hit tells where it came from; names are in lower case."""
        name = name.lower()
        if name not in self.names:
            self.names.append(name)
        return marked(name)


def marked(name: str) -> str:
    """The value that stands for ``name``."""
    return f"{STEM}-{name}."


@dataclass(frozen=True, order=True)
class Hit:
    """A marked value that was found: which ("" where that cannot be told), where, and in which form."""

    mark: str
    where: str
    form: str


def hits(places: Iterable[Path], texts: dict[str, str], names: Iterable[str]) -> set[Hit]:
    """Every marked value in files (of folders, too), their names, and texts such as a process's output."""
    search = Search(tuple(names))
    found: set[Hit] = set()
    for place in places:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            found |= search.look(str(path), str(path).encode())
            if path.is_file() and not path.is_symlink():
                found |= search.look(str(path), path.read_bytes())
    for where, text in texts.items():
        found |= search.look(where, text.encode())
    return found


class Search:
    """One search, which looks at the same content (a pack is a folder and a zip) once."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._seen: set[bytes] = set()

    def look(self, where: str, content: bytes, depth: int = 0) -> set[Hit]:
        """Every marked value in ``content`` and in all that is packed in it.

        One form can look like the beginning of another: a hit without a name says nothing beside one with a
        name.
        """
        digest = hashlib.sha256(content).digest()
        if digest in self._seen:
            return set()
        self._seen.add(digest)
        here = {
            Hit(mark, where, form) for view in views(content) for mark, form in _in_view(view, self._names)
        }
        found = {hit for hit in here if hit.mark} or here
        if depth < _DEEPEST:
            for name, inner in unpacked(content):
                found |= self.look(f"{where}!{name}", inner, depth + 1)
        return found


def _in_view(view: bytes, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    lowered = view.lower()
    for form, pattern, folded in forms(STEM):
        text = lowered if folded else view
        at = text.find(pattern)
        while at >= 0:
            yield _which(text[at : at + _NEAR], form, names), form
            at = text.find(pattern, at + len(pattern))


def _which(near: bytes, form: str, names: tuple[str, ...]) -> str:
    """The mark that stands at the beginning of ``near``."""
    for name in names:
        for own, pattern, _ in forms(marked(name)):
            if own == form and near.startswith(pattern):
                return name
    return ""


def forms(text: str) -> Iterator[tuple[str, bytes, bool]]:
    """The encodings of a text: what each is called, its bytes, and whether casing does not count."""
    for charset in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(charset)
        yield charset, raw, True
        yield f"hex of {charset}", raw.hex().encode(), True
        for shift, inner in enumerate(_base64(raw)):
            yield f"base64 of {charset}, shifted by {shift}", inner, False
            if charset == "utf-8":
                for again, outer in enumerate(_base64(inner)):
                    yield f"base64 of base64, shifted by {shift} and {again}", outer, False


def _base64(raw: bytes) -> Iterator[bytes]:
    """What of ``raw`` in base64 does not depend on what stands before and behind it, at each alignment."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        yield whole[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def views(layer: bytes) -> Iterator[bytes]:
    """A layer as it is, without the breaks of long lines, and with its escapes taken back."""
    yield layer
    yield layer.translate(None, b" \t\r\n").replace(b"\\n", b"").replace(b"\\r", b"")
    if b"%" in layer:
        yield unquote_to_bytes(layer)
    if b"&#" in layer:
        yield html.unescape(layer.decode("latin-1")).encode("utf-8", "replace")
    if b"\\u" in layer or b"\\x" in layer:
        yield _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), layer)


_ESCAPE = re.compile(rb"\\(?:u00|U000000|x)([0-9a-fA-F]{2})")


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What is packed in ``content``, each with a name that says the way there."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"{name} (its name)", name.encode()
                yield name, archive.read(name)
    elif content.startswith(b"\x1f\x8b"):
        yield from _inflated(content, 31)
    elif content.startswith(b"%PDF"):
        yield "text", _drawn(content)
        yield from ((f"stream {n}", found[1]) for n, found in enumerate(_STREAM.finditer(content)))
    else:
        if content[:1] == b"\x78" and int.from_bytes(content[:2]) % 31 == 0:
            yield from _inflated(content, 15)
        for number, found in enumerate(_PACKED.finditer(content)):
            yield f"base64 {number}", _decoded(found[0])


def _inflated(content: bytes, form: int) -> Iterator[tuple[str, bytes]]:
    """What gzip (``form`` 31; all its members) or zlib (15) holds, as far as it goes."""
    number = 0
    while content:
        unpacking = zlib.decompressobj(wbits=form)
        try:
            yield f"unpacked {number}", unpacking.decompress(content)
        except zlib.error:
            return
        content, number = unpacking.unused_data, number + 1


def _decoded(text: bytes) -> bytes:
    plain = text.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    whole = plain[:-1] if len(plain) % 4 == 1 else plain
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _drawn(content: bytes) -> bytes:
    """The letters that a PDF draws, in their order: a text that wraps is whole again."""
    with pdfplumber.open(io.BytesIO(content)) as document:
        return "".join(str(one["text"]) for page in document.pages for one in page.chars).encode()
