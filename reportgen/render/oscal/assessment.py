"""The assessment results, in a size that a reader of OSCAL can load.

An OSCAL observation stands for all subjects of one control that have one status (and one cause, where not
assessed), and lists them: an object for each control and subject would be 22,000 for the sample estate's
eleven clusters. What was observed on a subject stands with those that are not satisfied; of the others it is
in the control's table, which each observation names as evidence, with its hash, beside the pages it rests on.

A finding has a state where something was tested and only there. What was not assessed stands in the log by
reason, and so does a control that applied to nothing; their subjects have observations, without a state.
A waiver is a risk that the finding is related to (deviation-approved); the finding's state stays as it is.
Clusters are components, all other subjects inventory items that implement them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path

from reportgen.model import Cause, Control, Finding, Gap, Json, Observation, Results, Status, Subject
from reportgen.render.markdown import escaped
from reportgen.render.oscal.parts import (
    PLAN,
    assets,
    identifier,
    metadata,
    objective_id,
    origins,
    prop,
    reviewed,
    text,
)
from reportgen.render.oscal.plan import METHODS
from reportgen.render.oscal.subjects import components, inventory, reference, subject_reference, subject_uuid
from reportgen.render.strings import Strings, of
from reportgen.render.wording import conclusion, unlisted

_STATES = {Status.SATISFIED: ("satisfied", "pass"), Status.NOT_SATISFIED: ("not-satisfied", "fail")}
Group = tuple[Status, Cause | None]


def assessment_results(results: Results, folder: Path) -> Json:
    """The document, for `write_json`; it is read once.

    Hashes are of the pack's files below ``folder``, and left out of what is not there.
    """
    made = _Result(results)
    return {
        "assessment-results": {
            "uuid": made.id("results"),
            "metadata": metadata(results, made.text("results_title", id=results.facts.pack_id), made.strings),
            "import-ap": {"href": PLAN},
            "results": iter([_result(made)]),
            "back-matter": {"resources": made.resources(folder)},
        }
    }


def _result(made: _Result) -> Json:
    facts = made.results.facts
    return {
        "uuid": made.id("result"),
        "title": escaped(facts.engagement) or made.text("results_title", id=facts.pack_id),
        "description": made.text("result", start=facts.period_start, end=facts.period_end),
        "start": facts.collected_from,
        "end": facts.collected_to,
        "props": [prop("period-start", facts.period_start), prop("period-end", facts.period_end)],
        "local-definitions": _filled(
            {
                "components": components(made.subjects, made.strings),
                "inventory-items": _some(inventory(made.subjects)),
                "assessment-assets": assets(made.results, made.strings),
            }
        ),
        "reviewed-controls": reviewed(made.results.controls, made.strings),
        **_filled(
            {
                "assessment-log": {"entries": made.log()},
                "observations": _some(made.observations()),
                "risks": _some(made.risks()),
                "findings": _some(made.findings()),
            }
        ),
    }


def _filled(mapping: Mapping[str, Json]) -> dict[str, Json]:
    """Without what is empty, since OSCAL has no empty lists."""
    return {key: value for key, value in mapping.items() if value}


def _some(items: Iterator[Json]) -> Iterator[Json] | None:
    """The items, None where there are none."""
    for first in items:
        return chain((first,), items)
    return None


def _unlisted(items: list[Observation]) -> tuple[int, int]:
    """In how many clusters and subscriptions the subjects were not listed."""
    alike = [item.subject for item in items if item.subject.unlisted]
    clusters = sum(bool(subject.cluster_id) for subject in alike)
    return clusters, len(alike) - clusters


def _numbers(items: list[Observation]) -> Iterator[Json]:
    """Properties: how many subjects, and where it is not known."""
    clusters, subscriptions = _unlisted(items)
    yield prop("subjects", len(items) - clusters - subscriptions)
    if clusters:
        yield prop("unlisted-clusters", clusters)
    if subscriptions:
        yield prop("unlisted-subscriptions", subscriptions)


class _Result:
    """The one result of the document, made from the results of a pack."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.strings = of(results)
        self.id = partial(identifier, results.facts.pack_id)
        self.controls = {control.id: control for control in results.controls}
        self.found: Mapping[str, Finding] = {finding.control: finding for finding in results.findings}
        self.register = {waiver.id: waiver for waiver in results.waivers}
        self.groups: dict[str, dict[Group, list[Observation]]] = defaultdict(lambda: defaultdict(list))
        self.subjects: dict[str, Subject] = {}
        for item in results.observations:
            self.groups[item.control][item.status, item.cause].append(item)
            self.subjects.setdefault(subject_uuid(item.subject), item.subject)

    def text(self, key: str, **values: object) -> str:
        """A text of the catalogue, escaped with its values."""
        return text(self.strings, key, **values)

    def observations(self) -> Iterator[Json]:
        """One for each control, status and cause, with its subjects and the evidence they rest on."""
        for control in self.results.controls:
            for (status, cause), items in self.groups[control.id].items():
                pages = sorted({page for item in items for page in _pages(item)})
                named = [f"results/csv/{control.id}.csv", *pages]
                yield {
                    "uuid": self._observation(control.id, (status, cause)),
                    "title": escaped(f"{control.title}: {_status(status, cause, self.strings)}"),
                    "description": self.text(
                        "observation",
                        counted=self._counted(items),
                        status=_status(status, cause, self.strings),
                    ),
                    "props": [
                        prop("control-id", control.id),
                        prop("status", status.value),
                        *([prop("cause", cause.value)] if cause else ()),
                        *_numbers(items),
                    ],
                    "methods": [METHODS[control.evidence]],
                    "types": ["control-objective"],
                    "origins": origins(self.results),
                    "subjects": [reference(item) for item in items],
                    "relevant-evidence": [
                        {"href": f"#{self._resource(path)}", "description": escaped(path)} for path in named
                    ],
                    "collected": self.results.facts.collected_to,
                }

    def _counted(self, items: list[Observation]) -> str:
        """How many subjects, and where nobody listed them."""
        clusters, subscriptions = _unlisted(items)
        number = len(items) - clusters - subscriptions
        told = [self.strings.text("oscal.counted", n=number)] if number else []
        more = unlisted(clusters, subscriptions, self.strings)
        return self.strings.text("unlisted.joint").join([*told, *([more] if more else [])])

    def findings(self) -> Iterator[Json]:
        """One for each control of which something was tested."""
        for control in self.results.controls:
            finding = self.found[control.id]
            if finding.status not in _STATES:
                continue
            state, reason = _STATES[finding.status]
            told = escaped(conclusion(control, finding, self.results.facts.as_of, self.strings))
            related = {
                "related-observations": [
                    {"observation-uuid": self._observation(control.id, group)}
                    for group in self.groups[control.id]
                ],
                "related-risks": [
                    {"risk-uuid": self._risk(control.id, waiver)} for waiver in self._waived(control.id)
                ],
            }
            counts = (
                *("population", "satisfied", "exceptions", "waived", "not_assessed", "not_applicable"),
                *("unlisted_clusters", "unlisted_subscriptions"),
            )
            yield {
                "uuid": self.id("finding", control.id),
                "title": escaped(control.title),
                "description": told,
                "props": [
                    prop("control-id", control.id),
                    prop("severity", control.severity),
                    *(prop(name.replace("_", "-"), getattr(finding, name)) for name in counts),
                ],
                "origins": origins(self.results),
                "target": {
                    "type": "objective-id",
                    "target-id": objective_id(control.id),
                    "status": {"state": state, "reason": reason, "remarks": told},
                },
                **_filled(related),
                "remarks": escaped(control.remediation_text),
            }

    def risks(self) -> Iterator[Json]:
        """One for each waiver of a control: what was found is accepted, and stays what it is."""
        for control in self.results.controls:
            for waiver, items in self._waived(control.id).items():
                group = (Status.NOT_SATISFIED, None)
                yield {
                    "uuid": self._risk(control.id, waiver),
                    "title": self.text("waiver_title", title=control.title),
                    "description": f"{self.text('waived_exceptions', n=len(items))} {self._terms(waiver)}",
                    "statement": escaped(control.objective),
                    "props": [prop("control-id", control.id), prop("waiver", waiver)],
                    "status": "deviation-approved",
                    "origins": origins(self.results),
                    "mitigating-factors": [
                        {
                            "uuid": self.id("waiver", control.id, waiver),
                            "description": self.text("waived_subjects", n=len(items)),
                            "subjects": [subject_reference(item.subject) for item in items],
                        }
                    ],
                    "related-observations": [{"observation-uuid": self._observation(control.id, group)}],
                }

    def log(self) -> Iterator[Json]:
        """The reading itself, each gap, and by control and reason what was not assessed or did not apply."""
        facts = self.results.facts
        yield self._entry(
            "collected", self.text("log_collected"), self.text("log_snapshot", id=facts.snapshot)
        )
        for gap in self.results.gaps:
            yield self._gap(gap)
        for control in self.results.controls:
            if not self.groups[control.id]:
                title = self.text("log_nothing", title=control.title)
                told = conclusion(control, self.found[control.id], facts.as_of, self.strings)
                yield self._entry(f"population\n{control.id}", title, escaped(told), control)
            for group, items in self.groups[control.id].items():
                if group[0] not in _STATES:
                    yield from self._untested(control, group, items)

    def _untested(self, control: Control, group: Group, items: list[Observation]) -> Iterator[Json]:
        by_reason: dict[str, list[Observation]] = defaultdict(list)
        for item in items:
            by_reason[item.reason].append(item)
        status, cause = group
        for reason, alike in by_reason.items():
            title = escaped(f"{control.title}: {_status(status, cause, self.strings)}")
            told = self.text("log_untested", counted=self._counted(alike), reason=reason)
            key = f"untested\n{control.id}\n{status}\n{cause}\n{reason}"
            entry = self._entry(key, title, told, control)
            entry["props"] += [prop("status", status.value), *_numbers(alike)]
            if cause:
                entry["props"].append(prop("cause", cause.value))
            entry["links"] = [{"href": f"#{self._observation(control.id, group)}", "rel": "related"}]
            yield entry

    def _gap(self, gap: Gap) -> Json:
        title = self.text("log_excluded" if gap.excluded else "log_gap", source=gap.source)
        told = self.text("log_gap_detail", where=gap.scope_name or gap.scope, detail=gap.detail)
        entry = self._entry(f"gap\n{gap.source}\n{gap.scope}\n{gap.reason}\n{gap.detail}", title, told)
        entry["props"] = [
            prop("gap-source", gap.source), prop("gap-scope", gap.scope), prop("gap-reason", gap.reason),
        ]  # fmt: skip
        return entry

    def _entry(self, key: str, title: str, told: str, control: Control | None = None) -> dict[str, Json]:
        facts = self.results.facts
        entry: dict[str, Json] = {
            "uuid": self.id("log", key),
            "title": title,
            "description": told,
            "start": facts.collected_from,
            "end": facts.collected_to,
        }
        if control:
            entry["props"] = [prop("control-id", control.id)]
        return entry

    def resources(self, folder: Path) -> Iterator[Json]:
        """The pack's files that observations rest on, by a path from this document, with their hashes."""
        judged = (control.id for control in self.results.controls if self.groups[control.id])
        tables = (f"results/csv/{control}.csv" for control in judged)
        pages = {page for item in self.results.observations for page in _pages(item)}
        for path in ("results/observations.jsonl", *tables, *sorted(pages)):
            link: dict[str, Json] = {"href": f"../{path}"}
            if (folder / path).is_file():
                with (folder / path).open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                link["hashes"] = [{"algorithm": "SHA-256", "value": digest}]
            yield {"uuid": self._resource(path), "title": escaped(path), "rlinks": [link]}

    def _waived(self, control: str) -> Mapping[str, list[Observation]]:
        waived: dict[str, list[Observation]] = defaultdict(list)
        for item in self.groups[control].get((Status.NOT_SATISFIED, None), ()):
            for waiver in self._waivers(item):
                waived[waiver].append(item)
        return waived

    def _waivers(self, item: Observation) -> list[str]:
        """The ids of the waivers beside an exception, or its words where no register has them."""
        ids = (item.waiver or "").split(", ")
        if self.register.keys() >= set(ids):
            return ids
        return [item.waiver] if item.waiver else []

    def _terms(self, waiver: str) -> str:
        """Why, until when and by whom something was accepted."""
        known = self.register.get(waiver)
        if known is None:
            return escaped(waiver)
        terms = {"reason": known.reason, "by": known.approved_by, "until": known.expires_on}
        return self.text("waiver_terms", id=waiver, ticket=known.ticket, **terms)

    def _observation(self, control: str, group: Group) -> str:
        return self.id("observation", control, group[0].value, group[1].value if group[1] else "")

    def _risk(self, control: str, waiver: str) -> str:
        return self.id("risk", control, waiver)

    def _resource(self, path: str) -> str:
        return self.id("resource", path)


def _pages(item: Observation) -> list[str]:
    return [reference.partition("#")[0] for reference in item.evidence]


def _status(status: Status, cause: Cause | None, strings: Strings) -> str:
    told = strings.text(f"oscal.status_{status.value}")
    return f"{told} ({strings.cause(cause)})" if cause else told
