"""The nouns of the domain as frozen types, shared by every step of the line.

Times are RFC 3339 strings in UTC, ids are shown as Azure gave them and compared in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reportgen.changes import Changes

Json = Any
"""A JSON value: dict, list, str, int, float, bool or None."""


class Status(StrEnum):
    """Result of an observation or of a finding."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    NOT_APPLICABLE = "not-applicable"
    NOT_ASSESSED = "not-assessed"


class Cause(StrEnum):
    """Why an observation is not-assessed. Only a gap makes a run incomplete."""

    GAP = "gap"
    EXCLUDED = "excluded"
    INHERITED = "inherited"
    UNLISTED = "unlisted"
    NOT_IMPORTED = "not-imported"
    UNDETERMINED = "undetermined"
    NOT_ATTESTED = "not-attested"


class CollectionMode(StrEnum):
    """Where the evidence came from, so that a sample can never pose as evidence."""

    AZURE = "azure"
    ESTATE = "estate"
    DEMO = "demo"
    KUBECONFIG = "kubeconfig"

    @property
    def live(self) -> bool:
        """Whether the evidence is of something real, so that it is never overwritten."""
        return self in (CollectionMode.AZURE, CollectionMode.KUBECONFIG)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who collected, from the claims of the access token."""

    object_id: str
    tenant_id: str
    app_id: str = ""


SEVERITIES = ("critical", "high", "medium", "low")
"""Of a control: how much harm an exception to it can do, the most first."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in scope that could not be read.

    ``source`` is a name of `reportgen.sources`; ``scope`` a subscription id, ``<subscription>/<location>``,
    an ARM resource id or ``groups/<object id>``; it touches only subjects inside that scope. ``reason`` is a
    short code (denied, not-found, throttled, failed, truncated, differs, deadline, limit; of a cluster's API
    server also unreachable, stopped, not-ready, admin-only; excluded), ``detail`` a sentence for the reader.
    """

    source: str
    scope: str
    scope_name: str
    reason: str
    detail: str

    @property
    def excluded(self) -> bool:
        """Whether the engagement left this out: said, and no reason to call a run incomplete."""
        return self.reason == "excluded"


@dataclass(frozen=True, slots=True)
class Provenance:
    """How one page of evidence was obtained (the facts of an IPE box).

    ``rows`` is the number of items on this page, ``total_records`` what the service says exists
    (None where the service does not say). ``wire_sha256`` is of the bytes as received, a statement;
    ``stored_sha256`` is of the stored file, which anyone can check. ``proxy`` is the host and port of the
    proxy that the call went through, "" where it went through none.
    """

    source: str
    scope: str
    page: int
    collection_mode: str
    endpoint: str
    custom_ca: bool
    method: str
    url: str
    query: str
    parameters: Mapping[str, Json]
    api_version: str
    identity: Identity
    started_at: str
    ended_at: str
    request_ids: tuple[str, ...]
    http_status: int
    rows: int
    total_records: int | None
    truncated: bool | None
    wire_sha256: str
    stored_sha256: str
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that a control looks at.

    ``kind`` is cluster or agent-pool; ``id`` the ARM id as given; ``cluster`` the cluster's name,
    ``cluster_id`` its ARM id, ``subscription`` the subscription id.
    """

    id: str
    kind: str
    name: str
    cluster: str
    cluster_id: str
    subscription: str


