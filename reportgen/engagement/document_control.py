"""Keys of an engagement that say who answers for the pack, and how it looks; all of them may be left out."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

from reportgen import model
from reportgen.engagement.fields import Day, StrictModel


def _inside(value: Path) -> Path:
    parts = PurePosixPath(value.as_posix().replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or value.drive:
        raise ValueError("expected a folder inside the engagement's own, such as templates")
    return value


TemplatesFolder = Annotated[Path, AfterValidator(_inside)]
"""Relative to the engagement's folder and inside it: the renderer reads nothing else beside the package."""


class Person(StrictModel):
    """Somebody who answers for the pack."""

    name: str = Field(min_length=1)
    role: str = ""


class Reviewer(Person):
    """Somebody who reviews it, or ``approves`` it; without ``date`` the line is left to be signed."""

    approves: bool = False
    date: Day | None = None


class Representation(StrictModel):
    """What the preparer states about the evidence."""

    text: str = Field(min_length=1)
    name: str = ""
    role: str = ""
    date: Day | None = None


class RecordOfChange(StrictModel):
    """A line of the record of changes."""

    version: str = Field(min_length=1)
    date: Day
    author: str = ""
    text: str = Field(min_length=1)


def document(
    prepared_by: Person | None,
    reviewers: tuple[Reviewer, ...],
    representation: Representation | None,
    changes: tuple[RecordOfChange, ...],
) -> model.DocumentControl:
    """The same as it is printed."""
    signed = [(one.approves, model.Signatory(one.name, one.role, _told(one.date))) for one in reviewers]
    return model.DocumentControl(
        prepared_by=model.Signatory(prepared_by.name, prepared_by.role) if prepared_by else None,
        reviewers=tuple(person for approves, person in signed if not approves),
        approvers=tuple(person for approves, person in signed if approves),
        representation=_representation(representation),
        changes=tuple(
            model.Issue(one.version, one.date.isoformat(), one.author, one.text) for one in changes
        ),
    )


def _representation(given: Representation | None) -> model.Representation | None:
    if given is None:
        return None
    return model.Representation(given.text, model.Signatory(given.name, given.role, _told(given.date)))


def _told(day: Day | None) -> str:
    return day.isoformat() if day else ""
