"""Management responses against observations: what is left of what they are about, and what is overdue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from reportgen.engagement.registers import Malformed, Response
from reportgen.model import Observation, ResponseResult, ResponseState, Status


def apply(
    responses: Sequence[Response | Malformed], observations: Iterable[Observation], as_of: str
) -> tuple[ResponseResult, ...]:
    """The responses in their order, numbered ``R-01``; overdue is what has exceptions after its due day."""
    wanted = {response.control for response in responses if isinstance(response, Response)}
    by_control: dict[str, list[Observation]] = defaultdict(list)
    for item in observations:
        if item.control in wanted:
            by_control[item.control].append(item)
    return tuple(
        _malformed(f"R-{number:02d}", response)
        if isinstance(response, Malformed)
        else _result(f"R-{number:02d}", response, _meant(response, by_control[response.control]), as_of)
        for number, response in enumerate(responses, start=1)
    )


def _meant(response: Response, observations: list[Observation]) -> list[Observation]:
    subject = (response.subject or "").lower().rstrip("/")
    return [item for item in observations if not subject or item.subject.id.lower() == subject]


def _result(known: str, response: Response, meant: list[Observation], as_of: str) -> ResponseResult:
    failed = [item for item in meant if item.status is Status.NOT_SATISFIED]
    return ResponseResult(
        id=known,
        control=response.control,
        subject=response.subject or "",
        owner=response.owner,
        plan=response.plan,
        due_on=response.due_on.isoformat(),
        state=_state(response, Counter(item.status for item in meant), as_of),
        exceptions=len(failed),
        waived=sum(item.waiver is not None for item in failed),
    )


def _malformed(known: str, entry: Malformed) -> ResponseResult:
    """A response that is none; it bears what can be read of it."""
    said = entry.said
    return ResponseResult(
        id=known,
        control=said.get("control", ""),
        subject=said.get("subject", ""),
        owner=said.get("owner", ""),
        plan=said.get("plan", ""),
        due_on="",
        state=ResponseState.MALFORMED,
        problems=entry.problems,
        where=entry.where,
    )


def _state(response: Response, counts: Counter[Status], as_of: str) -> ResponseState:
    if counts[Status.NOT_SATISFIED]:
        today = datetime.fromisoformat(as_of).astimezone(UTC).date()
        return ResponseState.OVERDUE if response.due_on < today else ResponseState.OPEN
    if counts[Status.NOT_ASSESSED]:
        return ResponseState.UNASSESSED
    return ResponseState.SETTLED if counts.total() else ResponseState.UNMATCHED
