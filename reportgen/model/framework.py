"""Requirements of frameworks and of the entity, and what the findings say of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reportgen.model.values import Status


class Relation(StrEnum):
    """How a control bears on a requirement: it tests what is required, or a part of it or a means to it."""

    DIRECT = "direct"
    SUPPORTING = "supporting"


@dataclass(frozen=True, slots=True)
class MappedControl:
    """A control that gives evidence for a requirement; ``published`` says who maps it so, "" that we do."""

    control: str
    relation: Relation
    published: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a framework: its published id, its title in our own words.

    ``method`` is automated, external, attestation, inherited or out-of-scope; ``reason`` is given for all but
    the first. ``not_covered`` says what of it no control looks at.
    """

    id: str
    title: str
    group: str
    method: str
    reason: str
    not_covered: str
    controls: tuple[MappedControl, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework file. ``number_source`` says who counts its requirements, and which are not listed."""

    id: str
    title: str
    short: str
    version: str
    publisher: str
    source: str
    note: str
    number_source: str
    requirements: tuple[Requirement, ...]
    path: str


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """What the direct controls of a requirement found, or the supporting ones where there are no direct ones.

    ``status`` is None where none was run for it.
    """

    requirement: Requirement
    status: Status | None
    exceptions: int
    not_assessed: int
    supporting_only: bool = False


@dataclass(frozen=True, slots=True)
class FrameworkResult:
    """One framework over the findings of a pack."""

    framework: Framework
    requirements: tuple[RequirementResult, ...]


@dataclass(frozen=True, slots=True)
class EntityControlResult:
    """A control as the entity words it, with what those of the catalogue found that give evidence for it.

    ``controls`` are ids in the entity's order; ``status`` is None where none of them was run.
    """

    id: str
    text: str
    owner: str
    operator: str
    frequency: str
    request_item: str
    controls: tuple[str, ...]
    status: Status | None
    exceptions: int
    not_assessed: int
