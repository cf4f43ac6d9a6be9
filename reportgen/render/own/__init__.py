"""A company's own templates: parts, branding and words, checked before they are used.

What cannot be used is a problem with file and line; the shipped one takes its place, and the pack is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from reportgen.engagement import Engagement
from reportgen.model import OwnTemplates
from reportgen.render.own.branding import BRANDING, branding
from reportgen.render.own.logo import logo
from reportgen.render.own.parts import NEVER, parts
from reportgen.render.own.trial import tried

__all__ = ["NEVER", "load", "of_engagement", "tried"]

_LARGEST = 1_000_000
"""Bytes of a file; no part or logo comes near it."""


def of_engagement(engagement: Engagement) -> OwnTemplates | None:
    """Those that an engagement names, None where it names none."""
    return load(engagement.folder, engagement.templates) if engagement.templates else None


def load(root: Path, folder: Path) -> OwnTemplates:
    """Everything in ``root/folder``, read once and checked; never an error: what is wrong is a problem."""
    name = folder.as_posix()
    if not (root / folder).is_dir():
        problem = f"{name}: no such folder, so nothing of it is used"
        return OwnTemplates(name, _sha256({}), problems=(problem,))
    files, unread = _files(root / folder, name)
    usable, wrong = parts({key: data for key, data in files.items() if key.endswith(".j2")}, name)
    look, mistakes = branding(files.get(BRANDING, b""), f"{name}/{BRANDING}")
    image, refused = logo(files, look.logo, name) if look.logo else ("", ())
    return OwnTemplates(
        folder=name,
        sha256=_sha256(files),
        parts=usable,
        strings=look.texts,
        colours=look.colours.properties,
        logo=image,
        logo_alt=look.logo_alt,
        language=look.language,
        left_out=frozenset(section for section, shown in look.sections.items() if not shown),
        problems=(*unread, *wrong, *mistakes, *refused),
    )


def _files(folder: Path, name: str) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """By path below ``folder``; what a link brings in from elsewhere is refused."""
    found: dict[str, bytes] = {}
    problems = []
    for path, shown in sorted(_below(folder)):
        if not path.resolve().is_relative_to(folder.resolve()):
            problems.append(f"{name}/{shown}: leads out of the folder, so it is not read")
        elif path.stat().st_size > _LARGEST:
            problems.append(f"{name}/{shown}: larger than {_LARGEST:,} bytes, so it is not read")
        else:
            found[shown] = path.read_bytes()
    return found, tuple(problems)


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path, path.relative_to(folder).as_posix()


def _sha256(files: Mapping[str, bytes]) -> str:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
