"""The engine: every control over its whole population, a cluster at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reportgen.assess import attestations, expression
from reportgen.assess import parameters as parameters_of
from reportgen.assess.catalogue import with_parameters
from reportgen.assess.estate import state
from reportgen.assess.exclusions import Exclusions
from reportgen.assess.judge import Verdict, judge
from reportgen.assess.paths import reads
from reportgen.assess.roll_up import roll_up
from reportgen.engagement.registers import Registers
from reportgen.model import (
    AccessListing,
    AttestationResult,
    Cause,
    ClusterState,
    Control,
    ExclusionResult,
    Finding,
    Gap,
    Json,
    Observation,
    Status,
)
from reportgen.snapshot import Reader
from reportgen.sources import BY_NAME
from reportgen.subjects import DERIVED_FROM, own_sources, versions
from reportgen.subjects.answers import BODIES
from reportgen.subjects.case import Case, Item
from reportgen.subjects.population import population

INSIDE = "k8s."
"""How the names of sources begin that are read inside clusters."""
_BY_RELATION = {source.relation: source.name for source in BY_NAME.values() if source.relation}


@dataclass(frozen=True, slots=True)
class Assessment:
    """Observations ordered by control and subject, one finding a control, and notes for the reader.

    ``access`` has the access listing of every cluster, ``estate`` what each runs, in the order of their ids;
    attestations and exclusions are in the engagement's order; of ``gaps`` those inside an exclusion say so.
    Waivers are no part of it: see `reportgen.assess.decisions`.
    """

    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    access: tuple[AccessListing, ...]
    attestations: tuple[AttestationResult, ...]
    exclusions: tuple[ExclusionResult, ...]
    gaps: tuple[Gap, ...]
    estate: tuple[ClusterState, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A control with what is the same for all its subjects: the sources whose pages are its evidence."""

    control: Control
    sources: tuple[str, ...]


def assess(
    reader: Reader,
    catalogue: tuple[Control, ...],
    as_of: str,
    parameters: Mapping[str, Mapping[str, Json]] | None = None,
    registers: Registers | None = None,
) -> Assessment:
    """Judge a snapshot as of a time (RFC 3339).

    ``parameters`` override defaults by control id. Raises UsageError where they do not fit the catalogue.
    Of ``registers`` exclusions are heard here, and attestations for the controls that rest on them.
    """
    controls = with_parameters(catalogue, parameters or {})
    registers = registers or Registers()
    time = datetime.fromisoformat(as_of)
    exclusions = Exclusions.at(registers.exclusions, as_of, reader.scope)
    rules = tuple(_Rule(control, _evidence_sources(control)) for control in controls)
    wanted = {source for rule in rules for source in rule.sources}
    observations: list[Observation] = []
    access: list[AccessListing] = []
    estate: list[ClusterState] = []
    sources_of_versions: set[str] = set()
    kinds = {control.subject for control in controls}
    for case in population(reader, time, wanted, kinds):
        observations += _observe(case, rules, time, exclusions)
        seen = state(case)
        if seen:
            estate.append(seen)
        if case.access:
            access.append(case.access)
        source = _version_source(case)
        if source:
            sources_of_versions.add(source)
    _sort(observations)
    access.sort(key=lambda listing: (listing.cluster.id.lower(), listing.cluster.id))
    stated = attestations.apply(registers, controls, observations, as_of)
    estate.sort(key=lambda seen: (seen.cluster.id.lower(), seen.cluster.id))
    missing = {gap.source for gap in reader.gaps}
    findings = _findings(controls, stated.observations, missing)
    said = (*parameters_of.notes(controls), *_notes(sources_of_versions), *_not_imported(observations))
    return Assessment(
        observations=stated.observations,
        findings=findings,
        notes=said,
        access=tuple(access),
        attestations=stated.results,
        exclusions=exclusions.results(stated.observations, reader.gaps, reader.scope),
        gaps=exclusions.gaps(reader.gaps),
        estate=tuple(estate),
    )


def _sort(observations: list[Observation]) -> None:
    """By control, then by the subject's id; in two steps, which take no key for each in memory."""
    ids = {item.subject.id for item in observations}
    places = {
        known: place for place, known in enumerate(sorted(ids, key=lambda known: (known.lower(), known)))
    }
    observations.sort(key=lambda item: places[item.subject.id])
    observations.sort(key=lambda item: item.control)


def _evidence_sources(control: Control) -> tuple[str, ...]:
    """The sources in ``needs``, and those that a derived value was taken from."""
    texts = (control.when, control.assessable, control.check, control.reason, *control.observe.values())
    derived = {_BY_RELATION[relation] for name in reads(*texts) for relation in DERIVED_FROM.get(name, ())}
    own = own_sources(control.subject)
    return tuple(dict.fromkeys((*control.needs, *sorted(derived), *own)))


