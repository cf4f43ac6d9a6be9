"""What is tested: controls with their parameters, and their own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reportgen.model.values import Json, Status


@dataclass(frozen=True, slots=True)
class ControlTest:
    """One case of a control's own tests: the evaluation context and the status it must give."""

    given: Mapping[str, Json]
    expect: Status
    line: int = 0


class Weaker(StrEnum):
    """Which change of a parameter lets more pass than its default does."""

    HIGHER = "higher"
    LOWER = "lower"
    MORE = "more"
    FEWER = "fewer"
    CHANGED = "changed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ParameterNote:
    """A parameter's default, which change of it is weaker, and where the default comes from."""

    default: Json
    weaker: Weaker
    source: str

    def lets_more_pass(self, value: Json) -> bool:
        """Whether ``value``, which is of the default's type, is weaker than the default."""
        match self.weaker:
            case Weaker.HIGHER:
                return bool(value > self.default)
            case Weaker.LOWER:
                return bool(value < self.default)
            case Weaker.MORE:
                return not set(value) <= set(self.default)
            case Weaker.FEWER:
                return not set(value) >= set(self.default)
            case Weaker.CHANGED:
                return bool(value != self.default)
            case Weaker.NONE:
                return False


@dataclass(frozen=True, slots=True)
class Control:
    """One control file (the contract is described in docs/controls.md).

    ``absent_satisfied`` gives the source by path of a value whose lack is as good as a good value,
    ``equivalent_mutants`` the reason by name of a change that no test can notice.

    Expressions are CEL text. ``when`` false is not-applicable (with ``not_applicable_reason``);
    ``assessable`` false is not-assessed, undetermined (with ``not_assessed_reason``); ``reason`` is a
    CEL expression that gives a sentence, or empty text. ``evidence`` is configuration (how something is set)
    or operation (that something really happened). ``history`` says by version of the catalogue what changed.
    """

    id: str
    title: str
    area: str
    severity: str
    subject: str
    method: str
    objective: str
    test_procedure: str
    needs: tuple[str, ...]
    check: str
    observe: Mapping[str, str]
    remediation_text: str
    remediation_cli: str
    references: tuple[str, ...]
    covers: tuple[str, ...]
    property_since: str
    tests: tuple[ControlTest, ...]
    parameters: Mapping[str, Json] = field(default_factory=dict)
    parameter_notes: Mapping[str, ParameterNote] = field(default_factory=dict)
    absent_satisfied: Mapping[str, str] = field(default_factory=dict)
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    evidence: str = "configuration"
    when: str = ""
    not_applicable_reason: str = ""
    assessable: str = ""
    not_assessed_reason: str = ""
    reason: str = ""
    severity_reason: str = ""
    preview: bool = False
    history: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    @property
    def weaker_parameters(self) -> tuple[str, ...]:
        """The parameters whose value lets more pass than the catalogue's default."""
        notes = self.parameter_notes.items()
        return tuple(name for name, note in notes if note.lets_more_pass(self.parameters[name]))


SEVERITIES = ("critical", "high", "medium", "low")
"""Of a control: how much harm an exception to it can do, the most first."""
