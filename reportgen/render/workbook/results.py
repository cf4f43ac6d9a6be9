"""The sheets of results: findings, exceptions, the population, waivers, and what frameworks ask for."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reportgen.model import Control, FrameworkResult, Json, Observation, Results
from reportgen.render.ipe import sheets
from reportgen.render.names import Names
from reportgen.render.owners import Owners
from reportgen.render.strings import Strings
from reportgen.render.tables import by_severity
from reportgen.render.wording import conclusion
from reportgen.render.workbook.book import Book, Cell, Column, Day, Link, Table
from reportgen.sampling import numbered, population_sha256

_CONTROL = Column("control", 36)
_WHERE = (Column("subject", 30), Column("kind", 14), Column("cluster", 26), Column("subscription", 24))
_IDS = (Column("subject_id", 40), Column("subscription_id", 38))
_FINDINGS = (
    *(_CONTROL, Column("control_title", 48, wrap=True), Column("area", 20), Column("severity", 10)),
    *(Column("status", 14), Column("population", 11), Column("satisfied", 10), Column("exceptions", 11)),
    *(Column("waived", 9), Column("not_assessed", 12), Column("not_applicable", 12)),
    *(Column("conclusion", 48, wrap=True), Column("objective", 48, wrap=True)),
    *(Column("test_procedure", 70, wrap=True), Column("remediation", 60, wrap=True)),
    *(Column("remediation_cli", 60, wrap=True), Column("table", 34), Column("owner", 30)),
    *(Column("due_on", 12), Column("evidence_sheets", 24), Column("population_sha256", 68)),
)
_EXCEPTIONS = (
    *(Column("severity", 10), _CONTROL, Column("control_title", 44), Column("area", 20), *_WHERE),
    *(Column("observed", 60), Column("reason", 60), Column("waiver", 24), Column("owner", 30)),
    *(Column("due_on", 12), Column("response", 10), Column("evidence", 40), *_IDS),
)
_WAIVED = (
    *(Column("waiver", 40, wrap=True), Column("status", 14), Column("severity", 10), _CONTROL),
    *(Column("control_title", 44), *_WHERE, Column("reason", 60), *_IDS),
)
_REQUIREMENTS = (
    *(
        Column("framework", 24),
        Column("requirement", 12),
        Column("group", 30),
        Column("asked", 48, wrap=True),
    ),
    *(Column("method", 20), Column("requirement_status", 14), Column("remark", 48, wrap=True)),
    *(
        _CONTROL,
        Column("relation", 12),
        Column("mapping", 30),
        Column("status", 14),
        Column("exceptions", 11),
    ),
    *(Column("not_assessed", 12), Column("population", 11)),
)


_ENTITY = (
    *(Column("entity_control", 16), Column("worded", 60, wrap=True), Column("owner", 30)),
    *(Column("operator", 24), Column("frequency", 14), Column("request_item", 14)),
    *(Column("requirement_status", 14), _CONTROL, Column("control_title", 48), Column("severity", 10)),
    *(Column("status", 14), Column("exceptions", 11), Column("not_assessed", 12), Column("population", 11)),
)
_Population = list[tuple[int, Observation]]
"""Of one control: each observation with its line in observations.jsonl."""


def result_tables(results: Results, names: Names, book: Book) -> Iterator[Table]:
    """The tables in the order of their sheets; ``book`` says where a row of the population will stand."""
    grouped: dict[str, _Population] = defaultdict(list)
    for line, item in enumerate(results.observations, start=1):
        grouped[item.control].append((line, item))
    ordered = [control.id for control in results.controls]
    starts, start = {}, 0
    for control in ordered:
        starts[control] = book.place("population", start) if grouped[control] else None
        start += len(grouped[control])
    populations = [grouped[control] for control in ordered]
    rows = _Rows(results, names)
    yield Table("findings", _FINDINGS, rows.findings(starts, grouped))
    if results.entity_controls:
        yield Table("entity_controls", _ENTITY, rows.entity_controls())
    yield Table("exceptions", _EXCEPTIONS, rows.exceptions())
    yield Table("population", rows.population_columns(), rows.population(populations))
    waived = (rows.waived(item) for one in populations for _, item in one if item.waiver)
    yield Table("waived_subjects", _WAIVED, waived)
    yield Table("matrix", _matrix_columns(results), rows.matrix())
    yield Table("requirements", _REQUIREMENTS, rows.requirements())


class _Rows:
    """Rows of the sheets, from the results and the names that readers know."""

    def __init__(self, results: Results, names: Names) -> None:
        self.results = results
        self.names = names
        self.strings = names.strings
        self.controls = {control.id: control for control in results.controls}
        self.found = {finding.control: finding for finding in results.findings}
        self.owners = Owners.of(results)
        self.sheets = {one.source.source: one.number for one in sheets(results, self.strings)}
        self.values = max((len(control.observe) for control in results.controls), default=0)

    def findings(
        self, starts: Mapping[str, tuple[str, int] | None], populations: Mapping[str, _Population]
    ) -> Iterator[list[Cell]]:
        """A row a control; its id leads to the control's first row in the population."""
        for control in self.results.controls:
            finding, start = self.found[control.id], starts[control.id]
            answer = self.owners.of_control(control.id)
            subjects = (item.subject.id for _, item in populations[control.id] if not item.subject.unlisted)
            yield [
                Link(control.id, *start) if start else control.id,
                *(
                    control.title,
                    self.strings.area(control.area),
                    self.strings.severity(control.severity),
                    finding.status,
                ),
                *(finding.population, finding.satisfied, finding.exceptions, finding.waived),
                *(finding.not_assessed, finding.not_applicable),
                conclusion(control, finding, self.results.facts.as_of, self.strings),
                *(control.objective, control.test_procedure, control.remediation_text),
                *(control.remediation_cli, f"results/csv/{control.id}.csv"),
                answer.owner if answer else self.owners.entity.get(control.id),
                Day(answer.due_on) if answer else None,
                ", ".join(self.sheets[need] for need in control.needs if need in self.sheets),
                population_sha256(subjects),
            ]

    def entity_controls(self) -> Iterator[list[Cell]]:
        """A row an entity's control and control of the catalogue, in the engagement's order."""
        for entry in self.results.entity_controls:
            own = (entry.id, entry.text, entry.owner, entry.operator, entry.frequency, entry.request_item)
            for name in entry.controls:
                control, finding = self.controls.get(name), self.found.get(name)
                told: tuple[Cell, ...] = (None,) * 4
                if finding:
                    told = (
                        finding.status,
                        finding.exceptions,
                        finding.not_assessed,
                        finding.population,
                    )
                title, severity = (
                    (control.title, self.strings.severity(control.severity)) if control else (None, None)
                )
                yield [*own, entry.status, name, title, severity, *told]

    def exceptions(self) -> Iterator[list[Cell]]:
        """Whatever is not satisfied, waived or not, the most severe first."""
        for item in by_severity(self.results):
            control, answer = self.controls[item.control], self.owners.answer(item)
            told: tuple[Cell, ...] = (self.owners.entity.get(control.id), None, None)
            if answer:
                told = (answer.owner, Day(answer.due_on), answer.id)
            yield [
                *(
                    self.strings.severity(control.severity),
                    control.id,
                    control.title,
                    self.strings.area(control.area),
                ),
                *(*self._where(item), self._observed(control, item), self._spelled(item.reason), item.waiver),
                *(*told, " ".join(item.evidence), item.subject.id, item.subject.subscription),
            ]

    def population_columns(self) -> tuple[Column, ...]:
        """The columns of the population, with as many for values as the richest control observes."""
        heads = (self.strings.text("workbook.value", n=number) for number in range(1, self.values + 1))
        values = (Column("value", 22, head=head) for head in heads)
        return (
            *(_CONTROL, Column("number", 9), Column("severity", 10), Column("status", 14), *_WHERE),
            Column("values", 44),
            *(*values, Column("reason", 60), Column("cause", 26), Column("waiver", 24), Column("line", 9)),
            *(Column("evidence", 40), *_IDS),
        )

    def population(self, populations: Iterable[_Population]) -> Iterator[list[Cell]]:
        """A row an observation, with the number that a sample is drawn by, if one may draw it."""
        for members in populations:
            ids = numbered(item.subject.id for _, item in members if not item.subject.unlisted)
            numbers = {known: number for number, known in enumerate(ids, start=1)}
            for line, item in members:
                yield self._observation(line, numbers.get(item.subject.id), item)

    def _observation(self, line: int, number: int | None, item: Observation) -> list[Cell]:
        """Each value in a cell of its own type, in the order of their labels."""
        control = self.controls[item.control]
        labels = [label for label in control.observe if label in item.observed]
        cells = [self._value(item.observed[label]) for label in labels]
        return [
            *(item.control, number, self.strings.severity(control.severity), item.status),
            *(
                *self._where(item),
                " · ".join(f"{place} {label}" for place, label in enumerate(labels, start=1)),
            ),
            *(*cells, *[None] * (self.values - len(cells)), self._spelled(item.reason)),
            *(self.strings.cause(item.cause) if item.cause else None, item.waiver, line),
            *(" ".join(item.evidence), item.subject.id, item.subject.subscription),
        ]

    def waived(self, item: Observation) -> list[Cell]:
        """A waiver beside the status, which it leaves as it is."""
        control = self.controls[item.control]
        return [
            *(
                item.waiver,
                item.status,
                self.strings.severity(control.severity),
                control.id,
                control.title,
                *self._where(item),
            ),
            *(self._spelled(item.reason), item.subject.id, item.subject.subscription),
        ]

    def matrix(self) -> Iterator[list[Cell]]:
        """A row a control: which requirements of each framework it is evidence for."""
        frameworks = [_by_control(result, self.strings) for result in self.results.frameworks]
        for control in self.results.controls:
            yield [
                *(
                    control.id,
                    control.title,
                    self.strings.severity(control.severity),
                    self.found[control.id].status,
                ),
                *(", ".join(asked[control.id]) or None for asked in frameworks),
            ]

    def requirements(self) -> Iterator[list[Cell]]:
        """A row a requirement and control; a requirement without a control has one that says why."""
        for result in self.results.frameworks:
            for line in result.requirements:
                asked = line.requirement
                remark = [asked.reason] if asked.reason else []
                if asked.not_covered:
                    remark.append(self.strings.text("workbook.not_covered", what=asked.not_covered))
                own: list[Cell] = [
                    *(
                        result.framework.short,
                        asked.id,
                        asked.group,
                        asked.title,
                        self.strings.text(f"methods.{asked.method}"),
                    ),
                    *(line.status, " ".join(remark)),
                ]
                if not asked.controls:
                    yield own
                for mapped in asked.controls:
                    finding = self.found.get(mapped.control)
                    counts: tuple[Cell, ...] = (None,) * 4
                    if finding:
                        counts = (
                            finding.status,
                            finding.exceptions,
                            finding.not_assessed,
                            finding.population,
                        )
                    published = mapped.published or self.strings.text("workbook.ours")
                    yield [
                        *own,
                        mapped.control,
                        self.strings.text(f"workbook.relation_{mapped.relation.value}"),
                        published,
                        *counts,
                    ]

    def _where(self, item: Observation) -> tuple[Cell, ...]:
        subject = item.subject
        cluster = self.names.clusters.get(subject.cluster_id.lower(), subject.cluster)
        return (
            subject.name,
            self.strings.kind(subject.kind),
            cluster,
            self.names.subscription(subject.subscription),
        )

    def _spelled(self, text: str) -> str:
        return str(self.names.spelled(text))

    def _observed(self, control: Control, item: Observation) -> str:
        told = ((label, item.observed[label]) for label in control.observe if label in item.observed)
        return "; ".join(
            f"{label}: {_words(self.names.spelled(value), self.strings)}" for label, value in told
        )

    def _value(self, value: Json) -> Cell:
        """A number or a truth value as it is, anything else in words."""
        if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        return _words(self.names.spelled(value), self.strings)


def _words(value: Json, strings: Strings) -> str:
    """An observed value whole, as text."""
    if isinstance(value, str):
        return value or strings.text("workbook.empty")
    if isinstance(value, bool):
        return strings.text("values.is_true" if value else "values.is_false")
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return strings.text("values.not_set")
    if isinstance(value, list | tuple):
        return ", ".join(_words(item, strings) for item in value) or strings.text("workbook.empty_list")
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _matrix_columns(results: Results) -> tuple[Column, ...]:
    frameworks = (
        Column("framework", 24, wrap=True, head=result.framework.short) for result in results.frameworks
    )
    fixed = (_CONTROL, Column("control_title", 44, wrap=True), Column("severity", 10), Column("status", 14))
    return (*fixed, *frameworks)


def _by_control(result: FrameworkResult, strings: Strings) -> Mapping[str, list[str]]:
    """The ids of a framework's requirements by control, with a mark where the control only supports one."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in result.requirements:
        for mapped in line.requirement.controls:
            found[mapped.control].append(
                strings.text(f"workbook.{mapped.relation.value}", id=line.requirement.id)
            )
    return found
