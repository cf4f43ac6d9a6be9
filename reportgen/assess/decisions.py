"""What people decided about the results: waivers beside exceptions, and what is done about them.

It comes after everything that is judged, and changes none of it: a status stays what the test found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reportgen.assess import exemptions, responses, waivers
from reportgen.assess.engine import Assessment
from reportgen.engagement.registers import Registers
from reportgen.model import ExceptionHistory, Finding, Observation, ResponseResult, WaiverResult
from reportgen.snapshot import Reader


@dataclass(frozen=True, slots=True)
class Decided:
    """The observations and findings of an assessment with what is waived of them, and both registers."""

    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    waivers: tuple[WaiverResult, ...]
    responses: tuple[ResponseResult, ...]


def decide(
    assessment: Assessment, reader: Reader, registers: Registers, history: Iterable[ExceptionHistory] = ()
) -> Decided:
    """Set the registers beside an assessment of a snapshot, at the snapshot's time.

    ``history`` says when exceptions were first seen; one that it lacks was first seen now.
    """
    as_of = reader.header.as_of
    claimed = (*waivers.claims(registers), *exemptions.claims(reader, registers.exemptions))
    first_seen = {(one.control, one.subject.id.lower()): one.first_seen for one in history}
    observations, results = waivers.apply(
        claimed, assessment.observations, as_of, registers.period_end, first_seen
    )
    waived = Counter(item.control for item in observations if item.waiver)
    return Decided(
        observations=observations,
        findings=tuple(replace(one, waived=waived[one.control]) for one in assessment.findings),
        waivers=results,
        responses=responses.apply(registers.responses, observations, as_of),
    )
