"""The nouns of the domain as frozen types, shared by every step of the line.

Times are RFC 3339 strings in UTC, ids are shown as Azure gave them and compared in lower case.
"""

from __future__ import annotations

from reportgen.model.access import Access, AccessListing, Principal
from reportgen.model.collector import Collector, HeldRights, RunCommands
from reportgen.model.control import SEVERITIES, Control, ControlTest, ParameterNote, Weaker
from reportgen.model.document import (
    DocumentControl,
    Issue,
    OwnTemplates,
    PackFacts,
    PreviousPack,
    Representation,
    Signatory,
)
from reportgen.model.estate import ClusterState, PoolState
from reportgen.model.evidence import Difference, Gap, Identity, ImportedFile, Provenance, SourceSummary
from reportgen.model.framework import (
    EntityControlResult,
    Framework,
    FrameworkResult,
    MappedControl,
    Relation,
    Requirement,
    RequirementResult,
)
from reportgen.model.observation import UNLISTED, Finding, Observation, Subject
from reportgen.model.period import (
    ClusterLife,
    ControlPeriod,
    ExceptionHistory,
    PeriodView,
    Point,
    PropertyChange,
    RollForward,
    Seen,
    WaivedTime,
    WaiverPeriod,
)
from reportgen.model.registers import (
    AttestationResult,
    AttestationState,
    ExclusionResult,
    ExclusionState,
    ResponseResult,
    ResponseState,
    WaiverResult,
    WaiverState,
)
from reportgen.model.results import Results
from reportgen.model.runs import RegisteredRun, RunListing
from reportgen.model.scope import Export, ScopeReport, SubscriptionScope
from reportgen.model.values import Cause, CollectionMode, Json, Status

__all__ = [
    "SEVERITIES",
    "UNLISTED",
    "Access",
    "AccessListing",
    "AttestationResult",
    "AttestationState",
    "Cause",
    "ClusterLife",
    "ClusterState",
    "CollectionMode",
    "Collector",
    "Control",
    "ControlPeriod",
    "ControlTest",
    "Difference",
    "DocumentControl",
    "EntityControlResult",
    "ExceptionHistory",
    "ExclusionResult",
    "ExclusionState",
    "Export",
    "Finding",
    "Framework",
    "FrameworkResult",
    "Gap",
    "HeldRights",
    "Identity",
    "ImportedFile",
    "Issue",
    "Json",
    "MappedControl",
    "Observation",
    "OwnTemplates",
    "PackFacts",
    "ParameterNote",
    "PeriodView",
    "Point",
    "PoolState",
    "PreviousPack",
    "Principal",
    "PropertyChange",
    "Provenance",
    "RegisteredRun",
    "Relation",
    "Representation",
    "Requirement",
    "RequirementResult",
    "ResponseResult",
    "ResponseState",
    "Results",
    "RollForward",
    "RunCommands",
    "RunListing",
    "ScopeReport",
    "Seen",
    "Signatory",
    "SourceSummary",
    "Status",
    "Subject",
    "SubscriptionScope",
    "WaivedTime",
    "WaiverPeriod",
    "WaiverResult",
    "WaiverState",
    "Weaker",
]
