"""The pack that a new one is compared with, and the changes between them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.audit.compare import compare
from reportgen.changes import Changes
from reportgen.errors import UsageError
from reportgen.model import PreviousPack, Results
from reportgen.pack import MANIFEST, Pack, pack_of, read_file, read_pack, verify
from reportgen.render.data import access_rows, findings_document, observation_rows


@dataclass(frozen=True, slots=True)
class Previous:
    """A pack as it was read, and what the new pack states about it."""

    pack: Pack
    stated: PreviousPack


def manifest_sha256(path: Path) -> str:
    """The hash by which a pack is named: of its MANIFEST.sha256."""
    return hashlib.sha256(read_file(path, MANIFEST)).hexdigest()


def previous(path: Path) -> Previous:
    """Read a pack to compare with. Raises UsageError where it is none, or altered."""
    if not verify(path).intact:
        raise UsageError(
            f"{path}: altered since its manifest was written (`reportgen verify` says where); "
            "a new pack is not compared with it"
        )
    pack = read_pack(path)
    facts = pack.document["pack"]
    return Previous(pack, PreviousPack(facts["pack_id"], facts["as_of"], manifest_sha256(path)))


def with_changes(results: Results, before: Previous) -> Results:
    """The results with what changed since the previous pack."""
    now = pack_of(
        json.loads(json.dumps(findings_document(results))),
        map(_plain, observation_rows(results)),
        map(_plain, access_rows(results)),
    )
    return replace(results, changes=compare(before.pack, now, before.stated.manifest_sha256))


def changes_between(old: Path, new: Path) -> Changes:
    """What differs between two finished packs. Raises UsageError where either is none."""
    return compare(read_pack(old), read_pack(new), manifest_sha256(old), manifest_sha256(new))


def _plain(row: dict[str, object]) -> dict[str, object]:
    """As it will be read back from its line."""
    return {key: str(value) if isinstance(value, str) else value for key, value in row.items()}
