"""What a person or a job sees: progress bars and tables on a terminal, log lines without one.

Names from Azure are untrusted: markup is escaped and control characters are replaced before printing.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reportgen.remaining import Remaining

if TYPE_CHECKING:
    from reportgen.collect.tally import Progress
    from reportgen.model import Json, Results
    from reportgen.run import Outcome

LOG = logging.getLogger("reportgen")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_EVERY, _SECONDS = 25, 60.0
"""A log line comes with each so many jobs, and after so long in any case."""


def plain(text: str) -> str:
    """Text without the characters that could steer a terminal or turn the direction of writing."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class _JsonLines(logging.Formatter):
    converter = staticmethod(time.gmtime)
    run = ""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, _TIME),
            "level": record.levelname.lower(),
            "message": plain(record.getMessage()),
        }
        if self.run:
            line["run"] = self.run
        return json.dumps(line, ensure_ascii=False)


class _PlainLines(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


def start_logging(log_format: str) -> None:
    """Send this program's log lines to standard error; the SDK's own stay silent, for they name URLs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonLines() if log_format == "json" else _PlainLines("%(asctime)s %(levelname)s %(message)s", _TIME)
    )
    LOG.handlers[:] = [handler]
    LOG.propagate = False
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())  # else the SDK's warnings go to standard error
    LOG.setLevel(logging.INFO)


def name_run(run: str) -> None:
    """From here on log lines as JSON bear the id of the run, as the register has it."""
    for handler in LOG.handlers:
        if isinstance(handler.formatter, _JsonLines):
            handler.formatter.run = run


def teller(log_format: str) -> Callable[[str], None]:
    """Takes lines about the run itself; on a terminal, where a bar shows that it is alive, none are shown."""

    def tell(text: str) -> None:
        if not _watched(log_format):
            LOG.info("%s", text)

    return tell


def _watched(log_format: str) -> bool:
    return sys.stderr.isatty() and log_format != "json"


@contextmanager
def progress(log_format: str, clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """What a collection tells its progress: a bar on a terminal, now and then a log line without one.

    ``clock`` gives seconds and never goes back.
    """
    shown = _bar if _watched(log_format) else _log_lines
    with shown(clock) as tell:
        yield tell


@contextmanager
def _log_lines(clock: Callable[[], float]) -> Iterator[Progress]:
    """The last line comes when all is collected: a total may grow after it was reached."""
    remaining, logged, unlogged = Remaining(clock), clock(), ""

    def tell(done: int, of: int | None, what: str) -> None:
        nonlocal logged, unlogged
        remaining.tell(done, of)
        count = f"{done}" if of is None else f"{done} of {of}"
        unlogged = ", ".join(filter(None, (f"collected {count} ({what})", remaining.words)))
        if done % _EVERY == 0 or clock() - logged >= _SECONDS:
            LOG.info("%s", unlogged)
            logged, unlogged = clock(), ""

    yield tell
    if unlogged:
        LOG.info("%s", unlogged)


@contextmanager
def _bar(clock: Callable[[], float]) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    remaining = Remaining(clock)

    class Left(ProgressColumn):
        """Drawn anew while nothing is told, too, so that the estimate grows while everything waits."""

        def render(self, task: Task) -> Text:
            del task
            return Text(remaining.words)

    columns = (
        TextColumn("collecting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        Left(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scope", total=None)

        def tell(done: int, of: int | None, what: str) -> None:
            remaining.tell(done, of)
            bar.update(task, completed=done, total=of, description=plain(what))

        yield tell


def say(text: str) -> None:
    """One line of result on standard output."""
    sys.stdout.write(plain(text) + "\n")


def document(value: Json) -> None:
    """One JSON document on standard output; what could steer a terminal is escaped as JSON escapes it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    sys.stdout.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def complain(text: str) -> None:
    """An error on standard error, as a log line where these are JSON."""
    _tell(logging.ERROR, text)


def warn(text: str) -> None:
    """Something that the pack will lack, likewise."""
    _tell(logging.WARNING, f"warning: {text}")


def _tell(level: int, text: str) -> None:
    if any(isinstance(handler.formatter, _JsonLines) for handler in LOG.handlers):
        LOG.log(level, "%s", text)
    else:
        sys.stderr.write(plain(text) + "\n")


def write_all_characters() -> None:
    """Let characters that the terminal's encoding lacks be written as escapes and not be an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def summary(outcome: Outcome) -> None:
    """What a run found: a table on a terminal, log lines without one."""
    from reportgen.model import CollectionMode

    results = outcome.results
    if sys.stdout.isatty():
        _table(results)
    read = sum(line.collected for line in results.scope.subscriptions)
    of = sum(line.expected for line in results.scope.subscriptions)
    gaps = _count(sum(not gap.excluded for gap in results.gaps), "gap")
    alone = results.facts.collection_mode is CollectionMode.KUBECONFIG
    what = "One cluster by a kubeconfig" if alone else f"{read} of {of} expected subscriptions read"
    say(f"{what}; {gaps} in the evidence")
    say(_statuses(results))
    if results.exclusions:
        say(_exclusions(results))
    if results.waivers:
        say(_waivers(results))
    if results.runs is None:
        say("No register of runs is kept: a folder was read, and the engagement names no `store`")
    for problem in results.templates.problems if results.templates else ():
        warn(problem)
    for problem in outcome.unavailable:
        complain(problem)
    say(f"Pack: {outcome.pack}")
    say(f"      {outcome.pack.parent / (outcome.pack.name + '.zip')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _statuses(results: Results) -> str:
    from reportgen.model import Status

    counts = [(status, sum(finding.status is status for finding in results.findings)) for status in Status]
    listed = ", ".join(f"{number} {status.value}" for status, number in counts if number)
    return f"{_count(len(results.findings), 'control')}: {listed}"


def _exclusions(results: Results) -> str:
    from reportgen.model import ExclusionState

    active = sum(one.state is ExclusionState.ACTIVE for one in results.exclusions)
    idle = _count(len(results.exclusions) - active, "exclusion")
    parts = f"{active} {'part' if active == 1 else 'parts'}"
    return f"{parts} of the scope left out by the engagement; {idle} to look at (expired, unmatched)"


def _waivers(results: Results) -> str:
    waived = _count(sum(finding.waived for finding in results.findings), "exception")
    seen = _count(sum(waiver.needs_reader for waiver in results.waivers), "waiver")
    return f"{waived} waived; {seen} to look at (expired, unmatched, ...)"


_STYLES = {
    "satisfied": "green",
    "not-satisfied": "bold red",
    "not-assessed": "yellow",
    "not-applicable": "dim",
}


def _table(results: Results) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=None, header_style="bold", pad_edge=False)
    for heading in ("Control", "Severity", "Result"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Population", "Not satisfied", "Not assessed"):
        table.add_column(heading, justify="right")
    severity = {control.id: control.severity for control in results.controls}
    for finding in results.findings:
        style = _STYLES[finding.status.value]
        table.add_row(
            finding.control,
            severity[finding.control],
            f"[{style}]{finding.status.value}[/]",
            f"{finding.population}+" if finding.unlisted else str(finding.population),
            str(finding.exceptions or ""),
            str(finding.not_assessed or ""),
        )
    Console().print(table)
