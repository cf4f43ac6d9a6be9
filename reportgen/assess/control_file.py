"""One control file: its keys as a model, and what no single key shows.

Every problem of a file is reported at once, as ``file:line: key: what is wrong``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from reportgen.assess.expression import VARIABLES, BadExpression
from reportgen.assess.expression import compile as compile_expression
from reportgen.assess.yaml_file import Where, line_of, parse, usage_error
from reportgen.model import Control, ControlTest, Json, ParameterNote, Status, Weaker
from reportgen.sources import BY_NAME
from reportgen.subjects import SUBJECTS

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("expected text, found nothing")
    return value.strip()


def _boolean(value: str) -> str:
    return _compiles(value, "BOOL")


def _text(value: str) -> str:
    return _compiles(value, "STRING")


def _anything(value: str) -> str:
    return _compiles(value, "DYN")


def _compiles(value: str, gives: str) -> str:
    try:
        compile_expression(_filled(value), gives)
    except BadExpression as error:
        raise ValueError(f"bad CEL: {error}") from error
    return value.strip()


def _source(value: str) -> str:
    if value not in BY_NAME:
        raise ValueError(f"unknown source; expected one of {', '.join(BY_NAME)}")
    return value


def _kind(value: str) -> str:
    if value not in SUBJECTS:
        raise ValueError(f"unknown kind of subject; expected one of {', '.join(SUBJECTS)}")
    return value


def _parameter(value: Any) -> Any:
    items = (value or [""]) if isinstance(value, list) else [value]
    if len({type(item) for item in items}) != 1 or not isinstance(items[0], (bool, int, float, str)):
        raise ValueError("expected true or false, a number, text, or a list of one of these")
    return value


Text = Annotated[str, AfterValidator(_filled)]
Version = Annotated[str, Field(pattern=r"^\d{4}\.[1-4]$")]
Boolean = Annotated[str, AfterValidator(_boolean)]
Sentence = Annotated[str, AfterValidator(_text)]
Value = Annotated[str, AfterValidator(_anything)]
Source = Annotated[str, AfterValidator(_source)]
Kind = Annotated[str, AfterValidator(_kind), WithJsonSchema({"enum": list(SUBJECTS)})]
Parameter = Annotated[
    Any,
    AfterValidator(_parameter),
    WithJsonSchema({"type": ["boolean", "number", "string", "array"]}),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Remediation(_Model):
    """How to bring a subject into the good state."""

    text: Text
    cli: str = ""


class Given(_Model):
    """The variables of a test; what is left out is empty, ``parameters`` the control's own."""

    subject: dict[str, Any] = Field(default_factory=dict)
    cluster: dict[str, Any] | None = None
    related: dict[str, Any] = Field(default_factory=dict)
    derived: dict[str, Any] = Field(default_factory=dict)
    parameters: dict[str, Any] | None = None
    as_of: str | None = Field(default=None, pattern=_TIME)


class Case(_Model):
    """One test of the control."""

    given: Given
    expect: Literal["satisfied", "not-satisfied", "not-applicable", "not-assessed"]
    note: str = ""


class Note(_Model):
    """What a reader has to know of a parameter."""

    weaker: Literal["higher", "lower", "more", "fewer", "changed", "none"] = Field(
        description="the change that lets more pass than the default"
    )
    source: Text = Field(description="where the default comes from")


