"""The settings of an engagement: what is audited, for whom, over which period, with which identity."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from reportgen import clouds
from reportgen.engagement import registers
from reportgen.engagement.access import Credential, Endpoint, ProxyUrl
from reportgen.engagement.clusters import Clusters
from reportgen.engagement.delivering import DeliverSettings
from reportgen.engagement.document_control import (
    Person,
    RecordOfChange,
    Representation,
    Reviewer,
    TemplatesFolder,
)
from reportgen.engagement.fields import Day, Guid, StrictModel
from reportgen.engagement.imported import Imported
from reportgen.engagement.keeping import Retention, Schedule, StoreSettings, TimestampSettings
from reportgen.engagement.principals import Principals
from reportgen.engagement.registers import (
    Attestations,
    Exclusion,
    Malformed,
    PolicyExemptions,
    Registers,
    Responses,
    Waivers,
)
from reportgen.snapshot import canonical_json


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
    waivers: Waivers = ()
    policy_exemptions: PolicyExemptions = PolicyExemptions()
    attestations: Attestations = ()
    responses: Responses = ()
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

    def read_from(self, folder: Path) -> None:
        """Say where its file lies, and hash the files that it names."""
        self._folder = folder
        self._files = registers.hashes(self.registers)

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
    def malformed(self) -> tuple[str, ...]:
        """A sentence about each entry that is not applied, since it has a mistake."""
        lists = {"waivers": self.waivers, "attestations": self.attestations, "responses": self.responses}
        return tuple(
            f"{self._folder / entry.file}:{entry.line}: {key}, entry {number}: malformed, not applied: "
            f"{'; '.join(entry.problems)}. Correct it in the file"
            for key, entries in lists.items()
            for number, entry in enumerate(entries, start=1)
            if isinstance(entry, Malformed)
        )

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


def quarter(day: date) -> Period:
    """The calendar quarter that ``day`` lies in."""
    start = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(start.year + start.month // 10, (start.month + 2) % 12 + 1, 1)
    return Period(start=start, end=following - timedelta(days=1))