@dataclass(frozen=True, slots=True)
class Observation:
    """One control, one subject.

    ``observed`` maps a printed label to a JSON value (None: the setting is absent). ``reason`` is a
    sentence, always given where the status is not satisfied. ``evidence`` holds
    ``<path of the page inside the pack>#<JSON pointer>``. ``cause`` is set where not-assessed. ``waiver``
    names those applied to an exception by their ids in `Results.waivers`, joined by commas; the status stays.
    """

    control: str
    subject: Subject
    status: Status
    observed: Mapping[str, Json]
    reason: str
    evidence: tuple[str, ...]
    cause: Cause | None = None
    waiver: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one control over its whole population (counts of observations)."""

    control: str
    status: Status
    population: int
    satisfied: int
    exceptions: int
    not_assessed: int
    not_applicable: int
    waived: int = 0

    @property
    def all_waived(self) -> bool:
        """Whether a waiver stands beside every exception that there is."""
        return 0 < self.exceptions == self.waived


class WaiverState(StrEnum):
    """What holds of a waiver, the most telling first; those before `ACTIVE` keep it from being applied."""

    SHOWN = "shown"
    UNMAPPED = "unmapped"
    UNREADABLE = "unreadable"
    ABOVE = "above"
    NARROWED = "narrowed"
    EXPIRED = "expired"
    NOT_BEGUN = "not-begun"
    ENDLESS = "endless"
    UNAPPROVED = "unapproved"
    SELF_APPROVED = "self-approved"
    UNDOCUMENTED = "undocumented"
    UNMATCHED = "unmatched"
    TOO_BROAD = "too-broad"
    ACTIVE = "active"
    UNUSED = "unused"
    EXPIRING = "expiring"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class WaiverResult:
    """A waiver, or an exemption of Azure Policy (its ``origin``), and what became of it. Days are YYYY-MM-DD.

    ``subject`` is an id, or of an exemption the scope it stands at; of ``subject`` and ``glob`` one is "".
    ``state`` is the first of what holds, ``notes`` the rest. ``matched`` counts subjects of its controls,
    ``waived`` the exceptions beside which it stands. ``late_days``: approved so long after one of them was
    first seen. ``name`` and ``category`` are those of an exemption, "" else.
    """

    id: str
    origin: str
    controls: tuple[str, ...]
    subject: str
    glob: str
    reason: str
    ticket: str
    requested_by: str
    approved_by: str
    approved_on: str
    begins_on: str
    expires_on: str
    approval: str
    approval_file: str
    approval_sha256: str
    state: WaiverState
    notes: tuple[WaiverState, ...] = ()
    matched: int = 0
    waived: int = 0
    late_days: int = 0
    name: str = ""
    category: str = ""

    @property
    def needs_reader(self) -> bool:
        """Whether somebody has to look at it: all but what is applied, ends later, and came in time.

        Exemptions of Azure Policy that nobody asked to be applied are no waivers, and need no one.
        """
        if self.state in (WaiverState.SHOWN, WaiverState.UNMAPPED):
            return False
        return not {WaiverState.ACTIVE, WaiverState.UNUSED}.issuperset((self.state, *self.notes))


class AttestationState(StrEnum):
    """What is to be said of an attestation; `CURRENT` alone is relied on."""

    CURRENT = "current"
    BESIDE = "beside"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class AttestationResult:
    """What a person states. ``kind`` is control, requirement or entity-control; ``about`` its id.

    ``framework`` goes with a requirement; ``subject`` is "" where the whole control is meant. `BESIDE` is a
    statement about a control that is tested: it stands beside the result and changes nothing. ``relied_on``
    counts observations that are satisfied by it; ``copy`` is the path of the file in the pack.
    """

    id: str
    kind: str
    about: str
    framework: str
    subject: str
    person: str
    role: str
    statement: str
    stated_on: str
    valid_until: str
    file: str
    file_sha256: str
    copy: str
    state: AttestationState
    relied_on: int = 0


class ResponseState(StrEnum):
    """What became of what a management response is about."""

    OVERDUE = "overdue"
    OPEN = "open"
    UNASSESSED = "unassessed"
    SETTLED = "settled"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class ResponseResult:
    """What management does about a control's exceptions, or (``subject``) about those of one subject.

    ``exceptions`` are those that there are still; ``waived`` of them have a waiver.
    """

    id: str
    control: str
    subject: str
    owner: str
    plan: str
    due_on: str
    state: ResponseState
    exceptions: int = 0
    waived: int = 0


@dataclass(frozen=True, slots=True)
class ControlTest:
    """One case of a control's own tests: the evaluation context and the status it must give."""

    given: Mapping[str, Json]
    expect: Status
    line: int = 0


class Weaker(StrEnum):
    """Which change of a parameter lets more pass than its default does."""

    HIGHER = "higher"
    LOWER = "lower"
    MORE = "more"
    FEWER = "fewer"
    CHANGED = "changed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ParameterNote:
    """A parameter's default, which change of it is weaker, and where the default comes from."""

    default: Json
    weaker: Weaker
    source: str

    def lets_more_pass(self, value: Json) -> bool:
        """Whether ``value``, which is of the default's type, is weaker than the default."""
        match self.weaker:
            case Weaker.HIGHER:
                return bool(value > self.default)
            case Weaker.LOWER:
                return bool(value < self.default)
            case Weaker.MORE:
                return not set(value) <= set(self.default)
            case Weaker.FEWER:
                return not set(value) >= set(self.default)
            case Weaker.CHANGED:
                return bool(value != self.default)
            case Weaker.NONE:
                return False


