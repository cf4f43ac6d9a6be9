"""One count over all stages, told as jobs end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from reportgen.collect.tally import Tally
from reportgen.sandbox import serve
from tests import line
from tests.sandbox.conftest import ALPHA, cluster, write


def test_jobs_are_told_as_they_end_and_not_as_they_began() -> None:
    told: list[tuple[int, int | None, str]] = []
    go_on = threading.Event()

    def slow() -> str:
        assert go_on.wait(30)
        return "slow"

    def heard(done: int, of: int | None, what: str) -> None:
        told.append((done, of, what))
        if what == "quick":
            go_on.set()

    tally = Tally(heard)
    tally.count("list")
    tally.expect(3)
    with ThreadPoolExecutor(2) as pool:
        tally.run(pool, [slow, lambda: "quick"])
        tally.expect(1)
        tally.run(pool, [lambda: "more"])
    assert told == [(1, None, "list"), (2, 4, "quick"), (3, 4, "slow"), (4, 5, "more")]


def test_the_first_that_fails_ends_those_that_wait() -> None:
    begun: list[int] = []
    failed = threading.Event()

    def fails() -> str:
        raise ZeroDivisionError

    def waits(number: int) -> str:
        begun.append(number)
        assert failed.wait(30)
        return ""

    class Pool(ThreadPoolExecutor):
        def __exit__(self, *details: object) -> None:
            failed.set()
            super().__exit__(*details)  # type: ignore[arg-type]

    tally = Tally(lambda *_: None)
    with pytest.raises(ZeroDivisionError), Pool(1) as pool:
        tally.run(pool, [fails, *(lambda number=number: waits(number) for number in range(50))])
    assert len(begun) <= 1


def test_a_collection_is_one_count(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The clusters that Azure shows are expected before the first of them is read."""
    folder = tmp_path_factory.mktemp("count")
    told: list[tuple[int, int | None]] = []
    estate = write(folder, {"clusters.json": [cluster(ALPHA, f"aks-{number}") for number in range(3)]})
    with serve(estate, as_of=line.NOW) as served:
        line.collected(served, folder, progress=lambda done, of, what: told.append((done, of)))
    counts, totals = [done for done, _ in told], [of for _, of in told]
    assert counts == list(range(1, len(told) + 1))
    known = [of for of in totals if of is not None]
    assert totals == [None] * (len(totals) - len(known)) + sorted(known)
    assert 0 < len(known) < len(totals)
    assert known[-1] == counts[-1]
