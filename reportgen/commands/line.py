"""``run``, ``demo``, ``collect`` and ``report``: the line, whole and in parts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.collecting import LogFormat, collected, load, warn
from reportgen.commands.deliver import after_run
from reportgen.commands.options import EngagementFile, Estate, Out

if TYPE_CHECKING:
    from reportgen.audit.previous import Previous
    from reportgen.run import Own
    from reportgen.unattended import Collected


class FailOn(StrEnum):
    """What makes a run exit with a code other than 0."""

    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    NEVER = "never"


AsOf = Annotated[
    str | None,
    typer.Option(help="Time to assess at, RFC 3339, such as 2026-11-15T06:00:00Z; with --estate only."),
]
Format = Annotated[LogFormat, typer.Option(help="Log lines where there is no terminal.")]
Fail = Annotated[
    FailOn, typer.Option(help="What gives a non-zero exit code, for schedulers that would retry.")
]
OwnControls = Annotated[
    Path | None,
    typer.Option(
        "--controls", help="A folder of your own controls; they add to the shipped or replace some."
    ),
]
OwnFrameworks = Annotated[
    Path | None, typer.Option("--frameworks", help="A folder of your own frameworks, likewise.")
]
PreviousPack = Annotated[
    Path | None, typer.Option("--previous", help="An earlier pack; the report says what changed since.")
]


def demo(
    out: Out = Path("out/demo"), log_format: Format = LogFormat.PLAIN, fail_on: Fail = FailOn.FINDINGS
) -> None:
    """Run the whole line on the sample estate: no Azure, no account."""
    from reportgen import run as line
    from reportgen.model import CollectionMode

    estate = line.SAMPLES / "contoso"
    with collected("demo", None, estate, out, line.DEMO_AS_OF, CollectionMode.DEMO, log_format) as found:
        _report(found, out, fail_on)


def run(
    engagement: Annotated[Path | None, typer.Argument(help="The engagement file.")] = None,
    out: Out = Path("out"),
    estate: Estate = None,
    as_of: AsOf = None,
    log_format: Format = LogFormat.PLAIN,
    fail_on: Fail = FailOn.FINDINGS,
    controls: OwnControls = None,
    frameworks: OwnFrameworks = None,
    previous: PreviousPack = None,
    delivers: Annotated[
        bool, typer.Option("--deliver/--no-deliver", help="Deliver the pack where the engagement says how.")
    ] = True,
) -> None:
    """Collect, assess, render, pack, and deliver where the engagement has `deliver:`."""
    from reportgen import run as line
    from reportgen.model import CollectionMode

    own, before = line.Own(controls, frameworks), line.previous(previous) if previous else None
    mode = CollectionMode.ESTATE
    with collected("run", engagement, estate, out, as_of, mode, log_format, own, delivers=delivers) as found:
        _report(found, out, fail_on, own, before, delivers=delivers)


def collect(
    engagement: Annotated[Path | None, typer.Argument(help="The engagement file.")] = None,
    out: Out = Path("out"),
    estate: Estate = None,
    as_of: AsOf = None,
    log_format: Format = LogFormat.PLAIN,
) -> None:
    """Collect a snapshot and stop: no assessment, no report."""
    from reportgen.assess import exclusions
    from reportgen.model import CollectionMode
    from reportgen.snapshot import Reader

    with collected("collect", engagement, estate, out, as_of, CollectionMode.ESTATE, log_format) as found:
        gaps = exclusions.lacking(Reader(found.snapshot), found.engagement.exclusions)
        console.say(f"Snapshot: {found.snapshot}")
        console.say(f"Gaps: {len(gaps)}" if gaps else "Everything in scope was read.")
        raise typer.Exit(3 if gaps else 0)


def report(
    engagement: EngagementFile,
    out: Out = Path("out"),
    snapshot: Annotated[
        Path | None, typer.Option(help="A snapshot's folder; the newest in --out without it.")
    ] = None,
    fail_on: Fail = FailOn.FINDINGS,
    controls: OwnControls = None,
    frameworks: OwnFrameworks = None,
    previous: PreviousPack = None,
) -> None:
    """Assess, render and pack a stored snapshot."""
    from reportgen import run as line
    from reportgen.kept import keep

    loaded, own = load(engagement), line.Own(controls, frameworks)
    kept = keep(loaded, out)
    found = snapshot or kept.newest()
    before = line.previous(previous) if previous else None
    warn(out, draws=True)
    outcome = line.report(loaded, found, out, own, kept, before)
    console.summary(outcome)
    raise typer.Exit(outcome.exit_code(fail_on))


def _report(
    found: Collected,
    out: Path,
    fail_on: FailOn,
    own: Own | None = None,
    before: Previous | None = None,
    *,
    delivers: bool = False,
) -> None:
    from reportgen import run as line
    from reportgen.kept import keep

    outcome = line.report(found.engagement, found.snapshot, out, own, found.kept, before)
    if found.attempt:
        found.attempt.pack = outcome.pack.name
    console.summary(outcome)
    code = outcome.exit_code(fail_on)
    if delivers and found.engagement.deliver:
        if outcome.unavailable:
            console.complain("delivery: not begun, since a report is missing in the pack")
        else:
            kept = found.kept or keep(found.engagement, out)
            failed = after_run(kept, outcome.pack, outcome.results.templates)
            code = failed if failed and code in (0, 1) else code
    raise typer.Exit(code)
