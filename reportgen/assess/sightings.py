"""What each collection point shows of clusters, and the changes that Resource Graph had on record then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """What one point shows: clusters by id in lower case, whether subscriptions were read, changes.

    ``clusters`` maps to name and subscription; ``recorded`` is False where the changes could not be read.
    """

    as_of: str
    clusters: Mapping[str, tuple[str, str, str]]
    subscriptions: Mapping[str, bool]
    records: tuple[Record, ...]
    recorded: bool

    @classmethod
    def of(cls, reader: Reader, as_of: str, observations: Iterable[Observation]) -> Sighting:
        """What the snapshot of a point shows."""
        subjects = [item.subject for item in observations if item.subject.kind == "cluster"]
        return cls(
            as_of=as_of,
            clusters={one.id.lower(): (one.id, one.name, one.subscription) for one in subjects},
            subscriptions={line.id.lower(): line.collected for line in reader.scope.subscriptions},
            records=tuple(_records(reader)),
            recorded=CHANGES in reader.sources() and all(gap.source != CHANGES for gap in reader.gaps),
        )

    def reads(self, subscription: str) -> bool:
        """Whether a subscription was read; one that is not listed (a kubeconfig alone) hides nothing."""
        return self.subscriptions.get(subscription.lower(), True)


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


def merged(sightings: Sequence[Sighting]) -> tuple[Record, ...]:
    """The records of all points, each once: two weekly snapshots overlap by a week."""
    known = {record.id: record for sighting in sightings for record in sighting.records if record.at}
    return tuple(sorted(known.values(), key=lambda record: (record.at, record.id)))
