"""Writes the pages of docs/ that are made from the catalogue and the sources; prints those that changed."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from reportgen.assess import catalogue, coverage, frameworks
from reportgen.run import CONTROLS, FRAMEWORKS
from tools.pages import cluster_role, formats
from tools.pages import controls as controls_pages
from tools.pages import coverage as coverage_page
from tools.pages import frameworks as frameworks_page


def pages() -> dict[str, str]:
    """The text of each page, by its path in docs/."""
    controls = catalogue.load(CONTROLS)
    by_area = {
        area: tuple(found)
        for area, found in groupby(sorted(controls, key=lambda one: (one.area, one.id)), lambda one: one.area)
    }
    shipped = frameworks.load([FRAMEWORKS])
    rows = coverage.coverage(CONTROLS, controls)
    checks = {row.check.id: row.check for row in rows}
    return {
        "cluster-role.md": cluster_role.page(controls),
        "formats.md": formats.page(),
        "coverage.md": coverage_page.page(rows, {one.id: one.area for one in controls}),
        "frameworks.md": frameworks_page.page(shipped),
        "controls/README.md": controls_pages.index(by_area),
        **{
            f"controls/{area}.md": controls_pages.page(area, found, shipped, checks)
            for area, found in by_area.items()
        },
    }


def main(folder: Path = Path("docs")) -> int:
    """Write each page whose text is another by now."""
    for name, page in pages().items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8")
            print(f"{path}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