@dataclass(frozen=True, slots=True)
class Control:
    """One control file (the contract is described in docs/controls.md).

    ``absent_satisfied`` gives the source by path of a value whose lack is as good as a good value,
    ``equivalent_mutants`` the reason by name of a change that no test can notice.

    Expressions are CEL text. ``when`` false is not-applicable (with ``not_applicable_reason``);
    ``assessable`` false is not-assessed, undetermined (with ``not_assessed_reason``); ``reason`` is a
    CEL expression that gives a sentence, or empty text. ``evidence`` is configuration (how something is set)
    or operation (that something really happened). ``history`` says by version of the catalogue what changed.
    """

    id: str
    title: str
    area: str
    severity: str
    subject: str
    method: str
    objective: str
    test_procedure: str
    needs: tuple[str, ...]
    check: str
    observe: Mapping[str, str]
    remediation_text: str
    remediation_cli: str
    references: tuple[str, ...]
    covers: tuple[str, ...]
    property_since: str
    tests: tuple[ControlTest, ...]
    parameters: Mapping[str, Json] = field(default_factory=dict)
    parameter_notes: Mapping[str, ParameterNote] = field(default_factory=dict)
    absent_satisfied: Mapping[str, str] = field(default_factory=dict)
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    evidence: str = "configuration"
    when: str = ""
    not_applicable_reason: str = ""
    assessable: str = ""
    not_assessed_reason: str = ""
    reason: str = ""
    severity_reason: str = ""
    preview: bool = False
    history: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    @property
    def weaker_parameters(self) -> tuple[str, ...]:
        """The parameters whose value lets more pass than the catalogue's default."""
        notes = self.parameter_notes.items()
        return tuple(name for name, note in notes if note.lets_more_pass(self.parameters[name]))


class Relation(StrEnum):
    """How a control bears on a requirement: it tests what is required, or a part of it or a means to it."""

    DIRECT = "direct"
    SUPPORTING = "supporting"


@dataclass(frozen=True, slots=True)
class MappedControl:
    """A control that gives evidence for a requirement; ``published`` says who maps it so, "" that we do."""

    control: str
    relation: Relation
    published: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a framework: its published id, its title in our own words.

    ``method`` is automated, external, attestation, inherited or out-of-scope; ``reason`` is given for all but
    the first. ``not_covered`` says what of it no control looks at.
    """

    id: str
    title: str
    group: str
    method: str
    reason: str
    not_covered: str
    controls: tuple[MappedControl, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework file. ``number_source`` says who counts its requirements, and which are not listed."""

    id: str
    title: str
    short: str
    version: str
    publisher: str
    source: str
    note: str
    number_source: str
    requirements: tuple[Requirement, ...]
    path: str


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """What the direct controls of a requirement found, or the supporting ones where there are no direct ones.

    ``status`` is None where none was run for it.
    """

    requirement: Requirement
    status: Status | None
    exceptions: int
    not_assessed: int
    supporting_only: bool = False


@dataclass(frozen=True, slots=True)
class FrameworkResult:
    """One framework over the findings of a pack."""

    framework: Framework
    requirements: tuple[RequirementResult, ...]


@dataclass(frozen=True, slots=True)
class EntityControlResult:
    """A control as the entity words it, with what those of the catalogue found that give evidence for it.

    ``controls`` are ids in the entity's order; ``status`` is None where none of them was run.
    """

    id: str
    text: str
    owner: str
    operator: str
    frequency: str
    request_item: str
    controls: tuple[str, ...]
    status: Status | None
    exceptions: int
    not_assessed: int


@dataclass(frozen=True, slots=True)
class SubscriptionScope:
    """One line of the reconciliation on page 2.

    ``expected`` is None where the engagement names no subscriptions (everything visible is expected).
    ``clusters_listed`` counts clusters in ARM's list, ``clusters_in_graph`` in Resource Graph.
    """

    id: str
    name: str
    expected: bool
    visible: bool
    collected: bool
    clusters_in_graph: int
    clusters_listed: int
    reason: str


@dataclass(frozen=True, slots=True)
class Export:
    """A list of what should exist, from somewhere else than the preparer (a CMDB, a billing export).

    ``rows`` is how many lines it has, ``sha256`` of the file as it was read; a copy lies in the snapshot as
    ``copy``.
    """

    source: str
    exported_at: str
    file: str
    sha256: str
    rows: int
    copy: str


