"""Delivery records: what was meant to be sent stands in the store before it is, and then what came of it.

::

    deliveries/<pack id>/smtp-1.json          to whom, what, when: written before anything is sent
    deliveries/<pack id>/smtp-1.result.json   what came of it; missing where the process ended in between

Like all of the store these are created once and never written again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.snapshot import canonical_json
from reportgen.store import Store, StoreError

FOLDER = "deliveries"
_NAME = re.compile(r"([a-z]+)-(\d+)(\.result)?\.json")


@dataclass(frozen=True, slots=True)
class Record:
    """One delivery; ``state`` is delivered, failed or unknown, and unknown where no result was written.

    A mail reached those in ``delivered``, and may have reached those in ``unknown``.
    """

    channel: str
    number: int
    stage: str
    recipients: tuple[str, ...]
    time: str
    state: str
    delivered: tuple[str, ...]
    unknown: tuple[str, ...]


class Records:
    """The records of one pack."""

    def __init__(self, store: Store, pack_id: str) -> None:
        self._store = store
        self._folder = f"{FOLDER}/{pack_id}"

    def of(self, channel: str) -> tuple[Record, ...]:
        """A channel's records by number. Raises StoreError where one is damaged."""
        names = self._store.entries(self._folder)
        numbers = sorted(
            int(match[2])
            for match in map(_NAME.fullmatch, names)
            if match and match[1] == channel and not match[3]
        )
        return tuple(self._record(channel, number, frozenset(names)) for number in numbers)

    def begin(self, channel: str, after: Iterable[Record], intent: Mapping[str, Json]) -> int:
        """Write what is about to be sent, and return its number; 0 where another process was faster.

        ``after`` are the records that the decision to send rests on; ``intent`` has a token of its own.
        """
        number = max((record.number for record in after), default=0) + 1
        written = self._store.create(f"{self._folder}/{channel}-{number}.json", canonical_json(dict(intent)))
        return number if written else 0

    def end(self, channel: str, number: int, result: Mapping[str, Json]) -> None:
        """Write what came of it."""
        name = f"{self._folder}/{channel}-{number}.result.json"
        if not self._store.create(name, canonical_json(dict(result))):
            raise StoreError(f"store: {self._store.place}: {name} is there already and differs; it was kept")

    def _record(self, channel: str, number: int, names: frozenset[str]) -> Record:
        name = f"{channel}-{number}"
        try:
            intent = json.loads(self._store.read(f"{self._folder}/{name}.json"))
            result = {"state": "unknown", "delivered": []}
            if f"{name}.result.json" in names:
                result = json.loads(self._store.read(f"{self._folder}/{name}.result.json"))
            recipients, state = tuple(intent["recipients"]), str(result["state"])
            return Record(
                channel,
                number,
                str(intent["stage"]),
                recipients,
                str(intent["time"]),
                state,
                tuple(result["delivered"]),
                recipients if state == "unknown" else tuple(result["unknown"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"store: {self._store.place}: {self._folder}/{name}.json is damaged; nothing was sent"
            ) from error
