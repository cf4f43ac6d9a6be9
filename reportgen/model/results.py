"""Everything that a renderer may print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen.changes import Changes
from reportgen.model.access import AccessListing, Principal
from reportgen.model.collector import Collector
from reportgen.model.control import Control
from reportgen.model.document import DocumentControl, OwnTemplates, PackFacts
from reportgen.model.estate import ClusterState
from reportgen.model.evidence import Difference, Gap, SourceSummary
from reportgen.model.framework import EntityControlResult, FrameworkResult
from reportgen.model.observation import Finding, Observation
from reportgen.model.period import PeriodView
from reportgen.model.registers import AttestationResult, ExclusionResult, ResponseResult, WaiverResult
from reportgen.model.runs import RunListing
from reportgen.model.scope import ScopeReport


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
    exclusions: tuple[ExclusionResult, ...] = ()
    waivers: tuple[WaiverResult, ...] = ()
    attestations: tuple[AttestationResult, ...] = ()
    responses: tuple[ResponseResult, ...] = ()
    document: DocumentControl = field(default_factory=DocumentControl)
    templates: OwnTemplates | None = None
    catalogue_version: str = ""
    estate: tuple[ClusterState, ...] = ()
    runs: RunListing | None = None
