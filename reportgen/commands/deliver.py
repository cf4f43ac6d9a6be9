"""``deliver`` and ``release``: a finished pack goes to its recipients, once somebody let it go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.options import AsJson, EngagementFile, Out, Pack, account, kept_by
from reportgen.errors import DeliveryError

if TYPE_CHECKING:
    from reportgen.deliver import Outcome
    from reportgen.kept import Kept
    from reportgen.model import OwnTemplates

FAILED = DeliveryError.exit_code


def deliver(
    pack: Pack,
    engagement: EngagementFile,
    out: Out = Path("out"),
    again: Annotated[
        bool, typer.Option("--again", help="Send also what may have come already (its end is unknown).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hand a pack over as the engagement's `deliver:` says: 0 done, 4 something failed or is unknown."""
    from dataclasses import asdict

    from reportgen import deliver as line
    from reportgen.render.own import of_engagement

    kept = kept_by(engagement, out)
    own = of_engagement(kept.engagement)
    for problem in own.problems if own else ():
        console.warn(problem)
    outcomes = line.deliver(kept, pack, own, again=again)
    if as_json:
        console.document([asdict(outcome) for outcome in outcomes])
    else:
        tell(outcomes)
    raise typer.Exit(FAILED if any(outcome.failed for outcome in outcomes) else 0)


def tell(outcomes: tuple[Outcome, ...]) -> None:
    """A line for each channel, on standard error for those that somebody has to look at."""
    for outcome in outcomes:
        text = f"{outcome.channel}: {outcome.state}: {outcome.told}"
        if outcome.failed:
            console.complain(f"delivery by {text}")
        else:
            console.say(text)


def after_run(kept: Kept, pack: Path, own: OwnTemplates | None) -> int:
    """Deliver at the end of a run, with its own words; 0 or 4, since what the run found counts first."""
    from reportgen import deliver as line

    try:
        outcomes = line.deliver(kept, pack, own)
    except DeliveryError as error:
        console.complain(f"delivery: {error}")
        return FAILED
    tell(outcomes)
    return FAILED if any(outcome.failed for outcome in outcomes) else 0


def release(
    pack: Pack,
    engagement: EngagementFile,
    by: Annotated[str, typer.Option(help="Who releases it; stands in the register.")],
    out: Out = Path("out"),
) -> None:
    """Release a pack to its recipients (`release: after_approval`); `reportgen deliver` then sends it."""
    from reportgen import deliver as line

    who = line.Releaser(by, account())
    found = line.parcel(pack)
    entry, new = line.release(kept_by(engagement, out), found, who, datetime.now(UTC))
    done = "Released" if new else "Was released already"
    where = f"entry {entry.number} of the register"
    console.say(f"{done}: pack {found.pack_id} by {entry.text('by')} at {entry.time}, {where}")
    console.say(f"Run by {entry.text('account')}; prepared by {entry.text('prepared_by') or 'nobody named'}.")
    if not entry.text("prepared_by"):
        console.warn(
            "the engagement names nobody under `prepared_by`, so the same person may have prepared it"
        )
    if new:
        console.say(f"Next: reportgen deliver {pack} {engagement}")
