"""What people decide and state beside the evidence: exclusions, waivers, attestations, responses.

Each stands in the engagement as a list, or in a file of its own that the engagement names. A waiver, an
attestation or a response with a mistake is not applied and keeps its place: the run goes on, for a typing
error may not cost the evidence of a week, and all who read are told. An exclusion with a mistake stops the
run, since what is judged hangs on it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, InstanceOf, model_validator

from reportgen.engagement.fields import Day, Filled, StrictModel
from reportgen.errors import UsageError
from reportgen.model import AttestationResult


def _beside(value: Path) -> Path:
    if value.is_absolute() or ".." in value.parts or not value.name:
        raise ValueError("expected the path of a file in the engagement's folder or below it")
    return value


_GUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LEFT_OUT = re.compile(
    rf"{_GUID}|/subscriptions/{_GUID}/resourcegroups/[^/]+"
    r"/providers/microsoft\.containerservice/managedclusters/[^/]+/?",
    re.IGNORECASE,
)
Beside = Annotated[Path, AfterValidator(_beside)]


class Waiver(StrictModel):
    """An exception that somebody accepted for a time.

    ``subject`` is the exact id of a subject, in any casing; ``glob`` a pattern over ids, in which ``*`` is
    any text. It begins on ``begins_on``, else on the day of its approval, and ends with the whole day
    ``expires_on`` (UTC). The approval is shown by a reference, or by a file whose hash is printed.
    """

    control: Filled
    subject: Filled | None = None
    glob: Filled | None = None
    reason: Filled
    ticket: Filled
    requested_by: Filled
    approved_by: Filled
    approved_on: Day
    begins_on: Day | None = None
    expires_on: Day
    approval: Filled | None = None
    approval_file: Beside | None = None

    @model_validator(mode="after")
    def _whole(self) -> Waiver:
        if (self.subject is None) == (self.glob is None):
            raise ValueError("expected either subject (an exact id) or glob (a pattern), and not both")
        if self.expires_on < self.begins:
            raise ValueError(f"expires_on {self.expires_on} is before it begins, on {self.begins}")
        return self

    @property
    def begins(self) -> date:
        """The first day that it can be applied on."""
        return self.begins_on or self.approved_on


class Exclusion(StrictModel):
    """Something of the scope that the engagement leaves out: it is listed, and not judged.

    ``scope`` is the id of a subscription, or the ARM id of a cluster, with all that lies in it. It ends with
    the whole day ``expires_on`` (UTC); after that it is judged again.
    """

    scope: Filled
    owner: Filled
    reason: Filled
    expires_on: Day

    @model_validator(mode="after")
    def _of_a_kind(self) -> Exclusion:
        if not _LEFT_OUT.fullmatch(self.scope):
            raise ValueError("scope is the id of a subscription (a GUID) or the ARM id of an AKS cluster")
        return self


class PolicyExemptions(StrictModel):
    """What becomes of exemptions in Azure Policy: shown in the register only, or applied as waivers.

    ``controls`` says for which controls an exemption speaks: their ids, each with the ids of policy
    definitions (whole, or their last part) whose exemption waives them; ``<initiative>#<reference id>`` names
    one policy of an initiative.
    """

    apply: Literal["show", "waive"] = "show"
    controls: dict[str, tuple[Filled, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _mapped(self) -> PolicyExemptions:
        if self.apply == "waive" and not self.controls:
            raise ValueError("with apply: waive, controls says which policy definitions waive which control")
        return self


class Attestation(StrictModel):
    """What a person states: about a control, a requirement of a framework, or a control of the entity.

    ``subject`` limits a statement about a control to one subject, by its id. ``valid_until`` is the last day
    on which it is relied on. ``file`` is what the person shows for it; a copy goes into the pack.
    """

    control: Filled | None = None
    framework: Filled | None = None
    requirement: Filled | None = None
    entity_control: Filled | None = None
    subject: Filled | None = None
    person: Filled
    role: Filled
    statement: Filled
    stated_on: Day
    valid_until: Day
    file: Beside | None = None

    @model_validator(mode="after")
    def _whole(self) -> Attestation:
        if [self.control, self.requirement, self.entity_control].count(None) != 2:
            raise ValueError("expected one of control, requirement (with framework) and entity_control")
        if (self.framework is None) != (self.requirement is None):
            raise ValueError("framework and requirement go together")
        if self.subject and not self.control:
            raise ValueError("subject goes with control alone")
        if self.valid_until < self.stated_on:
            raise ValueError(f"valid_until {self.valid_until} is before stated_on {self.stated_on}")
        return self


class Response(StrictModel):
    """What management does about the exceptions of a control, or about one subject's."""

    control: Filled
    subject: Filled | None = None
    owner: Filled
    plan: Filled
    due_on: Day


