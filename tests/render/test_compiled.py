"""Compiled templates that a process keeps: compiled once, and never those of another kind or content."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from reportgen.render import compiled
from reportgen.render.compiled import Compiled, Kind

HTML: Kind = ("html", False, None)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_CODES", {})


def printed(kind: Kind, template: str, finalize: Any = str) -> str:
    loader = DictLoader({"a": template})
    environment = Environment(
        loader=loader, autoescape=True, finalize=finalize, bytecode_cache=Compiled(kind)
    )
    return environment.get_template("a").render()


def test_a_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(HTML, "{{ 'one' }}") == "one"
    monkeypatch.setattr(Environment, "compile", None)
    assert printed(HTML, "{{ 'one' }}") == "one"
    with pytest.raises(TypeError):
        printed(("pdf", False, None), "{{ 'one' }}")


def test_other_content_under_the_name_is_compiled_anew() -> None:
    assert [printed(HTML, text) for text in ("{{ 'one' }}", "{{ 'two' }}")] == ["one", "two"]


def test_constants_are_those_of_the_kind_of_environment() -> None:
    kinds: list[tuple[Kind, Any]] = [
        (HTML, str.lower),
        (("pdf", False, None), str.upper),
        (("html", True, None), str.title),
        (("html", False, frozenset({65})), str.swapcase),
    ]
    texts = [printed(kind, "{{ 'aB c' }}", finalize) for kind, finalize in kinds]
    assert texts == ["ab c", "AB C", "Ab C", "Ab C"]
