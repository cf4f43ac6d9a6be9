"""``reportgen population`` and ``sample``: what an auditor picks from, and the sheets for what was picked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.commands.options import AsJson, Pack
from reportgen.errors import UsageError

if TYPE_CHECKING:
    from reportgen.audit.population import Population
    from reportgen.audit.sample import Sample

Control = Annotated[str, typer.Option("--control", help="A control's id.")]
_HEADS = ("number", "status", "subject", "cluster", "subscription", "id")


def population(
    pack: Pack,
    control: Control,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write it as a table for a spreadsheet.", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the whole population of a control, numbered and hashed: 0, 1 an altered pack, 2 none."""
    from reportgen.audit.population import population as read

    found = read(pack, control)
    if csv:
        from reportgen.audit.population import COLUMNS
        from reportgen.render.data import write_table

        write_table(csv, COLUMNS, (item.row for item in found.items))
    if as_json:
        console.document(found.document)
    else:
        _print(found, csv)


def _print(found: Population, csv: Path | None) -> None:
    from reportgen.sampling import METHOD, hash_command

    control = found.finding["control"]
    console.say(f"{control}: {found.finding['title']}")
    console.say(f"  collection mode: {found.facts['collection_mode']}")
    console.say(f"  pack: {found.facts['pack_id']}, as of {found.facts['as_of']}; intact")
    console.say(f"  population: {found.told}")
    console.say(f"  SHA-256: {found.sha256} ({METHOD})")
    console.say(f"  the same, in the pack's folder: {hash_command(control)}")
    if csv:
        console.say(f"  written: {csv}")
        return
    rows = [
        (str(item.number), item.observation["status"], subject["name"], subject["cluster"], item.subscription)
        for item in found.items
        for subject in (item.observation["subject"],)
    ]
    shown = [[_cell(text) for text in row] for row in (_HEADS[:-1], *rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    ids = (_HEADS[-1], *(_cell(item.observation["subject"]["id"]) for item in found.items))
    for row, one in zip(shown, ids, strict=True):
        console.say(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + f"  {one}"
        )


def _cell(text: str) -> str:
    """A name that cannot begin a line of its own."""
    return "\N{REPLACEMENT CHARACTER}".join(text.split("\n"))


def sample(
    pack: Pack,
    control: Control,
    ids: Annotated[
        Path | None,
        typer.Option(
            "--ids", help="A text file with the numbers or ids of the items.", exists=True, dir_okay=False
        ),
    ] = None,
    size: Annotated[int | None, typer.Option("--n", help="How many items to draw.", min=1)] = None,
    seed: Annotated[str, typer.Option("--seed", help="Any text; without it, the population's hash.")] = "",
    out: Annotated[Path, typer.Option(help="Folder for the sheets.", file_okay=False)] = Path("sample"),
) -> None:
    """Draw items of a population, or take those named, and write a sheet for each, as HTML and PDF."""
    from reportgen.audit.sheets import write
    from reportgen.render.interface import PdfUnavailable

    taken = _taken(pack, control, ids, size, seed)
    found = taken.population
    console.say(f"{control}: {len(taken.items)} of {found.told}")
    console.say(f"  SHA-256 of the population: {found.sha256}")
    if taken.seed:
        console.say(f"  seed: {taken.seed}")
    console.say(f"  numbers: {' '.join(str(one.item.number) for one in taken.items)}")
    try:
        for path in write(taken, out):
            console.say(f"  written: {path}")
    except PdfUnavailable as error:
        raise UsageError(
            f"sample.pdf was not made: {error.lack}. {error.remedy}; {out / 'sample.html'} is there"
        ) from error


def _taken(pack: Path, control: str, ids: Path | None, size: int | None, seed: str) -> Sample:
    from reportgen.audit import sample as sampling
    from reportgen.audit.population import population as read

    if (ids is None) == (size is None):
        raise UsageError(
            "Give either --n with how many items to draw, or --ids with a file of their numbers or ids"
        )
    if ids is None:
        return sampling.drawn(pack, read(pack, control), size or 0, seed)
    if seed:
        raise UsageError("--seed goes with --n: what --ids names is not drawn")
    try:
        text = ids.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{ids}: cannot be read as text: {error}") from error
    return sampling.named(pack, read(pack, control), text)
