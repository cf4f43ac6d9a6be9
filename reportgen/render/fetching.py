"""What a PDF may be drawn from: the package's own files, and pictures (a logo) that stand in the page itself.

No socket is opened, and no other file is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reportgen.errors import UsageError
from reportgen.render import fonts
from reportgen.render.environment import TEMPLATES


def packaged_only() -> Any:
    """WeasyPrint's fetcher of URLs, for files below the package's templates and the optional font."""
    from weasyprint.urls import URLFetcher

    class Packaged(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            check_packaged(url)
            return super().fetch(url, headers)

    return Packaged(allowed_protocols=("file", "data"), allow_redirects=False, fail_on_errors=True)


def check_packaged(url: str) -> None:
    """ValueError unless the URL is a packaged file's, or a picture in itself."""
    if url.startswith("data:image/"):
        return
    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    packaged = path.is_relative_to(TEMPLATES.resolve()) or path == fonts.cjk()
    if parts.scheme != "file" or parts.netloc or not packaged:
        raise ValueError(f"{url}: the report reads packaged files only")


@contextmanager
def refused() -> Iterator[None]:
    """Turns what WeasyPrint raises for a URL that was refused, no ``Exception``, into a UsageError."""
    from weasyprint.urls import FatalURLFetchingError

    try:
        yield
    except FatalURLFetchingError as error:
        raise UsageError(f"the templates ask for what a report may not read: {error}") from error
