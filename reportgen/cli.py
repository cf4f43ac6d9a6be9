"""The commands: parse, call one function, map the result to an exit code.

Heavy imports stand inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import __version__, console
from reportgen.cli_access import doctor, permissions
from reportgen.cli_compare import compare
from reportgen.cli_controls import controls as controls_app
from reportgen.cli_deliver import after_run, deliver, release
from reportgen.cli_population import population, sample
from reportgen.cli_store import prune, runs, status, unlock
from reportgen.cli_waive import waive
from reportgen.errors import ReportgenError, UsageError

if TYPE_CHECKING:
    from reportgen.audit.previous import Previous
    from reportgen.engagement import Engagement
    from reportgen.model import CollectionMode
    from reportgen.run import Own
    from reportgen.unattended import Collected

app = typer.Typer(
    help="Evidence packs for auditors of Azure Kubernetes Service estates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(controls_app, name="controls")


class LogFormat(StrEnum):
    """How log lines look where there is no terminal."""

    PLAIN = "plain"
    JSON = "json"


class FailOn(StrEnum):
    """What makes a run exit with a code other than 0."""

    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    NEVER = "never"


Out = Annotated[Path, typer.Option(help="Folder for snapshots and packs.", file_okay=False)]
Estate = Annotated[
    Path | None, typer.Option(help="Read a folder of JSON instead of Azure (needs reportgen[sandbox]).")
]
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
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
EngagementFile = Annotated[Path, typer.Argument(help="The engagement file (see `reportgen init`).")]


def _version(wanted: bool) -> None:
    if wanted:
        console.say(f"reportgen {__version__}")
        raise typer.Exit


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Evidence packs for auditors of Azure Kubernetes Service estates."""
    del debug, version  # main() looks for --debug itself: an error can come before options are parsed


@app.command()
def demo(
    out: Out = Path("out/demo"), log_format: Format = LogFormat.PLAIN, fail_on: Fail = FailOn.FINDINGS
) -> None:
    """Run the whole line on the sample estate: no Azure, no account."""
    from reportgen import run as line
    from reportgen.model import CollectionMode

    estate = line.SAMPLES / "contoso"
    with _collected("demo", None, estate, out, line.DEMO_AS_OF, CollectionMode.DEMO, log_format) as found:
        _report(found, out, fail_on)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("engagement.yaml"),
    entity: Annotated[str | None, typer.Option(help="Entity under audit: a company or division.")] = None,
    period: Annotated[str | None, typer.Option(help="Period of review: 2026-Q4, or START..END.")] = None,
    scope: Annotated[
        str | None, typer.Option(help="Subscription ids, comma-separated; empty: all that is visible.")
    ] = None,
    credential: Annotated[
        str | None, typer.Option(help="managed-identity, workload-identity, azure-cli or kubeconfig.")
    ] = None,
) -> None:
    """Write a small commented engagement; asks for what no option gives."""
    from reportgen import engagement

    written = engagement.write(
        path,
        entity=_answer(entity, "--entity", "Entity under audit", ""),
        period=_answer(period, "--period", "Period of review (2026-Q4, or START..END)", ""),
        scope=_answer(scope, "--scope", "Subscription ids, comma-separated (empty: all that is visible)", ""),
        credential=_answer(
            credential,
            "--credential",
            "Credential (managed-identity, workload-identity, azure-cli)",
            "azure-cli",
        ),
    )
    console.say(f"Wrote {path}: {written.entity}, {written.period.start} to {written.period.end}.")
    console.say(f"Next: reportgen permissions {path} (the rights to give), then reportgen doctor {path}")


