"""engagement.yaml: what is audited, for whom, over which period, with which identity.

Errors name the file, the line, the key and what was expected.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, PrivateAttr, ValidationError, model_validator

from reportgen import clouds, mistakes, registers, yaml_text
from reportgen.access import Credential, Endpoint, ProxyUrl
from reportgen.delivering import DeliverSettings
from reportgen.document_control import Person, RecordOfChange, Representation, Reviewer, TemplatesFolder
from reportgen.errors import UsageError
from reportgen.fields import Day, Guid, StrictModel
from reportgen.imported import Imported
from reportgen.inside import Clusters
from reportgen.keeping import Retention, Schedule, StoreSettings, TimestampSettings
from reportgen.principals import Principals
from reportgen.registers import Attestation, Exclusion, PolicyExemptions, Registers, Response, Waiver
from reportgen.snapshot import canonical_json

__all__ = [
    "TEMPLATE",
    "Clusters",
    "Credential",
    "DeliverSettings",
    "Endpoint",
    "Engagement",
    "EntityControl",
    "ExpectedFrom",
    "Imported",
    "Limits",
    "Period",
    "Principals",
    "Scope",
    "load",
    "parse",
    "quarter",
    "write",
]


class Period(StrictModel):
    """The period of review, both days included.

    A stretch of more than ``max_blind_spot_days`` without a look makes a control not assessed over the
    period; by default it is as long as Resource Graph keeps changes.
    """

    start: Day
    end: Day
    max_blind_spot_days: int = Field(default=14, ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class ExpectedFrom(StrictModel):
    """An export that says what should exist, from somewhere else than the preparer.

    ``file`` is relative to the engagement; ``source`` says in words where it comes from.
    """

    file: Path
    source: str = Field(min_length=1)
    exported_at: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}([T ].*)?$")


class Scope(StrictModel):
    """What is expected: subscriptions, everything below management groups, or (empty) all that is visible."""

    subscriptions: tuple[Guid, ...] = ()
    management_groups: tuple[str, ...] = ()
    expected_from: ExpectedFrom | None = None


class Limits(StrictModel):
    """When a run stops waiting: what is left then is a gap."""

    run_hours: float = Field(default=12.0, gt=0, le=48)


class Printed(StrictModel):
    """Which PDFs the pack has.

    ``summary`` is summary.pdf, at most 12 pages; ``standard`` report.pdf, at most 120; ``full`` annex.pdf,
    every cluster and the whole population of each control, as many pages as that takes.
    """

    profiles: tuple[Literal["summary", "standard", "full"], ...] = ("summary", "standard")


class EntityControl(StrictModel):
    """A control as the entity words it, and those of the catalogue that give evidence for it.

    ``frequency`` is how often the entity operates it; ``request_item`` the auditor's number for it.
    """

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    owner: str = ""
    operator: str = ""
    frequency: str = ""
    request_item: str = ""
    controls: tuple[str, ...] = Field(min_length=1)


class Engagement(StrictModel):
    """The whole file; four keys are needed, the rest has defaults."""

    entity: str = Field(min_length=1)
    period: Period
    scope: Scope
    credential: Credential
    name: str = ""
    classification: str = "Confidential"
    parameters: dict[str, dict[str, Any]] = Field(default_factory=dict)
    frameworks: tuple[str, ...] | None = None
    catalogue: str = ""
    entity_controls: tuple[EntityControl, ...] = ()
    report: Printed = Printed()
    cloud: clouds.CloudName = "AzureCloud"
    proxy: ProxyUrl | None = None
    endpoint: Endpoint = Endpoint()
    limits: Limits = Limits()
    clusters: Clusters = Clusters()
    principals: Principals = Principals()
    imported: tuple[Imported, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    policy_exemptions: PolicyExemptions = PolicyExemptions()
    attestations: tuple[Attestation, ...] = ()
    responses: tuple[Response, ...] = ()
    templates: TemplatesFolder | None = None
    prepared_by: Person | None = None
    reviewers: tuple[Reviewer, ...] = ()
    representation: Representation | None = None
    record_of_changes: tuple[RecordOfChange, ...] = ()
    store: StoreSettings | None = None
    retention: Retention | None = None
    schedule: Schedule | None = None
    timestamp: TimestampSettings | None = None
    deliver: DeliverSettings | None = None

    _folder: Path = PrivateAttr(default=Path())
    _files: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _endpoint_of_cloud(cls, raw: Any) -> Any:
        """What ``endpoint`` does not say, the cloud does."""
        cloud = clouds.BY_NAME.get(str(raw.get("cloud"))) if isinstance(raw, dict) else None
        given = raw.get("endpoint", {}) if cloud else None
        if cloud is None or not isinstance(given, dict):
            return raw
        theirs = {"management": cloud.management, "authority": cloud.authority, "graph": cloud.graph}
        return raw | {"endpoint": theirs | given}

    @model_validator(mode="after")
    def _one_way_in(self) -> Engagement:
        alone = self.credential.kind == "kubeconfig"
        if alone and (self.scope.subscriptions or self.scope.management_groups or self.scope.expected_from):
            raise ValueError("with credential kubeconfig there is no Azure: leave scope empty, {}")
        if alone and self.principals.resolve:
            raise ValueError("with credential kubeconfig nobody can be asked for names: leave principals out")
        if alone and self.clusters.access != "direct":
            raise ValueError("with credential kubeconfig the only clusters.access is direct")
        if alone and self.store and self.store.in_blobs and not self.store.connection_string_env:
            raise ValueError("with credential kubeconfig a store in Azure needs store.connection_string_env")
        if not alone and (self.clusters.kubeconfig or self.clusters.context):
            raise ValueError("clusters.kubeconfig and clusters.context go with credential kubeconfig alone")
        return self

    @property
    def folder(self) -> Path:
        """Where the file lies: paths in it are relative to here."""
        return self._folder

    @property
    def export_file(self) -> Path | None:
        """Where the export of what should exist lies, if the engagement names one."""
        declared = self.scope.expected_from
        return self._folder / declared.file if declared else None

    @property
    def sha256(self) -> str:
        """Of the settings as understood, whatever their layout and comments, and of files beside them.

        Who gets a pack is no part of it: a corrected address makes no other pack of the same evidence.
        """
        settings = {**self.model_dump(mode="json", exclude={"deliver"}), "files": self._files}
        return hashlib.sha256(canonical_json(settings)).hexdigest()

    @property
    def registers(self) -> Registers:
        """What people decided and stated, with the hashes of the files they named."""
        return Registers(
            exclusions=self.exclusions,
            waivers=self.waivers,
            exemptions=self.policy_exemptions,
            attestations=self.attestations,
            responses=self.responses,
            period_end=self.period.end,
            folder=self._folder,
            files=self._files,
        )


def load(path: Path) -> Engagement:
    """Read and check an engagement file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}); write one with `reportgen init`"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
    return parse(text, str(path), path.parent)


