"""The data files that travel inside the PDF: findings.json and the tables, as the pack's folder has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.render.strings import Strings


def data_files(folder: Path) -> tuple[Path, ...]:
    """What of a pack's ``folder`` is attached, in the order of names that a PDF's name tree has."""
    results = folder / "results"
    found = [results / "findings.json", *(results / "csv").glob("*.csv")]
    return tuple(sorted((path for path in found if path.is_file()), key=lambda path: path.name))


def attachments(files: Sequence[Path], as_of: str, strings: Strings) -> list[Any]:
    """WeasyPrint's attachments, dated ``as_of`` (RFC 3339) so that the same results give the same bytes."""
    import weasyprint

    date = datetime.fromisoformat(as_of).astimezone(UTC)
    return [
        weasyprint.Attachment(
            filename=path,
            name=path.name,
            description=strings.text(f"attached.{path.suffix[1:]}"),
            created=date,
            modified=date,
            relationship="Data",
        )
        for path in files
    ]
