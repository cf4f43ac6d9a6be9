"""What a doctor found, as lines for a person and as a document for a machine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from reportgen.model import Control, Identity, Json
from reportgen.preflight import Line, State
from reportgen.sources import SOURCES

_WIDTH = 110
_STATE, _TOPIC = 12, 14


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription, expected or visible.

    ``missing`` has the sources that each missing action costs, None where the identity's rights are not
    known; ``beyond_reading`` the patterns by which it may do more than read there.
    """

    id: str
    name: str
    state: str
    expected: bool
    visible: bool
    missing: Mapping[str, tuple[str, ...]] | None = None
    beyond_reading: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Id and name."""
        return f"{self.id}  {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    lines: tuple[Line, ...]
    identity: Identity | None = None
    subscriptions: tuple[Subscription, ...] = ()
    controls: tuple[Control, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all is well, 3 evidence would be incomplete, 2 nothing can be collected."""
        states = {line.state for line in self.lines}
        return 2 if State.STOPS in states else 3 if State.INCOMPLETE in states else 0

    @property
    def verdict(self) -> str:
        """The exit code in words."""
        return {
            0: "All that the engagement expects can be read.",
            2: "Nothing can be collected until what stops it is mended.",
            3: "A run would end with gaps, or without a report: mend what is incomplete first.",
        }[self.exit_code]

    def text(self) -> Iterator[str]:
        """Aligned lines: state, topic, what was found; below it what to do."""
        for line in self.lines:
            head = f"{line.state.value:<{_STATE}}{line.topic:<{_TOPIC}} "
            yield from _wrapped(head, line.found)
            for detail in (*line.details, *(f"-> {part}" for part in filter(None, [line.advice]))):
                yield from _wrapped(" " * len(head), detail)
        yield ""
        yield self.verdict

    def document(self) -> dict[str, Json]:
        """The same for a machine, with every subscription in full."""
        return {
            "exit_code": self.exit_code,
            "verdict": self.verdict,
            "identity": asdict(self.identity) if self.identity else None,
            "checks": [asdict(line) for line in self.lines],
            "subscriptions": [self._described(known) for known in self.subscriptions],
        }

    def _described(self, known: Subscription) -> dict[str, Json]:
        missing = known.missing and [
            {"action": action, "sources": sources, "controls": costs(sources, self.controls)}
            for action, sources in known.missing.items()
        ]
        return asdict(known) | {"missing": None if known.missing is None else missing or []}


def costs(sources: Iterable[str], controls: Iterable[Control]) -> list[str]:
    """The controls that could not be assessed without the sources, and without those that require them."""
    lost = set(sources)
    lost.update(source.name for source in SOURCES if source.requires in lost)
    return [control.id for control in controls if lost.intersection(control.needs)]


def _wrapped(head: str, text: str) -> Iterator[str]:
    """Lines of text beside a head; further ones are indented below the first."""
    lines = [
        part
        for line in text.splitlines() or [""]
        for part in textwrap.wrap(line, _WIDTH - len(head), break_long_words=False, break_on_hyphens=False)
    ]
    for number, line in enumerate(lines or [""]):
        yield f"{head if number == 0 else ' ' * len(head)}{line}".rstrip()
