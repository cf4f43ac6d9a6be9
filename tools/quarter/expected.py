"""What a report on the quarter has to say, from the plan alone: the lines of expected.csv."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from tools.quarter.plan import (
    CLUSTERS,
    CREATED_BY,
    DELETED_BY,
    END,
    HAPPENED,
    POINTS,
    RUNS,
    SETTINGS,
    START,
    UNNAMED,
    WAIVERS,
    Cluster,
    Setting,
    bad,
    stamp,
)

HEADS = (
    "record", "control", "subject", "first_seen", "last_seen", "fixed_at", "days_open", "reopened", "states",
    "told",
)  # fmt: skip


def states(setting: Setting, cluster: Cluster) -> str:
    """A sign for each point: what it shows of a control's subject."""
    return "".join(
        "?"
        if run.unread == cluster.subscription
        else "·"
        if not cluster.there(run.time)
        else "✗"
        if bad(setting, cluster, run.time)
        else "✓"
        for run in POINTS
    )


def exceptions() -> Iterator[dict[str, Any]]:
    """Each subject that was not satisfied at one point at least."""
    for setting in SETTINGS:
        for cluster in CLUSTERS:
            line = states(setting, cluster)
            if "✗" not in line:
                continue
            stretches = list(_stretches(line))
            open_for = sum(
                (POINTS[-1 if end is None else end].time - POINTS[first].time for first, end in stretches),
                timedelta(),
            )
            fixed = stretches[-1][1]
            yield {
                "record": "exception",
                "control": setting.control,
                "subject": f"{cluster.id}/agentPools/system" if setting.pool else cluster.id,
                "first_seen": stamp(POINTS[line.index("✗")].time),
                "last_seen": stamp(POINTS[line.rindex("✗")].time),
                "fixed_at": stamp(POINTS[fixed].time) if fixed is not None else "",
                "days_open": open_for.days,
                "reopened": len(stretches) - 1,
                "states": line,
                "told": "; ".join(_waived(setting, cluster, stretches)),
            }


def _waived(setting: Setting, cluster: Cluster, stretches: list[tuple[int, int | None]]) -> Iterator[str]:
    """From when to when each waiver stood beside an exception."""
    for one in WAIVERS:
        if (one.setting, one.cluster) == (setting, cluster):
            begins = datetime.combine(one.begins, datetime.min.time(), UTC)
            ends = datetime.combine(one.ends, datetime.min.time(), UTC) + timedelta(days=1)
            for first, end in stretches:
                since = max(begins, POINTS[first].time)
                until = min(ends, POINTS[-1 if end is None else end].time)
                if since < until:
                    yield f"{one.name} {stamp(since)} to {stamp(until)}, {(until - since).days} days"


def _stretches(line: str) -> Iterator[tuple[int, int | None]]:
    """From where to where a subject was an exception; what is not known ends nothing."""
    begun = None
    for place, sign in enumerate(line):
        if sign == "✗" and begun is None:
            begun = place
        elif sign in "✓·" and begun is not None:
            yield begun, place
            begun = None
    if begun is not None:
        yield begun, None


