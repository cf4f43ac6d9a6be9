"""How much a control's own tests notice: its operators changed, and the values that its check reads.

Nothing here touches the control file: operators are changed in the tree of the expression, values in what
the cases give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reportgen.assess import expression, samples
from reportgen.assess.catalogue import variables
from reportgen.assess.expression import Context, EvaluationError, Expression
from reportgen.assess.judge import judge
from reportgen.assess.mutants import mutants
from reportgen.assess.paths import Path, paths, shown
from reportgen.model import Control, ControlTest, Status

_EVIDENCE = ("subject", "cluster", "related", "derived")
_EXPRESSIONS = ("when", "assessable", "check")
"""The expressions that decide a status, in the order of judging."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change that no test of the control notices. ``name`` is what ``equivalent_mutants`` calls it."""

    control: str
    path: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.control}: {self.name}: {self.what}"


def survivors(controls: tuple[Control, ...]) -> list[Survivor]:
    """The changes that no test notices, of all controls; an empty list is success.

    The tests have to pass as they stand. Changes that a control lists as equivalent are left out; one that
    it lists and that a test notices, or that does not exist, is told instead.
    """
    return [survivor for control in controls for survivor in _of(control)]


def _of(control: Control) -> Iterator[Survivor]:
    exempt = set(control.equivalent_mutants)
    for name, what in (*_operators(control), *_values(control)):
        if name not in exempt:
            yield Survivor(control.id, control.path, name, what)
        exempt.discard(name)
    for name in sorted(exempt):
        what = "equivalent_mutants lists it, and a test notices it or there is no such change"
        yield Survivor(control.id, control.path, name, what)


def _operators(control: Control) -> Iterator[tuple[str, str]]:
    """Changed operators with which every expression of every case gives what it gave."""
    contexts = [expression.context(*variables(control, case)) for case in control.tests]
    for key in _EXPRESSIONS:
        text = getattr(control, key)
        if not text:
            continue
        given = [_truth(expression.compile(text), context) for context in contexts]
        for mutant in mutants(text):
            if given == [_truth(mutant.expression, context) for context in contexts]:
                yield f"{key} {mutant.name}", f"no case of the control fails with it, near “{mutant.near}”"
        if key != "check":
            contexts = [context for context, holds in zip(contexts, given, strict=True) if holds]


def _truth(of: Expression, context: Context) -> bool | None:
    """True, false, or None where the expression breaks."""
    try:
        return of.truth(context)
    except EvaluationError:
        return None


def _values(control: Control) -> Iterator[tuple[str, str]]:
    """Values that the check reads and that no case needs."""
    bare = replace(control, observe={}, reason="")
    for path in sorted(paths(control.check)):
        if path[0] in _EVIDENCE:
            yield from _value(bare, path)


def _value(control: Control, path: Path) -> Iterator[tuple[str, str]]:
    satisfied = [case for case in control.tests if case.expect is Status.SATISFIED]
    changed = (
        new
        for case in satisfied
        for change in (samples.changed, samples.without)
        for new in change(control, case, path)
    )
    if not any(_status(control, new) is Status.NOT_SATISFIED for new in changed):
        yield f"changed {shown(path)}", "no other value, nor none, makes a satisfied case not-satisfied"
        return
    declared = shown(path) in control.absent_satisfied
    stays = _satisfied_without(control, satisfied, path)
    if stays and not declared:
        yield (
            f"absent {shown(path)}",
            "satisfied without it too: absent_satisfied has to give the source, or a case has to need it",
        )
    elif declared and not stays:
        yield f"absent {shown(path)}", "absent_satisfied lists it, and no case is satisfied without it"


def _satisfied_without(control: Control, satisfied: list[ControlTest], path: Path) -> bool:
    """Whether the lack of a value is as good as a good value.

    Every satisfied case that has the value stays satisfied without it; or none has it, and one that is
    not-satisfied with it becomes satisfied without.
    """
    found = [_status(control, new) for case in satisfied for new in samples.without(control, case, path)]
    if found:
        return set(found) == {Status.SATISFIED}
    failing = [case for case in control.tests if case.expect is Status.NOT_SATISFIED]
    return any(
        _status(control, new) is Status.SATISFIED
        for case in failing
        for new in samples.without(control, case, path)
    )


def _status(control: Control, case: ControlTest) -> Status:
    return judge(control, expression.context(*variables(control, case))).status
