"""Verify a pack against its manifest: changed, missing and added files."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.pack.build import MANIFEST
from reportgen.pack.read import DAMAGED

_FACTS = "manifest.json"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found; ``collection_mode`` is as the manifest states it."""

    pack_id: str
    collection_mode: str
    files: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether the pack is exactly what the manifest says."""
        return not (self.changed or self.missing or self.added)


def verify(pack: Path) -> Verification:
    """Check a pack's folder or zip. Raises UsageError where ``pack`` is neither."""
    found, doubled = _read_zip(pack) if pack.is_file() else (_read_folder(pack), ())
    if MANIFEST not in found:
        raise UsageError(f"{pack}: not a pack (no {MANIFEST} in it)")
    stated = _parse(pack, found[MANIFEST].content)
    actual = {name: file.sha256 for name, file in found.items() if name != MANIFEST}
    facts = _facts(found[_FACTS].content if _FACTS in found else b"")
    return Verification(
        pack_id=facts.get("pack_id", ""),
        collection_mode=facts.get("collection_mode", ""),
        files=len(stated),
        changed=tuple(sorted(name for name in stated.keys() & actual.keys() if stated[name] != actual[name])),
        missing=tuple(sorted(stated.keys() - actual.keys())),
        added=tuple(sorted({*(actual.keys() - stated.keys()), *doubled})),
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A file's hash; its content only where that is one of the manifests: packs may be larger than memory."""

    sha256: str
    content: bytes


def _file(name: str, content: bytes) -> _File:
    kept = content if name in (MANIFEST, _FACTS) else b""
    return _File(hashlib.sha256(content).hexdigest(), kept)


def _read_folder(folder: Path) -> dict[str, _File]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: not a pack (no such folder or zip)")
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: _file(name, b"" if path.is_symlink() else path.read_bytes())
        for name, path in names.items()
        if path.is_symlink() or path.is_file()
    }


def _read_zip(path: Path) -> tuple[dict[str, _File], tuple[str, ...]]:
    """Files by name below the zip's one top folder, and the names that stand in it twice."""
    found: dict[str, _File] = {}
    doubled: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.partition("/")[2]
                if info.is_dir():
                    continue
                if not name or name in found:
                    doubled.append(name or info.filename)
                linked = stat.S_ISLNK(info.external_attr >> 16)
                found[name or info.filename] = _file(name, b"" if linked else archive.read(info))
    except DAMAGED as error:
        raise UsageError(f"{path}: not a pack, or a damaged zip ({error})") from error
    return found, tuple(doubled)


def _parse(pack: Path, manifest: bytes) -> dict[str, str]:
    stated = {}
    for number, line in enumerate(manifest.decode("utf-8", "replace").splitlines(), start=1):
        digest, separator, name = line.partition("  ")
        if not separator or len(digest) != 64 or not name:
            raise UsageError(f"{pack}: {MANIFEST} line {number} is not '<sha256>  <path>'")
        stated[name] = digest.lower()
    return stated


def _facts(manifest: bytes) -> Mapping[str, str]:
    try:
        facts = json.loads(manifest)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}
