"""What was looked at in each of two packs, so that nothing that was not read counts as mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.changes import ChangedGap, ChangedSubscription, ExceptionChange
from reportgen.model import UNLISTED
from reportgen.pack import Pack

_ALWAYS = frozenset({"arm.subscriptions", "arm.managed-clusters", "arg.managed-clusters"})
"""Sources that say what exists, whatever a control needs beside them."""
READ, NOT_READ, NOT_NAMED = "read", "not read", "not in scope"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one pack looked at.

    ``needs`` and ``statuses`` are by control, ``unlisted`` the beginnings of ids in populations that could
    not be listed, ``subscriptions`` whether each was read, ``unread`` the scopes of gaps by source; ids in
    lower case.
    """

    needs: Mapping[str, frozenset[str]]
    statuses: Mapping[str, str]
    unlisted: Mapping[str, tuple[str, ...]]
    subscriptions: Mapping[str, bool]
    unread: Mapping[str, frozenset[str]]

    @classmethod
    def by(cls, pack: Pack) -> Seen:
        """What a pack says of itself."""
        observations = pack.observations
        unlisted: dict[str, list[str]] = defaultdict(list)
        unknown = observations[observations["subject.id"].str.endswith(UNLISTED)]
        for control, one in zip(unknown["control"], unknown["subject.id"], strict=True):
            unlisted[control].append(one.lower().removesuffix("*"))
        unread: dict[str, set[str]] = defaultdict(set)
        for source, scope in zip(pack.gaps["source"], pack.gaps["scope"], strict=True):
            unread[source].add(scope.lower())
        findings = pack.findings
        return cls(
            needs={
                control: frozenset(needs)
                for control, needs in zip(findings["control"], findings["needs"], strict=True)
            },
            statuses=dict(zip(findings["control"], findings["status"], strict=True)),
            unlisted={control: tuple(begun) for control, begun in unlisted.items()},
            subscriptions={
                line["id"].lower(): line["collected"] for line in pack.document["scope"]["subscriptions"]
            },
            unread={source: frozenset(scopes) for source, scopes in unread.items()},
        )

    def misses(self, control: str, subject: str, subscription: str) -> bool:
        """Whether a subject that this pack lacks may exist: something was not read where it would be."""
        if self.subscriptions.get(subscription) is False:
            return True
        if any(subject.startswith(begun) for begun in self.unlisted.get(control, ())):
            return True
        sources = self.needs.get(control, frozenset()) | _ALWAYS
        return any(
            scope in (subscription, subject) or subject.startswith(f"{scope}/")
            for source in sources
            for scope in self.unread.get(source, ())
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Both packs."""

    old: Seen
    new: Seen

    @classmethod
    def of(cls, old: Pack, new: Pack) -> Coverage:
        """What the packs looked at."""
        return cls(Seen.by(old), Seen.by(new))

    def looked_before(self, control: str, subject: str, subscription: str) -> bool:
        """Whether the old pack would have had this subject of the control if it had existed then."""
        known = control in self.old.statuses and subscription.lower() in {*self.old.subscriptions, ""}
        return known and not self.old.misses(control, subject, subscription.lower())

    def lost(self, control: str, subject: str, subscription: str) -> ExceptionChange:
        """What became of an exception whose subject the new pack does not have."""
        if control not in self.new.statuses:
            return ExceptionChange.CONTROL_REMOVED
        if subscription and subscription.lower() not in self.new.subscriptions:
            return ExceptionChange.OUT_OF_SCOPE
        if self.new.misses(control, subject, subscription.lower()):
            return ExceptionChange.NOT_ASSESSED
        return ExceptionChange.GONE

    def settled(self, control: str) -> bool:
        """Whether the new pack says anything of a control: where it is not assessed, nothing of it is."""
        return self.new.statuses.get(control) != "not-assessed"


def gaps(old: Pack, new: Pack) -> tuple[ChangedGap, ...]:
    """Gaps that are in one of the packs only, the new ones first."""
    keyed = [
        {
            (row["source"], row["scope"].lower(), row["reason"]): (row["scope"], row["scope_name"])
            for row in pack.gaps[["source", "scope", "scope_name", "reason"]].to_dict("records")
        }
        for pack in (old, new)
    ]
    return tuple(
        ChangedGap(change, source, *found[source, scope, reason], reason)
        for change, found, other in (("new", keyed[1], keyed[0]), ("closed", keyed[0], keyed[1]))
        for source, scope, reason in sorted(found.keys() - other.keys())
    )


def subscriptions(old: Pack, new: Pack) -> tuple[ChangedSubscription, ...]:
    """Subscriptions that came into scope, left it, or are read or not read otherwise than before."""
    lines = [
        {line["id"].lower(): line for line in pack.document["scope"]["subscriptions"]} for pack in (old, new)
    ]
    found = []
    for one in sorted(lines[0].keys() | lines[1].keys()):
        before, after = (_word(side.get(one)) for side in lines)
        if before != after:
            line = lines[1].get(one) or lines[0][one]
            found.append(ChangedSubscription(line["id"], line["name"], before, after))
    return tuple(found)


def _word(line: dict[str, object] | None) -> str:
    if line is None:
        return NOT_NAMED
    return READ if line["collected"] else NOT_READ
