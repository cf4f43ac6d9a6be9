"""The evidence that an observation names: the value at the pointer, its page and where that came from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import msgspec

from reportgen.errors import UsageError
from reportgen.model import Json, Provenance
from reportgen.pack.read import read_file


@dataclass(frozen=True, slots=True)
class Cited:
    """What ``<path>#<JSON pointer>`` refers to; ``sha256`` is of the page's file, computed anew."""

    reference: str
    path: str
    pointer: str
    value: Json
    sha256: str
    provenance: Provenance


def cited(pack: Path, reference: str) -> Cited:
    """Follow a reference of observations.jsonl. Raises UsageError where it leads to nothing in the pack."""
    path, _, pointer = reference.partition("#")
    page = read_file(pack, path)
    try:
        told = read_file(pack, f"{path.removesuffix('.json')}.provenance.json")
        return Cited(
            reference,
            path,
            pointer,
            resolved(json.loads(page), pointer),
            hashlib.sha256(page).hexdigest(),
            msgspec.json.decode(told, type=Provenance),
        )
    except (LookupError, TypeError, ValueError) as error:
        raise UsageError(f"{pack}: the evidence {reference} cannot be read: {error}") from error


def resolved(body: Json, pointer: str) -> Json:
    """The value at a JSON pointer (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        body = body[int(key)] if isinstance(body, list) else body[key]
    return body
