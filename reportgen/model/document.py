"""The document: what stands on its cover, who answers for it, what it is drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen.model.evidence import Identity
from reportgen.model.values import CollectionMode


@dataclass(frozen=True, slots=True)
class PreviousPack:
    """The pack that this one is compared with; ``manifest_sha256`` is of its MANIFEST.sha256."""

    pack_id: str
    as_of: str
    manifest_sha256: str


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
