"""What was collected, and what could not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model.values import Json


@dataclass(frozen=True, slots=True)
class Identity:
    """Who collected, from the claims of the access token."""

    object_id: str
    tenant_id: str
    app_id: str = ""


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
