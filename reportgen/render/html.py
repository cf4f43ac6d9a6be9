"""report.html: one file that opens from disk, asks the network for nothing and reads without its script.

The script is the package's own and the only one that the page's policy allows, by its hash; it draws what is
looked at of the observations, which lie in the page as packed data (`reportgen.render.packed`).
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from pathlib import Path

from markupsafe import Markup

from reportgen.model import Results
from reportgen.render.context import report
from reportgen.render.environment import TEMPLATES, pieces
from reportgen.render.packed import packed

_SCRIPTS = ("data.js", "filter.js", "table.js", "choices.js", "keys.js", "around.js", "page.js")
"""One module together, which the last of them starts."""


class HtmlReport:
    """The report for a browser: a document, and a table of all observations to filter."""

    name = "html"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.html`` into ``folder``."""
        view = report(results, "html")
        script = _script()
        document = pieces(view, data=packed(view), script=script, policy=partial(_policy, script=script))
        path = folder / "report.html"
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(document)
        return path


def _script() -> Markup:
    sources = ((TEMPLATES / "html" / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return Markup("\n".join(sources))  # noqa: S704 (our own)


def _policy(style: Markup, script: Markup) -> Markup:
    """Allowed are the one style sheet and the one script, by hash, and nothing else.

    The script cannot even make markup of a text: a page with this policy has no type of trusted markup.
    """
    return Markup(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ).format(_digest(style), _digest(script))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