def controls() -> Iterator[dict[str, Any]]:
    """One exception makes a point not satisfied; else what was not read of it makes it not assessed."""
    weeks = [
        (START + timedelta(days=7 * week), START + timedelta(days=7 * week + 6))
        for week in range(((END - START).days + 1) // 7)
    ]
    for setting in SETTINGS:
        lines = [states(setting, cluster) for cluster in CLUSTERS]
        signs = ["".join(line[place] for line in lines) for place in range(len(POINTS))]
        line = "".join("✗" if "✗" in one else "?" if "?" in one else "✓" for one in signs)
        by_week = [
            {sign for sign, run in zip(line, POINTS, strict=True) if first <= run.time.date() <= last}
            for first, last in weeks
        ]
        assessed = [week - {"?"} for week in by_week if week - {"?"}]
        looks = [
            datetime.combine(START, datetime.min.time(), UTC),
            *(run.time for run, sign in zip(POINTS, line, strict=True) if sign != "?"),
            POINTS[-1].time,
        ]
        blind = max(later - earlier for earlier, later in pairwise(looks))
        satisfied = sum(week == {"✓"} for week in assessed)
        yield {
            "record": "control",
            "control": setting.control,
            "states": line,
            "told": f"{'not-satisfied' if '✗' in line else 'satisfied'}: satisfied at {satisfied} of "
            f"{len(assessed)} assessed, {len(weeks)} scheduled; "
            f"longest blind spot {int(blind.total_seconds() // 3600)} h",
        }


def population() -> Iterator[dict[str, Any]]:
    """The clusters rolled forward, then those that came or went."""
    first, last = POINTS[0].time, POINTS[-1].time
    opening = sum(cluster.there(first) for cluster in CLUSTERS)
    closing = sum(cluster.there(last) for cluster in CLUSTERS)
    created = sum(bool(cluster.created) for cluster in CLUSTERS)
    deleted = sum(bool(cluster.deleted) for cluster in CLUSTERS)
    yield {"record": "population", "told": f"{opening} + {created} - {deleted} = {closing}"}
    for cluster in CLUSTERS:
        if cluster.created or cluster.deleted:
            told = [
                f"{word} by {by[cluster]} ({'activity log' if by[cluster] in UNNAMED else 'change'})"
                for word, by in (("created", CREATED_BY), ("deleted", DELETED_BY))
                if cluster in by
            ]
            seen = any(cluster.there(run.time) for run in POINTS)
            yield {
                "record": "cluster",
                "subject": cluster.id,
                "first_seen": stamp(cluster.created) if cluster.created else "",
                "last_seen": stamp(cluster.deleted) if cluster.deleted else "",
                "told": "; ".join([*told, *([] if seen else ["seen at no point"])]),
            }


def changes() -> Iterator[dict[str, Any]]:
    """What was changed of the settings that are judged."""
    by_property = {setting.property: setting.control for setting in SETTINGS}
    for one in HAPPENED:
        for name, before, after in one.what:
            if name in by_property:
                yield {
                    "record": "change",
                    "control": by_property[name],
                    "subject": one.cluster.id,
                    "first_seen": stamp(one.time),
                    "told": f"{name}: {before} -> {after} by {one.by} "
                    f"({'activity log' if one.by in UNNAMED else 'change'})",
                }


def runs() -> Iterator[dict[str, Any]]:
    """Every run, then the weeks without a snapshot."""
    for run in RUNS:
        result = "failed" if run.broken else "incomplete" if run.unread else "complete"
        yield {
            "record": "run",
            "first_seen": stamp(run.time),
            "told": f"{result}, {'not used' if run.broken else 'used'}",
        }
    for run in RUNS:
        if run.broken:
            week = (run.time.date() - START).days // 7
            first = START + timedelta(days=7 * week)
            yield {
                "record": "missed",
                "first_seen": first.isoformat(),
                "last_seen": (first + timedelta(days=6)).isoformat(),
            }


def waivers() -> Iterator[dict[str, Any]]:
    """Each waiver at the points (w beside an exception, – without one), and what becomes of it at the end."""
    for one in WAIVERS:
        setting, cluster = one.setting, one.cluster
        line = states(setting, cluster)
        force = (
            ("w" if sign == "✗" else "–") if sign in "✗✓" and one.holds(run.time) else "·"
            for sign, run in zip(line, POINTS, strict=True)
        )
        days = (one.begins - POINTS[line.index("✗")].time.date()).days if one.late else 0
        told = [one.name, one.state, *([one.notes] if one.notes else [])]
        told += [f"approved {days} days late"] if days else []
        yield {
            "record": "waiver",
            "control": setting.control,
            "subject": f"{cluster.id}/agentPools/system" if setting.pool else cluster.id,
            "states": "".join(force),
            "told": ", ".join(told),
        }


def expected() -> list[dict[str, Any]]:
    """The lines of expected.csv."""
    return [
        *runs(), *population(), *controls(), *exceptions(), *changes(), *waivers(),
    ]  # fmt: skip
