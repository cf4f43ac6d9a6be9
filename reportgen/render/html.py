"""report.html: one file that opens from disk, asks the network for nothing and reads without its script.

The script is the package's own and the only one that the page's policy allows, by its hash; it draws what is
looked at of the observations, which lie in the page as packed data (`reportgen.render.packed`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from reportgen.model import Results
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, render
from reportgen.render.packed import packed

_SCRIPTS = ("data.js", "filter.js", "table.js", "choices.js", "keys.js", "around.js", "page.js")
"""One module together, which the last of them starts."""
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class HtmlReport:
    """The report for a browser: a document, and a table of all observations to filter."""

    name = "html"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.html`` into ``folder``."""
        view = report(results, "html")
        path = folder / "report.html"
        path.write_text(_whole(render(view), packed(view), _script()), encoding="utf-8", newline="\n")
        return path


def _script() -> str:
    return "\n".join((TEMPLATES / "html" / name).read_text(encoding="utf-8") for name in _SCRIPTS)


def _whole(document: str, data: str, script: str) -> str:
    """The document with the data, the script, and the policy."""
    body, end, rest = document.rpartition("</body>")
    style = _STYLE.search(document)
    policy = _policy(style[1] if style else "", script)
    return "".join(
        (
            body.replace("CONTENT-SECURITY-POLICY", policy, 1),
            f'<script type="application/gzip" id="packed">{data}</script>\n',
            f'<script type="module">{script}</script>\n',
            end + rest,
        )
    )


def _policy(style: str, script: str) -> str:
    """Allowed are the one style sheet and the one script, by hash, and nothing else.

    The script cannot even make markup of a text: a page with this policy has no type of trusted markup.
    """
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
