"""``verify`` and ``show``: what a finished pack is worth, and what it says of one subject."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportgen import console
from reportgen.commands.options import AsJson, Pack


def verify(
    pack: Pack,
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


def show(
    pack: Pack,
    control: Annotated[str, typer.Argument(help="A control's id.")],
    subject: Annotated[str, typer.Argument(help="A cluster, <cluster>/<pool>, or an ARM id.")],
) -> None:
    """Print what was observed for one control and subject, the evidence it rests on, and how to fix it."""
    from reportgen.show import lines

    for line in lines(pack, control, subject):
        console.say(line)
