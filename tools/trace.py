"""Looks for a test of each behaviour of API servers that docs name; prints those without one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

BEHAVIOURS = Path("docs/kubernetes-api-behaviours.md")
TESTS = Path("tests/sandbox/kubernetes")


def behaviours(text: str) -> dict[str, bool]:
    """The numbers in a document, such as 14, and whether each is to have a test."""
    lines = re.findall(r"^- K-(\d+): (.+)$", text, re.MULTILINE)
    return {number: "no test: " not in said for number, said in lines}


def tested(folder: Path) -> set[str]:
    """The numbers that the names of tests bear."""
    return {
        number
        for path in folder.rglob("test_*.py")
        for name in re.findall(r"^\s*def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        for number in re.findall(r"_k(\d+)(?=_)", name)
    }


def problems(known: dict[str, bool], named: set[str]) -> list[str]:
    """A line for each number that lacks a test, or the line that it is about."""
    return [
        *(
            f"K-{number} has no test: name one test_k{number}_..."
            for number in sorted(known)
            if known[number] and number not in named
        ),
        *(f"K-{number} has a test and does not stand in the document" for number in sorted(named - {*known})),
    ]


def main(document: Path = BEHAVIOURS, tests: Path = TESTS) -> int:
    """0 where each behaviour has a test, else 1."""
    known = behaviours(document.read_text(encoding="utf-8"))
    found = problems(known, tested(tests)) if known else [f"{document} names no behaviour"]
    print(
        "\n".join(found)
        or f"{sum(known.values())} of {len(known)} behaviours have a test, the others say why not"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
