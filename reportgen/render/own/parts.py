"""A company's own parts: which may be replaced, and what none of them may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reportgen.render.environment import TEMPLATES

NEVER = frozenset(f"parts/{name}.html.j2" for name in ("scope", "gaps", "nature", "waivers_front", "macros"))
"""Parts that say what the pack is and what it lacks: nobody's template may tell that otherwise."""
_PART = re.compile(r"(parts|html)/[\w-]+\.html\.j2")
_HELPER = re.compile(r"parts/_[\w-]+\.html\.j2")
_LOADS = re.compile(
    r"<\s*(script|style|link|iframe|frame|object|embed|base|meta|form|img|image|use|video|audio|source)\b"
    r"|\b(on[a-z]+|style|srcset)\s*=|url\(|<\s*[\w-]*$",
    re.IGNORECASE,
)
"""Markup that runs something, fetches something, or that the page's own policy would block."""


def parts(files: Mapping[str, bytes], folder: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Those that can be used by name, and what is wrong with the others, by file and line."""
    usable: dict[str, str] = {}
    problems: list[str] = []
    for name, data in files.items():
        where = f"{folder}/{name}"
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(f"{where}:1: not UTF-8 text (byte {error.start}); the shipped one is used")
            continue
        wrong = [f"{where}:{line}: {what}; the shipped one is used" for line, what in _wrong(name, text)]
        problems += wrong[:1]
        if not wrong:
            usable[name] = text
    return usable, tuple(problems)


def _wrong(name: str, text: str) -> Iterator[tuple[int, str]]:
    if name in NEVER:
        yield 1, "this part says what the pack is and what it lacks, and cannot be replaced"
    elif not _HELPER.fullmatch(name) and not (_PART.fullmatch(name) and (TEMPLATES / name).is_file()):
        yield 1, "no shipped part has this name; a helper's begins with parts/_"
    try:
        tree = ImmutableSandboxedEnvironment().parse(text, name)
    except TemplateSyntaxError as error:
        yield error.lineno, f"not a template: {error.message}"
        return
    for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.Filter)):
        if not isinstance(node, nodes.Filter):
            yield node.lineno, "escaping cannot be turned off"
        elif node.name == "safe":
            yield node.lineno, "the filter safe is not allowed: values are always escaped"
    for data in tree.find_all(nodes.TemplateData):
        match = _LOADS.search(data.data)
        if match:
            line = data.lineno + data.data.count("\n", 0, match.start())
            yield line, f"{match[0].strip()!r} is not allowed: a report runs nothing and fetches nothing"
