"""report.pdf, by WeasyPrint: the same bytes for the same results, drawn with packaged fonts only."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reportgen.model import Results
from reportgen.render import page_numbers
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.interface import PdfUnavailable

FONTS = TEMPLATES / "fonts"
_TEXT_FONTS = ("SourceSansPro-Regular.ttf", "DejaVuSans.ttf")
APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

_PLAIN = {"pdf_tags": True, "uncompressed_pdf": True}
"""WeasyPrint makes every object twice where it compresses and identifies a file itself."""


class PdfReport:
    """The report to read and to print, with long tables capped."""

    name = "pdf"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.pdf`` into ``folder``; PdfUnavailable where it cannot be drawn here."""
        drawn_by()
        import weasyprint
        from weasyprint.urls import URLFetcher

        class Packaged(URLFetcher):  # type: ignore[misc]
            """Reads files below the package's templates, and a logo that stands in the page itself."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                _check_packaged(url)
                return super().fetch(url, headers)

        fetcher = Packaged(allowed_protocols=("file", "data"), allow_redirects=False, fail_on_errors=True)
        page = weasyprint.HTML(
            string=render(report(results, "pdf"), _covered()),
            base_url=f"{TEMPLATES.resolve().as_uri()}/",
            url_fetcher=fetcher,
        )
        with _no_gc():
            document = page.render(pdf_tags=True)
            page_numbers.put_in(document)
            content = _packed(document.write_pdf(**_PLAIN), results.facts.pack_id)
        path = folder / "report.pdf"
        path.write_bytes(content)
        return path


def _packed(content: bytes, pack_id: str) -> bytes:
    """The document compressed, with an identifier that starts with the pack's and ends with its content's."""
    import pikepdf

    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.trailer["/ID"] = pikepdf.Array([pikepdf.String(pack_id), pikepdf.String(pack_id)])
        pdf.save(
            packed,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            linearize=False,
        )
    return packed.getvalue()


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


def _check_packaged(url: str) -> None:
    if url.startswith("data:image/"):
        return
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if parts.scheme != "file" or parts.netloc or not path.is_relative_to(TEMPLATES.resolve()):
        raise ValueError(f"{url}: the report reads packaged files only")


def _covered() -> frozenset[int]:
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
