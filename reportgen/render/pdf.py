"""report.pdf, by WeasyPrint: the same bytes for the same results, drawn with packaged fonts only."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportgen.model import Results
from reportgen.render import archival, fonts
from reportgen.render.attached import attachments, data_files
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.fetching import packaged_only, refused
from reportgen.render.interface import PdfUnavailable

_MOST_LAYOUTS = 5
"""Two are the rule: the second prints the numbers of the first, in the room that was kept for them."""
APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class PdfReport:
    """The report to read and to print, with long tables capped."""

    name = "pdf"

    def check(self) -> None:
        """PdfUnavailable where the report cannot be drawn here."""
        drawn_by()

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.pdf`` into ``folder``, the data files that lie there inside it.

        PdfUnavailable where it cannot be drawn here.
        """
        drawn_by()
        import weasyprint

        view, covered, files = report(results, "pdf"), fonts.covered(), data_files(folder)

        def layout(pages: Mapping[str, int]) -> Any:
            page = weasyprint.HTML(
                string=render(view, covered, pages, files),
                base_url=f"{TEMPLATES.resolve().as_uri()}/",
                url_fetcher=packaged_only(),
            )
            return page.render(**archival.OPTIONS)

        with _no_gc(), refused():
            inside = attachments(files, results.facts.as_of)
            content = archival.written(_settled(layout), results.facts.pack_id, inside)
        path = folder / "report.pdf"
        path.write_bytes(content)
        return path


def drawn_by() -> str:
    """The version of WeasyPrint; PdfUnavailable where the system lacks Pango, or the package its fonts."""
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailable(
            f"a system library of WeasyPrint is missing ({error})", f"On Debian or Ubuntu: {APT}"
        ) from error
    fonts.check()
    return str(weasyprint.__version__)


def _settled(layout: Callable[[Mapping[str, int]], Any]) -> Any:
    """The document laid out until the page numbers that it prints are those where things stand.

    WeasyPrint's own ``target-counter`` stops too early: a page that moves late leaves old numbers behind.
    """
    pages: dict[str, int] = {}
    for _ in range(_MOST_LAYOUTS):
        document = layout(pages)
        # A thing that goes on over several pages has its anchor on each of them; the first counts.
        numbered = list(enumerate(document.pages, start=1))
        found = {anchor: number for number, page in reversed(numbered) for anchor in page.anchors}
        if found == pages:
            break
        pages = found
    return document


@contextmanager
def _no_gc() -> Iterator[None]:
    """Without the cycle collector a render takes a third less time, and no more memory."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
            gc.collect()