@dataclass(frozen=True, slots=True)
class ScopeReport:
    """Expected v. visible v. collected, and where the expectation comes from.

    Where there is an export that names clusters, ``clusters_missing`` are the ids of those that nobody found,
    and ``clusters_unexpected`` the ids of those found that it does not name.
    """

    expected_from: str
    management_groups: tuple[str, ...]
    subscriptions: tuple[SubscriptionScope, ...]
    export: Export | None = None
    clusters_missing: tuple[str, ...] = ()
    clusters_unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One property of a cluster that Resource Graph and Resource Manager show differently.

    ``path`` is dotted, pools by name (``properties.agentPoolProfiles[sys].count``); a value of None says that
    the side does not show it.
    """

    cluster: str
    path: str
    graph: Json
    arm: Json


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file of another tool's results.

    ``file`` is as the engagement names it; ``sha256`` of its bytes; ``tool`` its maker with the version, as
    far as the file says it; ``taken_at`` (RFC 3339) is known from ``taken_from``: "the file", "the
    engagement" or "the file's time of modification". ``calls_it`` is the cluster's name in the file, "" where
    it has none.
    """

    file: str
    sha256: str
    cluster: str
    tool: str
    taken_at: str
    taken_from: str
    calls_it: str


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """All pages of one source in one snapshot, folded for the IPE box.

    ``closing_count`` is what Resource Graph counted after the last page. ``pages_sha256`` is the SHA-256 of
    the lines ``<stored_sha256>  <path>``, sorted by path. ``files`` are those that were imported.
    """

    source: str
    title: str
    query: str
    url: str
    parameters: Mapping[str, Json]
    api_versions: tuple[str, ...]
    endpoint: str
    identity: Identity
    started_at: str
    ended_at: str
    pages: int
    rows: int
    total_records: int | None
    closing_count: int | None
    truncated: bool | None
    request_ids: tuple[str, ...]
    path: str
    pages_sha256: str
    gaps: int
    files: tuple[ImportedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldRights:
    """What the collector's identity may do in one subscription, as Azure says.

    ``beyond_reading`` are the patterns by which it may do more than read; ``known`` is false where Azure's
    answer could not be read.
    """

    subscription: str
    known: bool
    beyond_reading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunCommands:
    """What Azure created in a cluster (its id) for the commands that were run there: pods in a namespace."""

    cluster: str
    namespace: str
    pods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collector:
    """The evidence about the evidence: who and what made it, as far as that can be read.

    ``job`` names the scheduled job that ran it, "" where the host shows none; ``resumed_at`` the times at
    which a killed collection was gone on with; ``commands`` are those that brought evidence.
    """

    host: str
    job: str
    endpoint: str
    proxy: str
    custom_ca: bool
    resumed_at: tuple[str, ...]
    rights: tuple[HeldRights, ...]
    commands: tuple[RunCommands, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """One principal's right in one cluster, with what gives it.

    ``principal`` is the kind and the id or name (``Group/...``, ``ServiceAccount/<namespace>/<name>``);
    ``place`` a namespace or the whole cluster. ``by`` is kubernetes or azure, ``through`` the binding or the
    Azure role's name, ``scope`` where that stands. ``eligible``: the role has to be activated first;
    ``conditional``: the assignment has a condition, which is not evaluated here. ``system``: a binding that
    Kubernetes or AKS made for its own parts.
    """

    principal: str
    right: str
    place: str
    by: str
    through: str
    scope: str
    eligible: bool = False
    conditional: bool = False
    system: bool = False


@dataclass(frozen=True, slots=True)
class AccessListing:
    """Who has which right in one cluster, sorted.

    ``missing`` are the sentences that say what could not be read: where there is one, more principals may
    have rights than the rows show.
    """

    cluster: Subject
    rows: tuple[Access, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who or what an object id stands for in the directory, where somebody asked it.

    ``kind`` is in a reader's words: user, guest, group, service principal, managed identity. ``found`` is
    False where the directory has no such object: it was deleted, and a role or binding for it is left over.
    ``name`` is "" then, and where the directory gives none. ``sign_in`` is a user's principal name or an
    application's id. ``members`` are the ids of all members of a group, nested ones included; None where they
    were not read. ``all_members`` is False where some are missing there.
    """

    id: str
    kind: str
    name: str
    found: bool
    sign_in: str = ""
    members: tuple[str, ...] | None = None
    all_members: bool = True


@dataclass(frozen=True, slots=True)
class PreviousPack:
    """The pack that this one is compared with; ``manifest_sha256`` is of its MANIFEST.sha256."""

    pack_id: str
    as_of: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Point:
    """A collection point: a finished snapshot within the period of review, judged at its own time.

    ``catalogue_sha256`` is that of the controls it was judged by, ``gaps`` how many it has.
    """

    snapshot: str
    as_of: str
    root_sha256: str
    catalogue_sha256: str
    gaps: int


@dataclass(frozen=True, slots=True)
class ControlPeriod:
    """One control over all collection points.

    ``expected`` counts the windows of the schedule (the points themselves where there is none), ``assessed``
    and ``satisfied`` those of them; a window with two points is satisfied where both are. ``not_applicable``
    are those at which there was nothing that it applies to. ``blind_hours`` is the longest stretch of the
    period without a point that could tell. ``states`` has the status and the number of exceptions at each
    point, None where the catalogue of that time had no such control. The status is that of the finding, but
    not-assessed in place of satisfied where a subscription was not read in which other points show subjects
    of the control.
    """

    control: str
    status: Status
    expected: int
    assessed: int
    satisfied: int
    not_applicable: int
    blind_hours: int
    states: tuple[tuple[Status, int] | None, ...]


class Seen(StrEnum):
    """What a collection point says of a subject that was an exception at some point."""

    EXCEPTION = "exception"
    SATISFIED = "satisfied"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class ExceptionHistory:
    """A subject that was not satisfied at one point at least; times are those of points (RFC 3339).

    ``fixed_at`` is the first point at which it no longer was, for good ("" while open or not known);
    ``days_open`` counts whole days as exception, each time up to the point that shows it fixed or gone, or to
    the last point. ``reopened`` is how often it came back.
    """

    control: str
    subject: Subject
    states: tuple[Seen, ...]
    first_seen: str
    last_seen: str
    fixed_at: str
    days_open: int
    reopened: int


@dataclass(frozen=True, slots=True)
class ClusterLife:
    """A cluster that came or went within the period, once for each time that it did.

    ``created`` and ``deleted`` are times of recorded changes, or "between <point> and <point>" where none is
    on record, or "". ``created_by`` and ``deleted_by`` are whom the record names. ``observed`` is False where
    no collection point saw it.
    """

    id: str
    name: str
    subscription: str
    created: str
    created_by: str
    created_by_log: bool
    deleted: str
    deleted_by: str
    deleted_by_log: bool
    observed: bool


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """A change of a property that Resource Graph recorded, with the controls that judge it.

    ``by`` is whom the record names, or with ``by_log`` the caller in the activity log.
    """

    at: str
    resource: str
    property: str
    before: str
    after: str
    by: str
    by_log: bool
    client: str
    operation: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RollForward:
    """The population of clusters: ``opening + created - deleted == closing``.

    ``unrecorded`` are stretches (from, to) for which changes are not on record, so that a cluster which lived
    within one alone would not be seen.
    """

    opening: int
    created: int
    deleted: int
    closing: int
    lives: tuple[ClusterLife, ...]
    unrecorded: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    """How the controls operated through the period, as far as collection points show.

    ``unused`` are snapshots within the period that are no point, each with the reason in words. ``missed``
    are windows of the schedule (first and last day) without a point; ``max_blind_spot_days`` is the longest
    stretch without one at which a control still counts as assessed.
    """

    points: tuple[Point, ...]
    missed: tuple[tuple[str, str], ...]
    unused: tuple[tuple[str, str], ...]
    max_blind_spot_days: int
    controls: tuple[ControlPeriod, ...]
    exceptions: tuple[ExceptionHistory, ...]
    clusters: RollForward
    changes: tuple[PropertyChange, ...]


@dataclass(frozen=True, slots=True)
class RegisteredRun:
    """One run of the register, as far as its collection goes.

    ``number`` is that of its first entry, ``last_entry`` of the one that says what came of it. ``result`` is
    complete, incomplete (a snapshot with gaps), failed, or no-end where the register has no end of it.
    ``error`` says what ended a failed one; ``took_over`` is the run whose lease it took. ``why`` says why its
    snapshot is not used: failed, no-end, pruned, missing, unfit (``error`` tells), later (a later one is), or
    other.
    """

    number: int
    run: str
    command: str
    started_at: str
    ended_at: str
    result: str
    error: str
    snapshot: str
    root_sha256: str
    gaps: int
    resumed: bool
    took_over: str
    host: str
    job: str
    tool_version: str
    stamped_at: str
    stamped_by: str
    stamp_error: str
    last_entry: int
    used: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class RunListing:
    """Every run in the period. ``store`` is the URL of a container, "" for a folder.

    ``last_entry`` of the register is the last that tells of these runs, with its hash; ``problems`` are
    sentences about a chain that is broken. ``due`` are the windows (first and last day) of the ``schedule``,
    ``missed`` those without a snapshot, ``open`` those after the last run.
    """

    store: str
    last_entry: int
    last_entry_sha256: str
    problems: tuple[str, ...]
    runs: tuple[RegisteredRun, ...]
    schedule: str = ""
    due: tuple[tuple[str, str], ...] = ()
    missed: tuple[tuple[str, str], ...] = ()
    open: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What stands on the cover and in every running head."""

    pack_id: str
    entity: str
    engagement: str
    period_start: str
    period_end: str
    as_of: str
    collected_from: str
    collected_to: str
    collection_mode: CollectionMode
    classification: str
    tool_version: str
    catalogue_sha256: str
    snapshot: str
    snapshot_sha256: str
    identity: Identity
    host: str
    templates_sha256: str = ""
    previous: PreviousPack | None = None


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who prepared, reviewed or approved a pack; ``date`` is "" where it is left to the pen."""

    name: str
    role: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Representation:
    """What the preparer states about the evidence, in the engagement's words, and who does so."""

    text: str
    by: Signatory


@dataclass(frozen=True, slots=True)
class Issue:
    """One line of the document's record of changes, as the engagement keeps it."""

    version: str
    date: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentControl:
    """Who answers for the pack, as the engagement names them; what it does not name is left to the pen."""

    prepared_by: Signatory | None = None
    reviewers: tuple[Signatory, ...] = ()
    approvers: tuple[Signatory, ...] = ()
    representation: Representation | None = None
    changes: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTemplates:
    """A company's templates, read into memory once, so that what was hashed is what is printed.

    ``parts`` are Jinja texts by name (``parts/cover.html.j2``), ``folder`` the folder's name for messages.
    ``strings`` are texts by key, ``colours`` custom properties of the style sheet, ``logo`` a data URI.
    ``left_out`` are the anchors of optional sections. ``problems`` say by file and line what was not used.
    """

    folder: str
    sha256: str
    parts: Mapping[str, str] = field(default_factory=dict)
    strings: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    colours: Mapping[str, str] = field(default_factory=dict)
    logo: str = ""
    logo_alt: str = ""
    language: str = "en"
    left_out: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolState:
    """An agent pool as Resource Manager shows it: its version, its node image and the day of that image.

    ``nodes`` is None where the pool has no count, ``image_date`` (YYYY-MM-DD) "" where the name of the image
    carries none.
    """

    name: str
    version: str
    nodes: int | None
    image: str
    image_date: str


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a cluster runs, for pictures of the whole estate.

    ``version`` is "" where the cluster could not be read; ``support_end`` (YYYY-MM-DD) "" where not known.
    """

    cluster: Subject
    version: str
    support_end: str
    pools: tuple[PoolState, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """Everything a renderer may print; nothing else reaches it.

    ``access`` has a listing for every cluster, in the order of their ids. ``changes`` are those since the
    previous pack, None where the pack has none before it. ``principals`` is by object id in lower case, those
    of members of groups too; None where nobody asked the directory. ``estate`` has every cluster, in the
    order of their ids; ``templates`` is None where the engagement names none, ``runs`` where no register was
    kept.
    """

    facts: PackFacts
    scope: ScopeReport
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    observations: tuple[Observation, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[SourceSummary, ...]
    subscription_names: Mapping[str, str]
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    collector: Collector | None = None
    frameworks: tuple[FrameworkResult, ...] = ()
    entity_controls: tuple[EntityControlResult, ...] = ()
    principals: Mapping[str, Principal] | None = None
    access: tuple[AccessListing, ...] = ()
    changes: Changes | None = None
    period: PeriodView | None = None
    waivers: tuple[WaiverResult, ...] = ()
    attestations: tuple[AttestationResult, ...] = ()
    responses: tuple[ResponseResult, ...] = ()
    document: DocumentControl = DocumentControl()
    templates: OwnTemplates | None = None
    catalogue_version: str = ""
    estate: tuple[ClusterState, ...] = ()
    runs: RunListing | None = None
