"""Looks for words that claim too much in templates and controls; prints file and line of each."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from reportgen.assess.lint import FORBIDDEN

TEXTS = (("templates", "*.j2"), ("templates", "*.yaml"), ("controls", "*.yaml"))


def main() -> int:
    """0 where no word is found, else 1."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, FORBIDDEN))})\b", re.IGNORECASE)
    found = [
        f"{path}:{number}: {match[0]!r} claims too much"
        for folder, name in TEXTS
        for path in sorted(Path(folder).rglob(name))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := pattern.search(line))
    ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
