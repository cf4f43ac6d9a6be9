"""The whole population of one control, numbered and hashed, from a pack that is as its manifest says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.errors import AlteredError, UsageError
from reportgen.model import UNLISTED, Json
from reportgen.pack import read_file, verify
from reportgen.render.strings import builtin
from reportgen.render.wording import unlisted
from reportgen.sampling import METHOD, hash_command, numbered, population_sha256

_SHOWN = 5
COLUMNS = (
    *("number", "status", "cause", "waived", "subject", "kind", "cluster", "subscription"),
    *("subscription_id", "subject_id", "reason"),
)
"""Of the population as a table."""


@dataclass(frozen=True, slots=True)
class Item:
    """One subject of a population: its number, its line of observations.jsonl, its subscription's name."""

    number: int
    observation: dict[str, Any]
    subscription: str

    @property
    def row(self) -> list[Json]:
        """Its values of `COLUMNS`."""
        subject, found = self.observation["subject"], self.observation
        return [
            *(self.number, found["status"], found["cause"] or "", found["waiver"] or "", subject["name"]),
            *(subject["kind"], subject["cluster"], self.subscription, subject["subscription"]),
            *(subject["id"], found["reason"]),
        ]


@dataclass(frozen=True, slots=True)
class Population:
    """All subjects of a control by their numbers; ``finding`` and ``facts`` are those of findings.json.

    What stands for subjects that nobody listed is none of them; `finding` says in how many places that is so.
    """

    finding: dict[str, Any]
    facts: dict[str, Any]
    items: tuple[Item, ...]
    sha256: str

    @property
    def told(self) -> str:
        """How many subjects, and where that is not known."""
        places = (self.finding["unlisted_clusters"], self.finding["unlisted_subscriptions"])
        more = unlisted(*places, builtin())
        number = builtin().text("sample.subjects", n=len(self.items))
        return builtin().text("unlisted.population", subjects=number, unlisted=more) if more else number

    @property
    def document(self) -> dict[str, Json]:
        """All of it as JSON."""
        control = self.finding["control"]
        return {
            "pack_id": self.facts["pack_id"],
            "collection_mode": self.facts["collection_mode"],
            "as_of": self.facts["as_of"],
            "control": control,
            "title": self.finding["title"],
            "population": len(self.items),
            **{key: self.finding[key] for key in ("unlisted_clusters", "unlisted_subscriptions")},
            "sha256": self.sha256,
            "method": METHOD,
            "command": hash_command(control),
            "items": [dict(zip(COLUMNS, item.row, strict=True)) for item in self.items],
        }


def population(pack: Path, control: str) -> Population:
    """Read it. Raises AlteredError over an altered pack, UsageError where it has no such control."""
    _intact(pack)
    document = json.loads(read_file(pack, "results/findings.json"))
    finding = next((found for found in document["findings"] if found["control"] == control), None)
    if finding is None:
        raise UsageError(f"{pack}: has no control {control}; results/findings.json lists them")
    found = {
        line["subject"]["id"]: line
        for text in read_file(pack, "results/observations.jsonl").splitlines()
        if (line := json.loads(text))["control"] == control and not line["subject"]["id"].endswith(UNLISTED)
    }
    names = {line["id"].lower(): line["name"] for line in document["scope"]["subscriptions"]}
    items = tuple(
        Item(number, found[one], names.get(found[one]["subject"]["subscription"].lower(), ""))
        for number, one in enumerate(numbered(found), start=1)
    )
    return Population(finding, document["pack"], items, population_sha256(found))


def _intact(pack: Path) -> None:
    checked = verify(pack)
    if checked.intact:
        return
    told = [
        f"{word}: {_first(names)}"
        for word, names in (
            ("changed", checked.changed),
            ("missing", checked.missing),
            ("added", checked.added),
        )
        if names
    ]
    raise AlteredError(
        f"{pack}: altered since its manifest was written ({'; '.join(told)}); ask for it again"
    )


def _first(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
