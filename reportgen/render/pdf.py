"""report.pdf, by WeasyPrint: the same bytes for the same results, drawn with packaged fonts only."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.model import Results
from reportgen.render import archival, fonts, page_numbers
from reportgen.render.attached import attachments, data_files
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.fetching import packaged_only, refused
from reportgen.render.interface import PdfUnavailable
from reportgen.render.strings import Strings

APT = "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

_FILES = {"standard": "report.pdf", "summary": "summary.pdf"}
PLAIN = {"uncompressed_pdf": True}
"""WeasyPrint makes every object twice where it compresses and identifies a file itself."""


@dataclass(frozen=True, slots=True)
class PdfReport:
    """The report to read and to print, with long tables capped; as ``summary`` the few pages to mail."""

    profile: str = "standard"

    @property
    def name(self) -> str:
        """The word for the format in messages."""
        return f"{self.profile} pdf"

    def check(self) -> None:
        """PdfUnavailable where the report cannot be drawn here."""
        drawn_by()

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.pdf`` into ``folder``, the data files that lie there inside it, or ``summary.pdf``.

        PdfUnavailable where it cannot be drawn here.
        """
        drawn_by()
        files = data_files(folder) if self.profile == "standard" else ()
        path = folder / _FILES[self.profile]
        with no_gc():
            view = report(results, "pdf", self.profile)
            document = render(view, fonts.covered(), files)
            inside = attachments(files, results.facts.as_of, view.strings)
            path.write_bytes(drawn(document, results.facts.pack_id, view.strings, inside))
        return path


def drawn(document: str, identifier: str, strings: Strings, inside: Sequence[Any] = ()) -> bytes:
    """A PDF of an HTML document, with the attachments ``inside``; PdfUnavailable without the means.

    ``strings`` has the words for what links lead to, which a screen reader tells.
    """
    drawn_by()
    with no_gc(), refused():
        pages = laid_out(document, archival.OPTIONS)
        page_numbers.put_in(pages)
        return _packed(archival.written(pages, strings, "", inside, **PLAIN), identifier)


def laid_out(document: str, options: Mapping[str, Any]) -> Any:
    """WeasyPrint's document of a page that names files of the package's templates and nothing else."""
    from reportgen.render.page import Page

    with refused():
        base = f"{TEMPLATES.resolve().as_uri()}/"
        return Page(document, base, packaged_only()).render(**options)


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
def no_gc() -> Iterator[None]:
    """Without the cycle collector a render takes a third less time, and no more memory."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
