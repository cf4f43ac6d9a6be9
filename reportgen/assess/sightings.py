"""What each collection point shows of clusters, and the changes that Resource Graph had on record then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from reportgen.assess.operations import Operations, named, second
from reportgen.model import Json, Observation
from reportgen.snapshot import Reader

CHANGES = "arg.resource-changes"


@dataclass(frozen=True, slots=True)
class Record:
    """One recorded change of a cluster or an agent pool; ``kind`` is Create, Update or Delete."""

    id: str
    at: str
    target: str
    kind: str
    type: str
    by: str
    client: str
    operation: str
    correlation: str
    properties: Mapping[str, Json]

    def who(self, operations: Operations) -> tuple[str, bool]:
        """By whom it was, and whether that is from the activity log since the record does not say."""
        if self.by:
            return self.by, False
        caller = operations.who(self.target, self.kind, self.at, self.correlation)
        return caller, bool(caller)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one point shows: clusters by id in lower case, and whether subscriptions were read.

    ``clusters`` maps to id, name and subscription, whose texts all points share; ``recorded`` is False where
    the changes could not be read.
    """

    as_of: str
    clusters: Mapping[str, tuple[str, str, str]]
    subscriptions: Mapping[str, bool]
    recorded: bool

    @classmethod
    def of(cls, reader: Reader, as_of: str, observations: Iterable[Observation]) -> Sighting:
        """What the snapshot of a point shows."""
        subjects = {item.subject.id: item.subject for item in observations if item.subject.kind == "cluster"}
        return cls(
            as_of=as_of,
            clusters={
                intern(one.id.lower()): (intern(one.id), intern(one.name), intern(one.subscription))
                for one in subjects.values()
            },
            subscriptions={line.id.lower(): line.collected for line in reader.scope.subscriptions},
            recorded=CHANGES in reader.sources() and all(gap.source != CHANGES for gap in reader.gaps),
        )

    def reads(self, subscription: str) -> bool:
        """Whether a subscription was read; one that is not listed (a kubeconfig alone) hides nothing."""
        return self.subscriptions.get(subscription.lower(), True)


@dataclass(slots=True)
class Records:
    """The changes of all points, each once: two weekly snapshots overlap by a week."""

    _known: dict[str, Record] = field(default_factory=dict)

    def add(self, reader: Reader) -> None:
        """Take in what a snapshot has."""
        for record in _records(reader):
            if record.at:
                self._known.setdefault(record.id, record)

    def __iter__(self) -> Iterator[Record]:
        return iter(sorted(self._known.values(), key=lambda record: (record.at, record.id)))


def _records(reader: Reader) -> Iterator[Record]:
    for page in reader.pages(CHANGES):
        for row in page.body["data"]:
            about: dict[str, Any] = row.get("properties") or {}
            how = about.get("changeAttributes") or {}
            yield Record(
                id=str(row["id"]).lower(),
                at=second(how.get("timestamp")),
                target=str(about.get("targetResourceId", "")),
                kind=str(about.get("changeType", "")),
                type=str(about.get("targetResourceType", "")).lower(),
                by=named(str(how.get("changedBy") or "")),
                client=named(str(how.get("clientType") or "")),
                operation=str(how.get("operation", "")),
                correlation=str(how.get("correlationId") or ""),
                properties=about.get("changes") or {},
            )
