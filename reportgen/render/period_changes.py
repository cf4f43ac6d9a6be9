"""What Resource Graph and the activity log recorded in the period: changes, clusters that came and went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reportgen.model import ClusterLife, Control, PropertyChange
from reportgen.render.names import Names, PrincipalName, resource_group
from reportgen.render.strings import Strings
from reportgen.render.text import moment


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A recorded change; ``controls`` are anchors and titles of those that judge the property.

    ``by`` is how whoever made it is printed, None where nobody is named.
    """

    change: PropertyChange
    time: str
    name: str
    by: PrincipalName | None
    controls: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LifeRow:
    """A cluster that came or went, and in words when and by whom."""

    life: ClusterLife
    told: tuple[str, ...]


def change_row(
    change: PropertyChange, by_id: Mapping[str, Control], names: Names, strings: Strings
) -> ChangeRow:
    """The row of a recorded change."""
    by = names.actor(change.by) if change.by else None
    if by and change.by_log:
        by = replace(by, title=strings.text("period.who_log", who=by.title))
    name = change.resource.rpartition("/")[2]
    return ChangeRow(
        change=change,
        time=moment(change.at),
        name=f"{name} ({resource_group(change.resource)})",
        by=by,
        controls=tuple((f"c-{one}", by_id[one].title) for one in change.controls if one in by_id),
    )


def life_row(life: ClusterLife, names: Names, strings: Strings) -> LifeRow:
    """The row of a cluster that came or went."""
    told = []
    for key, when, by, by_log in (
        ("created", life.created, life.created_by, life.created_by_log),
        ("deleted", life.deleted, life.deleted_by, life.deleted_by_log),
    ):
        if when:
            words = strings.text(f"period.{key}", when=_when(when))
            told.append(f"{words} {_by(names.actor(by), by_log, strings)}" if by else words)
    return LifeRow(life, tuple(told))


def _when(text: str) -> str:
    """A time, or two times with words between them, as times are printed."""
    return " ".join(moment(word) if word[:4].isdigit() else word for word in text.split(" "))


def _by(by: PrincipalName, by_log: bool, strings: Strings) -> str:
    return strings.text("period.by_log" if by_log else "period.by", who=by.line)
