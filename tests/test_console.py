"""What a person or a job sees, and what never reaches a terminal."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reportgen import console
from reportgen.model import Json
from reportgen.run import Outcome
from tests import line
from tests.render import factory

STEERING = [
    "\x1b[31m",
    "\x9b2J",
    "\x07",
    "\x00",
    "\r",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u200f",
    "\u061c",
    "\udcff",
]


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Logging is the process's: each test begins without a handler and leaves none."""
    console.LOG.handlers.clear()
    yield
    console.LOG.handlers.clear()


@pytest.mark.parametrize("text", STEERING, ids=ascii)
def test_what_could_steer_a_terminal_is_replaced(text: str) -> None:
    found = console.plain(f"a{text}b")
    assert found == f"a\N{REPLACEMENT CHARACTER}{text[1:]}b"


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "Ελλάς 漢字 🚀", "[bold]x[/]", "'\"\\", "a\u0301"])
def test_text_stays_as_it_is(text: str) -> None:
    assert console.plain(text) == text


def test_say_and_complain_replace_too(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("a\x1b[31m")
    console.complain("b\x1b[31m")
    assert capsys.readouterr() == ("a\ufffd[31m\n", "b\ufffd[31m\n")


@pytest.mark.parametrize("value", [{"ø": ["\x1b\x9b", "\u202e", "a\nb", None, 1.5, True]}, [], "x"])
def test_a_document_is_json_that_cannot_steer(capsys: pytest.CaptureFixture[str], value: Json) -> None:
    console.document(value)
    out = capsys.readouterr().out
    assert json.loads(out) == value
    assert console.plain(out) == out


def test_letters_are_readable_in_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    console.document({"name": "Øst 漢字"})
    assert "Øst 漢字" in capsys.readouterr().out


@pytest.fixture(params=["UTC", "Asia/Tokyo"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    import time

    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def logged_at(text: str) -> float:
    """Seconds since then, of a time in RFC 3339 that says that it is UTC."""
    assert text.endswith("Z")
    return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()


def test_a_plain_line_says_when_in_utc(zone: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.start_logging("plain")
    console.LOG.info("read %s", "a\x1b[31m")
    when, level, message = capsys.readouterr().err.rstrip("\n").split(" ", 2)
    assert -60 < logged_at(when) < 60
    assert (level, message) == ("INFO", "read a\ufffd[31m")


def test_a_json_line_says_when_in_utc(zone: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.start_logging("json")
    console.LOG.info('read "%s"\n%s', "a\x1b[31m", "second line")
    (text,) = capsys.readouterr().err.splitlines()
    found = json.loads(text)
    assert -60 < logged_at(found.pop("time")) < 60
    assert found == {"level": "info", "message": 'read "a\ufffd[31m"\nsecond line'}


def test_a_complaint_is_a_log_line_where_these_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    console.start_logging("json")
    console.complain("first\nsecond")
    (text,) = capsys.readouterr().err.splitlines()
    assert json.loads(text).items() >= {"level": "error", "message": "first\nsecond"}.items()


def test_logging_is_started_once_however_often(capsys: pytest.CaptureFixture[str]) -> None:
    for log_format in ("plain", "json", "plain"):
        console.start_logging(log_format)
    console.LOG.info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_the_libraries_stay_silent() -> None:
    code = (
        "import logging; from reportgen import console; console.start_logging('plain'); "
        "logging.getLogger('azure.identity').warning('noise'); console.LOG.info('ours')"
    )
    result = line.python("-c", code)
    assert "ours" in result.stderr
    assert "noise" not in result.stderr


def progress_lines(
    capsys: pytest.CaptureFixture[str], told: list[tuple[int, int | None, float, str]]
) -> list[str]:
    """The log's messages; each of ``told`` is done, of, the seconds that it took, and what."""
    now = 0.0
    console.start_logging("plain")
    with console.progress("plain", lambda: now) as tell:
        for done, of, seconds, what in told:
            now += seconds
            tell(done, of, what)
    return [text.split("INFO ")[1] for text in capsys.readouterr().err.splitlines()]


def test_progress_without_a_terminal_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    told = progress_lines(capsys, [(done, 60, 1.0, f"cluster-{done}\x1b[2J") for done in range(1, 61)])
    assert told == [
        "collected 25 of 60 (cluster-25\ufffd[2J), less than 1 min left",
        "collected 50 of 60 (cluster-50\ufffd[2J), less than 1 min left",
        "collected 60 of 60 (cluster-60\ufffd[2J)",
    ]


def test_progress_says_what_is_left_of_a_total_that_grows(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [(done, None, 2.0, "Alpha") for done in range(1, 26)]
    first = [(done, 50, 2.0, "aks-one") for done in range(26, 51)]
    second = [(done, 3650, 2.0, "aks-two") for done in range(51, 76)]
    assert progress_lines(capsys, [*listed, *first, *second]) == [
        "collected 25 (Alpha)",
        "collected 50 of 50 (aks-one)",
        "collected 75 of 3650 (aks-two), about 1 h 59 min left",
    ]


def test_progress_that_is_slow_is_told_each_minute(capsys: pytest.CaptureFixture[str]) -> None:
    assert progress_lines(capsys, [(done, 20, 40.0, "aks") for done in range(1, 14)]) == [
        *(f"collected {done} of 20 (aks)" for done in (2, 4, 6, 8)),
        "collected 10 of 20 (aks), about 7 min left",
        "collected 12 of 20 (aks), about 5 min left",
        "collected 13 of 20 (aks), about 5 min left",
    ]


class Terminal(io.StringIO):
    """Keeps what a terminal is sent."""

    def isatty(self) -> bool:
        return True


def test_a_bar_says_what_is_left_while_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    now, shown = 0.0, Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(sys, "stderr", shown)
    with console.progress("plain", lambda: now) as tell:
        for done in range(1, 21):
            now += 3.0
            tell(done, None if done < 15 else 220, "[bold]aks[/]\x1b[2J")
        now += 600.0
    last = shown.getvalue().rpartition("collecting")[2]
    for text in ("20/220", "about 1 h 50 min left", "[bold]aks[/]\ufffd[2J"):
        assert text in last


def test_progress_that_breaks_off_does_not_say_that_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    console.start_logging("plain")
    with pytest.raises(ZeroDivisionError), console.progress("plain") as tell:
        tell(1, 1, "aks")
        raise ZeroDivisionError
    assert capsys.readouterr().err == ""


def test_a_summary_without_a_terminal_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    results = factory.results(3)
    console.summary(Outcome(Path("out/pack-x"), results, ("report.pdf was not made: \x1b[31m",)))
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("1 of 2 expected subscriptions read; 2 gaps in the evidence")
    assert out.splitlines()[1].startswith("38 controls: ")
    assert "No register of runs is kept: a folder was read" in out
    assert out.splitlines()[-2:] == ["Pack: out/pack-x", "      out/pack-x.zip"]
    assert err == "report.pdf was not made: \ufffd[31m\n"


def test_one_gap_is_no_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    results = factory.results(3)
    console.summary(Outcome(Path("p"), replace(results, gaps=results.gaps[:1]), ()))
    assert "; 1 gap in the evidence" in capsys.readouterr().out


def test_logging_goes_to_standard_error_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    console.start_logging("plain")
    (handler,) = console.LOG.handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