def parse(text: str, name: str, folder: Path = Path()) -> Engagement:
    """The engagement in a text; ``name`` is how errors call the file, ``folder`` where its paths begin."""
    node, raw = yaml_text.read(text, name)
    if not isinstance(raw, dict):
        raise UsageError(f"{name}:1: expected the keys entity, period, scope and credential")
    try:
        engagement = Engagement.model_validate(registers.with_files(raw, node, name, folder))
    except ValidationError as error:
        raise UsageError(
            "\n".join(mistakes.told(name, node, item, Engagement) for item in error.errors(include_url=False))
        ) from error
    engagement._folder = folder  # noqa: SLF001 (its own module)
    engagement._files = registers.hashes(engagement.registers, name)  # noqa: SLF001
    return engagement


def write(path: Path, *, entity: str, period: str, scope: str, credential: str) -> Engagement:
    """Write a commented engagement from four answers, and return it as `load` understands it.

    ``period`` is ``2026-Q4`` or ``START..END``; ``scope`` a comma-separated list of subscription ids.
    Raises UsageError where an answer is wrong or the file exists; nothing is written then.
    """
    if path.exists():
        raise UsageError(f"{path}: exists and is never overwritten; name another file")
    if not credential.strip():
        raise UsageError("--credential: expected managed-identity, workload-identity or azure-cli")
    start, end = _period(period)
    subscriptions = ", ".join(f'"{part}"' for part in re.split(r"[\s,]+", scope) if part)
    text = TEMPLATE.format(
        entity=yaml.safe_dump(entity, default_style='"', allow_unicode=True, width=float("inf")).strip(),
        start=start,
        end=end,
        subscriptions=f"[{subscriptions}]",
        credential=credential.strip(),
    )
    engagement = parse(text, path.name)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    return engagement


