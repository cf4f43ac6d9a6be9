"""Findings and test procedures in words, the same in every format."""

from __future__ import annotations

import re

from reportgen.model import Control, Finding
from reportgen.render.text import count, moment, observed
from reportgen.subjects import inside, resources

_KINDS = {
    "cluster": ("cluster", "clusters"),
    "agent-pool": ("agent pool", "agent pools"),
    **{kind.name: (kind.one, kind.many) for kind in inside.KINDS},
    **{kind.name: (kind.one, kind.many) for kind in resources.RESOURCES},
}
_RE_PERFORM = re.compile(r"\s*To re-perform, run\s+(?P<commands>.+)$", re.DOTALL)
_NEXT_COMMAND = re.compile(r"(?:,?\s+and|,|;)\s+(?=(?:az|kubectl)\s)")
_REMARK = re.compile(r"\s+(?:and\s+)?(?=(?:read|look|search|compare|for (?:a|all|every|each))\s)")


def kind(subject: str) -> str:
    """What a subject is called, as the head of a column: ``Agent pool``."""
    return _KINDS.get(subject, (subject, ""))[0].capitalize()


def subjects(kind: str, number: int) -> str:
    """How many of what: ``3 clusters``."""
    one, many = _KINDS.get(kind, (kind, f"{kind}s"))
    return count(number, one, many)


def procedure(text: str) -> tuple[str, str]:
    """What to look at, in words, and the commands that show it, one a line ("" where the text has none).

    What a reader is told to do with an answer becomes a comment, so that each line runs as it stands.
    """
    again = _RE_PERFORM.search(text)
    if not again:
        return text, ""
    commands = _NEXT_COMMAND.split(again["commands"])
    return text[: again.start()], "\n".join(_REMARK.sub("  # ", command, count=1) for command in commands)


def parameter(control: Control, name: str) -> str:
    """A parameter's value, and whether it is the default; if not, the default and which way it differs."""
    value, note = control.parameters[name], control.parameter_notes.get(name)
    shown = observed(value)
    if note is None:
        return shown
    if value == note.default:
        return f"{shown} (the default: {note.source})"
    way = "lets more pass than" if note.lets_more_pass(value) else "instead of"
    return f"{shown} (set by the engagement; {way} the default {observed(note.default)}: {note.source})"


def short(finding: Finding) -> tuple[str, ...]:
    """The counts for the index: what was assessed first, and what was not."""
    assessed = finding.satisfied + finding.exceptions
    told = []
    if finding.exceptions:
        waived = f" ({finding.waived:,} waived)" if finding.waived else ""
        told.append(f"{finding.exceptions:,} of {assessed:,} not satisfied{waived}")
    elif assessed:
        told.append(f"{finding.satisfied:,} of {assessed:,} satisfied")
    if finding.not_assessed:
        told.append(f"{finding.not_assessed:,} not assessed")
    if not assessed and finding.not_applicable:
        told.append(f"{finding.not_applicable:,} not applicable")
    return tuple(told) or ("a population of 0",)


def conclusion(control: Control, finding: Finding, as_of: str) -> str:
    """The finding as counts in words, with the time it speaks of."""
    one, many = _KINDS.get(control.subject, (control.subject, f"{control.subject}s"))
    assessed = finding.satisfied + finding.exceptions
    if not finding.population:
        return f"The population is 0 {many}: there was nothing to assess at {moment(as_of)}."
    if finding.exceptions:
        total = count(assessed, one, many)
        told = f"{finding.exceptions:,} of {total} assessed not satisfied at {moment(as_of)}"
    elif assessed:
        told = f"{finding.satisfied:,} of {count(assessed, one, many)} assessed satisfied at {moment(as_of)}"
    else:
        told = f"0 of {count(finding.population, one, many)} assessed at {moment(as_of)}"
    rest = [
        f"{number:,} {words}"
        for number, words in (
            (finding.waived, "waived"),
            (finding.not_assessed, "not assessed"),
            (finding.not_applicable, "not applicable"),
        )
        if number
    ]
    return "; ".join([told, *rest]) + "."
