"""What stands between a command that collects and the collecting: time, log lines, warnings beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import console
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.engagement import Engagement
    from reportgen.model import CollectionMode
    from reportgen.run import Own
    from reportgen.unattended import Collected


class LogFormat(StrEnum):
    """How log lines look where there is no terminal."""

    PLAIN = "plain"
    JSON = "json"


@contextmanager
def collected(
    command: str,
    engagement: Path | None,
    estate: Path | None,
    out: Path,
    as_of: str | None,
    mode: CollectionMode,
    log_format: LogFormat,
    own: Own | None = None,
    *,
    delivers: bool = False,
) -> Iterator[Collected]:
    """Collect from the estate folder where there is one (``mode`` says of which kind), else from Azure.

    What is done in the block belongs to the run, whose end the register has.
    """
    from reportgen import run as line
    from reportgen import unattended

    if as_of and not estate:
        raise UsageError("--as-of works with --estate only: Azure shows how things are, not how they were")
    console.start_logging(log_format)
    asked = unattended.Command(
        command,
        out,
        console.teller(log_format),
        lambda: console.progress(log_format),
        console.name_run,
        own,
    )
    if not estate:
        loaded = load(engagement)
        warn(out, draws=command != "collect", delivers=loaded if delivers else None)
        with unattended.from_azure(loaded, asked) as found:
            yield found
        return
    beside, time = estate / "engagement.yaml", _time(as_of)
    path = engagement or (beside if beside.is_file() else None)
    loaded = load(path) if path else line.engagement_of_estate(estate, time)
    warn(out, draws=command != "collect", delivers=loaded if delivers else None)
    with unattended.from_estate(loaded, estate, time, mode, asked) as found:
        yield found


def load(path: Path | None) -> Engagement:
    """The engagement in a file, with a warning for each entry that is not applied; UsageError for none."""
    from reportgen import engagement

    if path is None:
        raise UsageError(
            "Name an engagement file (write one with `reportgen init`), or a folder with --estate"
        )
    found = engagement.load(path)
    for problem in found.malformed:
        console.warn(problem)
    return found


def warn(out: Path, *, draws: bool, delivers: Engagement | None = None) -> None:
    """Say before the first call what will be lacking; UsageError where nothing could be stored."""
    from reportgen import preflight

    for problem in preflight.warnings(out, draws=draws):
        console.warn(problem)
    if delivers and delivers.deliver:
        from reportgen import deliver as handing

        for problem in handing.problems(delivers):
            console.warn(problem)


def _time(text: str | None) -> datetime:
    """RFC 3339, or a date for its midnight, in UTC; now where nothing is given."""
    try:
        time = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError as error:
        raise UsageError(f"--as-of {text}: expected RFC 3339, such as 2026-11-15T06:00:00Z") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
