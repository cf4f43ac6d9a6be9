"""Validates the PDFs of a pack with veraPDF, and a plain PDF that must fail.

    python -m tools.conformance PACK

report.pdf and summary.pdf have to be PDF/A-3a and PDF/UA-1, the annex PDF/A-3b. Prints a line for each, and
below it each rule that is broken: its clause and test, how often, what it asks, the first place. Ends with 1
where a file is not what it should be or the plain PDF passes, and with 2 where nothing can be validated here.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.conformance.verapdf import FLAVOURS, Lacking, Verdict, validate

EXPECTED = {"report.pdf": ("3a", "ua1"), "summary.pdf": ("3a", "ua1"), "annex*.pdf": ("3b",)}


def plain(folder: Path) -> Path:
    """A PDF without metadata, tags or language: what no standard may accept."""
    import weasyprint

    path = folder / "plain.pdf"
    weasyprint.HTML(string="<p>A plain document").write_pdf(path)
    return path


def asked(pack: Path) -> list[tuple[str, Path]]:
    """Each file of the pack with each standard that it is made for."""
    return [
        (flavour, path)
        for pattern, flavours in EXPECTED.items()
        for path in sorted(pack.glob(pattern))
        for flavour in flavours
    ]


def lines(verdict: Verdict) -> Iterator[str]:
    """One verdict for a reader."""
    word = "valid" if verdict.valid else "NOT VALID"
    yield f"{verdict.path.name:<14} {FLAVOURS[verdict.flavour]:<9} {word}, {verdict.checks:,} checks"
    for rule in verdict.rules:
        yield f"    {rule.clause}: {rule.count:,} times. {rule.message} First: {rule.place}"


def main(arguments: Sequence[str]) -> int:
    """Validate and print."""
    if len(arguments) != 1 or not asked(Path(arguments[0])):
        print("usage: python -m tools.conformance PACK (a folder that holds report.pdf)", file=sys.stderr)
        return 2
    pack = Path(arguments[0])
    with tempfile.TemporaryDirectory(prefix="reportgen-conformance-") as folder:
        control = [(flavour, plain(Path(folder))) for flavour in FLAVOURS]
        try:
            found = validate([*asked(pack), *control])
        except Lacking as error:
            print(f"cannot validate: {error}", file=sys.stderr)
            return 2
    ours, plains = found[: -len(control)], found[-len(control) :]
    for verdict in ours:
        print("\n".join(lines(verdict)))
    passed = [FLAVOURS[verdict.flavour] for verdict in plains if verdict.valid]
    told = f"PASSES as {' and '.join(passed)}" if passed else "fails all, as it must"
    print(f"{'plain.pdf':<14} control   {told}")
    return int(bool(passed) or not all(verdict.valid for verdict in ours))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