class Malformed(StrictModel):
    """An entry with a mistake, which is not applied.

    ``file`` and ``line`` are where it begins, ``problems`` what is wrong, key by key. ``said`` are those of
    its texts that can be read, by their keys: they say which entry it is, and decide nothing.
    """

    file: str
    line: int
    problems: tuple[str, ...]
    said: dict[str, str]

    @property
    def where(self) -> str:
        """File and line, as reports print them."""
        return f"{self.file}:{self.line}"


Waivers = tuple[Waiver | InstanceOf[Malformed], ...]
Attestations = tuple[Attestation | InstanceOf[Malformed], ...]
Responses = tuple[Response | InstanceOf[Malformed], ...]
"""A list in its own order, by which entries are numbered; nobody writes that an entry is malformed."""


@dataclass(frozen=True, slots=True)
class Registers:
    """All of them. ``files`` are the SHA-256 of the files that entries name, by the name they give."""

    exclusions: tuple[Exclusion, ...] = ()
    waivers: Waivers = ()
    exemptions: PolicyExemptions = field(default_factory=PolicyExemptions)
    attestations: Attestations = ()
    responses: Responses = ()
    period_end: date | None = None
    folder: Path = Path()
    files: Mapping[str, str] = field(default_factory=dict)


MODELS: Mapping[str, type[StrictModel]] = {
    "exclusions": Exclusion,
    "waivers": Waiver,
    "attestations": Attestation,
    "responses": Response,
}
"""By the key of the engagement that holds a list of them, or the name of a file with such a list."""


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, as far as spelling shows it."""
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def json_schema(key: str) -> dict[str, Any]:
    """The JSON Schema of a file with a list of entries, for editors; ``key`` is one of `MODELS`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"reportgen {key}",
        "type": "array",
        "items": MODELS[key].model_json_schema(),
    }


def hashes(registers: Registers) -> dict[str, str]:
    """The SHA-256 of each file that an entry names."""
    entries = (*registers.waivers, *registers.attestations)
    files = {file for entry in entries if (file := shown(entry))}
    return {
        file.as_posix(): hashlib.sha256(content(registers.folder / file)).hexdigest()
        for file in sorted(files, key=Path.as_posix)
    }


def shown(entry: StrictModel) -> Path | None:
    """The file that an entry shows for what it says, if it names one."""
    if isinstance(entry, Waiver):
        return entry.approval_file
    return entry.file if isinstance(entry, Attestation) else None


def copy_files(registers: Registers, attested: Iterable[AttestationResult], folder: Path) -> None:
    """Put the files that attestations show into a pack's folder.

    Raises UsageError where one is another by now than when it was hashed.
    """
    for result in attested:
        if result.copy:
            told = content(registers.folder / result.file)
            if hashlib.sha256(told).hexdigest() != result.file_sha256:
                raise UsageError(f"{registers.folder / result.file}: changed while the report was made")
            target = folder / result.copy
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(told)


def refusal(folder: Path, file: Path) -> str:
    """Why a file that is named cannot be had, "" where it can; a link that leads out is refused too."""
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"{file} lies outside the engagement's folder"
    if not path.is_file():
        return f"there is no file {file} in the engagement's folder"
    return "" if os.access(path, os.R_OK) else f"{file} cannot be read"


def content(path: Path) -> bytes:
    """What a file holds; UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
