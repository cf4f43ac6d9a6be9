"""``reportgen compare``: what changed from one pack to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, astuple, fields
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen import console
from reportgen.changes import ChangedException, ChangedPopulation, Changes, ExceptionChange, Side
from reportgen.commands.options import AsJson

if TYPE_CHECKING:
    from reportgen.model import Json

_WORDS = {
    ExceptionChange.NEW: "new",
    ExceptionChange.FIRST_ASSESSED: "found now, not assessed before",
    ExceptionChange.PERSISTING: "persisting",
    ExceptionChange.FIXED: "fixed",
    ExceptionChange.NOT_ASSESSED: "not assessed now, so not known to be fixed",
    ExceptionChange.NOT_APPLICABLE: "not applicable now",
    ExceptionChange.GONE: "gone with their subjects",
    ExceptionChange.OUT_OF_SCOPE: "no longer in scope",
    ExceptionChange.CONTROL_REMOVED: "of controls that were removed",
}
_SHOWN = 10


def compare(
    old: Annotated[Path, typer.Argument(help="The earlier pack's folder or zip.")],
    new: Annotated[Path, typer.Argument(help="The later pack's folder or zip.")],
    as_json: AsJson = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write all exceptions of either as a table.", dir_okay=False)
    ] = None,
) -> None:
    """Say what changed from one pack to another: exceptions, populations, catalogue, coverage."""
    from reportgen.audit.previous import changes_between
    from reportgen.pack import verify

    altered = [path for path in (old, new) if not verify(path).intact]
    found = changes_between(old, new)
    for path in altered:
        console.warn(f"{path}: altered since its manifest was written; see `reportgen verify`")
    if csv:
        from reportgen.render.data import write_table

        heads = [field.name for field in fields(ChangedException)]
        write_table(csv, heads, (list(astuple(one)) for one in found.exceptions))
    if as_json:
        console.document({**_document(found), "intact": not altered})
        return
    for line in (*_sides(found), *_exceptions(found), *_others(found), *_coverage(found)):
        console.say(line.replace("\n", "\N{REPLACEMENT CHARACTER}"))
    if csv:
        console.say(f"written: {csv}")


def _document(found: Changes) -> dict[str, Json]:
    counts: dict[str, Json] = {change.value: found.count(change) for change in ExceptionChange}
    return {"schema_version": "1", "counts": counts, **asdict(found)}


def _sides(found: Changes) -> Iterator[str]:
    for word, side in (("from", found.old), ("to", found.new)):
        yield (
            f"{word:<5}pack {side.pack_id}, as of {side.as_of}, {side.entity}, {side.period}, "
            f"collection mode {side.collection_mode}"
        )
    for name in ("entity", "engagement", "collection_mode", *_MADE_BY):
        before, after = getattr(found.old, name), getattr(found.new, name)
        if before != after:
            yield f"  {name.replace('_', ' ')} differs: {before} -> {after}"


_MADE_BY = tuple(
    field.name
    for field in fields(Side)
    if field.name.endswith(("_version", "catalogue_sha256", "templates_sha256"))
)


def _exceptions(found: Changes) -> Iterator[str]:
    yield "exceptions"
    for change, group in groupby(found.exceptions, key=lambda one: one.change):
        members = list(group)
        yield f"  {len(members)} {_WORDS[change]}"
        if change is not ExceptionChange.PERSISTING:
            yield from map(_exception, members)
    if not found.exceptions:
        yield "  none in either"


def _exception(one: ChangedException) -> str:
    where = f" in {one.cluster}" if one.cluster not in ("", one.subject) else ""
    judged = "; the control judges differently now" if one.judged_differently else ""
    steps = f"{one.before or 'not there'} -> {one.after or 'not there'}"
    told = f": {one.reason}" if one.reason else ""
    return f"    {one.severity:<9}{one.control}  {one.subject}{where}  ({steps}{judged}){told}"


def _others(found: Changes) -> Iterator[str]:
    if found.findings:
        yield "findings whose status changed"
    for line in found.findings:
        counts = f"{line.exceptions_before} -> {line.exceptions_after} exceptions"
        yield f"  {line.control}: {line.before} -> {line.after}, {counts}"
    if found.catalogue:
        yield "catalogue and parameters"
    for control in found.catalogue:
        if control.what in ("added", "removed"):
            yield f"  {control.control}: {control.what}"
        else:
            yield f"  {control.control}: {control.what}: {control.before} -> {control.after}"
    if found.populations:
        yield "populations"
    for moved in found.populations:
        of = moved.controls[0] if len(moved.controls) == 1 else f"{len(moved.controls)} controls"
        yield f"  {moved.kind}, {of}: {_moved(moved)}"
        yield from _ids("+", moved.came)
        yield from _ids("-", moved.went)


def _moved(moved: ChangedPopulation) -> str:
    told = (
        f"{len(ids)} {words}"
        for ids, words in (
            (moved.came, "came"),
            (moved.went, "went"),
            (moved.first_read, "not read before"),
            (moved.not_read, "not read now"),
        )
        if ids
    )
    return ", ".join(told)


def _ids(sign: str, ids: tuple[str, ...]) -> Iterator[str]:
    yield from (f"    {sign} {one}" for one in ids[:_SHOWN])
    if len(ids) > _SHOWN:
        yield f"    {sign} and {len(ids) - _SHOWN} more (--json has all)"


def _coverage(found: Changes) -> Iterator[str]:
    yield f"coverage: {found.not_assessed[0]} -> {found.not_assessed[1]} observations not assessed"
    for line in found.subscriptions:
        yield f"  subscription {line.name or line.id}: {line.before} -> {line.after}"
    for gap in found.gaps:
        yield f"  {gap.change} gap: {gap.source}, {gap.scope_name or gap.scope}: {gap.reason}"
