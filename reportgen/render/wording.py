"""Findings and test procedures in words, the same in every format."""

from __future__ import annotations

import re

from reportgen.model import Control, Finding
from reportgen.render.strings import Strings
from reportgen.render.text import moment
from reportgen.render.values import observed

_RE_PERFORM = re.compile(r"\s*To re-perform, run\s+(?P<commands>.+)$", re.DOTALL)
_NEXT_COMMAND = re.compile(r"(?:,?\s+and|,|;)\s+(?=(?:az|kubectl)\s)")
_REMARK = re.compile(r"\s+(?:and\s+)?(?=(?:read|look|search|compare|for (?:a|all|every|each))\s)")


def procedure(text: str) -> tuple[str, str]:
    """What to look at, in words, and the commands that show it, one a line ("" where the text has none).

    What a reader is told to do with an answer becomes a comment, so that each line runs as it stands.
    """
    again = _RE_PERFORM.search(text)
    if not again:
        return text, ""
    commands = _NEXT_COMMAND.split(again["commands"])
    return text[: again.start()], "\n".join(_REMARK.sub("  # ", command, count=1) for command in commands)


def parameter(control: Control, name: str, strings: Strings) -> str:
    """A parameter's value, and whether it is the default; if not, the default and which way it differs."""
    value, note = control.parameters[name], control.parameter_notes.get(name)
    shown = observed(value, strings)
    if note is None:
        return shown
    if value == note.default:
        return strings.text("parameters.default", value=shown, source=note.source)
    key = "parameters.weaker" if note.lets_more_pass(value) else "parameters.other"
    return strings.text(key, value=shown, default=observed(note.default, strings), source=note.source)


def is_default(control: Control, name: str) -> bool:
    """Whether a parameter was left as the catalogue has it."""
    note = control.parameter_notes.get(name)
    return note is not None and note.default == control.parameters[name]


def short(finding: Finding, strings: Strings) -> tuple[str, ...]:
    """The counts for the index: what was assessed first, and what was not."""
    assessed = finding.satisfied + finding.exceptions
    told = []
    if finding.exceptions:
        key = "index.failed_waived" if finding.waived else "index.failed"
        told.append(
            strings.text(key, exceptions=finding.exceptions, assessed=assessed, waived=finding.waived)
        )
    elif assessed:
        told.append(strings.text("index.passed", satisfied=finding.satisfied, assessed=assessed))
    if finding.not_assessed:
        told.append(strings.text("conclusion.not_assessed", n=finding.not_assessed))
    if not assessed and finding.not_applicable:
        told.append(strings.text("conclusion.not_applicable", n=finding.not_applicable))
    return tuple(told) or (strings.text("annex.empty"),)


def conclusion(control: Control, finding: Finding, as_of: str, strings: Strings) -> str:
    """The finding as counts in words, with the time it speaks of unless ``as_of`` is ""."""
    assessed = finding.satisfied + finding.exceptions
    if finding.exceptions:
        key = "failed"
    else:
        key = "passed" if assessed else "none" if finding.population else "empty"
    counted = strings.text(
        f"conclusion.{key}",
        exceptions=finding.exceptions,
        satisfied=finding.satisfied,
        subjects=strings.subjects(control.subject, assessed or finding.population),
    )
    told = strings.text("conclusion.at", counted=counted, time=moment(as_of)) if as_of else counted
    rest = [
        strings.text(f"conclusion.{word}", n=number)
        for number, word in (
            (finding.waived, "waived"),
            (finding.not_assessed, "not_assessed"),
            (finding.not_applicable, "not_applicable"),
        )
        if number
    ]
    return "; ".join([told, *rest]) + "."
