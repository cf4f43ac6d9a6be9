"""docs/frameworks.md: how much of each framework the controls give evidence for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.model import Framework, Relation
from reportgen.render.frameworks import METHODS
from reportgen.render.strings import builtin
from tools.pages.markdown import address, table, text

_HEAD = Path(__file__).with_suffix(".md")


def page(frameworks: Iterable[Framework]) -> str:
    """The whole page."""
    listed = tuple(frameworks)
    lines = [_HEAD.read_text(encoding="utf-8").rstrip(), *_methods(listed), *_mappings(listed)]
    for framework in listed:
        lines += ["", *_framework(framework)]
    return "\n".join(lines) + "\n"


def _methods(frameworks: tuple[Framework, ...]) -> Iterator[str]:
    yield from ("", "## Requirements by method")
    yield from table(
        ("framework", "requirements", *(builtin().text(f"methods.{method}").lower() for method in METHODS)),
        (
            (
                text(framework.short),
                f"{len(framework.requirements)}",
                *(f"{by[method]}" for method in METHODS),
            )
            for framework in frameworks
            for by in [Counter(requirement.method for requirement in framework.requirements)]
        ),
    )


def _mappings(frameworks: tuple[Framework, ...]) -> Iterator[str]:
    yield from ("", "## Mappings of controls to requirements")
    heads = ("framework", "controls", "direct", "supporting", "published by others", "ours")
    yield from table(heads, map(_mapped, frameworks))


def _mapped(framework: Framework) -> tuple[str, ...]:
    mapped = [one for requirement in framework.requirements for one in requirement.controls]
    by = Counter(one.relation for one in mapped)
    published = sum(bool(one.published) for one in mapped)
    numbers = (
        len({one.control for one in mapped}),
        by[Relation.DIRECT],
        by[Relation.SUPPORTING],
        published,
        len(mapped) - published,
    )
    return text(framework.short), *map(str, numbers)


def _framework(framework: Framework) -> Iterator[str]:
    yield f"## {text(framework.title)}"
    yield f"Version {text(framework.version)}, {text(framework.publisher)}: {address(framework.source)}."
    yield f"File `controls/{framework.path}`, id `{framework.id}`."
    yield f"\n{text(framework.number_source)}"
    if framework.note:
        yield f"\n{text(framework.note)}"
    groups = dict.fromkeys(requirement.group for requirement in framework.requirements)
    yield from table(
        ("part", "requirements", "with direct controls", "with supporting ones only", "without controls"),
        (_group(framework, group) for group in groups),
    )


def _group(framework: Framework, group: str) -> tuple[str, ...]:
    relations = [
        {one.relation for one in requirement.controls}
        for requirement in framework.requirements
        if requirement.group == group
    ]
    direct = sum(Relation.DIRECT in found for found in relations)
    none = sum(not found for found in relations)
    numbers = (len(relations), direct, len(relations) - direct - none, none)
    return text(group), *map(str, numbers)
