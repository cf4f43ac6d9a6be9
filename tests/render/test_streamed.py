"""Documents in pieces: the bytes of `canonical_json`, of which little is held at a time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from reportgen.model import Json
from reportgen.render.streamed import members, write_json
from reportgen.snapshot import canonical_json

TEXT = '\x00\x7f\u2028"\\/\n\t[]{},'


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outer:
    zone: Inner
    items: tuple[Inner, ...]
    pairs: tuple[tuple[str, str], ...]
    none: tuple[Inner, ...]
    number: int


def test_a_document_is_what_it_would_be_in_one_piece(tmp_path: Path) -> None:
    items: list[Json] = [{"b": [TEXT, {}], "a": {}}, [], {}, None, {"é": {"x": [1]}}]
    plain = {
        "é": items,
        "B": {"deep": {"none": [], TEXT: items}},
        "a": {"list": [[1], {}]},
        "results": [{"in": items}],
    }
    late = {
        "é": iter(items),
        "B": {"deep": {"none": iter(()), TEXT: iter(items)}},
        "a": {"list": [[1], {}]},
        "results": iter([{"in": iter(items)}]),
    }
    path = write_json(tmp_path / "a" / "late.json", late)
    assert path.read_bytes() == canonical_json(plain)


def test_a_record_is_written_as_all_of_its_fields(tmp_path: Path) -> None:
    inner = Inner(TEXT, (1, 2))
    record = Outer(inner, (inner, Inner("b", ())), (("a", "b"),), (), 7)
    assert write_json(tmp_path / "record.json", members(record)).read_bytes() == canonical_json(
        asdict(record)
    )


def test_what_json_cannot_say_is_refused(tmp_path: Path) -> None:
    for odd in (float("nan"), "\ud800"):
        with pytest.raises(ValueError, match=r"malformed|surrogates"):
            write_json(tmp_path / "odd.json", {"a": iter([odd])})
    with pytest.raises(TypeError):
        write_json(tmp_path / "odd.json", {"a": [iter(())]})


def test_one_item_is_held_at_a_time(tmp_path: Path) -> None:
    def items() -> Iterator[Json]:
        for number in range(2000):
            yield {"number": number, "text": "x" * 5000}

    tracemalloc.start()
    path = write_json(tmp_path / "long.json", {"items": items()})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6 < 1e7 < path.stat().st_size
