"""One control against one subject: from the variables to a status with its reason and observed values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from reportgen.assess.expression import Context, EvaluationError, Expression
from reportgen.assess.expression import compile as compile_expression
from reportgen.model import Cause, Control, Json, Status

NO_STATEMENT = "A person has to state this, and no attestation that is valid was given."
"""Why a control whose method is attestation is not assessed until an attestation decides it."""
EVALUATION_ERROR = "evaluation error: "
"""How the reason of an observation begins whose expressions broke; a sound catalogue never gives one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an observation says, without saying of which subject."""

    status: Status
    reason: str
    observed: Mapping[str, Json]
    cause: Cause | None = None


def judge(control: Control, context: Context) -> Verdict:
    """Judge one subject: ``when``, then ``assessable``, then ``check``, which a person's statement has not.

    An expression that breaks makes the observation not-assessed: a broken check is never a pass.
    """
    try:
        if control.when and not _compiled(control.when).truth(context):
            seen = _observed_leniently(control, context)
            return Verdict(Status.NOT_APPLICABLE, control.not_applicable_reason, seen)
        if control.assessable and not _compiled(control.assessable).truth(context):
            seen = _observed_leniently(control, context)
            return Verdict(
                Status.NOT_ASSESSED,
                control.not_assessed_reason,
                seen,
                Cause.UNDETERMINED,
            )
        if control.method == "attestation":
            seen = _observed_leniently(control, context)
            return Verdict(Status.NOT_ASSESSED, NO_STATEMENT, seen, Cause.NOT_ATTESTED)
        observed = {label: _compiled(text).evaluate(context) for label, text in control.observe.items()}
        satisfied = _compiled(control.check).truth(context)
        reason = _compiled(control.reason).sentence(context) if control.reason else ""
    except EvaluationError as error:
        seen = _observed_leniently(control, context)
        return Verdict(Status.NOT_ASSESSED, f"{EVALUATION_ERROR}{error}", seen, Cause.UNDETERMINED)
    if satisfied:
        return Verdict(Status.SATISFIED, reason, observed)
    return Verdict(Status.NOT_SATISFIED, reason or _fallback(observed), observed)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Expression:
    return compile_expression(text)


def _observed_leniently(control: Control, context: Context) -> dict[str, Json]:
    """The observed values that can be had, where the status is decided already."""
    observed: dict[str, Json] = {}
    for label, text in control.observe.items():
        try:
            observed[label] = _compiled(text).evaluate(context)
        except EvaluationError:
            continue
    return observed


def _fallback(observed: Mapping[str, Json]) -> str:
    values = "; ".join(f"{label}: {_shown(value)}" for label, value in observed.items())
    return f"The check gave false. Observed: {values}."


def _shown(value: Json) -> str:
    if value is None:
        return "not set"
    if isinstance(value, str):
        return value or "(empty)"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
