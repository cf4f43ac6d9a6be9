"""report.html: one file that opens from disk, asks the network for nothing and reads without its script.

The script is the package's own and the only one that the page's policy allows, by its hash; it draws what is
looked at of the observations, which lie in the page as packed data (`reportgen.render.packed`).
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from reportgen.model import Results
from reportgen.render.context import SEVERITIES, report
from reportgen.render.environment import TEMPLATES, css, render_template
from reportgen.render.packed import packed

_SCRIPTS = ("data.js", "filter.js", "table.js", "page.js")
"""One module together, in this order: what the data are, what is picked, what is drawn, what is done."""


class HtmlReport:
    """The report for a browser: a document, and a table of all observations to filter."""

    name = "html"

    def render(self, results: Results, folder: Path) -> Path:
        """Write ``report.html`` into ``folder``."""
        view, script = report(results, "html"), _script()
        document = render_template(
            "html/report.html.j2",
            view,
            policy=_policy(css(view.medium), script),
            packed=packed(view),
            script=script,
            severities=SEVERITIES,
        )
        path = folder / "report.html"
        path.write_text(document, encoding="utf-8", newline="\n")
        return path


def _script() -> Markup:
    parts = ((TEMPLATES / "html" / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return Markup("\n").join(Markup(part) for part in parts)  # noqa: S704 (our own scripts)


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
