"""Compiled templates that a process keeps: compiled once, and never those of another kind or content."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from reportgen.render.compiled import Compiled, compiled


def printed(kept: Compiled, template: str, finalize: Any = str) -> str:
    loader = DictLoader({"a": template})
    environment = Environment(loader=loader, autoescape=True, finalize=finalize, bytecode_cache=kept)
    return environment.get_template("a").render()


def test_a_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Compiled()
    assert printed(kept, "{{ 'one' }}") == "one"
    monkeypatch.setattr(Environment, "compile", None)
    assert printed(kept, "{{ 'one' }}") == "one"
    with pytest.raises(TypeError):
        printed(Compiled(), "{{ 'one' }}")


def test_other_content_under_the_name_is_compiled_anew() -> None:
    kept = Compiled()
    assert [printed(kept, text) for text in ("{{ 'one' }}", "{{ 'two' }}")] == ["one", "two"]


def test_constants_are_those_of_the_kind_of_environment() -> None:
    kinds: list[tuple[Any, Any]] = [
        (("html", False, None), str.lower),
        (("pdf", False, None), str.upper),
        (("html", True, None), str.title),
        (("html", False, frozenset({65})), str.swapcase),
    ]
    texts = [printed(compiled(*kind), "{{ 'aB c' }}", finalize) for kind, finalize in kinds]
    assert texts == ["ab c", "AB C", "Ab C", "Ab C"]
