"""What people decide and state beside the evidence: exclusions, waivers, attestations, responses.

Each stands in the engagement as a list, or in a file of its own that the engagement names. One entry that is
wrong stops the run before anything is collected: a waiver that silently does nothing is the worst of all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from reportgen.engagement import mistakes, yaml_text
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


@dataclass(frozen=True, slots=True)
class Registers:
    """All of them. ``files`` are the SHA-256 of the files that entries name, by the name they give."""

    exclusions: tuple[Exclusion, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    exemptions: PolicyExemptions = field(default_factory=PolicyExemptions)
    attestations: tuple[Attestation, ...] = ()
    responses: tuple[Response, ...] = ()
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


def json_schema(key: str) -> dict[str, Any]:
    """The JSON Schema of a file with a list of entries, for editors; ``key`` is one of `MODELS`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"reportgen {key}",
        "type": "array",
        "items": MODELS[key].model_json_schema(),
    }


def with_files(raw: Mapping[str, Any], node: yaml.Node | None, name: str, folder: Path) -> dict[str, Any]:
    """The engagement's keys, with the lists of entries in the place of the files that hold them.

    Raises UsageError with file and line where such a file cannot be read, or an entry in it is wrong.
    """
    found = dict(raw)
    for key in MODELS:
        if isinstance(raw.get(key), str):
            where = f"{name}:{mistakes.line(node, (key,))}: {key}"
            found[key] = _entries(key, _inside(folder, Path(raw[key]), where))
    return found


def hashes(registers: Registers, name: str) -> dict[str, str]:
    """The SHA-256 of each file that an entry names. Raises UsageError where one is not there."""
    found: dict[str, str] = {}
    for key, number, file in _named(registers):
        path = _inside(registers.folder, file, f"{name}: {key} {number}")
        found[file.as_posix()] = hashlib.sha256(_content(path)).hexdigest()
    return dict(sorted(found.items()))


def copy_files(registers: Registers, attested: Iterable[AttestationResult], folder: Path) -> None:
    """Put the files that attestations show into a pack's folder.

    Raises UsageError where one is another by now than when it was hashed.
    """
    for result in attested:
        if result.copy:
            content = _content(registers.folder / result.file)
            if hashlib.sha256(content).hexdigest() != result.file_sha256:
                raise UsageError(f"{registers.folder / result.file}: changed while the report was made")
            target = folder / result.copy
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _named(registers: Registers) -> Iterator[tuple[str, int, Path]]:
    """The files that entries name: the key, the number of the entry, and the path."""
    for number, waiver in enumerate(registers.waivers, start=1):
        if waiver.approval_file:
            yield "waivers", number, waiver.approval_file
    for number, attestation in enumerate(registers.attestations, start=1):
        if attestation.file:
            yield "attestations", number, attestation.file


def _inside(folder: Path, file: Path, where: str) -> Path:
    """The path below the folder; a link that leads out of it is refused too."""
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{where}: {file} lies outside the engagement's folder {folder}")
    if not path.is_file():
        raise UsageError(f"{where}: there is no file {path}")
    return path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def _entries(key: str, path: Path) -> tuple[StrictModel, ...]:
    """The entries of a file of its own, which is a list and nothing else."""
    try:
        text = _content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
    node, raw = yaml_text.read(text, str(path))
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise UsageError(f"{path}:1: expected a list of {key}, each beginning with a dash")
    model, entries, problems = MODELS[key], [], []
    for place, entry in enumerate(raw):
        try:
            entries.append(model.model_validate(entry))
        except ValidationError as error:
            items = ({**item, "loc": (place, *item["loc"])} for item in error.errors(include_url=False))
            problems += [mistakes.told(str(path), node, item, model) for item in items]
    if problems:
        raise UsageError("\n".join(problems))
    return tuple(entries)
