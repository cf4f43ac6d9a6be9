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

if TYPE_CHECKING:
    from reportgen.model import Json, Results
    from reportgen.run import Outcome

LOG = logging.getLogger("reportgen")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_EVERY = 25


def plain(text: str) -> str:
    """Text without the characters that could steer a terminal or turn the direction of writing."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class _JsonLines(logging.Formatter):
    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, _TIME),
            "level": record.levelname.lower(),
            "message": plain(record.getMessage()),
        }
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


@contextmanager
def progress(log_format: str) -> Iterator[Callable[[int, int, str], None]]:
    """A function to tell (done, of, what): a bar on a terminal, now and then a log line without one."""
    if sys.stderr.isatty() and log_format != "json":
        with _bar() as tell:
            yield tell
        return

    def log(done: int, of: int, what: str) -> None:
        if done % _EVERY == 0 or done == of:
            LOG.info("collected %d of %d (%s)", done, of, what)

    yield log


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("collecting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("scope", total=None)

        def tell(done: int, of: int, what: str) -> None:
            bar.update(task, completed=done, total=of, description=escape(plain(what)))

        yield tell


def say(text: str) -> None:
    """One line of result on standard output."""
    sys.stdout.write(plain(text) + "\n")


def document(value: Json) -> None:
    """One JSON document on standard output; what could steer a terminal is escaped as JSON escapes it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    sys.stdout.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def complain(text: str) -> None:
    """An error or a warning on standard error, as a log line where these are JSON."""
    if any(isinstance(handler.formatter, _JsonLines) for handler in LOG.handlers):
        LOG.error(text)
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
            str(finding.population),
            str(finding.exceptions or ""),
            str(finding.not_assessed or ""),
        )
    Console().print(table)