def _answer(given: str | None, option: str, question: str, default: str) -> str:
    """An option's value; where there is none, a terminal is asked and a job is told which option to give."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(f"{option} is missing, and there is no terminal to ask on")
    try:
        return str(typer.prompt(question, default=default, show_default=bool(default)))
    except typer.Abort as leaving:
        raise typer.Exit(130) from leaving


app.command()(doctor)
app.command()(permissions)
for _command in (waive, runs, status, unlock, prune, release, deliver):
    app.command()(_command)


@app.command()
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
    with _collected("run", engagement, estate, out, as_of, mode, log_format, own, delivers=delivers) as found:
        _report(found, out, fail_on, own, before, delivers=delivers)


@app.command()
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

    with _collected("collect", engagement, estate, out, as_of, CollectionMode.ESTATE, log_format) as found:
        gaps = exclusions.lacking(Reader(found.snapshot), found.engagement.exclusions)
        console.say(f"Snapshot: {found.snapshot}")
        console.say(f"Gaps: {len(gaps)}" if gaps else "Everything in scope was read.")
        raise typer.Exit(3 if gaps else 0)


@app.command()
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

    loaded, own = _load(engagement), line.Own(controls, frameworks)
    kept = keep(loaded, out)
    found = snapshot or kept.newest()
    before = line.previous(previous) if previous else None
    _preflight(out, draws=True)
    outcome = line.report(loaded, found, out, own, kept, before)
    console.summary(outcome)
    raise typer.Exit(outcome.exit_code(fail_on))


@app.command()
def verify(
    pack: Annotated[Path, typer.Argument(help="A pack's folder or zip.")],
    timestamp_ca: Annotated[
        Path | None, typer.Option(help="PEM file: whom to trust as a time-stamp authority.", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a pack against its manifest, and its time-stamps: 0 intact, 1 altered, 2 not a pack."""
    from dataclasses import asdict

    from reportgen import timestamp
    from reportgen.pack import verify as check

    found = check(pack)
    stamps = timestamp.of_pack(pack, timestamp_ca)
    if as_json:
        stamped = [asdict(stamp) for stamp in stamps]
        console.document({**asdict(found), "intact": found.intact, "timestamps": stamped})
    else:
        console.say(f"collection mode: {found.collection_mode or 'not stated'}")
        console.say(f"pack {found.pack_id}: {found.files} files in the manifest")
        for word, names in (("changed", found.changed), ("missing", found.missing), ("added", found.added)):
            for name in names:
                console.say(f"  {word}: {name}")
        for stamp in stamps:
            console.say(f"time-stamp: {stamp.words()}")
        console.say("intact" if found.intact else "ALTERED since the manifest was written")
    raise typer.Exit(0 if found.intact else 1)


@app.command()
def show(
    pack: Annotated[Path, typer.Argument(help="A pack's folder or zip.")],
    control: Annotated[str, typer.Argument(help="A control's id.")],
    subject: Annotated[str, typer.Argument(help="A cluster, <cluster>/<pool>, or an ARM id.")],
) -> None:
    """Print what was observed for one control and subject, the evidence it rests on, and how to fix it."""
    from reportgen.show import lines

    for line in lines(pack, control, subject):
        console.say(line)


app.command()(population)
app.command()(sample)
app.command()(compare)


@app.command(name="sandbox")
def serve(
    estate: Annotated[Path, typer.Argument(help="An estate folder.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8443,
) -> None:
    """Serve an estate folder as Azure does, until interrupted."""
    from reportgen import sandbox

    sandbox.run_forever(estate, port)


def _load(path: Path | None) -> Engagement:
    from reportgen import engagement

    if path is None:
        raise UsageError(
            "Name an engagement file (write one with `reportgen init`), or a folder with --estate"
        )
    return engagement.load(path)


def _time(text: str | None) -> datetime:
    """RFC 3339, or a date for its midnight, in UTC; now where nothing is given."""
    try:
        time = datetime.fromisoformat(text) if text else datetime.now(UTC)
    except ValueError as error:
        raise UsageError(f"--as-of {text}: expected RFC 3339, such as 2026-11-15T06:00:00Z") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


@contextmanager
def _collected(
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
        loaded = _load(engagement)
        _preflight(out, draws=command != "collect", delivers=loaded if delivers else None)
        with unattended.from_azure(loaded, asked) as found:
            yield found
        return
    beside, time = estate / "engagement.yaml", _time(as_of)
    path = engagement or (beside if beside.is_file() else None)
    loaded = _load(path) if path else line.engagement_of_estate(estate, time)
    _preflight(out, draws=command != "collect", delivers=loaded if delivers else None)
    with unattended.from_estate(loaded, estate, time, mode, asked) as found:
        yield found


def _preflight(out: Path, *, draws: bool, delivers: Engagement | None = None) -> None:
    """Say before the first call what will be lacking; UsageError where nothing could be stored."""
    from reportgen import preflight

    for problem in preflight.warnings(out, draws=draws):
        console.warn(problem)
    if delivers and delivers.deliver:
        from reportgen import deliver as handing

        for problem in handing.problems(delivers):
            console.warn(problem)


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
            failed = after_run(found.kept or keep(found.engagement, out), outcome.pack)
            code = failed if failed and code in (0, 1) else code
    raise typer.Exit(code)


def main() -> None:
    """The entry point: every error ends as a message and the exit code that its class carries.

    A scheduler that stops a job (SIGTERM) is heard as Ctrl-C is: the run registers its end, frees its lease.
    """
    console.write_all_characters()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except ReportgenError as error:
        _fail(f"error: {error}", error.exit_code)
    except Exception as error:  # noqa: BLE001 the last resort: an unattended run must say what stopped it, in one line
        _fail(
            f"internal error: {type(error).__name__}: {error}\nRun it again with --debug for the details.", 5
        )


def _fail(message: str, code: int) -> None:
    if "--debug" in sys.argv:
        console.complain(traceback.format_exc())
    console.complain(message)
    raise SystemExit(code)
