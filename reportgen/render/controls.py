"""The views of all controls, made of the results."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportgen.model import Cause, Control, Finding, Observation, Results, Status
from reportgen.render.caps import Caps
from reportgen.render.control_view import ControlView, Group, Row, Shared
from reportgen.render.ipe import IpeSheet
from reportgen.render.names import Names
from reportgen.render.repeated import Repeated
from reportgen.render.room import levels
from reportgen.render.strings import Strings
from reportgen.render.text import cut
from reportgen.render.values import observed
from reportgen.render.wording import conclusion, is_default, parameter, procedure, short

NOT_READ = "–"
_MOST_COLUMNS = 3
"""Columns of values beside those of name and subscription; one more where the latter stands with the name."""
_LONG_REASON = 150
"""Letters of a reason that still fits into a column; longer ones stand across the table, over their rows."""


def control_views(
    results: Results,
    names: Names,
    ipe: Sequence[IpeSheet],
    caps: Caps,
    repeated: Sequence[Repeated] = (),
) -> tuple[ControlView, ...]:
    """A view of every control, in the order of the results; reasons ``repeated`` stand in front of them."""
    findings = {finding.control: finding for finding in results.findings}
    by_control: dict[str, list[Observation]] = defaultdict(list)
    for item in results.observations:
        by_control[item.control].append(item)
    said = frozenset((one.cause, one.reason) for one in repeated)
    views = _Views(names, ipe, caps, results.facts.as_of, said)
    made = [views.view(control, findings[control.id], by_control[control.id]) for control in results.controls]
    if caps.whole:
        return tuple(made)
    found = levels(made)
    return tuple(replace(view, level=found[view.control.id]) for view in made)


@dataclass(frozen=True, slots=True)
class _Views:
    names: Names
    ipe: Sequence[IpeSheet]
    caps: Caps
    as_of: str
    said: frozenset[tuple[str, str]]

    def view(self, control: Control, finding: Finding, observations: list[Observation]) -> ControlView:
        ordered = sorted(map(self._spelled, observations), key=lambda item: self.names.order(item.subject))
        split: dict[Status, list[Observation]] = {status: [] for status in Status}
        for item in ordered:
            split[item.status].append(item)
        columns, strings = _columns(control, ordered), self.names.strings
        text, commands = procedure(control.test_procedure)
        failed, passed = split[Status.NOT_SATISFIED], split[Status.SATISFIED]
        unread = self._groups(split[Status.NOT_ASSESSED])
        outside = self._groups(split[Status.NOT_APPLICABLE]) if self.caps.whole else ()
        told = {key for key in control.parameters if self.caps.whole or not is_default(control, key)}
        return ControlView(
            control=control,
            finding=finding,
            area=strings.area(control.area),
            anchor=f"c-{control.id}",
            conclusion=conclusion(control, finding, self.as_of, strings),
            counts=conclusion(control, finding, "", strings),
            short=short(finding, strings),
            procedure=text,
            commands=commands,
            parameters=tuple((key, parameter(control, key, strings)) for key in sorted(told)),
            defaults=tuple(sorted(control.parameters.keys() - told)),
            columns=columns,
            inside="" if control.subject == "cluster" else strings.kind(control.subject),
            subscription=strings.text("article.subscription"),
            exceptions=self._exceptions(failed, columns),
            all_exceptions=len(failed),
            not_assessed=unread[: self.caps.groups],
            all_not_assessed=len(unread),
            satisfied=tuple(self._row(item, columns) for item in passed[: self.caps.satisfied]),
            all_satisfied=len(passed),
            not_applicable=outside[: self.caps.groups],
            all_not_applicable=len(outside),
            ipe=tuple(sheet for sheet in self.ipe if sheet.source.source in control.needs),
            csv=f"results/csv/{control.id}.csv",
        )

    def _spelled(self, item: Observation) -> Observation:
        """With names in the place of ids, as far as there are any; files of data keep the ids."""
        if not self.names.principals:
            return item
        return replace(
            item, observed=self.names.spelled(dict(item.observed)), reason=self.names.spelled(item.reason)
        )

    def _exceptions(self, failed: list[Observation], columns: tuple[str, ...]) -> tuple[Shared, ...]:
        """By reason where few account for many, or where they are long; each has its turn before the cap."""
        if not failed:
            return ()
        grouped: dict[str, list[Observation]] = defaultdict(list)
        for item in failed:
            grouped[item.reason].append(item)
        reasons = sorted(grouped.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        kept = _in_turn([len(items) for _, items in reasons], self.caps.exceptions)
        shown = [
            (reason, len(items), items[:number])
            for (reason, items), number in zip(reasons, kept, strict=True)
            if number
        ]
        if 2 * len(shown) > sum(kept) and max(len(reason) for reason, *_ in shown) <= _LONG_REASON:
            shown = [("", len(failed), failed[: self.caps.exceptions])]
        return tuple(
            Shared(reason, number, tuple(self._row(item, columns) for item in items))
            for reason, number, items in shown
        )

    def _row(self, item: Observation, columns: tuple[str, ...]) -> Row:
        key = item.subject.cluster_id.lower()
        return Row(
            name=item.subject.name,
            cluster=self.names.clusters.get(key, ""),
            anchor=self.names.link(key),
            subscription=self.names.subscription(item.subject.subscription),
            cells=tuple(
                (label, self._short(value)) for label, value in _cells(item, columns, self.names.strings)
            ),
            reason=item.reason,
            waiver=item.waiver or "",
            evidence=item.evidence[0].partition("#")[0] if item.evidence else "",
        )

    def _short(self, value: str) -> str:
        return cut(value, self.caps.letters) if self.caps.letters else value

    def _groups(self, items: list[Observation]) -> tuple[Group, ...]:
        strings = self.names.strings
        register = strings.text("article.in_register")
        grouped: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for item in items:
            reason = item.reason if self.caps.whole or item.cause is not Cause.GAP else register
            grouped[(strings.cause(item.cause) if item.cause else "", reason)].append(item)
        largest = sorted(grouped.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return tuple(
            Group(
                cause=cause,
                reason=reason or strings.text("article.no_reason"),
                number=len(members),
                names=tuple(self._named(item) for item in members[: self.caps.names]),
                more=max(0, len(members) - (self.caps.names or len(members))),
                elsewhere=reason == register or (cause, reason) in self.said,
            )
            for (cause, reason), members in largest
        )

    def _named(self, item: Observation) -> tuple[str, str]:
        key = item.subject.cluster_id.lower()
        cluster = self.names.clusters.get(key, "")
        parts = [cluster] if item.subject.kind == "cluster" else [cluster, item.subject.name]
        return " / ".join(part for part in parts if part), self.names.link(key)


def _columns(control: Control, observations: list[Observation]) -> tuple[str, ...]:
    """The labels as columns while they fit, else one column ("") that holds all of them."""
    most = _MOST_COLUMNS + (control.subject != "cluster")
    labels = dict.fromkeys([*control.observe, *(label for item in observations for label in item.observed)])
    return tuple(labels) if 0 < len(labels) <= most else ("",)


def _cells(item: Observation, columns: tuple[str, ...], strings: Strings) -> tuple[tuple[str, str], ...]:
    labels = tuple(item.observed) if columns == ("",) else columns
    return tuple(
        (label, observed(item.observed[label], strings) if label in item.observed else NOT_READ)
        for label in labels
    )


def _in_turn(sizes: list[int], cap: int | None) -> list[int]:
    """How many of each group are kept where the groups take turns until ``cap`` is reached."""
    turns = sorted((turn, group) for group, size in enumerate(sizes) for turn in range(size))
    kept = Counter(group for _, group in turns[:cap])
    return [kept[group] for group in range(len(sizes))]