def quarter(day: date) -> Period:
    """The calendar quarter that ``day`` lies in."""
    start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(start.year + start.month // 10, (start.month + 2) % 12 + 1, 1)
    return Period(start=start, end=following - timedelta(days=1))


def _period(text: str) -> tuple[date, date]:
    named = re.fullmatch(r"\s*(\d{4})-?Q([1-4])\s*", text, re.IGNORECASE)
    if named:
        found = quarter(date(int(named[1]), 3 * int(named[2]), 1))
        return found.start, found.end
    first, separator, last = text.partition("..")
    try:
        if separator:
            return date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        pass
    raise UsageError(f"--period {text}: expected 2026-Q4, or two days such as 2026-10-01..2026-12-31")


TEMPLATE = """\
# An engagement: what is audited, for whom, over which period, with which identity.
entity: {entity}

period:            # the period of review, both days included
  start: {start}
  end: {end}

scope:             # what is expected to exist; whatever of it cannot be read is reported as a gap
  subscriptions: {subscriptions}
  # management_groups: [corp]   # everything below these groups is expected too
  # expected_from: {{file: cmdb.csv, source: "CMDB, view AKS", exported_at: 2026-11-14}}   # compared with it

credential: {credential}   # managed-identity, workload-identity, azure-cli, kubeconfig, or:
# credential:
#   kind: client-secret   # or client-certificate, device-code: see docs/credentials.md
#   tenant_id: 11111111-2222-3333-4444-555555555555
#   client_id: 66666666-7777-8888-9999-000000000000
#   secret_env: AZURE_CLIENT_SECRET   # the environment variable that holds the secret

# cloud: AzureUSGovernment             # or AzureChinaCloud; AzureCloud without this key
# proxy: http://proxy.contoso.com:3128 # without it, what the environment variable HTTPS_PROXY says
# endpoint:
#   ca_file: proxy-ca.pem              # certificates of a proxy that opens TLS; relative to this file

# clusters:        # how the clusters' own API servers are read; none leaves what is inside them out
#   access: direct # or run-command: where no network path leads there, in a pod that Azure starts for it
#   secrets: false # true adds name, type and age of secrets, by a right that would give their values too

# catalogue: "2026.4"   # the catalogue of controls agreed on; the report says where it was made with another

# entity_controls:      # the entity's own controls, in whose order the report can be read
#   - id: ITGC-07
#     text: Access to production clusters is limited to authorised staff.
#     owner: Head of Platform
#     frequency: quarterly
#     controls: [identity-local-accounts-disabled, rbac-cluster-admin-limited]

# frameworks: [cis-aks-1.8.0, iso-27001-2022]   # those that the report shows, in this order; all without it

# waivers: waivers.yaml            # exceptions that somebody accepted; `reportgen waive` writes a skeleton
# attestations: attestations.yaml  # what people state, with the file they show for it
# responses: responses.yaml        # what is done about exceptions, by whom, until when: see docs/waivers.md
# policy_exemptions: {{apply: waive, controls: {{api-server-private: [DEFINITION-ID]}}}}   # else only shown
# store: abfs://evidence@contosoaudit/aks   # where snapshots and the register of runs are kept, or a folder;
#                                           # without this key, the folder of --out
# retention:       # what `reportgen prune` may remove: nothing younger, nothing held, nothing a pack needs
#   keep_days: 2557
#   hold:
#     - {{start: 2026-01-01, end: 2026-12-31, reason: "Litigation 2026-17"}}
# schedule: weekly # or daily, monthly: when a snapshot is due; the report lists what was missed
# timestamp: {{url: "https://tsa.contoso.com/rfc3161", ca_file: tsa-ca.pem}}   # RFC 3161, over each snapshot
# deliver:         # who gets a pack, after `run` and by `reportgen deliver`: see docs/delivery.md
#   release: after_approval        # or automatic; before `reportgen release` only the preparer gets mail
#   preparer: ada.berg@contoso.com
#   to: [audit@auditors.example]
#   smtp: {{host: smtp.contoso.com, sender: audit@contoso.com, username: audit, password_env: SMTP_PASSWORD}}
#   folder: handed-over            # graph, acs and blob are the others

# report:
#   profiles: [summary, standard]   # which PDFs; full adds annex.pdf with every cluster and subject

# principals:      # names of people are personal data: without this, principals are shown by their ids
#   resolve: true  # read names and group members from Microsoft Graph, by a permission of its own

# imported:        # results of other tools, as their own JSON; relative to this file
#   - {{tool: kube-bench, file: kube-bench/aks-prod/*.json, cluster: aks-prod, taken_at: 2026-11-14}}
#   - {{tool: trivy, file: trivy-aks-prod.json, cluster: aks-prod}}   # kubescape is the third

# classification: Confidential          # printed on the cover and on every page
# prepared_by: {{name: Ada Berg, role: Platform lead}}
# reviewers:       # lines to sign; approves: true makes an approver
#   - {{name: Kim Holm, role: Head of IT}}
#   - {{name: Lin Vos, role: CISO, approves: true}}
# representation:  # the preparer's words about the evidence; blank lines for the pen without it
#   text: To the best of my knowledge the clusters in this pack are all that the entity runs.
#   name: Ada Berg
#   role: Platform lead
#   date: 2026-11-16
# record_of_changes:
#   - {{version: "1", date: 2026-11-16, author: Ada Berg, text: First issue}}
# templates: templates                   # a folder with the company's own parts, logo, colours and words

# parameters:      # a control's parameter may be overridden; the report prints the value used
#   patching-node-image-recent: {{max_age_days: 30}}
"""
