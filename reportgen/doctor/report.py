"""What a doctor found, as lines for a person and as a document for a machine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from reportgen.model import Control, Identity, Json
from reportgen.preflight import Line, State
from reportgen.sources import SOURCES

_WIDTH = 110
_STATE, _TOPIC = 12, 14
_CODES = {State.STOPS: 2, State.INCOMPLETE: 3, State.UNDELIVERED: 4}
"""The first that holds counts."""
_SHOWN = 30
"""Subscriptions or clusters that a line lists."""
_NAMED = 20
"""Controls that a line names."""


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
class Cluster:
    """A cluster that a run would look into.

    ``closed`` says why there is no way in, "" where there is one; ``missing`` has the sources that each right
    which the collector lacks there costs, None where the rights are not known.
    """

    id: str
    name: str
    closed: str
    missing: Mapping[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found."""

    lines: tuple[Line, ...]
    identity: Identity | None = None
    subscriptions: tuple[Subscription, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    controls: tuple[Control, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all is well, 2 nothing can be collected, 3 gaps, 4 a pack could not be delivered; as of a run."""
        states = {line.state for line in self.lines}
        return next((code for state, code in _CODES.items() if state in states), 0)

    @property
    def verdict(self) -> str:
        """The exit code in words."""
        return {
            0: "All that the engagement expects can be read.",
            2: "Nothing can be collected until what stops it is mended.",
            3: "A run would end with gaps, or without a report: mend what is incomplete first.",
            4: "All can be read that the engagement expects, but a pack could not be delivered.",
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
            "subscriptions": [self._described(known, "action") for known in self.subscriptions],
            "clusters": [self._described(known, "right") for known in self.clusters],
        }

    def _described(self, known: Subscription | Cluster, called: str) -> dict[str, Json]:
        missing = known.missing and [
            {called: right, "sources": sources, "controls": costs(sources, self.controls)}
            for right, sources in known.missing.items()
        ]
        return asdict(known) | {"missing": None if known.missing is None else missing or []}


def costs(sources: Iterable[str], controls: Iterable[Control]) -> list[str]:
    """The controls that could not be assessed without the sources, and without those that require them."""
    lost = set(sources)
    lost.update(source.name for source in SOURCES if source.requires in lost)
    return [control.id for control in controls if lost.intersection(control.needs)]


def told_costs(sources: Iterable[str], controls: tuple[Control, ...]) -> str:
    """The same in words; by their number where they are too many to read."""
    lost = costs(sources, controls)
    if not lost:
        return "costs no control"
    if len(lost) == len(controls):
        return f"costs all {len(lost)} controls"
    many = f"costs {len(lost)} of {len(controls)} controls"
    return many if len(lost) > _NAMED else f"costs {', '.join(lost)}"


def listed(names: Sequence[str]) -> tuple[str, ...]:
    """As many names as a person reads; all of them are in the document for machines."""
    more = len(names) - _SHOWN
    return (*names[:_SHOWN], f"and {more} more, which --json lists") if more > 0 else tuple(names)


def _wrapped(head: str, text: str) -> Iterator[str]:
    """Lines of text beside a head; further ones are indented below the first."""
    lines = [
        part
        for line in text.splitlines() or [""]
        for part in textwrap.wrap(line, _WIDTH - len(head), break_long_words=False, break_on_hyphens=False)
    ]
    for number, line in enumerate(lines or [""]):
        yield f"{head if number == 0 else ' ' * len(head)}{line}".rstrip()
