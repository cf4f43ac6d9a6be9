"""Pages as pictures: one PNG a page, and contact sheets of several pages to look through quickly."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from PIL import Image

from tools.looking.problem import LookFailed

DPI = 80
_A_SHEET, _A_ROW, _GAP = 8, 4, 12
_VERY_MANY = 200
_BETWEEN = (120, 126, 132)


def spread(number: int, most: int) -> list[int]:
    """Places from 0 to ``number - 1``: all, or ``most`` of them from the first to the last."""
    taken = min(number, max(1, most))
    return [place * (number - 1) // max(1, taken - 1) for place in range(taken)]


def of_pdf(pdf: Path, out: Path, sample: int) -> dict[int, Path]:
    """``<name>-page-NN.png`` by the page's number: of every page, or of very many ``sample`` of them."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise LookFailed("pdftoppm is missing; on Debian or Ubuntu: apt-get install poppler-utils")
    prefix = out / f"{pdf.stem}-page"
    with pikepdf.open(pdf) as document:
        number = len(document.pages)
    for first, last in _runs(spread(number, sample if number > _VERY_MANY else number)):
        limits = ["-f", str(first + 1), "-l", str(last + 1)]
        subprocess.run([program, "-r", str(DPI), *limits, "-png", str(pdf), str(prefix)], check=True)
    found = {int(path.stem.rpartition("-")[2]): path for path in out.glob(f"{prefix.name}-*.png")}
    return dict(sorted(found.items()))


def _runs(pages: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last of each run of numbers that follow each other."""
    runs: list[tuple[int, int]] = []
    for page in pages:
        if runs and runs[-1][1] == page - 1:
            runs[-1] = (runs[-1][0], page)
        else:
            runs.append((page, page))
    return runs


def contact_sheets(pages: Sequence[Path], out: Path, name: str, scale: float = 0.5) -> list[Path]:
    """``<name>-sheet-NN.png``: eight pages each, four in a row, reduced by ``scale``."""
    made = []
    for start in range(0, len(pages), _A_SHEET):
        pictures = [_reduced(page, scale) for page in pages[start : start + _A_SHEET]]
        width, height = max(p.width for p in pictures), max(p.height for p in pictures)
        rows = -(-len(pictures) // _A_ROW)
        size = (_A_ROW * (width + _GAP) + _GAP, rows * (height + _GAP) + _GAP)
        sheet = Image.new("RGB", size, _BETWEEN)
        for place, picture in enumerate(pictures):
            row, column = divmod(place, _A_ROW)
            sheet.paste(picture, (_GAP + column * (width + _GAP), _GAP + row * (height + _GAP)))
        made.append(out / f"{name}-sheet-{start // _A_SHEET + 1:02d}.png")
        sheet.save(made[-1])
    return made


def _reduced(path: Path, scale: float) -> Image.Image:
    with Image.open(path) as picture:
        size = (round(picture.width * scale), round(picture.height * scale))
        return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
