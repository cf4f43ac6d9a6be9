"""Two packs compared, over the frames of `read_pack`: exceptions, findings, populations, catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reportgen.audit.coverage import Coverage, gaps, subscriptions
from reportgen.changes import (
    ChangedControl,
    ChangedException,
    ChangedFinding,
    ChangedPopulation,
    Changes,
    ExceptionChange,
    Side,
)
from reportgen.model import SEVERITIES, UNLISTED
from reportgen.pack import Pack

if TYPE_CHECKING:
    from pandas import DataFrame

_JUDGED = ("check", "when", "assessable", "parameters")
"""What makes a control judge differently."""
_PROPERTIES = ("title", "severity", *_JUDGED)
_ORDER = tuple(ExceptionChange)
_EXCEPTION, _UNSEEN = "not-satisfied", "not-assessed"


def compare(old: Pack, new: Pack, old_manifest: str = "", new_manifest: str = "") -> Changes:
    """What differs between two packs; the manifests' hashes are those of the files, where there are any."""
    catalogue = tuple(_catalogue(old.findings, new.findings))
    joined = _joined(old.observations, new.observations)
    return Changes(
        old=_side(old, old_manifest),
        new=_side(new, new_manifest),
        exceptions=tuple(sorted(_exceptions(old, new, joined, catalogue), key=_rank)),
        findings=tuple(_findings(old.findings, new.findings)),
        populations=_populations(old, new, joined),
        catalogue=catalogue,
        gaps=gaps(old, new),
        subscriptions=subscriptions(old, new),
        not_assessed=(_not_assessed(old), _not_assessed(new)),
    )


def _side(pack: Pack, manifest_sha256: str) -> Side:
    facts = pack.document["pack"]
    return Side(
        pack_id=facts["pack_id"],
        entity=facts["entity"],
        engagement=facts["engagement"],
        period=f"{facts['period_start']} to {facts['period_end']}",
        as_of=facts["as_of"],
        collection_mode=facts["collection_mode"],
        tool_version=facts["tool_version"],
        catalogue_sha256=facts["catalogue_sha256"],
        templates_sha256=facts["templates_sha256"],
        manifest_sha256=manifest_sha256,
    )


def _not_assessed(pack: Pack) -> int:
    """Observations, those among them that stand for subjects which nobody listed."""
    return int((pack.observations["status"] == _UNSEEN).sum())


def _joined(old: DataFrame, new: DataFrame) -> DataFrame:
    """A row for each control and subject of either pack, ids in lower case; "" where one has none."""
    columns = ["control", "status", "reason", "waiver"]
    columns += [f"subject.{key}" for key in ("id", "kind", "name", "cluster", "cluster_id", "subscription")]
    sides = [
        frame[columns].assign(key=frame["subject.id"].str.lower()).drop_duplicates(["control", "key"])
        for frame in (old, new)
    ]
    merged = sides[0].merge(sides[1], how="outer", on=["control", "key"], suffixes=("_old", "_new"))
    return merged.sort_values(["control", "key"]).fillna("")


def _rows(frame: DataFrame) -> Iterator[dict[str, Any]]:
    columns = [str(name) for name in frame.columns]
    for values in frame.itertuples(index=False, name=None):
        yield dict(zip(columns, values, strict=True))


def _exceptions(
    old: Pack, new: Pack, joined: DataFrame, catalogue: tuple[ChangedControl, ...]
) -> Iterator[ChangedException]:
    coverage = Coverage.of(old, new)
    differently = {line.control for line in catalogue if line.what in _JUDGED}
    severities = {
        **dict(zip(old.findings["control"], old.findings["severity"], strict=True)),
        **dict(zip(new.findings["control"], new.findings["severity"], strict=True)),
    }
    either = (joined["status_old"] == _EXCEPTION) | (joined["status_new"] == _EXCEPTION)
    for row in _rows(joined[either]):
        side = "new" if row["status_new"] else "old"
        yield ChangedException(
            change=_became(row, coverage),
            control=row["control"],
            severity=severities[row["control"]],
            subject_id=row[f"subject.id_{side}"],
            subject=row[f"subject.name_{side}"],
            kind=row[f"subject.kind_{side}"],
            cluster=row[f"subject.cluster_{side}"],
            subscription=row[f"subject.subscription_{side}"],
            before=row["status_old"],
            after=row["status_new"],
            reason=row[f"reason_{side}"],
            waiver=row[f"waiver_{side}"],
            judged_differently=row["control"] in differently,
        )


