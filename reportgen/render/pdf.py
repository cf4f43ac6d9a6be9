"""report.pdf, by WeasyPrint: the same bytes for the same results, drawn with packaged fonts only."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from reportgen.model import Results
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.interface import PdfUnavailable

FONTS = TEMPLATES / "fonts"
_TEXT_FONTS = ("SourceSansPro-Regular.ttf", "DejaVuSans.ttf")
_MOST_LAYOUTS = 5
"""Two are the rule: the second prints the numbers of the first, in the room that was kept for them."""
APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class PdfReport:
    """The report to read and to print, with long tables capped."""

    name = "pdf"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.pdf`` into ``folder``; PdfUnavailable where it cannot be drawn here."""
        view, covered = report(results, "pdf"), covered_points()

        def document(pages: Mapping[str, int]) -> str:
            return render(view, covered, pages)

        path = folder / "report.pdf"
        path.write_bytes(drawn(document, results.facts.pack_id))
        return path


def drawn(document: Callable[[Mapping[str, int]], str], identifier: str) -> bytes:
    """A PDF of an HTML document, which is told the page of each anchor; PdfUnavailable without the means."""
    drawn_by()
    import weasyprint
    from weasyprint.urls import URLFetcher

    class Packaged(URLFetcher):  # type: ignore[misc]
        """Reads files below the package's templates and nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            _check_packaged(url)
            return super().fetch(url, headers)

    fetcher = Packaged(allowed_protocols=("file",), allow_redirects=False, fail_on_errors=True)
    options = {"pdf_identifier": identifier.encode(), "pdf_tags": True}

    def layout(pages: Mapping[str, int]) -> Any:
        page = weasyprint.HTML(
            string=document(pages),
            base_url=f"{TEMPLATES.resolve().as_uri()}/",
            url_fetcher=fetcher,
        )
        return page.render(**options)

    with _no_gc():
        return cast("bytes", _settled(layout).write_pdf(**options))


def drawn_by() -> str:
    """The version of WeasyPrint; PdfUnavailable where the system lacks Pango, or the package its fonts."""
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailable(
            f"a system library of WeasyPrint is missing ({error})", f"On Debian or Ubuntu: {APT}"
        ) from error
    missing = [name for name in _TEXT_FONTS if not (FONTS / name).is_file()]
    if missing:
        raise PdfUnavailable(f"{' and '.join(missing)} is not in {FONTS}", "Install reportgen again")
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


def _check_packaged(url: str) -> None:
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if parts.scheme != "file" or parts.netloc or not path.is_relative_to(TEMPLATES.resolve()):
        raise ValueError(f"{url}: the report reads packaged files only")


def covered_points() -> frozenset[int]:
    """The code points that the packaged text fonts can draw."""
    from fontTools.ttLib import TTFont

    points: set[int] = set()
    for name in _TEXT_FONTS:
        with TTFont(FONTS / name, lazy=True) as font:
            points |= font.getBestCmap().keys()
    return frozenset(points)


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
