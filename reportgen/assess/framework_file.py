"""One framework file: every requirement that could concern AKS, and the controls that give evidence for it.

Every problem of a file is reported at once, as ``file:line: key: what is wrong``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reportgen.assess.yaml_file import Where, parse, usage_error
from reportgen.model import Framework, MappedControl, Relation, Requirement

_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("expected text, found nothing")
    return value.strip()


Text = Annotated[str, AfterValidator(_filled)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RequirementEntry(_Model):
    """One requirement; ``title`` is in our own words, ``id`` as published."""

    id: Text
    title: Text
    method: Literal["automated", "external", "attestation", "inherited", "out-of-scope"] = "automated"
    reason: str = Field(default="", description="why there is no automatic evidence, and whose it is")
    direct: list[Text] = Field(default_factory=list, description="controls that test what is required")
    supporting: list[Text] = Field(default_factory=list, description="controls that test a part, or a means")
    published: dict[str, Text] = Field(
        default_factory=dict, description="control id: who publishes this mapping; all others are ours"
    )
    not_covered: str = Field(default="", description="what of the requirement no control looks at")


class FrameworkFile(_Model):
    """A framework: where it comes from, how many requirements it has, and all of them by group."""

    id: str = Field(pattern=_ID, description="the file's name")
    title: Text
    short: Text = Field(max_length=24)
    version: Text
    publisher: Text
    source: str = Field(pattern=r"^https://")
    note: str = ""
    number: int = Field(gt=0, description="how many requirements are listed")
    number_source: Text = Field(description="who says that there are so many, and which were left out")
    groups: dict[str, list[RequirementEntry]] = Field(min_length=1, description="heading: requirements")


def read(path: Path, name: str) -> Framework:
    """Read one file; ``name`` is how the file is named in errors. Raises UsageError with every problem.

    As with controls, the same bytes are parsed once.
    """
    return _read(path.read_bytes(), path.name.removesuffix(".yaml"), name)


@lru_cache(maxsize=64)
def _read(content: bytes, stem: str, name: str) -> Framework:
    node, raw = parse(content, name)
    try:
        model = FrameworkFile.model_validate(raw)
    except ValidationError as error:
        problems = [(item["loc"], item["msg"].removeprefix("Value error, ")) for item in error.errors()]
        raise usage_error(name, node, problems) from error
    across = list(_across(model, stem))
    if across:
        raise usage_error(name, node, across)
    return Framework(
        id=model.id,
        title=model.title,
        short=model.short,
        version=model.version,
        publisher=model.publisher,
        source=model.source,
        note=model.note.strip(),
        number_source=model.number_source,
        requirements=tuple(
            _requirement(entry, group) for group, entries in model.groups.items() for entry in entries
        ),
        path=name,
    )


def _across(model: FrameworkFile, stem: str) -> Iterator[tuple[Where, str]]:
    if model.id != stem:
        yield ("id",), f"the file is named {stem}.yaml, so expected {stem}; found {model.id!r}"
    entries = [
        (("groups", group, index), entry)
        for group, listed in model.groups.items()
        for index, entry in enumerate(listed)
    ]
    if len(entries) != model.number:
        yield ("number",), f"{model.number} are said to be listed; found {len(entries)}"
    times = Counter(entry.id for _, entry in entries)
    for where, entry in entries:
        if times[entry.id] > 1:
            yield (*where, "id"), f"{entry.id} is listed {times[entry.id]} times"
        yield from ((where, what) for what in _entry_problems(entry))


def _entry_problems(entry: RequirementEntry) -> Iterator[str]:
    controls = [*entry.direct, *entry.supporting]
    if entry.method == "automated" and not controls:
        yield "automated, and neither direct nor supporting names a control"
    if entry.method != "automated" and not entry.reason.strip():
        yield f"{entry.method} needs a reason"
    if entry.method in ("inherited", "out-of-scope") and controls:
        yield f"{entry.method} has no controls; found {', '.join(controls)}"
    for control, times in Counter(controls).items():
        if times > 1:
            yield f"{control} is named {times} times"
    for control in entry.published.keys() - set(controls):
        yield f"published names {control}, which is neither direct nor supporting"


def _requirement(entry: RequirementEntry, group: str) -> Requirement:
    relations = ((Relation.DIRECT, entry.direct), (Relation.SUPPORTING, entry.supporting))
    return Requirement(
        id=entry.id,
        title=entry.title,
        group=group,
        method=entry.method,
        reason=entry.reason.strip(),
        not_covered=entry.not_covered.strip(),
        controls=tuple(
            MappedControl(control, relation, entry.published.get(control, ""))
            for relation, controls in relations
            for control in controls
        ),
    )
