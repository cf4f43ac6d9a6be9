"""How values become text."""

from __future__ import annotations

import pytest

from reportgen.render.text import breakable, cleaner, lead, moment, shell


def test_what_cannot_be_seen_or_drawn_is_printed_as_its_code() -> None:
    assert cleaner()("a\u202eb\u200bc\x07") == "a\\u{202E}b\\u{200B}c\\u{0007}"
    assert cleaner()("🚀é") == "🚀é"
    assert cleaner(frozenset(map(ord, "é")))("🚀é") == "\\u{1F680}é"
    assert cleaner(absent="not set")(None) == "not set"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("/a-b/<i>", "/|a-b/|&lt;i&gt;"),
        ("prod-01", "prod-|01"),
        ("userAssignedNATGateway", "user|Assigned|NATGateway"),
        ("2204gen2TLcontainerd", "2204gen2|TLcontainerd"),
        ("francecentral", "francecentral"),
        ("n" * 19, "n" * 12 + "|n|n|" + "n" * 5),
        ("plain words", "plain words"),
    ],
)
def test_names_break_where_a_reader_would(text: str, marked: str) -> None:
    assert breakable(text) == marked.replace("|", "<wbr>")


def test_commands_keep_their_words_whole() -> None:
    assert shell("az a --b <c>\naz d") == (
        '<span class="line"><span class="nobr">az</span> <span class="nobr">a</span> '
        '<span class="nobr">--b</span> <span class="nobr">&lt;c&gt;</span></span>'
        '<span class="line"><span class="nobr">az</span> <span class="nobr">d</span></span>'
    )
    assert "<wbr>" in shell("curl " + "https://example.org/" * 4)


def test_times_are_utc_or_left_alone() -> None:
    assert moment("2026-11-15T07:00:00+01:00") == "2026-11-15 06:00:00 UTC"
    assert moment("2026-11-15T07:00:00") == "2026-11-15T07:00:00"
    assert moment("soon") == "soon"
    assert moment("0001-01-01T00:00:00Z") == "0001-01-01 00:00:00 UTC"
    assert moment("0001-01-01T00:00:00+01:00") == "0001-01-01T00:00:00+01:00"


def test_a_lead_ends_with_a_sentence_where_one_fits() -> None:
    text = "HTTP 404. The folder does not say. Add azure/answers/x.json with the answer."
    assert lead(text, 100) == text
    assert lead(text, 50) == "HTTP 404. The folder does not say."
    assert lead("x" * 60, 50) == "x" * 49 + "…"