def _became(row: dict[str, Any], coverage: Coverage) -> ExceptionChange:
    before, after, control = row["status_old"], row["status_new"], row["control"]
    if after == _EXCEPTION:
        if before == _EXCEPTION:
            return ExceptionChange.PERSISTING
        seen = bool(before) or coverage.looked_before(control, row["key"], row["subject.subscription_new"])
        return ExceptionChange.NEW if seen and before != _UNSEEN else ExceptionChange.FIRST_ASSESSED
    if after:
        return {
            "satisfied": ExceptionChange.FIXED,
            "not-applicable": ExceptionChange.NOT_APPLICABLE,
        }.get(after, ExceptionChange.NOT_ASSESSED)
    lost = coverage.lost(control, row["key"], row["subject.subscription_old"])
    if lost is ExceptionChange.GONE and not coverage.settled(control):
        return ExceptionChange.NOT_ASSESSED
    return lost


def _rank(one: ChangedException) -> tuple[int, int, str, str]:
    severity = SEVERITIES.index(one.severity) if one.severity in SEVERITIES else len(SEVERITIES)
    return (_ORDER.index(one.change), severity, one.control, one.subject_id.lower())


def _findings(old: DataFrame, new: DataFrame) -> Iterator[ChangedFinding]:
    """Controls of both packs whose status changed; those of one pack are changes of the catalogue."""
    columns = ["control", "title", "status", "exceptions"]
    both = old[columns].merge(new[columns], on="control", suffixes=("_old", "_new"))
    for row in _rows(both[both["status_old"] != both["status_new"]].sort_values("control")):
        yield ChangedFinding(
            row["control"],
            row["title_new"],
            row["status_old"],
            row["status_new"],
            int(row["exceptions_old"]),
            int(row["exceptions_new"]),
        )


def _populations(old: Pack, new: Pack, joined: DataFrame) -> tuple[ChangedPopulation, ...]:
    """Controls of both packs by the subjects that only one has; those that saw the same share a line."""
    coverage = Coverage.of(old, new)
    kept = set(old.findings["control"]) & set(new.findings["control"])
    moved: dict[str, tuple[str, dict[str, list[str]]]] = {}
    for row in _rows(joined[(joined["status_old"] == "") | (joined["status_new"] == "")]):
        if row["control"] not in kept or row["key"].endswith(UNLISTED):
            continue
        side = "new" if row["status_new"] else "old"
        kind, lists = moved.setdefault(row["control"], (row[f"subject.kind_{side}"], defaultdict(list)))
        lists[_moved(row, coverage)].append(row[f"subject.id_{side}"])
    shared: dict[tuple[str, tuple[tuple[str, ...], ...]], list[str]] = defaultdict(list)
    for control, (kind, lists) in moved.items():
        shared[kind, tuple(tuple(lists[name]) for name in _MOVED)].append(control)
    return tuple(
        ChangedPopulation(kind, came, went, first_read, not_read, tuple(controls))
        for (kind, (came, went, first_read, not_read)), controls in sorted(shared.items())
    )


_MOVED = ("came", "went", "first_read", "not_read")


def _moved(row: dict[str, Any], coverage: Coverage) -> str:
    if row["status_new"]:
        seen = coverage.looked_before(row["control"], row["key"], row["subject.subscription_new"])
        return "came" if seen else "first_read"
    lost = coverage.lost(row["control"], row["key"], row["subject.subscription_old"])
    return "not_read" if lost is ExceptionChange.NOT_ASSESSED else "went"


def _catalogue(old: DataFrame, new: DataFrame) -> Iterator[ChangedControl]:
    before = {row["control"]: row for row in _rows(old)}
    after = {row["control"]: row for row in _rows(new)}
    for control in sorted(before.keys() | after.keys()):
        if control not in before:
            yield ChangedControl(control, "added", None, after[control]["title"])
        elif control not in after:
            yield ChangedControl(control, "removed", before[control]["title"], None)
        else:
            for name in _PROPERTIES:
                if before[control][name] != after[control][name]:
                    yield ChangedControl(control, name, before[control][name], after[control][name])
