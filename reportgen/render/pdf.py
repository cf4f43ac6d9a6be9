"""report.pdf, by WeasyPrint: the same bytes for the same results, drawn with packaged fonts only."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportgen.model import Results
from reportgen.render import archival, fonts, page_numbers
from reportgen.render.attached import attachments, data_files
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.fetching import packaged_only, refused
from reportgen.render.interface import PdfUnavailable

APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

_PLAIN = {"uncompressed_pdf": True}
"""WeasyPrint makes every object twice where it compresses and identifies a file itself."""


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
        files = data_files(folder)
        document = render(report(results, "pdf"), fonts.covered(), files)
        inside = attachments(files, results.facts.as_of)
        path = folder / "report.pdf"
        path.write_bytes(drawn(document, results.facts.pack_id, inside))
        return path


def drawn(document: str, identifier: str, inside: Sequence[Any] = ()) -> bytes:
    """A PDF of an HTML document, with the attachments ``inside``; PdfUnavailable without the means."""
    drawn_by()
    import weasyprint

    with _no_gc(), refused():
        page = weasyprint.HTML(
            string=document,
            base_url=f"{TEMPLATES.resolve().as_uri()}/",
            url_fetcher=packaged_only(),
        )
        laid_out = page.render(**archival.OPTIONS)
        page_numbers.put_in(laid_out)
        plain = archival.written(laid_out, identifier, inside, **_PLAIN)
        return _packed(plain, identifier)


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
    fonts.check()
    return str(weasyprint.__version__)


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
