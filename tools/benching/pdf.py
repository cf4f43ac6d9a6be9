"""The PDFs: what the report of the sample costs, and its annex beside the same rows as one plain table.

Each is drawn in a process of its own, whose CPU and memory are read when it has ended. The table has a
twentieth of the rows: its time is in proportion to them, and with all of them it takes minutes and gigabytes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from multiprocessing.connection import Connection
from pathlib import Path

from reportgen.model import Results, Status
from reportgen.render.annex import PdfAnnex
from reportgen.render.pdf import PdfReport, laid_out
from tools.benching.results import sample

CPU, TIMES, MEMORY, PAGES = 10.0, 5.0, 200.0, {"summary": 12, "standard": 120}
"""Seconds for the report of the sample; how many times faster the annex is; MB a process; pages."""
_PART = 20


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds of CPU of a process and its workers, and by the clock; the most memory of one, in MB."""

    cpu: float
    wall: float
    peak: float


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The report of the sample, then the annex with so many exceptions and a table of a part of them."""
    results = sample(folder)
    for profile, most in PAGES.items():
        taken = _taken(PdfReport(profile).render, results, folder)
        name = {"summary": "summary.pdf", "standard": "report.pdf"}[profile]
        yield _line(f"{name}: pages", _pages(folder / name), "", most)
        if profile == "standard":
            yield _line("report.pdf: CPU", taken.cpu, " s", CPU)
    failing = _exceptions(results, options.rows)
    annex = _taken(PdfAnnex().render, failing, folder)
    some = replace(failing, observations=failing.observations[: options.rows // _PART])
    table = _taken(_table, some, folder)
    times = table.wall * _PART / annex.wall
    told = "met" if times >= TIMES else "MISSED"
    pages = _pages(folder / "annex.pdf")
    yield f"  annex of {options.rows:,} exceptions: {annex.cpu:.1f} s CPU, {annex.wall:.1f} s, {pages} pages"
    yield f"  against one table document: {times:.1f} times faster (target at least {TIMES:.0f}: {told})"
    yield _line("the most memory of a process", annex.peak, " MB", MEMORY)


def _line(what: str, value: float, unit: str, most: float) -> str:
    told = "met" if value <= most else "MISSED"
    return f"  {what} {value:.0f}{unit} (target at most {most:.0f}{unit}: {told})"


def _exceptions(results: Results, rows: int) -> Results:
    """The exceptions of the sample, as often as it takes."""
    failed = [item for item in results.observations if item.status is Status.NOT_SATISFIED]
    times = -(-rows // len(failed))
    return replace(results, observations=tuple((failed * times)[:rows]))


def _table(results: Results, folder: Path) -> Path:
    """The same rows as one plain table."""
    rows = "".join(
        f"<tr><td>{escape(item.subject.name)}<td>{escape(item.subject.cluster)}"
        f"<td>{escape(item.subject.subscription)}<td>{escape(str(dict(item.observed)))}<td>{escape(item.reason)}"
        for item in results.observations
    )
    style = "body { font: 8pt sans-serif } table { border-collapse: collapse } td { border: 1px solid }"
    document = laid_out(f"<html lang=en><style>{style}</style><table>{rows}</table>", {})
    document.write_pdf(folder / "table.pdf")
    return folder / "table.pdf"


def _pages(path: Path) -> int:
    import pikepdf

    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def _taken(draw: Callable[[Results, Path], Path], results: Results, folder: Path) -> _Taken:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(draw, results, folder, sender))
    process.start()
    taken: _Taken = receiver.recv()
    process.join()
    return taken


def _work(
    draw: Callable[[Results, Path], Path], results: Results, folder: Path, sender: Connection[_Taken, None]
) -> None:
    start = time.monotonic()
    draw(results, folder)
    wall = time.monotonic() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    # A process that was started by a large one inherits its maximum; what it has used itself is known here.
    own = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])  # type: ignore[index]
    sender.send(_Taken(cpu, wall, max(own, used[1].ru_maxrss) / 1024))
