"""A company's logo: a PNG, or an SVG of plain shapes that runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from xml.parsers import expat

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = "svg g defs title desc path rect circle ellipse line polyline polygon"
_ELEMENTS = frozenset(f"{_SHAPES} linearGradient radialGradient stop clipPath".split())
_GEOMETRY = """
    id d x y x1 x2 y1 y2 cx cy r rx ry fx fy width height viewBox preserveAspectRatio points transform version
    gradientUnits gradientTransform clipPathUnits spreadMethod role aria-label
"""
_PAINT = """
    fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-dasharray stroke-dashoffset stroke-opacity opacity color clip-path clip-rule offset stop-color
    stop-opacity
"""
_ATTRIBUTES = frozenset(f"{_GEOMETRY} {_PAINT}".split())
_ELSEWHERE = re.compile(r"url\(\s*(?!#)|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def logo(files: Mapping[str, bytes], name: str, folder: str) -> tuple[str, tuple[str, ...]]:
    """The logo as a data URI, or "" and what is wrong with it."""
    where = f"{folder}/{name}"
    data = files.get(name)
    if data is None:
        return "", (f"{where}: no such file in the folder of templates, so there is no logo",)
    if data.startswith(_PNG):
        return _uri("image/png", data), ()
    if not name.lower().endswith(".svg"):
        return "", (f"{where}: neither PNG nor SVG, so there is no logo",)
    problem = _unsafe(data)
    if problem:
        line, what = problem
        return "", (f"{where}:{line}: {what}; save the logo as plain SVG shapes, or as PNG",)
    return _uri("image/svg+xml", data), ()


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _unsafe(data: bytes) -> tuple[int, str] | None:
    """Line and description of the first thing that a picture of shapes does not need."""
    found: list[tuple[int, str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    # Comments and the text of titles reach no handler; an entity cannot be declared without a DOCTYPE.
    parser.StartElementHandler = lambda name, attributes: found.extend(
        (parser.CurrentLineNumber, what) for what in _refused(name, attributes)
    )
    parser.StartDoctypeDeclHandler = lambda *_: found.append((parser.CurrentLineNumber, "it has a DOCTYPE"))
    parser.ProcessingInstructionHandler = lambda *_: found.append(
        (parser.CurrentLineNumber, "it has a processing instruction")
    )
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return error.lineno, "not well-formed XML"
    return found[0] if found else None


def _refused(name: str, attributes: Mapping[str, str]) -> list[str]:
    space, _, element = name.rpartition(" ")
    if space != _SVG or element not in _ELEMENTS:
        return [f"the element {element} is not allowed"]
    return [
        f"the attribute {key.rpartition(' ')[2]} is not allowed"
        for key, value in attributes.items()
        if key not in _ATTRIBUTES or _ELSEWHERE.search(value)
    ]
