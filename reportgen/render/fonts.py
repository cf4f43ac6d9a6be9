"""The fonts that a PDF is drawn with: packaged ones, so that every machine draws the same.

Source Sans Pro and DejaVu Sans (Latin, Greek, Cyrillic, Arabic, Hebrew, symbols) come with the tool. Chinese,
Japanese and Korean take 16 MB and come with the extra ``cjk``; without it such a name is printed in escapes.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from markupsafe import Markup

from reportgen.render.interface import PdfUnavailable
from reportgen.render.strings import CATALOGUE

FONTS = CATALOGUE.parent / "fonts"
TEXT = ("SourceSansPro-Regular.ttf", "DejaVuSans.ttf")
CJK = "noto_cjk_sans_jp_regular"
"""The package of Noto Sans CJK: all CJK scripts, Han characters as Japan writes them."""


def check() -> None:
    """PdfUnavailable where the tool's own fonts are not where they belong."""
    missing = [name for name in TEXT if not (FONTS / name).is_file()]
    if missing:
        raise PdfUnavailable(f"{' and '.join(missing)} is not in {FONTS}", "Install reportgen again")


def cjk() -> Path | None:
    """The file of the optional font, where its package is installed."""
    found = find_spec(CJK)
    if found is None or found.origin is None:
        return None
    return next(iter(sorted(Path(found.origin).resolve().parent.glob("*.otf"))), None)


def covered() -> frozenset[int]:
    """The code points that these fonts can draw."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for path in filter(None, (*(FONTS / name for name in TEXT), cjk())):
        with TTFont(path, lazy=True) as font:
            points |= font.getBestCmap().keys()
    return frozenset(points)


def face() -> Markup:
    """The style sheet's rules for the optional font, whose one file stands for both weights."""
    path = cjk()
    if path is None:
        return Markup("")
    rule = Markup('@font-face {{ font-family: "Reportgen CJK"; src: url("{}"); font-weight: {}; }}\n')
    return Markup("").join(rule.format(path.as_uri(), weight) for weight in (400, 600))
