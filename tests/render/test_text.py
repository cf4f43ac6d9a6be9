"""How values become text, and findings sentences."""

from __future__ import annotations

from typing import Any

import pytest

from reportgen.model import Finding, Status
from reportgen.render.controls import conclusion
from reportgen.render.text import breakable, cleaner, moment, observed
from tests.render import factory


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (float("nan"), "not set"),
        (True, "true"),
        (0, "0"),
        ("", "(empty)"),
        ("None", "none"),
        ([], "(empty list)"),
        (["a", None], "a, not set"),
        ({"b": None, "a": [1]}, "a: 1, b: not set"),
        ("x" * 500, "x" * 239 + "…"),
    ],
)
def test_observed_values(value: Any, text: str) -> None:
    assert observed(value) == text


def test_what_cannot_be_seen_or_drawn_is_printed_as_its_code() -> None:
    assert cleaner()("a\u202eb\u200bc\x07") == "a\\u{202E}b\\u{200B}c\\u{0007}"
    assert cleaner()("🚀é") == "🚀é"
    assert cleaner(frozenset(map(ord, "é")))("🚀é") == "\\u{1F680}é"
    assert cleaner()(None) == "not set"


def test_breakable_escapes() -> None:
    assert breakable("/a-b/<i>") == "/<wbr>a-<wbr>b/<wbr>&lt;i&gt;"


def test_times_are_utc_or_left_alone() -> None:
    assert moment("2026-11-15T07:00:00+01:00") == "2026-11-15 06:00:00 UTC"
    assert moment("2026-11-15T07:00:00") == "2026-11-15T07:00:00"
    assert moment("soon") == "soon"


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            (41, 38, 3, 0, 0, 1),
            "3 of 41 clusters assessed not satisfied at 2026-11-15 06:00:00 UTC; 1 waived.",
        ),
        (
            (43, 41, 0, 2, 0, 0),
            "41 of 41 clusters assessed satisfied at 2026-11-15 06:00:00 UTC; 2 not assessed.",
        ),
        (
            (2, 0, 0, 0, 2, 0),
            "0 of 2 clusters assessed at 2026-11-15 06:00:00 UTC; 2 not applicable.",
        ),
        (
            (0, 0, 0, 0, 0, 0),
            "The population is 0 clusters: there was nothing to assess at 2026-11-15 06:00:00 UTC.",
        ),
    ],
)
def test_conclusions_are_counts_at_a_time(counts: tuple[int, ...], sentence: str) -> None:
    control = factory.results(1).controls[0]
    finding = Finding(control.id, Status.SATISFIED, *counts)
    assert conclusion(control, finding, "2026-11-15T06:00:00Z") == sentence
