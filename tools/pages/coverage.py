"""docs/coverage.md: what becomes of each check that any peer makes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.assess.coverage import Coverage
from tools.pages import markdown

DISPOSITIONS = {
    "automated": "controls judge it from what a read-only role sees",
    "choice": "published guidance differs: the engagement chooses, and the report shows the choice",
    "report": "the report itself shows it, on every run",
    "external": "another tool sees it; its output is imported",
    "attestation": "a person of the entity states it",
    "inherited": "the provider's responsibility, not tested here",
    "left-out": "no read-only role sees it, or it cannot be judged",
    "": "open: neither a control nor a reason yet",
}
"""What each word means, in the order of the page."""

_HEAD = Path(__file__).with_suffix(".md")
_ONE_NAME = ("KubeBuddy", "AAC")
"""Peers of the column of others, which names several; what follows their name is their check's."""


def page(rows: Iterable[Coverage], areas: dict[str, str]) -> str:
    """The whole page; ``areas`` gives the area of each control by id."""
    listed = tuple(rows)
    by_area: dict[str, list[Coverage]] = defaultdict(list)
    for row in listed:
        by_area[row.check.area].append(row)
    lines = [_HEAD.read_text(encoding="utf-8").rstrip(), *_counts(listed), *_by_area(by_area)]
    for area, found in by_area.items():
        lines += ["", f"## {area}", *_table(found, areas)]
    return "\n".join(lines) + "\n"


def _counts(rows: tuple[Coverage, ...]) -> Iterator[str]:
    number = Counter(row.word for row in rows)
    told = [
        (word or "open", f"{number[word]}", means) for word, means in DISPOSITIONS.items() if number[word]
    ]
    with_control = sum(bool(row.controls) for row in rows)
    nobody = sum(not row.check.peers for row in rows)
    yield from ("", "## In numbers")
    yield f"{len(rows)} rows; controls look at {with_control} of them. {nobody} rows are checked by no peer."
    yield from markdown.table(("disposition", "rows", "meaning"), told)


def _by_area(by_area: dict[str, list[Coverage]]) -> Iterator[str]:
    counted = {area: Counter(row.word for row in rows) for area, rows in by_area.items()}
    words = [word for word in DISPOSITIONS if any(count[word] for count in counted.values())]
    yield from markdown.table(
        ("area", "rows", *(word or "open" for word in words)),
        (
            (f"[{area}](#{area})", f"{count.total()}", *(f"{count[word] or ''}" for word in words))
            for area, count in counted.items()
        ),
    )


def _table(rows: list[Coverage], areas: dict[str, str]) -> Iterator[str]:
    return markdown.table(
        ("row", "what is checked", "disposition", "controls", "peers", "why it is not automated"),
        (
            (
                row.check.id,
                markdown.text(row.check.concept),
                row.word or "open",
                "<br>".join(f"[{one}](controls/{areas[one]}.md#{one})" for one in row.controls),
                markdown.text(", ".join(peers(row))) or "none",
                markdown.text(row.disposition.reason) if row.disposition else "",
            )
            for row in rows
        ),
    )


def peers(row: Coverage) -> list[str]:
    """The peers that have a row, by name alone."""
    named = [name for name in row.check.peers if name != "others"]
    parts = [part.partition("(")[0].strip() for part in row.check.peers.get("others", "").split(";")]
    return [
        *named,
        *(next((one for one in _ONE_NAME if part.startswith(one)), part) for part in parts if part),
    ]
