"""Writes the pages of docs/ that are made from the catalogue and the sources; prints those that changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from reportgen.assess import catalogue
from reportgen.model import Control
from reportgen.run import CONTROLS
from tools.pages import cluster_role

PAGES: dict[str, Callable[[Iterable[Control]], str]] = {"cluster-role.md": cluster_role.page}
"""By file name in docs/: what makes the page from all controls."""


def main(folder: Path = Path("docs")) -> int:
    """Write each page whose text is another by now."""
    controls = catalogue.load(CONTROLS)
    for name, page in PAGES.items():
        path, text = folder / name, page(controls)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{path}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
