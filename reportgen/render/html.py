"""report.html: one file that opens from disk, asks the network for nothing and runs no script."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from reportgen.model import Results
from reportgen.render.context import report
from reportgen.render.environment import render

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class HtmlReport:
    """The report for a browser, with every table in full."""

    name = "html"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.html`` into ``folder``."""
        path = folder / "report.html"
        path.write_text(
            _with_policy(render(report(results, "html"))),
            encoding="utf-8",
            newline="\n",
        )
        return path


def _with_policy(document: str) -> str:
    """The document with a policy that allows its one style sheet, by hash, and nothing else."""
    style = _STYLE.search(document)
    digest = base64.b64encode(hashlib.sha256(style[1].encode() if style else b"").digest()).decode()
    rest = "img-src data:; base-uri 'none'; form-action 'none'"
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; {rest}"
    return document.replace("CONTENT-SECURITY-POLICY", policy, 1)
