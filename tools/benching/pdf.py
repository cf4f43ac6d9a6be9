"""The PDFs: what the report of the sample costs, and its annex beside the same rows as one plain table.

Each is drawn in a process of its own, whose CPU and memory are read when it has ended. What is compared
is the time by the clock, from the results in memory to the file; CPU is told beside it. The table is drawn
with all the rows, though 20,000 take minutes and gigabytes: a part takes a time that is not in proportion.
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
from reportgen.render.annex import PdfAnnex, sections
from reportgen.render.pdf import PdfReport
from tools.benching.results import sample

CPU, TIMES, MEMORY, PAGES = 10.0, 5.0, 200.0, {"summary": 12, "standard": 120}
"""Seconds for the report of the sample; how many times faster the annex is; MB a process; pages."""


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
    yield _told(f"annex of {options.rows:,} exceptions", annex, folder / "annex.pdf")
    table = _taken(_table, failing, folder)
    yield _told("the same as one table document", table, folder / "table.pdf")
    times = table.wall / annex.wall
    told = "met" if times >= TIMES else "MISSED"
    yield f"  by the clock the annex is {times:.1f} times faster (target at least {TIMES:.0f}: {told})"
    yield f"  by CPU {table.cpu / annex.cpu:.1f} times"
    yield _line("the most memory of a process", annex.peak, " MB", MEMORY)


def _told(what: str, taken: _Taken, path: Path) -> str:
    return (
        f"  {what}: {taken.wall:.1f} s by the clock, {taken.cpu:.1f} s CPU, {taken.peak:.0f} MB, "
        f"{_pages(path)} pages, {path.stat().st_size / 1e6:.1f} MB"
    )


def _line(what: str, value: float, unit: str, most: float) -> str:
    told = "met" if value <= most else "MISSED"
    return f"  {what} {value:.0f}{unit} (target at most {most:.0f}{unit}: {told})"


def _exceptions(results: Results, rows: int) -> Results:
    """The exceptions of the sample, as often as it takes."""
    failed = [item for item in results.observations if item.status is Status.NOT_SATISFIED]
    times = -(-rows // len(failed))
    return replace(results, observations=tuple((failed * times)[:rows]))


def _table(results: Results, folder: Path) -> Path:
    """What the annex prints, word for word, as one plain table: a column for each part of a row."""
    import weasyprint

    rows: list[str] = []
    for section in sections(results):
        rows.append(f"<tr><th colspan=8>{escape(f'{section.title} {section.id}')}")
        for number, row in enumerate(section.rows, start=section.start):
            cells = (number, row.status, row.subject, row.cluster, row.subscription,
                     row.observed, row.waiver, row.reason)  # fmt: skip
            rows.append(f"<tr>{''.join(f'<td>{escape(str(cell))}' for cell in cells)}")
    style = "body { font: 8pt sans-serif } table { border-collapse: collapse } td { border: 1px solid }"
    document = f"<html lang=en><style>{style}</style><table>{''.join(rows)}</table>"
    weasyprint.HTML(string=document).write_pdf(folder / "table.pdf")
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
