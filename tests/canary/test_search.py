"""The search for marked values: each form is found where it was planted, and nothing where nothing was."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import weasyprint

from tests.canary.search import STEM, Hit, Marks, Search, hits, marked

NAME = "env-value"
MARK = marked(NAME)
NAMES = ("args", NAME, "env")


def packed(content: bytes) -> bytes:
    """As a workbook is: a zip with a name that matters, and the content deflated."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", content)
    return found.getvalue()


def padded(before: int) -> bytes:
    return b"x" * before + MARK.encode() + b"yz"


def pdf(body: str) -> bytes:
    return bytes(weasyprint.HTML(string=f"<title>t</title>{body}").write_pdf())


FORMS: dict[str, Callable[[], bytes]] = {
    "raw": lambda: MARK.encode(),
    "upper case": lambda: MARK.upper().encode(),
    "UTF-16": lambda: MARK.encode("utf-16"),
    "UTF-16 BE": lambda: MARK.encode("utf-16-be"),
    "hex": lambda: MARK.encode().hex().encode(),
    "HEX": lambda: MARK.encode().hex().upper().encode(),
    "hex of UTF-16": lambda: b"<feff" + MARK.encode("utf-16-be").hex().encode() + b">",
    "base64": lambda: base64.b64encode(padded(0)),
    "base64 at 1": lambda: base64.b64encode(padded(1)),
    "base64 at 2": lambda: base64.b64encode(padded(2)),
    "base64 for URLs": lambda: base64.urlsafe_b64encode(padded(5)),
    "base64 in lines": lambda: base64.encodebytes(padded(70)),
    "base64 in lines in JSON": lambda: json.dumps(base64.encodebytes(padded(70)).decode()).encode(),
    "base64 of UTF-16": lambda: base64.b64encode(b"x" + MARK.encode("utf-16-le")),
    "base64 of base64": lambda: base64.b64encode(b"data: " + base64.b64encode(padded(4))),
    "URL": lambda: "".join(f"%{ord(letter):02X}" for letter in MARK).encode(),
    "URL in part": lambda: MARK.replace("-", "%2D").replace(".", "%2e").encode(),
    "HTML, decimal": lambda: "".join(f"&#{ord(letter)};" for letter in MARK).encode(),
    "HTML, hexadecimal": lambda: "".join(f"&#x{ord(letter):x};" for letter in MARK).encode(),
    "JSON": lambda: "".join(f"\\u{ord(letter):04x}" for letter in MARK).encode(),
    "Go": lambda: "".join(f"\\x{ord(letter):02x}" for letter in MARK).encode(),
    "gzip": lambda: gzip.compress(MARK.encode()),
    "gzip, a later member": lambda: gzip.compress(b"first") + gzip.compress(MARK.encode()),
    "base64 of gzip": lambda: b"output: " + base64.b64encode(gzip.compress(MARK.encode() * 3)) + b"\n",
    "zlib": lambda: zlib.compress(MARK.encode()),
    "zip": lambda: packed(MARK.encode()),
    "zip in zip": lambda: packed(packed(gzip.compress(MARK.encode()))),
    "PDF, drawn": lambda: pdf(f"<p>{MARK}"),
    "PDF, drawn in a narrow cell": lambda: pdf(f"<p style='width: 3em; overflow-wrap: anywhere'>{MARK}"),
    "PDF, in its metadata": lambda: pdf(f"<meta name=author content='{MARK}'>"),
    "PDF, as a link": lambda: pdf(f"<a href='https://a.example/{MARK}'>a</a>"),
    "PDF, attached": lambda: pdf(
        f"<link rel=attachment href='data:application/json;base64,{base64.b64encode(padded(1)).decode()}'>"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_found_and_named(form: str) -> None:
    content = b"before " + FORMS[form]() if form not in BY_THEIR_BEGINNING else FORMS[form]()
    found = Search(NAMES).look("here", content)
    assert {hit.mark for hit in found} == {NAME}
    assert all(hit.where.startswith("here") for hit in found)


BY_THEIR_BEGINNING = {name for name in FORMS if name.startswith(("gzip", "zlib", "zip", "PDF"))}


@pytest.mark.parametrize("content", [b"", b"kx8canary", b"\x78\x9cno zlib", b"eJ" + b"x" * 60])
def test_nothing_is_found_where_nothing_is(content: bytes) -> None:
    assert not Search(NAMES).look("here", content)


def test_a_mark_that_is_cut_short_is_a_hit_without_a_name() -> None:
    assert Search(NAMES).look("here", f"{STEM}-en…".encode()) == {Hit("", "here", "utf-8")}


def test_files_names_of_files_and_texts_are_searched(tmp_path: Path) -> None:
    marks = Marks()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.bin").write_bytes(base64.b64encode(marks("one").encode()))
    (tmp_path / marks("two")).touch()
    found = hits([tmp_path], {"stdout": marks("three")}, marks.names)
    assert {(hit.mark, hit.where) for hit in found} == {
        ("one", str(tmp_path / "a" / "b.bin")),
        ("two", str(tmp_path / marked("two"))),
        ("three", "stdout"),
    }


def test_the_same_content_is_looked_at_once() -> None:
    search = Search(NAMES)
    assert search.look("first", MARK.encode())
    assert not search.look("second", MARK.encode())
