"""Makes pictures of a pack's reports to look through, and checks on them what a machine can.

    python tools/look.py PACK_FOLDER... --out out/look

Below ``--out`` every pack gets a folder of its name: a PNG of every page of its PDFs with contact sheets of
them, and its HTML report as a browser shows it on a desktop and on a phone, light and dark. Of a PDF of more
than 200 pages, which only an annex has, some are looked at, spread from the first to the last. Each problem
is printed with its place. Exit codes: 0 none, 1 problems, 2 nothing could be looked at, since a program is
missing. `tools.looking.pdf` and `tools.looking.html` say what is checked and by which rules.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.looking import html, pdf, pictures
from tools.looking.problem import LookFailed, Problem, known_names

TAGGED, ANNEX, HTML = ("report.pdf", "summary.pdf"), "annex.pdf", "report.html"


def look(pack: Path, out: Path, pieces: int = 12, sample: int = 60) -> list[Problem]:
    """Fill ``out`` with pictures of the pack's reports and return what is wrong with them."""
    made = [pack / name for name in (*TAGGED, ANNEX, HTML) if (pack / name).is_file()]
    if not made:
        raise LookFailed(f"{pack}: no {', '.join((*TAGGED, ANNEX))} or {HTML} in this folder")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    known, problems = known_names(pack), list[Problem]()
    for path in made:
        if path.suffix == ".pdf":
            pages = pictures.of_pdf(path, out, sample)
            pictures.contact_sheets(tuple(pages.values()), out, path.stem)
            problems += pdf.check(path, known, tuple(pages), tagged=path.name != ANNEX)
        else:
            problems += html.check(path, out, known, pieces)
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at each pack, print the problems, and return the exit code."""
    parser = argparse.ArgumentParser(description="Pictures of a pack's reports, and what is wrong with them.")
    parser.add_argument("packs", nargs="+", type=Path, metavar="PACK_FOLDER")
    parser.add_argument("--out", type=Path, default=Path("out/look"), help="folder for the pictures")
    parser.add_argument(
        "--pieces", type=int, default=12, help="screenshots of each view of the HTML, at most"
    )
    parser.add_argument("--sample", type=int, default=60, help="pages of a PDF of more than 200, at most")
    options = parser.parse_args(arguments)
    total = 0
    try:
        for pack in options.packs:
            out = options.out / pack.resolve().name
            problems = look(pack, out, options.pieces, options.sample)
            print(f"{pack}: {len(problems)} problems; pictures in {out}")
            print("".join(f"  {problem}\n" for problem in problems), end="")
            total += len(problems)
    except LookFailed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
