"""Who answers for exceptions, and until when: a management response, else the entity's control's owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Observation, ResponseResult, ResponseState, Results

_STANDING = (ResponseState.OVERDUE, ResponseState.OPEN)


@dataclass(frozen=True, slots=True)
class Owners:
    """By control: the responses that still stand, the earliest due first, and the entity's owner."""

    answers: Mapping[str, tuple[ResponseResult, ...]]
    entity: Mapping[str, str]

    @classmethod
    def of(cls, results: Results) -> Owners:
        """Those of a pack. Where several of the entity's controls rest on one, the first owner counts."""
        answers: dict[str, list[ResponseResult]] = defaultdict(list)
        for answer in sorted(results.responses, key=lambda answer: (answer.due_on, answer.id)):
            if answer.state in _STANDING:
                answers[answer.control].append(answer)
        owners = {name: entry.owner for entry in reversed(results.entity_controls) for name in entry.controls}
        return cls({control: tuple(found) for control, found in answers.items()}, owners)

    def answer(self, item: Observation) -> ResponseResult | None:
        """The response to one exception: the first that names its subject, else the first to its control."""
        found = self.answers.get(item.control, ())
        named = (one for one in found if one.subject.lower().rstrip("/") == item.subject.id.lower())
        return next(named, None) or self.of_control(item.control)

    def of_control(self, control: str) -> ResponseResult | None:
        """The first response to a control as a whole."""
        return next((one for one in self.answers.get(control, ()) if not one.subject), None)
