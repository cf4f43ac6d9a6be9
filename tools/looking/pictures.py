"""Pages as pictures: one PNG a page, and contact sheets of several pages to look through quickly."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tools.looking.problem import LookFailed

DPI = 80
_A_SHEET, _A_ROW, _GAP = 8, 4, 12
_BETWEEN = (120, 126, 132)


def of_pdf(pdf: Path, out: Path) -> list[Path]:
    """``<name>-page-NN.png`` for every page of the PDF, in order."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise LookFailed("pdftoppm is missing; on Debian or Ubuntu: apt-get install poppler-utils")
    prefix = out / f"{pdf.stem}-page"
    subprocess.run([program, "-r", str(DPI), "-png", str(pdf), str(prefix)], check=True)
    return sorted(out.glob(f"{prefix.name}-*.png"), key=lambda path: int(path.stem.rpartition("-")[2]))


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
