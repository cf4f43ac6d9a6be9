"""Node images: their date is in their name, in three formats."""

from __future__ import annotations

import re
from datetime import date

_FORMATS = (
    re.compile(r"-(?P<y>\d{4})(?P<m>\d{2})\.(?P<d>\d{2})\.\d+$"),  # ...-202410.27.0
    re.compile(r"-(?P<y>\d{4})\.(?P<m>\d{2})\.(?P<d>\d{2})$"),  # ...-2021.04.27
    re.compile(r"^AKSWindows-.*-\d+\.\d+\.(?P<y>\d{2})(?P<m>\d{2})(?P<d>\d{2})$"),  # ...-20348.2700.240911
)


def image_date(name: str) -> date | None:
    """The day a node image was built; None for a format or a date that is not known."""
    for pattern in _FORMATS:
        match = pattern.search(name)
        if match:
            year = int(match["y"])
            try:
                return date(year if year > 99 else 2000 + year, int(match["m"]), int(match["d"]))
            except ValueError:
                return None
    return None
