"""Small documents in the shape of a report, good and bad, for the checks of `tools.looking`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.render.fonts import FONTS
from tools.looking import html

needs_browser = pytest.mark.skipif(
    not any(map(shutil.which, html.PROGRAMS)), reason="no Chromium on this machine"
)
needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm on this machine")

STYLE = f"""
@font-face {{ font-family: Sans; src: url({(FONTS / "SourceSansPro-Regular.ttf").as_uri()}); }}
@page {{
  size: A5; margin: 25mm 20mm;
  @top-left {{ content: "Contoso" }} @top-right {{ content: "pack 1" }}
  @bottom-left {{ content: "Confidential" }}
  @bottom-right {{ content: "page " counter(page) " of " counter(pages) }}
}}
@page :first {{ @top-left {{ content: none }} @top-right {{ content: none }} }}
@page bare {{ @top-left {{ content: none }} @top-right {{ content: none }} }}
@page unnumbered {{ @bottom-right {{ content: "the end" }} }}
body {{ font: 10pt/1.4 Sans; margin: 0 }}
h1, h2 {{ font: 14pt/1.2 Sans; margin: 0 0 4pt; break-after: auto }}
.new {{ break-before: page }}
table {{ width: 100%; table-layout: fixed; border-collapse: collapse }}
td, th {{ text-align: left; padding: 0 4pt 0 0; font-weight: normal }}
"""
LINES = "".join(f"<p>Line {number} of what a page says.</p>" for number in range(6))
TABLE = (
    "<table><thead><tr><th>Cluster</th><th>Ranges</th></tr></thead>"
    "<tbody><tr><td>aks-core</td><td>203.0.113.0/24</td></tr></tbody></table>"
)

Make = Callable[..., Path]


@pytest.fixture
def make_pdf(tmp_path: Path) -> Make:
    """A PDF with a cover and the given body on page 2 and after; ``change`` maps bytes of it to others."""

    def make(body: str = LINES + TABLE, tags: bool = True, change: tuple[bytes, bytes] = (b"", b"")) -> Path:
        import weasyprint

        page = (
            f"<html lang=en><title>t</title><style>{STYLE}</style><p>The cover</p>"
            f"<div class=new><h1>Controls</h1>{body}</div>"
        )
        content = weasyprint.HTML(string=page).write_pdf(pdf_tags=tags, uncompressed_pdf=True)
        assert change[0] in content
        path = tmp_path / "report.pdf"
        path.write_bytes(content.replace(*change) if change[0] else content)
        return path

    return make


def page(body: str, head: str = "") -> str:
    """An HTML document around a body."""
    return (
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>t</title>{head}</head><body>{body}</body></html>"
    )
