"""What the sources of a snapshot answer about one cluster or resource, and what they lack about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reportgen.model import Gap, Json
from reportgen.snapshot import Page, Reader
from reportgen.sources import BY_NAME, Join
from reportgen.sources.kubernetes import SECRETS
from reportgen.subjects.document import at, canonical, raw_key
from reportgen.subjects.image_findings import SOURCE as IMAGES
from reportgen.subjects.image_findings import ImageFindings, digests
from reportgen.subjects.kubelets import Kubelets
from reportgen.subjects.place import Place, place
from reportgen.subjects.shared import Shared

BODIES = "arm.managed-clusters"
_NO_SECRETS = "Secrets of clusters were left out: the engagement does not ask for them (clusters.secrets)."
_LISTS = {"arm.upgrade-profiles": "", "arm.kubernetes-versions": "values"}
"""Where the items of a source's page are, if not under ``value``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one source says of one cluster: pointers into the pages, and the oldest API version of them.

    ``answered``: the source was asked, so that where there is nothing there is none.
    """

    pointers: tuple[str, ...] = ()
    api_version: str = ""
    answered: bool = False


@dataclass(slots=True)
class Gathered:
    """What the sources gave about one cluster or resource, and for each that gave nothing the sentence why.

    ``excluded`` are those of the sources in ``gaps`` that the engagement left out, ``not_imported`` the tools
    whose results nobody gave.
    """

    evidence: dict[str, Evidence] = field(default_factory=dict)
    related: dict[str, Json] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    not_imported: set[str] = field(default_factory=set)

    def lack(self, source: str, gap: Gap) -> None:
        """A source lacks what this gap, of it or of one that it stands on, says."""
        self.gaps[source] = f"{BY_NAME[gap.source].title}: {gap.detail}"
        if gap.excluded:
            self.excluded.add(source)

    def leave_out_secrets(self) -> None:
        """The engagement does not ask for the secrets of clusters."""
        self.gaps[SECRETS] = _NO_SECRETS
        self.excluded.add(SECRETS)

    def miss_import(self, source: str) -> None:
        """Nobody gave this tool's result."""
        self.gaps[source] = f"{BY_NAME[source].title}: no result was given for this cluster."
        self.not_imported.add(source)


@dataclass(slots=True)
class Answers:
    """The answers of one snapshot, with what is shared by all clusters of one walk over it.

    ``gaps`` is by source and scope in lower case; ``issuers`` are the OIDC issuers of all clusters.
    """

    reader: Reader
    as_of: datetime
    sources: tuple[str, ...]
    gaps: Mapping[tuple[str, str], Gap]
    shared: Shared
    issuers: frozenset[str]
    images: ImageFindings
    kubelets: Kubelets
    _regions: dict[tuple[str, str], tuple[Json, Evidence]] = field(default_factory=dict)

    def prefix(self, page: Page) -> str:
        """Where a page stands in a pack."""
        return f"evidence/{self.reader.header.name}/{page.path}"

    def gap(self, source: str, scopes: Iterable[str]) -> Gap | None:
        """What a source lacks in the first of these scopes, or what one that it stands on lacks."""
        names = (source, BY_NAME[source].requires, *BY_NAME[source].via)
        keys = ((name, scope.lower()) for name in names for scope in scopes)
        return next((self.gaps[key] for key in keys if key in self.gaps), None)

    def unread_identities(self, source: str, cluster: Json) -> Iterator[str]:
        """The scopes of gaps that may hide federated credentials of a cluster.

        They are the identities that it names, and where it is an issuer any identity, since any may trust it.
        """
        if BY_NAME[source].join is not Join.TRUST:
            return
        where = place(cluster)
        for name, scope in self.gaps:
            if name in (source, BY_NAME[source].requires) and (where.issuer or scope in where.mentioned):
                yield scope

    def gaps_of_part(self, cluster_id: str, part: str) -> dict[str, str]:
        """What is lacking about a part of a cluster, such as an agent pool, by source."""
        scope = f"{cluster_id}/{part}".lower()
        return {
            source: f"{BY_NAME[source].title}: {self.gaps[source, scope].detail}"
            for source in self.sources
            if (source, scope) in self.gaps
        }

    def related(self, source: str, cluster: Json, region: str) -> tuple[Json, Evidence]:
        """What a source says of a cluster; the lists of a region are read once."""
        if BY_NAME[source].join:
            return self.rows(source, place(cluster))
        if source == IMAGES:
            found, pages = self.images.of(digests(self.reader, str(at(cluster, "id"))))
            return found, Evidence(pages, "", self.images.answered)
        only = BY_NAME[source].only
        if only and not only(cluster):
            return [], Evidence(answered=True)
        if BY_NAME[source].scope == "cluster":
            return self.read(source, str(at(cluster, "id")))
        if BY_NAME[source].scope != "location":
            return None, Evidence()
        if (source, region) not in self._regions:
            self._regions[(source, region)] = self.read(source, region)
        return self._regions[(source, region)]

    def rows(self, source: str, where: Place) -> tuple[Json, Evidence]:
        """The rows of a source that clusters share which have to do with one place."""
        rows = self.shared.rows(source, where)
        versions = min((row.api_version for row in rows), default="")
        pointers = tuple(row.pointer for row in rows) or self.shared.answer(source, where)
        return [row.document for row in rows], Evidence(
            pointers, versions, self.shared.answered(source, where)
        )

    def read(self, source: str, scope: str) -> tuple[Json, Evidence]:
        """The pages that a source gave of one scope, as one list or one document."""
        key = _LISTS.get(source, "value")
        content: Json = [] if key else {}
        pointers: list[str] = []
        api_versions: list[str] = []
        for page in self.reader.pages(source, scope):
            name = raw_key(page.body, key) if key else None
            if name:
                content += canonical(page.body[name]) or []
            elif not key:
                content = canonical(page.body)
            pointers.append(f"{self.prefix(page)}#{f'/{name}' if name else ''}")
            api_versions.append(page.provenance.api_version)
        return content, Evidence(tuple(pointers), min(api_versions, default=""), bool(pointers))
