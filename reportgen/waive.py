"""A waiver's skeleton for people to fill in, ``reportgen waive``: no waiver until all of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from reportgen.engagement import yaml_text
from reportgen.errors import UsageError

FILE = "waivers.yaml"
"""Where waivers go whose engagement names no file for them."""

_SKELETON = """\
- control: {control}   # {title}
  {key}: {subject}
  reason:           # why the exception is accepted, in a sentence
  ticket:           # where the decision is recorded, such as RISK-1240
  requested_by:     # who asks for it
  approved_by:      # who approved it: somebody else
  approved_on:      # the day of the approval, such as 2026-10-01
  # begins_on:      # the first day that it holds, if that is not the day of the approval
  expires_on:       # the last day that it holds
  approval:         # what shows the approval, such as the minutes of a committee; or in place of it:
  # approval_file: approvals/risk-1240.pdf   # a file in the engagement's folder; its SHA-256 is printed
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The file that has the skeleton now, and whether the engagement names that file already."""

    path: Path
    named: bool


def write(engagement: Path, *, control: str, title: str, subject: str, glob: bool) -> Written:
    """Append a skeleton to the engagement's file of waivers, or write that file.

    What was filled in by half before does not hinder. Raises UsageError where nothing can be appended.
    """
    path, named = _file(engagement)
    before = _text(path) if named or path.exists() else "# Exceptions that somebody accepted for a time.\n"
    skeleton = _SKELETON.format(
        control=control,
        title=" ".join(title.split()),
        key="glob" if glob else "subject",
        subject=yaml.safe_dump(subject, default_style='"', allow_unicode=True, width=float("inf")).strip(),
    )
    text = before + ("" if before.endswith("\n") or not before else "\n") + skeleton
    _, raw = yaml_text.read(text, str(path))
    entries = _entries(before, path)
    if not isinstance(raw, list) or len(raw) != entries + 1:
        raise UsageError(f"{path}: expected a list, each entry beginning with a dash at the line's start")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror})") from error
    return Written(path, named)


def _file(engagement: Path) -> tuple[Path, bool]:
    """The file of an engagement's waivers; it is not validated here, since a skeleton would fail that."""
    _, raw = yaml_text.read(_text(engagement), str(engagement))
    named = raw.get("waivers") if isinstance(raw, dict) else None
    if named is None:
        return engagement.parent / FILE, False
    if not isinstance(named, str):
        raise UsageError(
            f"{engagement}: its waivers stand in the engagement itself; move them into {FILE} beside it and "
            f"write `waivers: {FILE}` in their place"
        )
    return engagement.parent / named, True


def _entries(text: str, path: Path) -> int:
    _, raw = yaml_text.read(text, str(path))
    return len(raw) if isinstance(raw, list) else 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start})") from error
