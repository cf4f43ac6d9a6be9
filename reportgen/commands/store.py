"""``runs``, ``status``, ``unlock`` and ``prune``: what stands in an engagement's store, and its upkeep."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.options import AsJson, EngagementFile, Out, account, kept_by
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.model import RegisteredRun


def runs(engagement: EngagementFile, out: Out = Path("out"), as_json: AsJson = False) -> None:
    """List every run of the register and check its chain: 0 unbroken, 1 broken."""
    from reportgen.runs import fold

    register = kept_by(engagement, out).register
    problems = register.problems()
    entries = () if any("damaged" in told for told in problems) else register.entries()
    found = list(fold(entries))
    if as_json:
        head = entries[-1] if entries else None
        console.document(
            {
                "unbroken": not problems,
                "problems": list(problems),
                "entries": len(entries),
                "head_sha256": head.sha256 if head else "",
                "runs": [asdict(run) for run in found],
            }
        )
    else:
        for run in found:
            console.say(_line(run))
        for entry in entries:
            if entry.kind == "released":
                who = f"{entry.text('by')} (run by {entry.text('account')})"
                released = f"pack {entry.text('pack')} by {who}"
                console.say(f"{entry.number:>6}  {entry.time}  {entry.run}  released  {released}")
            elif entry.kind == "delivering":
                rests = f"pack {entry.text('pack')} rests on {', '.join(entry.snapshots) or 'no snapshot'}"
                console.say(f"{entry.number:>6}  {entry.time}  {entry.run}  delivering  {rests}")
        for told in problems:
            console.say(f"BROKEN: {told}")
        console.say(
            f"{len(found)} runs, {len(entries)} entries; the chain is {'BROKEN' if problems else 'unbroken'}"
        )
    raise typer.Exit(1 if problems else 0)


def _line(run: RegisteredRun) -> str:
    what = run.snapshot or run.error or run.result
    gaps = f", {run.gaps} gaps" if run.gaps else ""
    return f"{run.number:>6}  {run.started_at}  {run.run}  {run.command:8}  {run.result:10}  {what}{gaps}"


def status(
    engagement: EngagementFile,
    out: Out = Path("out"),
    max_age: Annotated[
        str | None,
        typer.Option(help="Oldest that the last good snapshot may be: 8d, 36h; by `schedule` without."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how an engagement stands: 0 all is well, 3 late (or a broken register), for an alert."""
    from reportgen.status import age, standing

    longest = age(max_age) if max_age else None
    kept = kept_by(engagement, out)
    found = standing(kept.engagement, kept.store, kept.register, datetime.now(UTC), longest)
    if as_json:
        console.document(found.document())
    else:
        for line in found.text():
            console.say(line)
    raise typer.Exit(found.exit_code)


def unlock(engagement: EngagementFile, out: Out = Path("out")) -> None:
    """Free an engagement whose run is gone and left its lease; a run that is alive goes on all the same."""
    import secrets

    from reportgen.lease import Lease
    from reportgen.register import key, stamp

    kept = kept_by(engagement, out)
    by = account()
    holder = Lease(kept.store, key(kept.engagement)).release(by)
    if holder is None:
        console.say("The lease is free.")
        return
    facts = {"engagement": key(kept.engagement), "by": by, "from": asdict(holder)}
    kept.register.append("unlocked", stamp(datetime.now(UTC)), secrets.token_hex(6), lambda _: facts)
    console.say(f"Freed: {holder.words()}, last seen {holder.seen}")


def prune(
    engagement: EngagementFile,
    out: Out = Path("out"),
    remove: Annotated[
        bool, typer.Option("--remove/--dry-run", help="Remove them; without it, it is only said which.")
    ] = False,
) -> None:
    """Say which snapshots the engagement's retention lets go, and remove them where asked to."""
    import secrets

    from reportgen import retention

    kept, now = kept_by(engagement, out), datetime.now(UTC)
    judged = retention.judge(kept, out, now.date())
    for line in judged:
        console.say(f"{line.name}  {f'kept: {line.why}' if line.why else 'may go'}")
    going = sum(not line.why for line in judged)
    if not remove:
        console.say(f"{going} of {len(judged)} may go; nothing was removed (--remove does)")
        return
    staying = retention.remove(kept, judged, now, secrets.token_hex(6))
    console.say(f"{going - len(staying)} of {len(judged)} removed")
    if staying:
        raise UsageError(f"store: {kept.store.place}: its own rules keep {', '.join(staying)}")
