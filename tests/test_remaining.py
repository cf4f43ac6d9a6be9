"""How long what is left will take, by a clock that the test holds."""

from __future__ import annotations

import pytest

from reportgen.remaining import Remaining


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def work(remaining: Remaining, clock: Clock, done: range, of: int | None, seconds: float) -> None:
    """Each of ``done`` takes so many seconds."""
    for number in done:
        clock.now += seconds
        remaining.tell(number, of)


def test_the_pace_so_far_goes_on() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 51), 400, 2.0)
    assert remaining.seconds == 350 * 2.0
    assert remaining.words == "about 12 min left"


def test_too_little_tells_nothing() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    assert (remaining.seconds, remaining.words) == (None, "")
    work(remaining, clock, range(1, 10), 400, 2.0)
    assert (remaining.seconds, remaining.words) == (None, "")
    work(remaining, clock, range(10, 11), 400, 2.0)
    assert remaining.seconds == 390 * 2.0


def test_a_total_that_is_not_known_tells_nothing_and_its_work_gives_the_pace() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 31), None, 3.0)
    assert remaining.words == ""
    work(remaining, clock, range(31, 32), 131, 3.0)
    assert remaining.seconds == 100 * 3.0


def test_a_total_that_grows_takes_longer() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 51), 50, 6.0)
    assert (remaining.seconds, remaining.words) == (0.0, "")
    work(remaining, clock, range(51, 52), 111, 6.0)
    assert remaining.words == "about 6 min left"


def test_what_an_earlier_attempt_had_finished_does_not_count_for_hours() -> None:
    """9,000 of 10,000 pass in nine seconds, and then each takes ten."""
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 9001), 10_000, 0.001)
    assert remaining.words == "less than 1 min left"
    work(remaining, clock, range(9001, 9101), 10_000, 10.0)
    assert remaining.seconds == pytest.approx(900 * 10.0)
    assert remaining.words == "about 2 h 30 min left"


def test_waiting_makes_it_longer() -> None:
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 21), 40, 3.0)
    assert remaining.words == "about 1 min left"
    clock.now += 240
    assert remaining.words == "about 5 min left"


@pytest.mark.parametrize(("left", "words"), [
    (1, "less than 1 min left"), (59, "less than 1 min left"), (60, "about 1 min left"),
    (3569, "about 59 min left"), (3571, "about 1 h 0 min left"), (36_000, "about 10 h 0 min left"),
])  # fmt: skip
def test_in_words(left: int, words: str) -> None:
    clock = Clock()
    remaining = Remaining(clock)
    work(remaining, clock, range(1, 11), 10 + left, 1.0)
    assert remaining.words == words