class ControlFile(_Model):
    """A control: what is looked at, what is true of it when all is well, and how the file is tested."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"method": {"const": "attestation"}}},
            "else": {"required": ["check", "observe", "tests"]},
        }
    )

    id: str = Field(pattern=_ID, description="<area>-<good state>; the file's name; never renamed")
    title: Text
    area: Text
    severity: Literal["critical", "high", "medium", "low"]
    severity_reason: str = ""
    subject: Kind
    method: Literal["automated", "attestation", "inherited", "external"]
    objective: Text
    test_procedure: Text
    needs: list[Source] = Field(min_length=1, description="evidence; a gap in it is not-assessed")
    when: Boolean | None = Field(default=None, description="CEL; false is not-applicable")
    not_applicable_reason: Text | None = None
    assessable: Boolean | None = Field(default=None, description="CEL; false is not-assessed")
    not_assessed_reason: Text | None = None
    check: Boolean | None = Field(
        default=None, description="CEL; true is satisfied; left out where the method is attestation"
    )
    reason: Sentence | None = Field(default=None, description="CEL; a sentence for the reader, or ''")
    observe: dict[str, Value] = Field(
        default_factory=dict, description="label: CEL; printed for every subject; one at least beside a check"
    )
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    parameter_notes: dict[str, Note] = Field(default_factory=dict)
    evidence: Literal["configuration", "operation"] = Field(
        default="configuration", description="how something is set, or that it really happened"
    )
    absent_satisfied: dict[str, Text] = Field(
        default_factory=dict,
        description="path that the check reads: source that says why a subject without it is satisfied",
    )
    equivalent_mutants: dict[str, Text] = Field(
        default_factory=dict,
        description="what `controls test --mutations` calls a change: reason why no test can notice it",
    )
    remediation: Remediation
    references: list[Text] = Field(min_length=1)
    property_since: str = Field(
        default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="first ARM API version"
    )
    preview: bool = False
    covers: list[str] = Field(default_factory=list)
    history: dict[Version, Text] = Field(
        default_factory=dict, description="version of the catalogue: what changed in it, 'Added.' at first"
    )
    tests: list[Case] = Field(default_factory=list, description="two at least beside a check")
    cel: Literal[1] = 1


def read(path: Path, name: str) -> Control:
    """Read one file; ``name`` is how the file is named in errors. Raises UsageError with every problem.

    A run needs the catalogue when it collects and when it judges: the same bytes are parsed once.
    """
    return _read(path.read_bytes(), path.stem, name)


@lru_cache(maxsize=1024)
def _read(content: bytes, stem: str, name: str) -> Control:
    node, raw = parse(content, name)
    try:
        model = ControlFile.model_validate(raw)
    except ValidationError as error:
        problems = {_pydantic_problem(item) for item in error.errors(include_url=False)}
        raise usage_error(name, node, sorted(problems, key=str)) from error
    problems_across = list(_across(model, stem))
    if problems_across:
        raise usage_error(name, node, problems_across)
    return _control(model, name, node)


def _pydantic_problem(item: Any) -> tuple[Where, str]:
    where: Where = item["loc"]
    if item["type"] == "extra_forbidden":
        model: Any = {"remediation": Remediation, "tests": Case}.get(str(where[0]), ControlFile)
        model = Given if "given" in where else model if len(where) > 1 else ControlFile
        return where, f"unknown key; expected one of {', '.join(model.model_fields)}"
    if item["type"] == "missing":
        return where, "missing; this key is needed"
    found = repr(item["input"])
    shown = found if len(found) <= 60 else found[:57] + "..."
    return where, f"{item['msg'].removeprefix('Value error, ')}; found {shown}"


def _across(model: ControlFile, stem: str) -> Iterator[tuple[Where, str]]:
    """What no single key shows."""
    if model.id != stem:
        yield (
            ("id",),
            f"the file is named {stem}.yaml, so expected {stem}; found {model.id!r}",
        )
    if not model.id.startswith(f"{model.area}-"):
        yield (
            ("id",),
            f"expected to begin with the area, {model.area}-; found {model.id!r}",
        )
    for key, needed in (
        ("when", "not_applicable_reason"),
        ("assessable", "not_assessed_reason"),
    ):
        if getattr(model, key) and not getattr(model, needed):
            yield (key,), f"needs {needed} beside it"
        if getattr(model, needed) and not getattr(model, key):
            yield (needed,), f"is never used without {key}"
    for name in sorted(model.parameters.keys() - model.parameter_notes.keys()):
        yield ("parameters", name), f"parameter_notes lacks {name}: which change is weaker, and its source"
    for name in sorted(model.parameter_notes.keys() - model.parameters.keys()):
        yield ("parameter_notes", name), "the control has no such parameter"
    yield from _across_method(model)
    yield from _across_tests(model)


def _across_method(model: ControlFile) -> Iterator[tuple[Where, str]]:
    """What a person states has no check; everything else has one, and tests of it."""
    if model.method == "attestation":
        if model.check:
            yield ("check",), "a statement decides where the method is attestation; leave it out"
        return
    if model.check is None:
        yield ("check",), "missing; this key is needed"
    if not model.observe:
        yield ("observe",), "missing; this key is needed"
    expected = {case.expect for case in model.tests}
    for status in (Status.SATISFIED, Status.NOT_SATISFIED):
        if status.value not in expected:
            yield ("tests",), f"no test expects {status.value}"


def _across_tests(model: ControlFile) -> Iterator[tuple[Where, str]]:
    for index, case in enumerate(model.tests):
        for name in sorted((case.given.parameters or {}).keys() - model.parameters.keys()):
            yield (
                ("tests", index, "given", "parameters", name),
                "the control has no such parameter",
            )


def _control(model: ControlFile, name: str, node: yaml.Node) -> Control:
    return Control(
        id=model.id,
        title=model.title,
        area=model.area,
        severity=model.severity,
        severity_reason=model.severity_reason,
        subject=model.subject,
        method=model.method,
        objective=model.objective,
        test_procedure=model.test_procedure,
        needs=tuple(model.needs),
        when=model.when or "",
        not_applicable_reason=model.not_applicable_reason or "",
        assessable=model.assessable or "",
        not_assessed_reason=model.not_assessed_reason or "",
        check=model.check or "",
        reason=model.reason or "",
        observe=dict(model.observe),
        parameters=dict(model.parameters),
        parameter_notes={
            name: ParameterNote(model.parameters[name], Weaker(note.weaker), note.source)
            for name, note in model.parameter_notes.items()
        },
        evidence=model.evidence,
        absent_satisfied=dict(model.absent_satisfied),
        equivalent_mutants=dict(model.equivalent_mutants),
        remediation_text=model.remediation.text,
        remediation_cli=model.remediation.cli,
        references=tuple(model.references),
        property_since=model.property_since,
        preview=model.preview,
        covers=tuple(model.covers),
        history=dict(model.history),
        tests=tuple(
            ControlTest(_given(case.given), Status(case.expect), line_of(node, ("tests", index)))
            for index, case in enumerate(model.tests)
        ),
        path=name,
    )


def _given(given: Given) -> dict[str, Json]:
    names = (*VARIABLES, "as_of")
    return {name: getattr(given, name) for name in names if getattr(given, name) is not None}
