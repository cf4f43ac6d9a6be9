"""The command line: which commands there are, and how an error ends.

Heavy imports stand inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from typing import Annotated

import typer

from reportgen import __version__, console
from reportgen.commands import line
from reportgen.commands.access import doctor, permissions
from reportgen.commands.compare import compare
from reportgen.commands.controls import controls
from reportgen.commands.deliver import deliver, release
from reportgen.commands.init import init
from reportgen.commands.pack import show, verify
from reportgen.commands.population import population, sample
from reportgen.commands.sandbox import serve
from reportgen.commands.store import prune, runs, status, unlock
from reportgen.commands.waive import waive
from reportgen.errors import ReportgenError

app = typer.Typer(
    help="Evidence packs for auditors of Azure Kubernetes Service estates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(controls, name="controls")
for _command in (
    line.demo,
    init,
    doctor,
    permissions,
    waive,
    runs,
    status,
    unlock,
    prune,
    release,
    deliver,
    line.run,
    line.collect,
    line.report,
    verify,
    show,
    population,
    sample,
    compare,
):
    app.command()(_command)
app.command(name="sandbox")(serve)


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