def _observe(
    case: Case, rules: tuple[_Rule, ...], as_of: datetime, exclusions: Exclusions
) -> Iterator[Observation]:
    by_kind = defaultdict(list)
    for rule in rules:
        by_kind[rule.control.subject].append(rule)
    alike: dict[str, Verdict] = {}
    for item in (case.cluster, *case.pools, *case.inside):
        shared: expression.Context | None = None
        why = exclusions.why(item.subject)
        for rule in by_kind[item.subject.kind]:
            verdict = _left_out(why) if why else _without_judging(item, case, rule.control)
            if verdict is None:
                if rule.control.parameters:
                    variables = {**item.variables, "parameters": rule.control.parameters}
                    context = expression.context(variables, as_of)
                else:
                    shared = shared or expression.context(item.variables, as_of)
                    context = shared
                verdict = judge(rule.control, context)
            # The subjects of a large cluster share a few verdicts: one object stands for all that are equal.
            verdict = alike.setdefault(repr(verdict), verdict)
            yield Observation(
                control=rule.control.id,
                subject=item.subject,
                status=verdict.status,
                observed=verdict.observed,
                reason=verdict.reason,
                evidence=_pointers(item, case, rule),
                cause=verdict.cause,
            )


def _left_out(why: str) -> Verdict:
    return Verdict(Status.NOT_ASSESSED, why, {}, Cause.EXCLUDED)


def _without_judging(item: Item, case: Case, control: Control) -> Verdict | None:
    """The verdict where there is nothing to look at: a subject unseen, a gap, or an older API version."""
    if item.unseen:
        cause, reason = item.unseen
        return Verdict(Status.NOT_ASSESSED, reason, {}, cause)
    gaps = {**case.gaps, **item.gaps} if item.gaps else case.gaps
    missing = [source for source in control.needs if source in gaps]
    if missing:
        reason = " ".join(dict.fromkeys(gaps[source] for source in missing))
        return Verdict(Status.NOT_ASSESSED, reason, {}, case.cause(missing))
    source = next((name for name in control.needs if name != BODIES), BODIES)
    version = case.evidence[source].api_version if source in case.evidence else ""
    if control.property_since and version and version[: len(control.property_since)] < control.property_since:
        reason = (
            f"Read with API version {version}; what is judged is first shown by {control.property_since}, "
            "so its absence says nothing."
        )
        return Verdict(Status.NOT_ASSESSED, reason, {}, Cause.UNDETERMINED)
    return None


def _pointers(item: Item, case: Case, rule: _Rule) -> tuple[str, ...]:
    """Where the evidence stands; of what is inside a cluster the subject itself says where."""
    own = (BODIES, *own_sources(item.subject.kind))
    others = (
        pointer
        for source in rule.sources
        if source not in own and source in case.evidence and not source.startswith(INSIDE)
        for pointer in case.evidence[source].pointers
    )
    return item.pointers + tuple(others)


def _version_source(case: Case) -> str:
    derived = case.cluster.variables.get("derived", {})
    return str(derived.get("support_source", ""))


def _notes(sources_of_versions: set[str]) -> tuple[str, ...]:
    if not sources_of_versions:
        return ()
    sources = versions.sources_together(sources_of_versions)
    return (f"Which Kubernetes versions are supported was taken from: {sources}.",)


def _not_imported(observations: list[Observation]) -> tuple[str, ...]:
    """One sentence for the front of the report where results of other tools were not given."""
    items = [item for item in observations if item.cause is Cause.NOT_IMPORTED]
    if not items:
        return ()
    controls = len({item.control for item in items})
    clusters = len({item.subject.cluster_id.lower() for item in items})
    told = (
        f"Not assessed for want of another tool's result: {controls} control{'s' * (controls != 1)} on "
        f"{clusters} cluster{'s' * (clusters != 1)}, to be imported by whoever has one. This is no gap."
    )
    return (told,)


def _findings(
    controls: tuple[Control, ...], observations: Iterable[Observation], missing: set[str]
) -> tuple[Finding, ...]:
    counts: dict[str, Counter[Status]] = defaultdict(Counter)
    unlisted: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        if observation.subject.unlisted:
            unlisted[observation.control].append(observation)
        else:
            counts[observation.control][observation.status] += 1
    return tuple(
        _finding(control, counts[control.id], unlisted[control.id], bool(missing & set(control.needs)))
        for control in sorted(controls, key=lambda control: control.id)
    )


def _finding(
    control: Control, counts: Counter[Status], unlisted: Collection[Observation], gap_in_needs: bool
) -> Finding:
    clusters = sum(bool(item.subject.cluster_id) for item in unlisted)
    return Finding(
        control=control.id,
        status=roll_up(counts + Counter(item.status for item in unlisted))
        or (Status.NOT_ASSESSED if gap_in_needs else Status.NOT_APPLICABLE),
        population=counts.total(),
        satisfied=counts[Status.SATISFIED],
        exceptions=counts[Status.NOT_SATISFIED],
        not_assessed=counts[Status.NOT_ASSESSED],
        not_applicable=counts[Status.NOT_APPLICABLE],
        unlisted_clusters=clusters,
        unlisted_subscriptions=len(unlisted) - clusters,
    )
