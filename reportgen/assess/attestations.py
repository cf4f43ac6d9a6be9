"""Attestations: what a person states decides a control whose method is attestation, while it is valid.

About a control that is tested a statement stands beside the result and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from reportgen.engagement.registers import Attestation, Malformed, Registers
from reportgen.model import AttestationResult, AttestationState, Cause, Control, Observation, Status

METHOD = "attestation"
FOLDER = "evidence/attestations"
"""Where the files lie that people show for what they state, in a pack."""


@dataclass(frozen=True, slots=True)
class Attested:
    """Observations, those that rest on a statement decided by it, and what became of each statement."""

    observations: tuple[Observation, ...]
    results: tuple[AttestationResult, ...]


def apply(
    registers: Registers, controls: Iterable[Control], observations: Sequence[Observation], as_of: str
) -> Attested:
    """Decide what rests on statements. Of several that are valid the last one given is relied on."""
    today = datetime.fromisoformat(as_of).astimezone(UTC).date()
    methods = {control.id: control.method for control in controls}
    results = [
        _malformed(f"A-{number:02d}", item)
        if isinstance(item, Malformed)
        else _result(f"A-{number:02d}", item, registers, methods, today)
        for number, item in enumerate(registers.attestations, start=1)
    ]
    decided = list(observations)
    matched, relied_on = [0] * len(results), [0] * len(results)
    latest = sorted(range(len(results)), key=lambda place: (results[place].stated_on, place), reverse=True)
    for place, item in enumerate(decided):
        for number in (found for found in latest if _is_about(results[found], item)):
            matched[number] += 1
            if results[number].state is AttestationState.CURRENT and _waits(decided[place]):
                decided[place] = _stated(item, results[number])
                relied_on[number] += 1
    return Attested(
        tuple(decided),
        tuple(
            replace(
                result,
                state=AttestationState.UNMATCHED if _idle(result, seen) else result.state,
                relied_on=number,
            )
            for result, seen, number in zip(results, matched, relied_on, strict=True)
        ),
    )


def copied(file: str, sha256: str) -> str:
    """The path of an attached file in a pack: its hash, then its name as far as that is plain."""
    name = PurePosixPath(file)
    slug = re.sub(r"[^a-z0-9-]+", "-", name.stem.lower())[:40].strip("-")
    suffix = re.sub(r"[^a-z0-9]+", "", name.suffix.lower())[:8]
    return f"{FOLDER}/{sha256[:12]}{f'-{slug}' if slug else ''}{f'.{suffix}' if suffix else ''}"


def _waits(item: Observation) -> bool:
    return item.cause is Cause.NOT_ATTESTED


def _idle(result: AttestationResult, matched: int) -> bool:
    return result.kind == "control" and not matched and result.state is not AttestationState.MALFORMED


def _is_about(result: AttestationResult, item: Observation) -> bool:
    if result.kind != "control" or result.about != item.control:
        return False
    return not result.subject or result.subject.lower().rstrip("/") == item.subject.id.lower()


def _stated(item: Observation, result: AttestationResult) -> Observation:
    return replace(
        item,
        status=Status.SATISFIED,
        cause=None,
        reason=f"Stated by {result.person} ({result.role}) on {result.stated_on}, {result.id}; not tested.",
        observed={**item.observed, "Stated by": result.person, "Valid until": result.valid_until},
    )


def _result(
    known: str, item: Attestation, registers: Registers, methods: Mapping[str, str], today: date
) -> AttestationResult:
    kind = "control" if item.control else "requirement" if item.requirement else "entity-control"
    file = item.file.as_posix() if item.file else ""
    sha256 = registers.files[file] if file else ""
    return AttestationResult(
        id=known,
        kind=kind,
        about=item.control or item.requirement or item.entity_control or "",
        framework=item.framework or "",
        subject=item.subject or "",
        person=item.person,
        role=item.role,
        statement=item.statement,
        stated_on=item.stated_on.isoformat(),
        valid_until=item.valid_until.isoformat(),
        file=file,
        file_sha256=sha256,
        copy=copied(file, sha256) if file else "",
        state=_state(item, kind == "control" and methods.get(item.control or "") != METHOD, today),
    )


def _malformed(known: str, entry: Malformed) -> AttestationResult:
    """A statement that is none; it bears what can be read of it."""
    said = entry.said
    key = next((key for key in ("control", "requirement", "entity_control") if key in said), "control")
    return AttestationResult(
        id=known,
        kind=key.replace("_", "-"),
        about=said.get(key, ""),
        framework=said.get("framework", "") if key == "requirement" else "",
        subject=said.get("subject", ""),
        person=said.get("person", ""),
        role=said.get("role", ""),
        statement=said.get("statement", ""),
        stated_on="",
        valid_until="",
        file="",
        file_sha256="",
        copy="",
        state=AttestationState.MALFORMED,
        problems=entry.problems,
        where=entry.where,
    )


def _state(item: Attestation, tested: bool, today: date) -> AttestationState:
    if item.stated_on > today:
        return AttestationState.NOT_YET
    if item.valid_until < today:
        return AttestationState.EXPIRED
    return AttestationState.BESIDE if tested else AttestationState.CURRENT
