"""A company's logo: a PNG, or an SVG of plain shapes that runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from xml.parsers import expat

from PIL import Image

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
_SMALLEST, _LARGEST = (180, 54), 4000
"""Pixels. A cover prints a logo 63 mm wide or 19 mm high: fewer than these are 72 to an inch, and blurred."""
_ELSEWHERE = re.compile(r"url\(\s*(?!#)|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def logo(files: Mapping[str, bytes], name: str, folder: str) -> tuple[str, tuple[str, ...]]:
    """The logo as a data URI, or "" and what is wrong with it."""
    where = f"{folder}/{name}"
    data = files.get(name)
    if data is None:
        return "", (f"{where}: no such file in the folder of templates, so there is no logo",)
    if data.startswith(_PNG):
        unfit = _unfit(data)
        if unfit:
            return "", (f"{where}: {unfit}, so there is no logo",)
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


def _unfit(data: bytes) -> str:
    """Why a PNG cannot be printed as a logo, "" where it can."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            width, height = picture.size
            if max(width, height) > _LARGEST:
                return f"{width} x {height} pixels are too many; {_LARGEST} a side are enough"
            picture.verify()  # load() takes half a picture once WeasyPrint has told Pillow to
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return f"not a whole PNG ({error})"
    if width < _SMALLEST[0] and height < _SMALLEST[1]:
        return (
            f"{width} x {height} pixels are too few to print; "
            f"it needs {_SMALLEST[0]} in width or {_SMALLEST[1]} in height"
        )
    return ""


def _unsafe(data: bytes) -> tuple[int, str] | None:
    """Line and description of the first thing that a picture of shapes does not need."""
    found: list[tuple[int, str]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        found.extend((parser.CurrentLineNumber, what) for what in _refused(name, attributes))

    parser = expat.ParserCreate(namespace_separator=" ")
    # Comments and the text of titles reach no handler; an entity cannot be declared without a DOCTYPE.
    parser.StartElementHandler = start
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
    if element == "svg" and "viewBox" not in attributes:
        return ["it has no viewBox, so that it cannot be scaled"]
    if "none" in attributes.get("preserveAspectRatio", ""):
        return ["preserveAspectRatio none would stretch it"]
    return [
        f"the attribute {key.rpartition(' ')[2]} is not allowed"
        for key, value in attributes.items()
        if key not in _ATTRIBUTES or _ELSEWHERE.search(value)
    ]
